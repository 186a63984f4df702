// The tables as Mermaid state diagrams, for the documentation. A test compares the documentation with
// these diagrams.

import { jointRules } from './joint.js';
import { PERSISTENCE_STATES, persistenceTable } from './persistence.js';
import { READING_STATES, readingTable } from './reading.js';
import type { Cell, Table } from './transition.js';
import { WRITING_STATES, writingTable } from './writing.js';

/** One diagram for each machine, by name. */
export function diagrams(): {
  readonly reading: string;
  readonly writing: string;
  readonly persistence: string;
} {
  return {
    reading: diagram(READING_STATES, readingTable(), jointEdges('reading')),
    writing: diagram(WRITING_STATES, writingTable(), jointEdges('writing')),
    persistence: diagram(PERSISTENCE_STATES, persistenceTable(), []),
  };
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** Events that lead from every state to `closed`. Their arrows would hide the others. */
const EVERYWHERE: readonly string[] = ['reset', 'cut'];
const NOTE = '    note left of closed: reset and cut lead here from every state';

function diagram<State extends string>(
  states: readonly State[],
  table: Table<State, string, string>,
  joint: readonly Edge[],
): string {
  const edges: Edge[] = [];
  for (const from of states) {
    for (const [event, cell] of Object.entries<Cell<State, string>>(table[from])) {
      if (cell.kind !== 'go' || EVERYWHERE.includes(event)) continue;
      edges.push({
        from,
        to: cell.to,
        label: cell.action === undefined ? event : `${event} / ${cell.action}`,
      });
    }
  }
  const lines = [...merged(edges), ...merged(joint)].map(
    ({ from, to, label }) => `    ${from} --> ${to}: ${label}`,
  );
  const closed = states.some((state) => state === 'closed') ? [NOTE] : [];
  return ['stateDiagram-v2', `    [*] --> ${states[0]}`, ...lines, ...closed, ''].join('\n');
}

/** Edges between the same two states share an arrow. */
function merged(edges: readonly Edge[]): Edge[] {
  const labels = new Map<string, { from: string; to: string; labels: string[] }>();
  for (const { from, to, label } of edges) {
    const key = `${from} ${to}`;
    const entry = labels.get(key) ?? { from, to, labels: [] };
    entry.labels.push(label);
    labels.set(key, entry);
  }
  return [...labels.values()].map((entry) => ({
    from: entry.from,
    to: entry.to,
    label: entry.labels.join(', '),
  }));
}

/** The joint rules of this half, in square brackets: no event of their own leads to them. */
function jointEdges(half: 'reading' | 'writing'): Edge[] {
  return jointRules().flatMap((rule) => {
    const froms = half === 'reading' ? rule.reading : [rule.writing];
    const other =
      half === 'reading' ? `writing ${rule.writing}` : `reading ${rule.reading.join(' or ')}`;
    const persistence = rule.persistence === undefined ? '' : `, ${rule.persistence}`;
    return froms
      .filter((from) => from !== rule.to[half])
      .map((from) => ({
        from,
        to: rule.to[half],
        label: `[${other}${persistence}] / ${rule.action}`,
      }));
  });
}
