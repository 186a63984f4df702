// What a handler is to do with one request: drawn before the run, so that the
// client knows what to expect.

import type { Random } from '../../src/testing/index.js';
import type { FaultMix } from './fault-mix.js';
import type { TunnelPlan } from './tunnel-plan.js';

export const READS = [
  'nothing',
  'text',
  'bytes',
  'iterate',
  'slow',
  'some',
  'hold',
  'cancel',
] as const;
export type Read = (typeof READS)[number];

export const SOURCES = [
  'iterator',
  'asyncIterator',
  'generator',
  'asyncGenerator',
  'iterable',
  'readable',
  'response',
] as const;
export type SourceKind = (typeof SOURCES)[number];

/** How a streamed reply goes wrong. */
export const STREAM_FAILURES = ['throws', 'short', 'long', 'chunkType', 'trailers'] as const;
export type StreamFailure = (typeof STREAM_FAILURES)[number];

export type TrailerKind = 'none' | 'object' | 'promise' | 'function';

export interface StreamPlan {
  readonly source: SourceKind;
  readonly pieceBytes: readonly number[];
  /** Between pieces; 0: at once. */
  readonly pieceMs: number;
  readonly declared: boolean;
  readonly trailers: TrailerKind;
  readonly failure: StreamFailure | undefined;
  /** When all pieces were given it waits, for ever. */
  readonly neverEnds?: boolean;
}

export type ReplyKind =
  | 'text'
  | 'bytes'
  | 'none'
  | 'native'
  | 'stream'
  | 'echo'
  | 'tunnel'
  | 'throw'
  | 'invalid';

export interface Plan {
  readonly startMs: number | 'sync' | 'promise';
  /** The loop is busy for so long when the handler starts. */
  readonly busyMs: number;
  readonly read: Read;
  /** The content is read from the start, while the reply is made and sent. */
  readonly readsBeside: boolean;
  readonly reply: ReplyKind;
  readonly status: number;
  readonly size: number;
  readonly stream: StreamPlan | undefined;
  readonly tunnel: TunnelPlan | undefined;
  readonly closes: boolean;
  readonly interim: number;
  readonly watchesSignal: boolean;
  /** Answers as soon as the signal aborts. */
  readonly givesUp: boolean;
  readonly asksCompleted: boolean;
  readonly asksTrailers: boolean;
  readonly raisesLimit: boolean;
  readonly waitUntil: 'none' | 'resolves' | 'rejects';
  /** `onError` gives a reply of its own. */
  readonly errorReplied: boolean;
}

/** A handler that says hello. */
export const PLAIN: Plan = {
  startMs: 'sync',
  busyMs: 0,
  read: 'nothing',
  readsBeside: false,
  reply: 'text',
  status: 200,
  size: 20,
  stream: undefined,
  tunnel: undefined,
  closes: false,
  interim: 0,
  watchesSignal: false,
  givesUp: false,
  asksCompleted: false,
  asksTrailers: false,
  raisesLimit: false,
  waitUntil: 'none',
  errorReplied: false,
};

export function drawPlan(random: Random, swarm: FaultMix, hasContent: boolean): Plan {
  const reply = drawReply(random, swarm, hasContent);
  const read = hasContent ? drawRead(random, swarm) : random.pick(['nothing', 'text'] as const);
  return {
    startMs: drawStart(random, swarm),
    busyMs: swarm.has('busy') && random.chance(0.3) ? random.pick([1, 7, 40]) : 0,
    read: reply === 'echo' ? 'nothing' : read,
    readsBeside: swarm.has('early') && random.chance(0.3),
    reply,
    status: random.chance(0.15) ? random.pick([201, 204, 205, 304, 404, 599]) : 200,
    size: drawSize(random, swarm),
    stream: reply === 'stream' ? drawStream(random, swarm) : undefined,
    tunnel: undefined,
    closes: swarm.has('replyCloses') && random.chance(0.2),
    interim: swarm.has('interim') && random.chance(0.3) ? random.integer(1, 2) : 0,
    watchesSignal: random.chance(0.6),
    givesUp: random.chance(0.3),
    asksCompleted: random.chance(0.5),
    asksTrailers: random.chance(0.3),
    raisesLimit: swarm.has('tooLarge') && random.chance(0.3),
    waitUntil:
      swarm.has('waitUntil') && random.chance(0.2) ? random.pick(['resolves', 'rejects']) : 'none',
    errorReplied: random.chance(0.3),
  };
}

function drawStart(random: Random, swarm: FaultMix): Plan['startMs'] {
  if (swarm.has('long') && random.chance(0.15)) return random.integer(300, 3000);
  if (swarm.has('late') && random.chance(0.5)) return random.pick([0, 1, 8, 60, 200]);
  if (swarm.has('crowd') && random.chance(0.5)) return random.pick([5, 30, 120]);
  return random.pick(['sync', 'sync', 'promise']);
}

function drawRead(random: Random, swarm: FaultMix): Read {
  if (swarm.has('halfReads') && random.chance(0.4)) {
    return random.pick(['some', 'hold', 'cancel', 'nothing']);
  }
  if (swarm.has('reads') && random.chance(0.8)) {
    return random.pick(['text', 'bytes', 'iterate', 'slow']);
  }
  return 'nothing';
}

function drawReply(random: Random, swarm: FaultMix, hasContent: boolean): ReplyKind {
  if (swarm.has('fails') && random.chance(0.2)) return random.pick(['throw', 'invalid']);
  if (swarm.has('echo') && hasContent && random.chance(0.4)) return 'echo';
  if (swarm.has('streams') && random.chance(0.5)) return 'stream';
  return random.pick(['text', 'text', 'bytes', 'none', 'native']);
}

function drawSize(random: Random, swarm: FaultMix): number {
  if (swarm.has('big') && random.chance(0.2))
    return random.pick([9000, 65_400, 65_536, 200_000, 1_300_000]);
  return random.pick([0, 1, 20, 300]);
}

function drawStream(random: Random, swarm: FaultMix): StreamPlan {
  const count = random.integer(0, 5);
  const big = swarm.has('big') && random.chance(0.3);
  const pieceBytes: number[] = [];
  for (let i = 0; i < count; i++) {
    pieceBytes.push(big ? random.pick([1000, 40_000, 90_000, 300_000]) : random.integer(0, 200));
  }
  const declared = random.chance(0.3);
  const failure = drawFailure(random, swarm, declared);
  const trailers =
    !declared && random.chance(0.3)
      ? random.pick(['object', 'promise', 'function'] as const)
      : 'none';
  return {
    source: failure === 'chunkType' ? 'asyncIterator' : random.pick(SOURCES),
    pieceBytes,
    pieceMs: swarm.has('slowStreams') && random.chance(0.5) ? random.pick([1, 20, 150]) : 0,
    declared,
    trailers: failure === 'trailers' ? 'function' : trailers,
    failure,
  };
}

function drawFailure(
  random: Random,
  swarm: FaultMix,
  declared: boolean,
): StreamFailure | undefined {
  if (declared && swarm.has('wrongLength') && random.chance(0.4)) {
    return random.pick(['short', 'long']);
  }
  if (!swarm.has('fails') || !random.chance(0.3)) return undefined;
  return declared
    ? random.pick(['throws', 'chunkType'])
    : random.pick(['throws', 'chunkType', 'trailers']);
}
