// Figures of several servers, added up.

import type { CloseReport, ServerStats } from '../../index.js';

/** Each figure is the sum of the servers' own; `connections` phase by phase. Undefined where there is no server. */
export function sumOfStats(all: readonly ServerStats[]): ServerStats | undefined {
  const [first, ...rest] = all;
  return first === undefined ? undefined : rest.reduce(added, first);
}

function added(a: ServerStats, b: ServerStats): ServerStats {
  // A boundary: the figures are numbers, and objects of such.
  return addedFigures(a as unknown as Figures, b as unknown as Figures) as unknown as ServerStats;
}

interface Figures {
  readonly [name: string]: number | Figures;
}

function addedFigures(a: Figures, b: Figures): Figures {
  const sum: Record<string, number | Figures> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const other = a[name];
    if (typeof value === 'number') sum[name] = value + (typeof other === 'number' ? other : 0);
    else sum[name] = addedFigures(typeof other === 'object' ? other : {}, value);
  }
  return sum;
}

export function sumOfReports(all: readonly CloseReport[]): CloseReport {
  return all.reduce(
    (sum, { finished, refused, cutOff }) => ({
      finished: sum.finished + finished,
      refused: sum.refused + refused,
      cutOff: sum.cutOff + cutOff,
    }),
    { finished: 0, refused: 0, cutOff: 0 },
  );
}
