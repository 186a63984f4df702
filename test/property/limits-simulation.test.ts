// The short form of `npm run bench:limits`: what the limit that sluice finds is worth before a backend
// that it can't see, in virtual time and with the seed of the property tests.

import { describe, expect, test } from 'vitest';
import { measure, measureComputing } from '../../bench/limits/measure.mjs';
import {
  atLoad,
  changesAt,
  computing,
  scenarios,
  shortened,
} from '../../bench/limits/scenarios.mjs';
import { simulate } from '../../bench/limits/simulation.mjs';
import type { LimitAlgorithm } from '../../src/limiter/algorithms/algorithm.js';
import { FixedLimit } from '../../src/limiter/algorithms/fixed.js';
import { GradientLimit } from '../../src/limiter/algorithms/gradient.js';
import { Limiter } from '../../src/limiter/limiter.js';
import { parseLimiterOptions } from '../../src/limiter/options.js';
import { Ticket } from '../../src/limiter/ticket.js';

type Algorithm = (random: () => number) => LimitAlgorithm;
type Name = keyof typeof scenarios;

type Figures = ReturnType<typeof measureComputing>;

const limiting = { Limiter, parseLimiterOptions, Ticket };
const seed = Number(process.env.SLUICE_SEED ?? 1);
const range = { initial: 20, min: 4, max: 1024 };
const gradient: Algorithm = (random) => new GradientLimit(range, random);

function run(name: Name, algorithm: Algorithm, seconds: number): ReturnType<typeof measure> {
  const scenario = shortened({ ...scenarios[name], algorithm }, seconds);
  return measure(scenario, simulate(limiting, scenario, seed));
}

test('a backend that is asked for five times its capacity is kept busy and near', () => {
  const { whole, lastP99Ms } = run('saturated', gradient, 8);
  expect(whole).toBeGreaterThan(0.95);
  expect(lastP99Ms).toBeLessThan(60);
});

test('with no limit worth the name the same backend answers nobody in time', () => {
  expect(run('saturated', () => new FixedLimit(1024), 4).whole).toBeLessThan(0.25);
});

describe('within three seconds of a change the limit fits again', () => {
  test.each<Name>(['slower', 'wider', 'slower and wider', 'narrower'])('%s', (name) => {
    const { settled } = run(name, gradient, changesAt + 6);
    expect(settled).toBeGreaterThan(0.95);
  });
});

test('a limit that was right before such a change is wrong after it', () => {
  const { settled } = run('slower and wider', () => new FixedLimit(20), changesAt + 6);
  expect(settled).toBeLessThan(0.5);
});

test('half the capacity is served whole', () => {
  const { whole, refused } = run('half', gradient, 10);
  expect(whole).toBeGreaterThan(0.95);
  expect(refused).toBeLessThan(0.001);
});

test('a core that computes after waiting is kept busy and near, though saturated from the start', () => {
  const { whole, lastP99Ms } = run('single', gradient, 10);
  expect(whole).toBeGreaterThan(0.95);
  expect(lastP99Ms).toBeLessThan(45);
});

describe('handlers that compute for 2 ms, asked for at random moments', () => {
  // Seeds of their own: half a percent is near enough to the truth for a rare burst to exceed it.
  const seeds = [1, 2, 3];
  const of = (handler: keyof typeof computing, load: number, seconds: number): Figures[] =>
    seeds.map((fixed) => {
      const scenario = atLoad(computing[handler], load, seconds);
      return measureComputing(scenario, simulate(limiting, scenario, fixed));
    });
  const mean = (figures: Figures[], key: keyof Figures): number =>
    figures.reduce((sum, figure) => sum + figure[key], 0) / figures.length;

  test.each([
    ['even', 0.8, 0],
    ['even', 0.9, 0.0005],
    ['uneven', 0.8, 0.0005],
    ['uneven', 0.9, 0.005],
  ] as const)('%s: at %d times the capacity next to none is refused', (handler, load, share) => {
    expect(mean(of(handler, load, 60), 'refused')).toBeLessThanOrEqual(share);
  });

  test.each([
    ['even', 2, 0.97, 20],
    ['even', 5, 0.93, 20],
    ['even', 10, 0.85, 20],
    ['uneven', 2, 0.95, 30],
    ['uneven', 5, 0.92, 30],
    ['uneven', 10, 0.85, 30],
  ] as const)('%s: at %d times it is kept busy and near', (handler, load, share, p99Ms) => {
    const figures = of(handler, load, 10);
    expect(mean(figures, 'goodput')).toBeGreaterThan(share);
    expect(mean(figures, 'p99Ms')).toBeLessThan(p99Ms);
  });
});
