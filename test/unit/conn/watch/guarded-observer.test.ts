// An observer whose methods never throw.

import { expect, test } from 'vitest';
import { guardObservers } from '../../../../src/conn/watch/guarded-observer.js';
import type { Observer } from '../../../../src/observe/observer.js';
import { settle } from '../../../support/loop-turns.js';

test('passes on what it is told, on the observer itself; methods it lacks are missing', () => {
  const heard: unknown[][] = [];
  const observer: Observer = {
    connectionRefused(...values) {
      heard.push([this === observer, ...values]);
    },
  };
  const guarded = guardObservers([observer], () => {});
  guarded.connectionRefused?.({ reason: 'x' });
  expect(heard).toEqual([[true, { reason: 'x' }]]);
  expect(Object.keys(guarded)).toEqual(['connectionRefused']);
});

test('several hear of it in their order, whatever one of them throws', () => {
  const heard: string[] = [];
  const told: unknown[] = [];
  const failure = new Error('x');
  const guarded = guardObservers(
    [
      { connectionRefused: () => void heard.push('first') },
      { transition: () => void heard.push('moved') },
      {
        connectionRefused() {
          throw failure;
        },
      },
      { connectionRefused: () => void heard.push('last') },
    ],
    (error) => told.push(error),
  );
  guarded.connectionRefused?.({ reason: 'x' });
  expect([heard, told]).toEqual([['first', 'last'], [failure]]);
  guarded.transition?.({ connectionId: 1, from: 0, event: 0, to: 0 });
  expect(heard).toEqual(['first', 'last', 'moved']);
  expect(Object.keys(guardObservers([{}, {}], () => {}))).toEqual([]);
});

test('what is thrown or rejected is told', async () => {
  const told: unknown[] = [];
  const guarded = guardObservers(
    [
      {
        limitChanged() {
          throw new Error('1');
        },
        connectionRefused: () => Promise.reject(2) as unknown as undefined,
      },
    ],
    (error) => told.push(error),
  );
  guarded.limitChanged?.({ limit: 1, previous: 2 });
  guarded.connectionRefused?.({ reason: 'connections' });
  await settle();
  expect(told).toEqual([new Error('1'), 2]);
});

test('a method that an observer takes off later is not missed', () => {
  const told: unknown[] = [];
  const observer: { connectionRefused?: () => void } = { connectionRefused: () => undefined };
  const guarded = guardObservers([observer as Observer], (error) => told.push(error));
  delete observer.connectionRefused;
  guarded.connectionRefused?.({ reason: 'connections' });
  expect(told).toEqual([]);
});
