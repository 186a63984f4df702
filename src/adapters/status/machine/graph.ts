// The two halves of the machine as graphs, read from the transition tables: what the page draws.

import {
  type Cell,
  jointRules,
  READING_STATES,
  type ReadingState,
  readingTable,
  WRITING_STATES,
  type WritingState,
  writingTable,
} from '../../../fsm/index.js';

export type HalfName = 'reading' | 'writing';

/** An arrow between two states of a half, or back to the same one. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  /** What leads along it: events, and joint rules by their action in brackets. */
  readonly causes: readonly string[];
}

export interface Graph {
  readonly half: HalfName;
  readonly states: readonly string[];
  readonly edges: readonly Edge[];
}

/** Events that lead from every state to `closed`. Their arrows would hide the others. */
export const EVERYWHERE: readonly string[] = ['reset', 'cut'];

export function edgeKey(from: string, to: string): string {
  return `${from}>${to}`;
}

export function readingGraph(): Graph {
  return graphOf<ReadingState>('reading', READING_STATES, readingTable());
}

export function writingGraph(): Graph {
  return graphOf<WritingState>('writing', WRITING_STATES, writingTable());
}

type CellsByEvent<State extends string> = Readonly<Record<string, Cell<State, string>>>;

function graphOf<State extends string>(
  half: HalfName,
  states: readonly State[],
  table: Readonly<Record<State, CellsByEvent<State>>>,
): Graph {
  const edges = new Map<string, { from: string; to: string; causes: string[] }>();
  const add = (from: string, to: string, cause: string): void => {
    const key = edgeKey(from, to);
    const edge = edges.get(key) ?? { from, to, causes: [] };
    edge.causes.push(cause);
    edges.set(key, edge);
  };
  for (const from of states) {
    for (const [event, cell] of Object.entries(table[from] as CellsByEvent<State>)) {
      if (cell.kind === 'go' && !EVERYWHERE.includes(event)) add(from, cell.to, event);
    }
  }
  for (const { reading, writing, to, action } of jointRules()) {
    for (const from of half === 'reading' ? reading : [writing]) {
      if (from !== to[half]) add(from, to[half], `[${action}]`);
    }
  }
  return { half, states, edges: [...edges.values()] };
}
