// An observer whose methods never throw.

import { expect, test } from 'vitest';
import { guardObserver } from '../../../src/conn/guarded-observer.js';
import type { Observer } from '../../../src/observe/observer.js';

test('passes on what it is told, on the observer itself; methods it lacks are missing', () => {
  const heard: unknown[][] = [];
  const observer: Observer = {
    connectionOpened(...values) {
      heard.push([this === observer, ...values]);
    },
  };
  const guarded = guardObserver(observer, () => {});
  guarded.connectionOpened?.(7);
  expect(heard).toEqual([[true, 7]]);
  expect(Object.keys(guarded)).toEqual(['connectionOpened']);
});

test('what is thrown or rejected is told', async () => {
  const told: unknown[] = [];
  const guarded = guardObserver(
    {
      connectionOpened() {
        throw new Error('1');
      },
      connectionRefused: () => Promise.reject(2) as unknown as undefined,
    },
    (error) => told.push(error),
  );
  guarded.connectionOpened?.(7);
  guarded.connectionRefused?.('connections');
  for (let i = 0; i < 5; i++) await null;
  expect(told).toEqual([new Error('1'), 2]);
});
