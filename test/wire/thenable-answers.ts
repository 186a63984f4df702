// What a handler or onError may give that has a `then`, and what its client is told.

import type { Answer } from '../../src/index.js';
import { reply } from '../../src/index.js';
import { get, type Served } from '../support/test-server.js';

export const mistake = new Error('mistake');

type Then = (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void;

/** A boundary: what JavaScript lets a handler give. */
const thenable = (then: Then): PromiseLike<Answer> => ({ then }) as unknown as PromiseLike<Answer>;

const throwsMistake = (): never => {
  throw mistake;
};

class Late extends Promise<Answer> {}

/** By name: what is given, and the status it means. */
export const THENABLES: [string, () => unknown, number][] = [
  [
    'throws',
    () =>
      thenable(() => {
        throw mistake;
      }),
    500,
  ],
  [
    'can’t be looked at',
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what is wanted.
      get then(): never {
        throw mistake;
      },
    }),
    500,
  ],
  [
    'calls back twice and throws',
    () =>
      thenable((resolve) => {
        resolve(reply('x'));
        resolve(reply('y'));
        throw mistake;
      }),
    200,
  ],
  [
    'calls back and rejects',
    () =>
      thenable((resolve, reject) => {
        resolve(reply('x'));
        reject(mistake);
      }),
    200,
  ],
  [
    'gives another',
    () => thenable((resolve) => resolve(thenable((inner) => inner(reply('x'))))),
    200,
  ],
  ['gives one that throws', () => thenable((resolve) => resolve(THENABLES[0]?.[1]())), 500],
  ['rejects with nothing', () => thenable((_, reject) => reject(undefined)), 500],
  ['is of a class of its own', () => Late.resolve(reply('x')), 200],
  [
    'was patched',
    () =>
      Object.assign(Promise.resolve(reply('x')), {
        // biome-ignore lint/suspicious/noThenProperty: a thenable is what is wanted.
        then() {
          throw mistake;
        },
      }),
    500,
  ],
  ['only looks like one', () => Object.create(Promise.prototype), 500],
  [
    'only looks like one, without a then',
    () => Object.defineProperty(Object.create(Promise.prototype), 'then', { value: undefined }),
    500,
  ],
  [
    'is a promise without a then',
    () => Object.defineProperty(Promise.resolve(reply('x')), 'then', { value: undefined }),
    200,
  ],
  [
    'is a promise without a then, and rejects',
    () => Object.defineProperty(Promise.reject(mistake), 'then', { value: undefined }),
    500,
  ],
  [
    'is a promise that rejects, and was patched',
    () => Object.defineProperty(Promise.reject(mistake), 'then', { value: throwsMistake }),
    500,
  ],
  [
    'gives a promise without a then, which rejects',
    async () => Object.defineProperty(Promise.reject(mistake), 'then', { value: undefined }),
    500,
  ],
  [
    'is a function',
    () =>
      Object.assign(
        () => 0,
        thenable((resolve) => resolve(reply('x'))),
      ),
    200,
  ],
];

export async function statuses(served: Served): Promise<number[]> {
  const client = await served.send(get() + get());
  return (await client.responses(2)).map(({ status }) => status);
}
