// Open connections by what they do: in each half of the machine, and by phase.

import {
  jointState,
  PERSISTENCE_STATES,
  PHASES,
  phaseOf,
  READING_STATES,
  WRITING_STATES,
} from '../../../fsm/index.js';
import type { Snapshot } from '../snapshot.js';

type States = Pick<Snapshot['connections'], 'open' | 'byPhase' | 'byState'>;

/** @param counts connections in each joint state, by its number */
export function statesOf(counts: Uint32Array): States {
  const byPhase = zeroes(PHASES);
  const reading: Record<string, number> = zeroes(READING_STATES);
  const writing: Record<string, number> = zeroes(WRITING_STATES);
  const persistence: Record<string, number> = zeroes(PERSISTENCE_STATES);
  let open = 0;
  counts.forEach((count, id) => {
    if (count === 0) return;
    const state = jointState(id);
    open += count;
    byPhase[phaseOf(id)] += count;
    reading[state.reading]! += count;
    writing[state.writing]! += count;
    persistence[state.persistence]! += count;
  });
  return { open, byPhase, byState: { reading, writing, persistence } };
}

function zeroes<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}
