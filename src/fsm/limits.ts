// A limit for everything that can grow or last, with its default and its reason. This file has the
// numbers only. Other files enforce them.

import { objectAt, refuseOthers, wholeNumberAt } from '../options/checks.js';
import { LIMIT_OTHER_NAMES } from '../options/other-names.js';

/** One row of the limits. The table of the README is generated from these rows. */
export interface LimitRow {
  readonly value: number;
  readonly unit: 'bytes' | 'ms' | 'count' | 'bytes/s';
  /** The least value that is accepted. `zero: 'none'` means that 0 is accepted, as "no limit". */
  readonly least: number;
  readonly zero?: 'none';
  readonly why: string;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** The limits of a server: bytes, milliseconds or counts, as the names say. */
export interface Limits {
  /** Size of the request line and field lines. As in node:http. */
  readonly headBytesMax: number;
  /** Field lines of a head or trailer section. As in hyper and Apache. */
  readonly fieldCountMax: number;
  /** Size of the request target. RFC 9112 §3 recommends at least 8000. */
  readonly targetBytesMax: number;
  /**
   * Time from the first byte of a head to its end. A slow head occupies a connection, not a
   * handler.
   */
  readonly headMs: number;
  /**
   * Time to wait for a head, on a new connection too. Longer than a balancer's 60 s. Closes
   * silently, 1 s later if `Keep-Alive` announced the time.
   */
  readonly keepAliveMs: number;
  /**
   * Size of the content. As in nginx and Fastify. `context.bodyBytesMax` raises it for one
   * request.
   */
  readonly bodyBytesMax: number;
  /** Time without a byte of content while sluice reads. It measures silence, not duration. */
  readonly bodyIdleMs: number;
  /**
   * Slowest rate: n bytes may take 5 s + n/240 s. Fast bytes earn at most 30 s of silence for
   * content, `writeStallMs` for responses.
   */
  readonly bytesPerSecondMin: number;
  /**
   * Time without progress of a write. A slow client behind kernel buffers can be silent for a
   * minute.
   */
  readonly writeStallMs: number;
  /**
   * Time without a byte of the response, or of content read, after the client's FIN; at most 1 s of
   * it within a stream. Most such clients have left.
   */
  readonly peerEndedMs: number;
  /** Time from the start of the handler to its reply. No limit unless you set one. */
  readonly handlerMs: number;
  /** Requests on one connection. For balancers that should see new connections. */
  readonly requestsPerConnectionMax: number;
  /** Size of a chunk line: the chunk size and its extensions. */
  readonly chunkLineBytesMax: number;
  /** Size of all chunk extensions of a message. As in hyper. */
  readonly chunkExtBytesMax: number;
  /** Chunk framing beyond three times the content. Stops one-byte chunks. As in picohttpparser. */
  readonly chunkOverheadBytesMax: number;
  /** Size of the trailer section. */
  readonly trailerBytesMax: number;
  /**
   * Bytes held for a connection before a handler asks for them. Up to `bodyBytesMax` while a
   * response is silent: a FIN may lie behind them.
   */
  readonly readAheadBytesMax: number;
  /** Unread content that is read and dropped to keep the connection. */
  readonly drainBytesMax: number;
  /** Time without a byte after our FIN. A reset must not overtake the response. */
  readonly lingerMs: number;
  /** Whole time after our FIN. */
  readonly lingerMsMax: number;
  /** Bytes discarded after our FIN. */
  readonly lingerBytesMax: number;
  /** Time from the arrival of a connection to the end of its TLS handshake. */
  readonly handshakeMs: number;
  /**
   * TLS handshakes under way at the same time, over all listeners. Further connections wait for
   * their turn within `handshakeMs`.
   */
  readonly handshakesMax: number;
  /** Connections open at the same time. */
  readonly connectionsMax: number;
  /**
   * Bytes held for all connections together. By default less where a quarter of the process's
   * memory is less.
   */
  readonly bufferedBytesMax: number;
}

export type LimitName = keyof Limits;

export const LIMIT_ROWS: Readonly<Record<LimitName, LimitRow>> = {
  headBytesMax: {
    value: 16 * KIB,
    unit: 'bytes',
    least: 64,
    why: 'size of the request line and field lines; as in node:http',
  },
  fieldCountMax: {
    value: 100,
    unit: 'count',
    least: 1,
    why: 'field lines of a head or trailer section; as in hyper and Apache',
  },
  targetBytesMax: {
    value: 8 * KIB,
    unit: 'bytes',
    least: 1,
    why: 'size of the request target; RFC 9112 §3 recommends at least 8000',
  },
  headMs: {
    value: 10_000,
    unit: 'ms',
    least: 1,
    why: 'time from the first byte of a head to its end; a slow head occupies a connection, not a handler',
  },
  keepAliveMs: {
    value: 75_000,
    unit: 'ms',
    least: 1,
    why: "time to wait for a head, on a new connection too; longer than a balancer's 60 s; closes silently, 1 s later if `Keep-Alive` announced the time",
  },
  bodyBytesMax: {
    value: MIB,
    unit: 'bytes',
    least: 0,
    why: 'size of the content; as in nginx and Fastify; `context.bodyBytesMax` raises it for one request',
  },
  bodyIdleMs: {
    value: 30_000,
    unit: 'ms',
    least: 1,
    why: 'time without a byte of content while sluice reads; it measures silence, not duration',
  },
  bytesPerSecondMin: {
    value: 240,
    unit: 'bytes/s',
    least: 0,
    zero: 'none',
    why: 'slowest rate: n bytes may take 5 s + n/240 s; fast bytes earn at most 30 s of silence for content, `writeStallMs` for responses',
  },
  writeStallMs: {
    value: 300_000,
    unit: 'ms',
    least: 1,
    why: 'time without progress of a write; a slow client behind kernel buffers can be silent for a minute',
  },
  peerEndedMs: {
    value: 5_000,
    unit: 'ms',
    least: 1,
    why: "time without a byte of the response, or of content read, after the client's FIN; at most 1 s of it within a stream; most such clients have left",
  },
  handlerMs: {
    value: 0,
    unit: 'ms',
    least: 0,
    zero: 'none',
    why: 'time from the start of the handler to its reply; no limit unless you set one',
  },
  requestsPerConnectionMax: {
    value: 0,
    unit: 'count',
    least: 0,
    zero: 'none',
    why: 'requests on one connection; for balancers that should see new connections',
  },
  chunkLineBytesMax: {
    value: 256,
    unit: 'bytes',
    least: 16,
    why: 'size of a chunk line: the chunk size and its extensions',
  },
  chunkExtBytesMax: {
    value: 16 * KIB,
    unit: 'bytes',
    least: 0,
    why: 'size of all chunk extensions of a message; as in hyper',
  },
  chunkOverheadBytesMax: {
    value: 100 * KIB,
    unit: 'bytes',
    least: 0,
    why: 'chunk framing beyond three times the content; stops one-byte chunks; as in picohttpparser',
  },
  trailerBytesMax: { value: 8 * KIB, unit: 'bytes', least: 2, why: 'size of the trailer section' },
  readAheadBytesMax: {
    value: 64 * KIB,
    unit: 'bytes',
    least: 1,
    why: 'bytes held for a connection before a handler asks for them; up to `bodyBytesMax` while a response is silent: a FIN may lie behind them',
  },
  drainBytesMax: {
    value: 64 * KIB,
    unit: 'bytes',
    least: 0,
    why: 'unread content that is read and dropped to keep the connection',
  },
  lingerMs: {
    value: 2_000,
    unit: 'ms',
    least: 1,
    why: 'time without a byte after our FIN; a reset must not overtake the response',
  },
  lingerMsMax: { value: 10_000, unit: 'ms', least: 1, why: 'whole time after our FIN' },
  lingerBytesMax: {
    value: 64 * MIB,
    unit: 'bytes',
    least: 0,
    why: 'bytes discarded after our FIN',
  },
  handshakeMs: {
    value: 10_000,
    unit: 'ms',
    least: 1,
    why: 'time from the arrival of a connection to the end of its TLS handshake',
  },
  handshakesMax: {
    value: 256,
    unit: 'count',
    least: 1,
    why: 'TLS handshakes under way at the same time; each costs up to 2 ms of CPU; further connections wait for their turn',
  },
  connectionsMax: {
    value: 10_000,
    unit: 'count',
    least: 1,
    why: 'connections open at the same time',
  },
  bufferedBytesMax: {
    value: 256 * MIB,
    unit: 'bytes',
    least: 64 * KIB,
    why: "bytes held for all connections together; by default less where a quarter of the process's memory is less",
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
 * The default limits, where values of `given` replace them.
 *
 * @throws RangeError or TypeError with `code: 'SLUICE_OPTION_INVALID'`. The error has the name of
 * the option, the value that came and the values that fit.
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

/** What a value is a number of, for the message about another one. */
const UNIT_WORDS: Readonly<Record<LimitRow['unit'], string | undefined>> = {
  bytes: 'bytes',
  ms: 'milliseconds',
  count: undefined,
  'bytes/s': 'bytes a second',
};

/** Checks the value of one limit. `path` is its name in the error. @throws as {@link limitsFrom} */
export function limitAt(path: string, name: LimitName, value: unknown): number {
  const { unit, least, zero } = LIMIT_ROWS[name];
  const word = UNIT_WORDS[unit];
  return wholeNumberAt(path, value, {
    least,
    ...(word === undefined ? {} : { unit: word }),
    ...(zero === undefined ? {} : { zero: 'no limit' }),
  });
}
