// Where a connection is, as the tables say.

import { expect, test } from 'vitest';
import { Lifecycle } from '../../../src/conn/lifecycle.js';
import { Reading, Writing } from '../../../src/conn/states.js';
import { ActionIds, EventIds, stateName } from '../../../src/fsm/machine/machine.js';
import type { Transition } from '../../../src/observe/observer.js';

test('a request moves it from idle to idle', () => {
  const life = new Lifecycle(1, undefined);
  expect([life.name, life.idle, life.last, life.shut, life.closed]).toEqual([
    'idle/idle/keep',
    true,
    false,
    false,
    false,
  ]);
  expect(life.move(EventIds.requestBare)).toBe(ActionIds.offer);
  expect([life.reading, life.writing, life.idle]).toEqual([Reading.done, Writing.queued, false]);
  expect(life.move(EventIds.admitted)).toBe(ActionIds.dispatch);
  life.move(EventIds.replyWhole);
  expect(life.move(EventIds.flushed)).toBe(ActionIds.restart);
  expect([life.name, life.phase]).toEqual(['idle/idle/keep', 'keep-alive']);
});

test('half idle is not idle', () => {
  const life = new Lifecycle(1, undefined);
  life.move(EventIds.headStart);
  expect([life.idle, life.name]).toEqual([false, 'head/idle/keep']);
});

test('after the last response it is shut, then closed', () => {
  const life = new Lifecycle(1, undefined);
  expect(life.move(EventIds.closeAfter)).toBe(ActionIds.linger);
  expect([life.shut, life.last, life.closed]).toEqual([true, true, false]);
  life.move(EventIds.lingerOver);
  expect([life.shut, life.closed]).toEqual([false, true]);
});

test('an event that can’t happen is a bug, unless the connection was broken', () => {
  const life = new Lifecycle(1, undefined);
  expect(() => life.move(EventIds.admitted)).toThrow(/admitted in idle\/idle\/keep/);
  life.break();
  expect(life.closed).toBe(true);
  expect(life.move(EventIds.admitted)).toBe(0);
});

test('an observer of transitions hears of each', () => {
  const heard: Transition[] = [];
  const life = new Lifecycle(7, { transition: (transition) => heard.push(transition) });
  life.move(EventIds.requestBare);
  expect(heard.map(({ from, to, ...others }) => [stateName(from), stateName(to), others])).toEqual([
    ['idle/idle/keep', 'done/queued/keep', { connectionId: 7, event: EventIds.requestBare }],
  ]);
  new Lifecycle(1, {}).move(EventIds.requestBare);
});
