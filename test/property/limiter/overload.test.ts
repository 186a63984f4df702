// The whole limiter under overload, on a simulated event loop. The bounds are looser than what
// bench/overload asks of a real server: here they tell that nothing broke.

import { describe, expect, test } from 'vitest';
import { priorityClass } from '../../../src/limiter/ticket.js';
import { type Answer, type Load, percentile, simulate } from './simulated-loop.js';

const withinMs = 500;

function good(answers: readonly Answer[], from = 0, to = Number.POSITIVE_INFINITY): Answer[] {
  return answers.filter((answer) => {
    const second = answer.at / 1000;
    return answer.ok && answer.latencyMs <= withinMs && second >= from && second < to;
  });
}

function p99(answers: readonly Answer[]): number {
  const latencies = answers.map((answer) => answer.latencyMs);
  return percentile(latencies, 0.99);
}

describe('a handler that computes for 2 ms', () => {
  const capacity = 1000 / 2.01;
  const load = (times: number): Load => ({
    options: { queue: { law: 'sojourn' } },
    seconds: 4,
    rate: () => capacity * times,
    cpuMs: 2,
  });

  test.each([
    [2, 0.93],
    [5, 0.88],
    [10, 0.8],
  ])('answers in time at %d times its capacity', (times, share) => {
    const { answers } = simulate(load(times));
    expect(good(answers).length).toBeGreaterThan(share * capacity * 4);
    expect(p99(good(answers, 1))).toBeLessThan(60);
    expect(p99(answers.filter((answer) => !answer.ok))).toBeLessThan(15);
  });

  test('refuses next to nothing at half its capacity', () => {
    const { answers } = simulate(load(0.5));
    expect(answers.filter((answer) => !answer.ok).length).toBeLessThan(answers.length * 0.001);
  });

  test('is back to normal within 200 ms of a burst', () => {
    const { answers } = simulate({
      ...load(1),
      rate: (second) => capacity * (second >= 1 && second < 2 ? 5 : 0.5),
    });
    const after = answers.filter((answer) => answer.at >= 2200);
    expect(after.length).toBeGreaterThan(300);
    expect(after.filter((answer) => !answer.ok)).toEqual([]);
    expect(p99(after)).toBeLessThan(20);
  });
});

describe('a backend of 20 servers, 10 ms each, with an adaptive limit', () => {
  const load: Load = {
    options: { concurrency: 'adaptive', queue: { law: 'sojourn' } },
    seconds: 6,
    rate: () => 10_000,
    cpuMs: 0.02,
    backend: () => ({ servers: 20, ms: 10 }),
  };

  test('is kept busy and answers in time at five times its capacity', () => {
    const { answers } = simulate(load);
    expect(good(answers).length).toBeGreaterThan(0.95 * 2000 * 6);
    expect(p99(good(answers, 1))).toBeLessThan(60);
  });

  test('is found again within 3 s when it becomes three times as slow, and as wide', () => {
    const { answers } = simulate({
      ...load,
      seconds: 10,
      backend: (second) => (second < 4 ? { servers: 20, ms: 10 } : { servers: 60, ms: 30 }),
    });
    expect(good(answers, 7, 10).length).toBeGreaterThan(0.95 * 2000 * 3);
  });
});

test('a class that asks for three quarters of the capacity is served, at five times the capacity', () => {
  const { answers } = simulate({
    options: { queue: { law: 'sojourn' } },
    seconds: 6,
    rate: () => 2500,
    cpuMs: 2,
    who: (random) => ({ priority: random() < 0.15 ? 'critical' : 'default' }),
  });
  const critical = answers.filter((answer) => answer.priority === priorityClass.critical);
  expect(critical.length).toBeGreaterThan(2000);
  expect(good(critical).length).toBeGreaterThan(0.995 * critical.length);
});

test('those who ask for little lose little to a client that sends 90 %', () => {
  const clients = 10;
  const { answers } = simulate({
    options: { queue: { law: 'sojourn' } },
    seconds: 6,
    rate: () => 2500,
    cpuMs: 2,
    who: (random) => ({ client: random() < 0.9 ? 0 : 1 + Math.floor(random() * (clients - 1)) }),
  });
  for (let client = 1; client < clients; client++) {
    const own = answers.filter((answer) => answer.client === client);
    expect(good(own).length).toBeGreaterThan(0.8 * own.length);
  }
});
