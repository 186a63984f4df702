// A whole server in virtual time, with handlers that compute: what the limiter's laws come to behind
// parser, state machine and sockets of the simulated network.

import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../../bench/lib/random.mjs';
import { reply } from '../../../src/index.js';
import { createSimulatedServer } from '../../../src/testing/index.js';

const request = new TextEncoder().encode('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
const handlerMs = 2;
/** What the loop does for a request besides. */
const overheadMs = 0.05;
const connectionCount = 200;
const seconds = 25;

interface Load {
  /** Of the capacity. */
  readonly load: number;
  readonly spread: 'even' | 'exponential';
  /** Each half second the process stands still for as long. */
  readonly stallMs: number;
}

/** Asks at random moments, over connections in turn; gives how many were answered with 200 and 503. */
function play({ load, spread, stallMs }: Load): { served: number; refused: number } {
  const random = randomFrom(4);
  const meanGapMs = (handlerMs + overheadMs) / load;
  const exponential = (mean: number): number => -mean * Math.log(1 - random());
  const { network, clock } = createSimulatedServer({
    fetch: () => {
      clock.spend(spread === 'even' ? handlerMs : exponential(handlerMs));
      return reply('It is done.\n');
    },
  });
  const answers = { served: 0, refused: 0 };
  const sink = {
    onBytes(bytes: Uint8Array) {
      // HTTP/1.1 2… or 5…
      if (bytes[9] === 0x32) answers.served++;
      else answers.refused++;
    },
    onFin() {},
    onFlushed() {},
    onReset() {},
  };
  const connections = Array.from({ length: connectionCount }, () => network.connect(() => sink));
  let asked = 0;
  const arriveAt = (at: number): void => {
    clock.at(at, () => {
      clock.spend(overheadMs);
      connections[asked++ % connectionCount]?.write(request);
      const next = at + exponential(meanGapMs);
      if (next < seconds * 1000) arriveAt(next);
    });
  };
  arriveAt(1);
  for (let at = 500; at < seconds * 1000; at += 500) clock.at(at, () => clock.spend(stallMs));
  clock.run({ until: seconds * 1000 + 500, eventsMax: 10_000_000 });
  expect(answers.served + answers.refused).toBe(asked);
  return answers;
}

describe('at nine tenths of what it can do, a server refuses next to nobody', () => {
  test.each<[string, Load, number]>([
    ['handlers of 2 ms', { load: 0.9, spread: 'even', stallMs: 0 }, 0],
    ['a process that stands still at times', { load: 0.9, spread: 'even', stallMs: 15 }, 0.001],
    ['times that differ widely', { load: 0.9, spread: 'exponential', stallMs: 0 }, 0.005],
  ])('%s', (_name, load, shareMax) => {
    const { served, refused } = play(load);
    expect(served).toBeGreaterThan(9000);
    expect(refused / (served + refused)).toBeLessThanOrEqual(shareMax);
  });
});
