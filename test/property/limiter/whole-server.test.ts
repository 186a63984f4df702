// A whole server in virtual time, with handlers that compute: what the limiter's laws come to behind
// parser, state machine and sockets of the simulated network.

import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../../bench/lib/random.mjs';
import { reply } from '../../../src/index.js';
import { createSimulatedServer } from '../../../src/testing/index.js';

const request = new TextEncoder().encode('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
const handlerMs = 2;
/** What the loop does for a request besides. */
const overheadMs = 0.02;
/** Under overload there are more of them than wait: those who ask do not wait for each other. */
const connectionCount = { below: 200, above: 2500 } as const;
const seconds = 20;

interface Load {
  /** Of the capacity. */
  readonly load: number;
  readonly spread: 'even' | 'exponential';
  /** Each half second the process stands still for as long. */
  readonly stallMs: number;
}

interface Outcome {
  readonly served: number;
  readonly refused: number;
  /** Of what was served after the first two seconds, from the intended moment on. */
  readonly p99Ms: number;
}

/** Asks at random moments, over connections in turn. */
function play({ load, spread, stallMs }: Load): Outcome {
  const random = randomFrom(4);
  const exponential = (mean: number): number => -mean * Math.log(1 - random());
  const { network, clock } = createSimulatedServer({
    fetch: () => {
      clock.spend(spread === 'even' ? handlerMs : exponential(handlerMs));
      return reply('It is done.\n');
    },
  });
  let refused = 0;
  let served = 0;
  const latencies: number[] = [];
  /** Gives the way to ask on a connection of its own. */
  const connect = (): ((at: number) => void) => {
    const askedAt: number[] = [];
    const client = network.connect(() => ({
      onBytes(bytes: Uint8Array, now: number) {
        const at = askedAt.shift() ?? Number.NaN;
        // HTTP/1.1 2… or 5…
        if (bytes[9] === 0x32) served++;
        else refused++;
        if (bytes[9] === 0x32 && at > 2000) latencies.push(now - at);
      },
      onFin() {},
      onFlushed() {},
      onReset() {},
    }));
    return (at) => {
      askedAt.push(at);
      clock.spend(overheadMs);
      client.write(request);
    };
  };
  const count = load > 1 ? connectionCount.above : connectionCount.below;
  const connections = Array.from({ length: count }, connect);
  let asked = 0;
  // All in advance: what falls due while a handler computes is there, all of it, when it is done.
  for (let at = 1; at < seconds * 1000; at += exponential((handlerMs + overheadMs) / load)) {
    const ask = connections[asked++ % count];
    clock.at(at, () => ask?.(at));
  }
  for (let at = 500; at < seconds * 1000; at += 500) clock.at(at, () => clock.spend(stallMs));
  clock.run({ until: seconds * 1000 + 500, eventsMax: 10_000_000 });
  expect(served + refused).toBe(asked);
  latencies.sort((a, b) => a - b);
  return { served, refused, p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN };
}

describe('at nine tenths of what it can do, a server refuses next to nobody', () => {
  test.each<[string, Load, number]>([
    ['handlers of 2 ms', { load: 0.9, spread: 'even', stallMs: 0 }, 0.001],
    ['a process that stands still at times', { load: 0.9, spread: 'even', stallMs: 15 }, 0.005],
    ['times that differ widely', { load: 0.9, spread: 'exponential', stallMs: 0 }, 0.005],
  ])('%s', (_name, load, shareMax) => {
    const { served, refused } = play(load);
    expect(refused / (served + refused)).toBeLessThanOrEqual(shareMax);
  });
});

test.each([2, 5])('asked for %d times as much as it can do, it is kept busy and near', (load) => {
  const { served, p99Ms } = play({ load, spread: 'even', stallMs: 0 });
  expect((served * (handlerMs + overheadMs)) / (seconds * 1000)).toBeGreaterThan(0.9);
  expect(p99Ms).toBeLessThan(35);
});
