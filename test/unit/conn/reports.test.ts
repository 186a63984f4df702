// What is told, and whom, where the application has no onError, or one that fails.

import { expect, test } from 'vitest';
import { type ReportSettings, Reports } from '../../../src/conn/reports.js';

class Warned {
  readonly texts: string[] = [];

  reports(settings: Partial<ReportSettings> = {}): Reports {
    return new Reports(
      {
        onError: undefined,
        onFault: undefined,
        observers: [],
        showsCredentials: false,
        ...settings,
      },
      (text) => this.texts.push(text),
    );
  }
}

test('an error without onError is warned of, once a kind, and then at the tenth and the hundredth', () => {
  const warned = new Warned();
  const reports = warned.reports();
  for (let i = 0; i < 120; i++) reports.error(new TypeError('x'));
  reports.error(new RangeError('y'));
  reports.error(Object.assign(new RangeError('y'), { code: 'Z' }));
  reports.error('text');
  expect(warned.texts.map((text) => text.replace('sluice: an error: ', ''))).toEqual([
    'TypeError: x (there was no onError to tell)',
    'TypeError: x (there was no onError to tell; 10 of this kind by now)',
    'TypeError: x (there was no onError to tell; 100 of this kind by now)',
    'RangeError: y (there was no onError to tell)',
    'RangeError: y (there was no onError to tell)',
    'text (there was no onError to tell)',
  ]);
});

test('kinds are bounded', () => {
  const warned = new Warned();
  const reports = warned.reports();
  for (let i = 0; i < 1000; i++) reports.error(Object.assign(new Error('x'), { code: i }));
  expect(warned.texts.length).toBeLessThan(70);
});

test('where onError takes the error, nothing is warned of; where it throws or rejects, its own error is', async () => {
  const warned = new Warned();
  expect(warned.reports({ onError: () => 7 }).error(new Error('x'))).toBe(7);
  expect(warned.texts).toEqual([]);
  const failing = warned.reports({
    onError: () => {
      throw new Error('y');
    },
  });
  expect(failing.error(new Error('x'))).toBe(undefined);
  expect(warned.texts).toEqual(['sluice: onError failed: Error: y']);
});

test('an error that can’t be put into words throws nothing', () => {
  const warned = new Warned();
  warned.reports().error({
    toString() {
      throw new Error('no');
    },
  });
  expect(warned.texts).toHaveLength(1);
});
