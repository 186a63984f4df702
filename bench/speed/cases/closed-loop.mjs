/**
 * What sluice is told where 512 clients ask again as soon as they are answered: all of them always wait, which
 * is overload by its defaults, and some would be refused at first.
 */
export const closedLoop = {
  settings: { queue: { targetMs: 100, waitMsMax: 1000 } },
  note: 'sluice has `queue: { targetMs: 100, waitMsMax: 1000 }`',
};
