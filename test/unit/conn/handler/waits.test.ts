// What a handler may wait for beside the content.

import { expect, test } from 'vitest';
import { ABORT_REASONS, RequestAborted } from '../../../../src/conn/handler/abort.js';
import { Waits } from '../../../../src/conn/handler/waits.js';

const owner = { report: (): void => undefined };

test('the signal is one, and aborts with the reason', () => {
  const waits = new Waits();
  waits.abort('drain');
  const signal = waits.signal(undefined, owner);
  expect(waits.signal(undefined, owner)).toBe(signal);
  expect(signal.aborted).toBe(false);
  waits.abort('peerReset');
  expect(signal.reason).toMatchObject({ name: 'AbortError', reason: 'peerReset' });
});

test('a signal that is asked for too late is aborted already', () => {
  expect(new Waits().signal('deadline', owner).reason.reason).toBe('deadline');
});

test('trailers resolve when they come, or at once where they are known', async () => {
  const waits = new Waits();
  waits.trailersCame(['lost', '1']);
  const promise = waits.trailers(undefined);
  waits.trailersCame(['a', '1']);
  expect(await promise).toEqual(['a', '1']);
  expect(waits.trailers(['b', '2'])).toBe(promise);
  expect(await new Waits().trailers(['c', '3'])).toEqual(['c', '3']);
});

test('the completion resolves when it is known, and is awaited from the first access', async () => {
  const waits = new Waits();
  waits.complete({ delivered: false });
  expect(waits.completionAwaited).toBe(false);
  const promise = waits.completed(undefined);
  expect(waits.completionAwaited).toBe(true);
  waits.complete({ delivered: true });
  expect(await promise).toEqual({ delivered: true });
  expect(waits.completed(undefined)).toBe(promise);
  expect(await new Waits().completed({ delivered: true })).toEqual({ delivered: true });
});

test('every reason has a text of its own', () => {
  const texts = ABORT_REASONS.map((reason) => new RequestAborted(reason).message);
  for (const [i, reason] of ABORT_REASONS.entries())
    expect(texts[i]).toMatch(new RegExp(`^${reason}: .{5}`));
  expect(new Set(texts).size).toBe(ABORT_REASONS.length);
});
