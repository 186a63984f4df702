// A head that waits for its source is given once, and its time runs only from when the source gave nothing.

import { expect, test } from 'vitest';
import { DelayedHead } from '../../../../src/conn/respond/delayed-head.js';
import { DeadlineList, Deadlines } from '../../../../src/fsm/time/deadlines.js';

function scene() {
  const headDelay = new DeadlineList('headDelay', 50);
  const deadlines = new Deadlines([headDelay]);
  let timers = 0;
  let due = 0;
  const head = new DelayedHead(
    { clocks: { headDelay }, scheduler: { armTimer: () => timers++ } },
    () => due++,
  );
  return { head, deadlines, timers: () => timers, due: () => due };
}

test('a head is kept, and given once', () => {
  const { head } = scene();
  expect([head.waits, head.take()]).toEqual([false, '']);
  head.keep('HTTP/1.1 200');
  expect(head.waits).toBe(true);
  expect([head.take(), head.waits, head.take()]).toEqual(['HTTP/1.1 200', false, '']);
});

test('its time begins when the source has given nothing, and then the owner is told', () => {
  const { head, deadlines, timers, due } = scene();
  head.keep('a');
  expect([deadlines.nextMs, timers()]).toEqual([Number.POSITIVE_INFINITY, 0]);
  head.startTime(100);
  expect([deadlines.nextMs, timers()]).toEqual([150, 1]);
  deadlines.expire(149);
  expect(due()).toBe(0);
  deadlines.expire(150);
  expect(due()).toBe(1);
  expect(head.take()).toBe('a');
});

test('a head that was given in time is not told of', () => {
  const { head, deadlines, due } = scene();
  head.keep('a');
  head.startTime(100);
  head.take();
  deadlines.expire(1000);
  expect([due(), deadlines.nextMs]).toEqual([0, Number.POSITIVE_INFINITY]);
});
