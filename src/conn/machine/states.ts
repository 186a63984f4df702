// The joint machine as the driver uses it: compiled once, with the halves of each
// joint state to be looked up by number.

import {
  compileMachine,
  jointState,
  type Machine,
  STATE_COUNT,
} from '../../fsm/machine/machine.js';
import { PERSISTENCE_STATES } from '../../fsm/machine/persistence.js';
import { READING_STATES, type ReadingState } from '../../fsm/machine/reading.js';
import { WRITING_STATES, type WritingState } from '../../fsm/machine/writing.js';

export const MACHINE: Machine = compileMachine();

/** Index into `READING_STATES`, by joint state. */
export const READING_OF: Uint8Array = new Uint8Array(STATE_COUNT);
/** Index into `WRITING_STATES`, by joint state. */
export const WRITING_OF: Uint8Array = new Uint8Array(STATE_COUNT);
/** 1 where no further request may follow, by joint state. */
export const LAST_OF: Uint8Array = new Uint8Array(STATE_COUNT);

for (let id = 0; id < STATE_COUNT; id++) {
  const { reading, writing, persistence } = jointState(id);
  READING_OF[id] = READING_STATES.indexOf(reading);
  WRITING_OF[id] = WRITING_STATES.indexOf(writing);
  LAST_OF[id] = PERSISTENCE_STATES.indexOf(persistence);
}

export const Reading: Readonly<Record<ReadingState, number>> = indexes(READING_STATES);
export const Writing: Readonly<Record<WritingState, number>> = indexes(WRITING_STATES);

function indexes<State extends string>(states: readonly State[]): Record<State, number> {
  return Object.fromEntries(states.map((state, index) => [state, index])) as Record<State, number>;
}
