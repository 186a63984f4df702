// What may go wrong in one run. Each run switches a random part of it off: a fault
// that always happens hides the others.

import type { Limits } from '../../src/fsm/limits.js';
import type { ConcurrencyOption, QueueOption } from '../../src/limiter/options.js';
import type { LinkOptions, Random } from '../../src/testing/index.js';

export const FEATURES = [
  // What clients send.
  'content',
  'chunked',
  'trailers',
  'expect',
  'http10',
  'head',
  'closeAsked',
  'malformed',
  'tooLarge',
  'probes',
  // How they send it.
  'pipelined',
  'pieces',
  'delays',
  'trickle',
  'silence',
  'fin',
  'destroy',
  'reset',
  'chatter',
  // How they read.
  'pauses',
  'neverReads',
  'neverCloses',
  // The network.
  'segments',
  'bytes',
  'jitter',
  'smallBuffers',
  'lateFlush',
  'noFlush',
  'cut',
  'resetDiscards',
  'resetAsFin',
  // Handlers.
  'late',
  'long',
  'busy',
  'streams',
  'slowStreams',
  'big',
  'echo',
  'reads',
  'halfReads',
  'early',
  'fails',
  'wrongLength',
  'replyCloses',
  'interim',
  'waitUntil',
  // The server.
  'drain',
  'shortGrace',
  'crowd',
  'handlerMs',
  'requestsMax',
  'holdBody',
  'sojourn',
  'adaptive',
  'priorities',
  'deadlines',
  'tight',
  'memory',
  'stops',
] as const;
export type Feature = (typeof FEATURES)[number];

export type FaultMix = ReadonlySet<Feature>;

/** In some runs nothing goes wrong, in some one or two things, in most about half. */
export function drawSwarm(random: Random): FaultMix {
  const part = random.pick([0, 0.05, 0.2, 0.5, 0.5, 0.5, 0.8, 1]);
  return new Set(FEATURES.filter(() => random.chance(part)));
}

/** Small, so that every limit and every deadline matters. */
export function drawLimits(random: Random, swarm: FaultMix): Partial<Limits> {
  const tight = swarm.has('tight');
  return {
    headBytesMax: 1024,
    fieldCountMax: 16,
    targetBytesMax: 128,
    headMs: random.pick([100, 400]),
    keepAliveMs: random.pick([150, 600]),
    bodyBytesMax: 3000,
    bodyIdleMs: random.pick([100, 300, 2000]),
    bytesPerSecondMin: random.pick([0, 240, 5000]),
    writeStallMs: random.pick([200, 1000, 8000]),
    peerEndedMs: random.pick([60, 400, 5000]),
    handlerMs: swarm.has('handlerMs') ? random.pick([30, 300]) : 0,
    requestsPerConnectionMax: swarm.has('requestsMax') ? random.integer(1, 3) : 0,
    chunkLineBytesMax: 64,
    chunkExtBytesMax: 96,
    chunkOverheadBytesMax: 512,
    trailerBytesMax: 256,
    readAheadBytesMax: tight ? random.pick([1, 64, 500]) : 65_536,
    drainBytesMax: tight ? random.pick([0, 50, 400]) : 65_536,
    bufferedBytesMax: swarm.has('memory') ? random.pick([65_536, 150_000]) : 256 * 1024 * 1024,
    lingerMs: random.pick([40, 200]),
    lingerMsMax: random.pick([50, 400]),
    lingerBytesMax: tight ? random.pick([0, 300]) : 100_000,
  };
}

export function drawConcurrency(random: Random, swarm: FaultMix): ConcurrencyOption {
  const hold = swarm.has('holdBody') ? 'body' : 'handler';
  const slots = swarm.has('crowd') ? random.integer(1, 2) : 64;
  if (swarm.has('adaptive')) {
    return { algorithm: 'gradient', initial: slots, min: 1, max: Math.max(2, slots), hold };
  }
  return { algorithm: 'fixed', initial: slots, hold };
}

export function drawQueue(random: Random, swarm: FaultMix): QueueOption {
  const entriesMax = swarm.has('crowd') ? random.pick([1, 1, 3, 50]) : 1000;
  if (swarm.has('sojourn')) return { law: 'sojourn', entriesMax, targetMs: 5, waitMsMax: 40 };
  return { law: 'timed', entriesMax, waitMs: random.pick([20, 150, 1000]) };
}

export function drawLink(random: Random, swarm: FaultMix, bytes: number): LinkOptions {
  // Byte by byte a long conversation takes too many events.
  const single = swarm.has('bytes') && bytes < 2500 && random.chance(0.4);
  const sizes = [1, 10, 200, 1500, 9000].filter((size) => size * 2000 > bytes);
  const isSmall = swarm.has('smallBuffers') && sizes.length > 0 && random.chance(0.7);
  const buffer = isSmall ? random.pick(sizes) : 65_536;
  const some = <Value>(feature: Feature, value: Value, otherwise: Value): Value =>
    swarm.has(feature) && random.chance(0.5) ? value : otherwise;
  return {
    latencyMs: random.pick([0, 1, 5]),
    jitterMs: some('jitter', random.pick([2, 30]), 0),
    split: single ? 'bytes' : bytes < 20_000 ? some('segments', 'random', 'whole') : 'whole',
    coalesceChance: some('segments', 0.4, 0),
    readBytesMax: some('segments', random.integer(20, 3000), 65_536),
    sendBufferBytes: buffer,
    receiveBufferBytes: buffer,
    resetDiscardsChance: some('resetDiscards', 1, 0),
    resetAsFinChance: some('resetAsFin', 1, 0),
    toClient: {
      flushDelayMs: some('noFlush', Infinity, some('lateFlush', random.pick([1, 50]), 0)),
    },
    cutAfterBytes: some('cut', random.integer(1, 1 + bytes), Infinity),
  };
}
