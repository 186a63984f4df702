// Who watches the transitions of one connection.

import { expect, test } from 'vitest';
import type { TraceRing } from '../../../../src/conn/machine/traces.js';
import { watchFor } from '../../../../src/conn/machine/transition-watch.js';
import type { Observer, Transition } from '../../../../src/observe/observer.js';

class Watched {
  readonly heard: Transition[] = [];
  readonly noted: number[][] = [];
  readonly observer: Observer = { transition: (transition) => void this.heard.push(transition) };
  /** Boundary: a ring that is asked for nothing else. */
  readonly trace = {
    note: (event: number, to: number) => void this.noted.push([event, to]),
  } as TraceRing;
}

test('without an observer of transitions and without a trace there is no watch', () => {
  expect(watchFor(undefined, undefined)).toBe(undefined);
  expect(watchFor({ requestStarted: () => undefined }, undefined)).toBe(undefined);
});

test('an observer is told the connection, the event, and both states', () => {
  const watched = new Watched();
  watchFor(watched.observer, undefined)?.moved(7, 1, 2, 3);
  expect(watched.heard).toEqual([{ connectionId: 7, from: 1, event: 2, to: 3 }]);
});

test('a trace keeps the event and the new state, with an observer or without', () => {
  const alone = new Watched();
  watchFor(undefined, alone.trace)?.moved(7, 1, 2, 3);
  expect(alone.noted).toEqual([[2, 3]]);
  const both = new Watched();
  watchFor(both.observer, both.trace)?.moved(7, 1, 2, 3);
  expect([both.noted, both.heard.length]).toEqual([[[2, 3]], 1]);
});

test('an observer of other things is not kept beside a trace', () => {
  const { trace } = new Watched();
  const watch = watchFor({ requestStarted: () => undefined }, trace);
  expect([watch?.observer, watch?.trace]).toEqual([undefined, trace]);
});
