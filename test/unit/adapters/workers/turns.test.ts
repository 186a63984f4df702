import { expect, test } from 'vitest';
import { PathTurns } from '../../../../src/adapters/workers/turns.js';

/** Lets all promises that are settled be heard. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('one worker at a time is let in for a path, in order, and others for other paths', async () => {
  const turns = new PathTurns();
  const letIn: number[] = [];
  const ask = (worker: number, path: string): void =>
    void turns.turn(worker, path).then(() => letIn.push(worker));
  for (const worker of [1, 2, 3]) ask(worker, '/a');
  ask(4, '/b');
  await settled();
  expect(letIn).toEqual([1, 4]);
  turns.over(1);
  await settled();
  expect(letIn).toEqual([1, 4, 2]);
  turns.over(2);
  turns.over(2);
  await settled();
  expect(letIn).toEqual([1, 4, 2, 3]);
});

test('a worker that is in asks once more, because it has removed a file, and is let in at once', async () => {
  const turns = new PathTurns();
  const letIn: number[] = [];
  const ask = (worker: number): void =>
    void turns.turn(worker, '/a').then(() => letIn.push(worker));
  for (const worker of [1, 2, 1]) ask(worker);
  await settled();
  expect(letIn).toEqual([1, 1]);
  // One that waits asks twice, too.
  ask(2);
  await settled();
  expect(letIn).toEqual([1, 1]);
  turns.over(1);
  await settled();
  expect(letIn).toEqual([1, 1, 2, 2]);
  // After it is through, it is the last again.
  ask(3);
  ask(1);
  turns.over(2);
  await settled();
  expect(letIn).toEqual([1, 1, 2, 2, 3]);
  turns.over(3);
  await settled();
  expect(letIn).toEqual([1, 1, 2, 2, 3, 1]);
});
