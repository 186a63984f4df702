import { expect, test } from 'vitest';
import { SharedCheck } from '../../../../src/adapters/static-files/shared-check.js';

/** A question that is answered by hand. */
class Question {
  readonly asked: { resolve: (answer: boolean) => void; reject: (error: Error) => void }[] = [];
  readonly ask = (): Promise<boolean> =>
    new Promise((resolve, reject) => this.asked.push({ resolve, reject }));
}

test('asks at once where nobody else does', async () => {
  const question = new Question();
  const check = new SharedCheck(question.ask);
  const first = check.run();
  question.asked[0]?.resolve(true);
  expect(await first).toBe(true);
  const second = check.run();
  expect(question.asked.length).toBe(2);
  question.asked[1]?.resolve(false);
  expect(await second).toBe(false);
});

test('gives nobody an answer that was sought before they asked, and asks once more for all of them', async () => {
  const question = new Question();
  const check = new SharedCheck(question.ask);
  const first = check.run();
  const late = [check.run(), check.run(), check.run()];
  expect(question.asked.length).toBe(1);
  question.asked[0]?.resolve(true);
  expect(await first).toBe(true);
  await expect.poll(() => question.asked.length).toBe(2);
  const later = check.run();
  question.asked[1]?.resolve(false);
  expect(await Promise.all(late)).toEqual([false, false, false]);
  await expect.poll(() => question.asked.length).toBe(3);
  question.asked[2]?.resolve(true);
  expect(await later).toBe(true);
  expect(question.asked.length).toBe(3);
});

test('tells all who wait for an answer of its failure, and asks again for those behind', async () => {
  const question = new Question();
  const check = new SharedCheck(question.ask);
  const first = check.run();
  const late = check.run();
  question.asked[0]?.reject(new Error('EIO'));
  await expect(first).rejects.toThrow('EIO');
  await expect.poll(() => question.asked.length).toBe(2);
  question.asked[1]?.resolve(true);
  expect(await late).toBe(true);
});
