import { describe, expect, test } from 'vitest';
import { LIMIT_NAMES } from '../../../src/fsm/limits.js';
import { nearest } from '../../../src/options/meant.js';

const known = ['fetch', 'concurrency', 'graceMs', 'readinessDelayMs', 'port', 'host', 'onError'];

describe('the option that was meant', () => {
  test.each([
    ['Port', 'port'],
    ['prot', 'port'],
    ['hots', 'host'],
    ['hosts', 'host'],
    ['grace', 'graceMs'],
    ['grace_ms', 'graceMs'],
    ['graceMS', 'graceMs'],
    ['grace-ms', 'graceMs'],
    ['concurency', 'concurrency'],
    ['onerror', 'onError'],
    ['readinessDelay', 'readinessDelayMs'],
    ['featch', 'fetch'],
  ])('%s is %s', (name, meant) => {
    expect(nearest(name, known)).toBe(meant);
  });

  test.each(['', '-', 'x', 'size', 'observer', 'po', 'constructor', 'f'.repeat(1_000_000)])(
    '%.20s is none',
    (name) => {
      expect(nearest(name, known)).toBeUndefined();
    },
  );

  test('of two, the nearer one, and the first of two as near', () => {
    expect(nearest('heads', ['header', 'head'])).toBe('head');
    expect(nearest('cab', ['cat', 'car'])).toBe('cat');
  });

  test('each limit is found with one letter left out, doubled or swapped', () => {
    for (const name of LIMIT_NAMES) {
      for (let i = 1; i < name.length; i++) {
        const without = name.slice(0, i) + name.slice(i + 1);
        const doubled = name.slice(0, i) + name[i] + name.slice(i);
        const swapped = name.slice(0, i - 1) + name[i] + name[i - 1] + name.slice(i + 1);
        for (const slip of [without, doubled, swapped]) {
          // It is another one, or another one without its bound.
          if (LIMIT_NAMES.some((other) => other === slip || other === `${slip}Max`)) continue;
          expect(`${slip}: ${nearest(slip, LIMIT_NAMES)}`).toBe(`${slip}: ${name}`);
        }
      }
    }
  });
});
