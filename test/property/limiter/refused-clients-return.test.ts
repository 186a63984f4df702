// Refusing must not feed on itself: whoever is refused comes again, and if he is refused for that,
// what began with a hiccup never ends.

import { describe, expect, test } from 'vitest';
import { type ClosedLoop, play } from './closed-loop-clients.js';

const patient = { queue: { law: 'sojourn', waitMsMax: 500 } } as const;

// n clients, each with one request at a time, wait n times what a request takes at most.
describe('clients who could all be served in time are, soon after what made them refused is over', () => {
  test.each<[number, number, ClosedLoop['returns'], ClosedLoop['trigger'], ClosedLoop['options']?]>(
    [
      [0.025, 512, 0, 'cold'],
      [0.025, 2000, 0, 'cold'],
      [0.025, 2000, 50, 'stall'],
      [0.2, 64, 0, 'cold'],
      [0.2, 64, 0, 'stall'],
      [0.2, 64, 'Retry-After', 'stall'],
      [0.2, 512, 0, 'stall', patient],
      [2, 40, 0, 'stall'],
      [2, 40, 50, 'stall'],
      [2, 64, 0, 'stall', patient],
      [2, 64, 'Retry-After', 'stall', patient],
    ],
  )('a handler of %d ms, %d clients who return after %s, a %s', (...given) => {
    const [handlerMs, clients, returns = 0, trigger, options = {}] = given;
    // Where the first trial tells nothing, the second comes four seconds later.
    const crowd = { handlerMs, clients, returns, trigger, options, seconds: 7 };
    const { refused, goodput } = play(crowd, 6);
    expect(refused).toBe(0);
    expect(goodput).toBeGreaterThan(0.93);
  });

  test('beside others who ask whenever they like', () => {
    const crowd = {
      handlerMs: 2,
      clients: 12,
      openLoad: 0.3,
      trigger: 'stall',
      seconds: 7,
    } as const;
    const { refused, goodput } = play(crowd, 6);
    expect(refused).toBeLessThan(0.001);
    expect(goodput).toBeGreaterThan(0.93);
  });
});

// Not all of it: who is refused rests for 50 ms at most. Of 2,000 clients it would be a third.
describe('where there are more than can be served in time, refusing them leaves time to serve the others', () => {
  test.each<[number, number, number, number]>([
    [0.2, 512, 0, 0.6],
    [2, 64, 0, 0.7],
    [2, 512, 0, 0.6],
    [2, 512, 50, 0.8],
  ])(
    'a handler of %d ms, %d clients who return after %d ms',
    (handlerMs, clients, returns, share) => {
      const crowd = { handlerMs, clients, returns, trigger: 'cold', seconds: 7 } as const;
      expect(play(crowd, 3).goodput).toBeGreaterThan(share);
    },
  );
});

// The law must not be taken in by those who do not wait for each other. What is let in on trial is, at twice the
// capacity, enough to be seen here; at more it is too little.
describe('of an open loop, as many are served as ever, and soon', () => {
  test.each<[number, number | 'pool', number]>([
    [2, 1500, 0.93],
    [2, 'pool', 0.93],
    [5, 1500, 0.87],
    [5, 'pool', 0.87],
    [10, 'pool', 0.78],
  ])('at %d times the capacity, connections: %s', (openLoad, openConnections, share) => {
    const { goodput, servedP99Ms, refusedP99Ms } = play(
      {
        handlerMs: 2,
        clients: 0,
        openLoad,
        openConnections,
        trigger: 'cold',
        seconds: 8,
        readMs: 0.02,
        writeMs: 0.015,
      },
      2,
    );
    expect(goodput).toBeGreaterThan(share);
    expect(servedP99Ms).toBeLessThan(openLoad === 2 ? 60 : 30);
    expect(refusedP99Ms).toBeLessThan(openLoad === 2 ? 60 : 15);
  });

  test('and nobody waits for a connection that rests in vain, where refusing takes much of the time', () => {
    const crowd = { handlerMs: 2, clients: 0, openLoad: 10, openConnections: 'pool' } as const;
    const costs = { readMs: 0.02, writeMs: 0.03 } as const;
    const { servedP99Ms } = play({ ...crowd, ...costs, trigger: 'cold', seconds: 14 }, 10);
    expect(servedP99Ms).toBeLessThan(30);
  });
});
