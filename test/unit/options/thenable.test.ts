// What counts as a promise, and who hears of its rejection.

import { describe, expect, test } from 'vitest';
import { dropIfPromise, listen, promiseOf, rejectionOf } from '../../../src/options/thenable.js';
import { expectNoEscapes } from '../../support/escapes.js';
import { REJECTED } from '../../support/rejected-promises.js';

expectNoEscapes();

describe('promiseOf', () => {
  test.each([[undefined], [null], [7], ['x'], [{}], [() => 0], [[]]])('%o is no promise', (value) =>
    expect(promiseOf(value)).toBeUndefined(),
  );

  test('gives a promise of the platform as it is', () => {
    const promise = Promise.resolve(1);
    expect(promiseOf(promise)).toBe(promise);
  });

  test('asks a foreign then once, and takes its first answer', async () => {
    let asked = 0;
    const value = {
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what is wanted.
      then(resolve: (value: number) => void) {
        asked++;
        resolve(1);
        resolve(2);
      },
    };
    expect([await promiseOf(value), asked]).toEqual([1, 1]);
  });

  test.each([
    ['undefined', { value: undefined }],
    ['a number', { value: 7 }],
  ])('gives what a promise gives whose then is %s', async (_what, property) => {
    const promise = promiseOf(Object.defineProperty(Promise.resolve(1), 'then', property));
    expect(await promise).toBe(1);
  });

  test('what only seems a promise, and has no then, rejects', async () => {
    const seeming = Object.defineProperty(Object.create(Promise.prototype), 'then', {
      value: undefined,
    });
    await expect(promiseOf(seeming)).rejects.toThrow(TypeError);
  });
});

describe.each(REJECTED)('a promise that rejects, %s,', (_name, make) => {
  test('ends no process once promiseOf has looked at it', () => {
    try {
      const promise = promiseOf(make());
      if (promise !== undefined) listen(promise, undefined, () => undefined);
    } catch {
      // It can't be read.
    }
  });

  test('ends no process once it is dropped', () => dropIfPromise(make()));
});

test.each(REJECTED.filter(([name]) => !/nothing|else|read/.test(name)))(
  'rejectionOf tells of a promise that rejects, %s',
  async (_name, make) => {
    const error = await new Promise((resolve) => rejectionOf(make(), resolve));
    expect(String(error)).toContain('mistake');
  },
);
