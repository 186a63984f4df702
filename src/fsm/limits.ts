// Everything that can grow or last has a limit here, with its default and the
// reason for it. This file knows numbers; who keeps to them is decided elsewhere.

import { objectAt, refuseOthers, wholeNumberAt } from '../options/checks.js';
import { LIMIT_OTHER_NAMES } from '../options/other-names.js';

/** One row of the limits table (DESIGN §6, the README's table is generated from it). */
export interface LimitRow {
  readonly value: number;
  readonly unit: 'bytes' | 'ms' | 'count' | 'bytes/s';
  /** The least value that makes sense. 0 means "no limit" where `zero` says so. */
  readonly least: number;
  readonly zero?: 'none';
  readonly why: string;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** The limits of a server: bytes, milliseconds or counts, as the names say. */
export interface Limits {
  /** Request line and field lines; as node:http. */
  readonly headBytesMax: number;
  /** Field lines of a head or trailer section; as hyper and Apache. */
  readonly fieldCountMax: number;
  /** RFC 9112 §3 recommends at least 8000. */
  readonly targetBytesMax: number;
  /** From the first byte of a head: a slow head holds a connection, not a handler. */
  readonly headMs: number;
  /** Without a head, on a new connection too; longer than a balancer's 60 s; closes silently, 1 s later where it was told. */
  readonly keepAliveMs: number;
  /** As nginx and Fastify; context.bodyBytesMax raises it for one request. */
  readonly bodyBytesMax: number;
  /** Without a byte of content while sluice reads: time-outs measure activity. */
  readonly bodyIdleMs: number;
  /** N bytes may take 5 s + n/240 s, and earn no more than 30 s of silence for content, `writeStallMs` for responses. */
  readonly bytesPerSecondMin: number;
  /** Without progress of a write: a slow reader can be silent for a minute behind kernel buffers. */
  readonly writeStallMs: number;
  /** Without a byte of the response after the client's FIN, at most 1 s of it within a stream: most have left. */
  readonly peerEndedMs: number;
  /** From dispatch to reply; only if asked for. */
  readonly handlerMs: number;
  /** For balancers that should see fresh connections. */
  readonly requestsPerConnectionMax: number;
  /** A chunk size and its extensions. */
  readonly chunkLineBytesMax: number;
  /** All chunk extensions of a message; as hyper. */
  readonly chunkExtBytesMax: number;
  /** Chunk framing beyond three times the content: against one-byte chunks; as picohttpparser. */
  readonly chunkOverheadBytesMax: number;
  /** The trailer section. */
  readonly trailerBytesMax: number;
  /** Bytes held for a connection that nobody has asked for yet. */
  readonly readAheadBytesMax: number;
  /** Content nobody read that is read to keep the connection. */
  readonly drainBytesMax: number;
  /** Without a byte after our FIN: a reset must not overtake the response. */
  readonly lingerMs: number;
  /** After our FIN in all. */
  readonly lingerMsMax: number;
  /** Discarded after our FIN. */
  readonly lingerBytesMax: number;
  /** Open at once. */
  readonly connectionsMax: number;
  /** Over all connections: bounded memory as a promise. By default a quarter of the process's memory, 256 MiB at most. */
  readonly bufferedBytesMax: number;
}

export type LimitName = keyof Limits;

export const LIMIT_ROWS: Readonly<Record<LimitName, LimitRow>> = {
  headBytesMax: {
    value: 16 * KIB,
    unit: 'bytes',
    least: 64,
    why: 'request line and field lines; as node:http',
  },
  fieldCountMax: {
    value: 100,
    unit: 'count',
    least: 1,
    why: 'field lines of a head or trailer section; as hyper and Apache',
  },
  targetBytesMax: {
    value: 8 * KIB,
    unit: 'bytes',
    least: 1,
    why: 'RFC 9112 §3 recommends at least 8000',
  },
  headMs: {
    value: 10_000,
    unit: 'ms',
    least: 1,
    why: 'from the first byte of a head: a slow head holds a connection, not a handler',
  },
  keepAliveMs: {
    value: 75_000,
    unit: 'ms',
    least: 1,
    why: "without a head, on a new connection too; longer than a balancer's 60 s; closes silently, 1 s later where it was told",
  },
  bodyBytesMax: {
    value: MIB,
    unit: 'bytes',
    least: 0,
    why: 'as nginx and Fastify; context.bodyBytesMax raises it for one request',
  },
  bodyIdleMs: {
    value: 30_000,
    unit: 'ms',
    least: 1,
    why: 'without a byte of content while sluice reads: time-outs measure activity',
  },
  bytesPerSecondMin: {
    value: 240,
    unit: 'bytes/s',
    least: 0,
    zero: 'none',
    why: 'n bytes may take 5 s + n/240 s, and earn no more than 30 s of silence for content, `writeStallMs` for responses',
  },
  writeStallMs: {
    value: 300_000,
    unit: 'ms',
    least: 1,
    why: 'without progress of a write: a slow reader can be silent for a minute behind kernel buffers',
  },
  peerEndedMs: {
    value: 5_000,
    unit: 'ms',
    least: 1,
    why: "without a byte of the response after the client's FIN, at most 1 s of it within a stream: most have left",
  },
  handlerMs: {
    value: 0,
    unit: 'ms',
    least: 0,
    zero: 'none',
    why: 'from dispatch to reply; only if asked for',
  },
  requestsPerConnectionMax: {
    value: 0,
    unit: 'count',
    least: 0,
    zero: 'none',
    why: 'for balancers that should see fresh connections',
  },
  chunkLineBytesMax: {
    value: 256,
    unit: 'bytes',
    least: 16,
    why: 'a chunk size and its extensions',
  },
  chunkExtBytesMax: {
    value: 16 * KIB,
    unit: 'bytes',
    least: 0,
    why: 'all chunk extensions of a message; as hyper',
  },
  chunkOverheadBytesMax: {
    value: 100 * KIB,
    unit: 'bytes',
    least: 0,
    why: 'chunk framing beyond three times the content: against one-byte chunks; as picohttpparser',
  },
  trailerBytesMax: { value: 8 * KIB, unit: 'bytes', least: 2, why: 'the trailer section' },
  readAheadBytesMax: {
    value: 64 * KIB,
    unit: 'bytes',
    least: 1,
    why: 'bytes held for a connection that nobody has asked for yet',
  },
  drainBytesMax: {
    value: 64 * KIB,
    unit: 'bytes',
    least: 0,
    why: 'content nobody read that is read to keep the connection',
  },
  lingerMs: {
    value: 2_000,
    unit: 'ms',
    least: 1,
    why: 'without a byte after our FIN: a reset must not overtake the response',
  },
  lingerMsMax: { value: 10_000, unit: 'ms', least: 1, why: 'after our FIN in all' },
  lingerBytesMax: { value: 64 * MIB, unit: 'bytes', least: 0, why: 'discarded after our FIN' },
  connectionsMax: { value: 10_000, unit: 'count', least: 1, why: 'open at once' },
  bufferedBytesMax: {
    value: 256 * MIB,
    unit: 'bytes',
    least: 64 * KIB,
    why: "over all connections: bounded memory as a promise; less by default where a quarter of the process's memory is less",
  },
};

export const LIMIT_NAMES: readonly LimitName[] = Object.keys(LIMIT_ROWS) as LimitName[];

export const DEFAULT_LIMITS: Limits = Object.freeze(
  Object.fromEntries(LIMIT_NAMES.map((name) => [name, LIMIT_ROWS[name].value])) as Record<
    LimitName,
    number
  >,
);

/**
 * Defaults with `given` laid over them.
 *
 * @throws RangeError or TypeError with `code: 'SLUICE_OPTION_INVALID'` that names the option, what came and what fits.
 */
export function limitsFrom(given: Partial<Limits> = {}): Limits {
  const options = objectAt('limits', given);
  refuseOthers('limits', options, LIMIT_NAMES, LIMIT_OTHER_NAMES);
  const limits: { -readonly [name in LimitName]: number } = { ...DEFAULT_LIMITS };
  for (const name of LIMIT_NAMES) {
    const value = options[name];
    if (value !== undefined) limits[name] = limitAt(`limits.${name}`, name, value);
  }
  return Object.freeze(limits);
}

/** The value of one limit, wherever it is set; `path` says where. @throws as {@link limitsFrom} */
export function limitAt(path: string, name: LimitName, value: unknown): number {
  const { unit, least, zero } = LIMIT_ROWS[name];
  return wholeNumberAt(path, value, {
    least,
    unit,
    ...(zero === undefined ? {} : { zero: 'no limit' }),
  });
}
