// Where a connection is, as the tables say.

import { expect, test } from 'vitest';
import { Lifecycle } from '../../../../src/conn/machine/lifecycle.js';
import { Reading, Writing } from '../../../../src/conn/machine/states.js';
import {
  ActionIds,
  type EventId,
  EventIds,
  stateName,
} from '../../../../src/fsm/machine/machine.js';
import type { Transition } from '../../../../src/observe/observer.js';

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

/** A connection to which this has happened. */
function after(...events: readonly EventId[]): Lifecycle {
  const life = new Lifecycle(1, undefined);
  for (const event of events) life.move(event);
  return life;
}

const { requestBare, requestStreamed, admitted, replyWhole, replyStream, streamEnd } = EventIds;

test.each([
  ['before its request', [], 'idle', false],
  ['while its request waits', [requestBare], 'queued', false],
  ['while its handler runs', [requestBare, admitted], 'pending', false],
  ['while its response streams', [requestBare, admitted, replyStream], 'streaming', true],
  ['while its response leaves', [requestBare, admitted, replyWhole], 'flushing', true],
  [
    'while its response has left before its content has come',
    [requestStreamed, admitted, replyStream, streamEnd, EventIds.flushed],
    'done',
    true,
  ],
  ['after it', [requestBare, admitted, replyWhole, EventIds.flushed], 'idle', false],
] as const)('%s it is answering or not', (_when, events, writing, isAnswering) => {
  const life = after(...events);
  expect([life.writing, life.isAnswering]).toEqual([Writing[writing], isAnswering]);
});

test('it is shut where our FIN was sent and the peer’s is awaited, and nowhere else', () => {
  const { closeAfter, contentEnd, fault, flushed, upgraded, tunnelEnd } = EventIds;
  expect(after(closeAfter).shut).toBe(true);
  const discarding = after(fault);
  expect([discarding.name, discarding.shut]).toEqual(['discard/flushing/last', false]);
  discarding.move(flushed);
  expect(discarding.shut).toBe(true);
  const tunnel = after(requestStreamed, admitted, contentEnd, upgraded, tunnelEnd, flushed);
  expect([tunnel.name, tunnel.shut]).toEqual(['tunnel/shut/last', false]);
});

test('its joint state is that of its name', () => {
  const life = after(requestBare, admitted);
  expect(stateName(life.state)).toBe(life.name);
});
