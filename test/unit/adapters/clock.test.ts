// The timer of adapters, with a time that the test sets.

import { expect, onTestFinished, test, vi } from 'vitest';
import { after } from '../../../src/adapters/clock.js';
import { TIMER_MS_MAX } from '../../../src/options/checks.js';

const calls = (ms: number) => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const callback = vi.fn();
  return { callback, stop: after(ms, callback) };
};

test.each([1, TIMER_MS_MAX - 1, TIMER_MS_MAX, TIMER_MS_MAX + 1, 2 * TIMER_MS_MAX + 2000])(
  'calls back after %i ms, once and not before',
  (ms) => {
    const { callback } = calls(ms);
    vi.advanceTimersByTime(ms - 1);
    expect(callback).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(3 * TIMER_MS_MAX);
    expect(callback).toHaveBeenCalledTimes(1);
  },
);

test('is prevented in the second part of a long wait, too', () => {
  const { callback, stop } = calls(TIMER_MS_MAX + 5);
  vi.advanceTimersByTime(TIMER_MS_MAX + 2);
  stop();
  vi.advanceTimersByTime(TIMER_MS_MAX);
  expect(callback).not.toHaveBeenCalled();
});
