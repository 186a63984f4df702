// The halves of each joint state, by number.

import { expect, test } from 'vitest';
import {
  LAST_OF,
  MACHINE,
  READING_OF,
  Reading,
  WRITING_OF,
  Writing,
} from '../../../../src/conn/machine/states.js';
import { STATE_COUNT, stateId } from '../../../../src/fsm/machine/machine.js';
import { PERSISTENCE_STATES } from '../../../../src/fsm/machine/persistence.js';
import { READING_STATES } from '../../../../src/fsm/machine/reading.js';
import { WRITING_STATES } from '../../../../src/fsm/machine/writing.js';

test('each joint state is split into its own halves, and into whether it is the last', () => {
  let states = 0;
  for (const reading of READING_STATES) {
    for (const writing of WRITING_STATES) {
      for (const persistence of PERSISTENCE_STATES) {
        const id = stateId({ reading, writing, persistence });
        expect([READING_OF[id], WRITING_OF[id], LAST_OF[id]]).toEqual([
          Reading[reading],
          Writing[writing],
          persistence === 'last' ? 1 : 0,
        ]);
        states++;
      }
    }
  }
  expect(states).toBe(STATE_COUNT);
  for (const table of [READING_OF, WRITING_OF, LAST_OF]) expect(table).toHaveLength(STATE_COUNT);
});

test('each state of a half has its own number, its place in the list', () => {
  expect(Object.keys(Reading)).toEqual([...READING_STATES]);
  expect(Object.values(Reading)).toEqual(READING_STATES.map((_state, index) => index));
  expect(Object.keys(Writing)).toEqual([...WRITING_STATES]);
  expect(Object.values(Writing)).toEqual(WRITING_STATES.map((_state, index) => index));
});

test('the machine begins idle in both halves, and with more requests to come', () => {
  const { initial } = MACHINE;
  expect([READING_OF[initial], WRITING_OF[initial], LAST_OF[initial]]).toEqual([
    Reading.idle,
    Writing.idle,
    0,
  ]);
});
