// What a server did, a rest in which nobody asks for anything, and what comes then. From some seconds on the length of the
// rest may change nothing.

const backends = {
  quick: { servers: 20, ms: 10 },
  slow: { servers: 20, ms: 100 },
};
const quickCapacity = 2000;
const slowCapacity = 200;
const cpuCapacity = 1000 / 2.045;
const beforeMs = 2000;
const seconds = 4;

const toBackend = () => ({ toBackend: true });
const computing = () => ({ cpuMs: 2 });
const afterWait = () => ({ waitMs: 1, afterMs: 2 });

const asked = (times, capacity, work, model = 'established') => ({
  rate: () => times * capacity,
  work,
  model,
  connections: Math.max(200, Math.ceil(times * capacity * 0.6)),
});

/** By name: the groups of clients that ask for two seconds before the rest. */
export const before = {
  nothing: [],
  'half a load': [asked(0.5, quickCapacity, toBackend)],
  'five times the load': [asked(5, quickCapacity, toBackend)],
  'ten times, pool': [asked(10, quickCapacity, toBackend, 'pool')],
  'five times what it computes': [asked(5, cpuCapacity, computing)],
  'handlers that wait, then compute': [asked(5, cpuCapacity, afterWait)],
  polls: [{ polls: 500, ms: 900 }, asked(0.5, quickCapacity, toBackend)],
  'a backend that stalls': [{ ...asked(2, quickCapacity, toBackend, 'pool'), stalls: true }],
};

/** By name: what comes after the rest. */
export const after = {
  ...Object.fromEntries(
    [0.5, 2, 5].flatMap((times) => [
      [`backend ${times}×`, open(times, quickCapacity, toBackend)],
      [`slow backend ${times}×`, { ...open(times, slowCapacity, toBackend), backend: 'slow' }],
      [`2 ms ${times}×`, open(times, cpuCapacity, computing)],
      [`1 ms wait, 2 ms ${times}×`, open(times, cpuCapacity, afterWait)],
    ]),
  ),
  'backend 5×, pool': open(5, quickCapacity, toBackend, 'pool'),
  'slow backend 2×, pool': { ...open(2, slowCapacity, toBackend, 'pool'), backend: 'slow' },
  'backend 5× and 500 polls': {
    capacity: quickCapacity,
    clients: [{ polls: 500, ms: 30_000 }, asked(5, quickCapacity, toBackend)],
  },
};

function open(times, capacity, work, model) {
  return { capacity, clients: [asked(times, capacity, work, model)] };
}

/** A world of kind `seconds`: four of them, behind the rest. */
export function restWorld(beforeName, restMs, afterName) {
  const comes = after[afterName];
  const first = before[beforeName];
  const fromMs = (first.length === 0 ? 0 : beforeMs) + restMs;
  const stalls = first.some((group) => group.stalls);
  return {
    kind: 'seconds',
    what: `${beforeName}, a rest of ${restMs / 1000} s, ${afterName}`,
    from: fromMs / 1000,
    seconds: fromMs / 1000 + seconds,
    capacity: () => comes.capacity,
    backend: (second) =>
      second * 1000 < fromMs - restMs / 2 ? backends.quick : backends[comes.backend ?? 'quick'],
    stall: stalls ? { from: beforeMs / 2, to: beforeMs } : undefined,
    clients: [
      ...comes.clients.map((group) => ({
        ...group,
        tag: 'short',
        fromMs: fromMs + 1,
        untilMs: fromMs + seconds * 1000,
      })),
      ...first.map((group) => ({ ...group, tag: 'before', untilMs: beforeMs })),
    ],
  };
}
