// The options of `createServer` of node:http, as sluice keeps them. Node itself has checked them, and keeps most as
// properties of the server; here they become limits of sluice's.

import { getDefaultHighWaterMark } from 'node:stream';
import type { HostKeepAlive } from '../../../conn/host.js';
import { DEFAULT_LIMITS, type Limits } from '../../../fsm/limits.js';
import { invalid, objectAt, TIMER_MS_MAX } from '../../../options/checks.js';
import { checkHostOptions } from '../../../server.js';
import type { ServerOptions } from '../../../server-options.js';
import { http } from '../node-http.js';

/** What sluice adds to node's options: everything that `createServer` of `sluice` takes, but `fetch`. */
export type SluiceOptions = Omit<ServerOptions, 'fetch'>;

/** What servers get that say nothing themselves: set by `sluice/register`. */
let defaults: SluiceOptions = {};

export function setDefaults(options: SluiceOptions): void {
  defaults = options;
}

export interface NodeSettings {
  readonly IncomingMessage: unknown;
  readonly ServerResponse: unknown;
  readonly highWaterMark: number;
  readonly rejectNonStandardBodyWrites: boolean;
  readonly joinDuplicateHeaders: boolean;
  readonly requiresHost: boolean;
  /** `keepAliveTimeout` was given. */
  readonly saysKeepAlive: boolean;
  /** `keepAlive` was given, which is that of TCP. */
  readonly saysTcpKeepAlive: boolean;
  /** `handshakeTimeout` was given, which a server of node:https has. */
  readonly handshakeMs: number | undefined;
  readonly sluice: SluiceOptions;
}

/** @throws as `createServer` of sluice does; and for options of node:http that make a parser lenient */
export function nodeSettingsFrom(options: Record<string, unknown>): NodeSettings {
  refuseLeniency(options);
  const { sluice, highWaterMark } = options;
  return {
    IncomingMessage: options.IncomingMessage,
    ServerResponse: options.ServerResponse,
    highWaterMark:
      typeof highWaterMark === 'number' ? highWaterMark : getDefaultHighWaterMark(false),
    rejectNonStandardBodyWrites: options.rejectNonStandardBodyWrites === true,
    joinDuplicateHeaders: options.joinDuplicateHeaders === true,
    requiresHost: options.requireHostHeader !== false,
    saysKeepAlive: options.keepAliveTimeout !== undefined,
    saysTcpKeepAlive: options.keepAlive !== undefined,
    handshakeMs:
      options.handshakeTimeout === undefined ? undefined : msOf(options.handshakeTimeout, 0),
    sluice: sluice === undefined ? defaults : withDefaults(checkSluiceOptions('sluice', sluice)),
  };
}

function withDefaults(options: SluiceOptions): SluiceOptions {
  return { ...defaults, ...options, limits: { ...defaults.limits, ...options.limits } };
}

function refuseLeniency({ insecureHTTPParser, httpValidation }: Record<string, unknown>): void {
  const why =
    'sluice has no lenient parser: two servers that read a message differently are a security hole';
  if (insecureHTTPParser === true)
    throw invalid(TypeError, 'insecureHTTPParser', insecureHTTPParser, `false (${why})`);
  if (httpValidation !== undefined && httpValidation !== 'strict')
    throw invalid(RangeError, 'httpValidation', httpValidation, `'strict' (${why})`);
}

/**
 * @param path the place of the options, which the error names
 * @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'`
 */
export function checkSluiceOptions(path: string, given: unknown): SluiceOptions {
  const fits = 'an object with options of createServer of sluice, but fetch';
  const options = objectAt(path, given, fits);
  if ('fetch' in options)
    throw invalid(
      TypeError,
      `${path}.fetch`,
      options.fetch,
      'none, since a listener answers requests',
    );
  try {
    checkHostOptions(options);
  } catch (error) {
    // Boundary: what the checker throws is an Error.
    const { message } = error as Error;
    (error as Error).message = `${path}.${message}`;
    throw error;
  }
  return options as SluiceOptions;
}

/** The properties of a server of node:http that are limits of sluice. They may be set at any time, and hold from then on. */
export const NODE_LIMITS = [
  'keepAliveTimeout',
  'keepAliveTimeoutBuffer',
  'headersTimeout',
  'requestTimeout',
  'maxHeaderSize',
  'maxHeadersCount',
  'maxRequestsPerSocket',
  'maxConnections',
] as const;

export type NodeLimits = { readonly [Name in (typeof NODE_LIMITS)[number]]?: unknown };

/** Node's own, from its documents: field lines beyond are dropped there. */
const FIELD_COUNT_DEFAULT = 2000;
const KEEP_ALIVE_MS = 5000;
const KEEP_ALIVE_BUFFER_MS = 1000;
const REQUEST_MS = 300_000;

/** A number of 0 or more; `otherwise` for what is none, as node:http takes it. */
function countOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' && value >= 0 ? Math.floor(value) : otherwise;
}

/** Milliseconds; for node:http 0 is no limit. */
function msOf(value: unknown, otherwise: number): number {
  const ms = countOf(value, otherwise);
  return ms === 0 ? TIMER_MS_MAX : Math.min(ms, TIMER_MS_MAX);
}

/** The limits that a server's properties stand for. What `options.sluice.limits` says takes their place. */
export function limitsOf(server: NodeLimits): Partial<Limits> {
  // sluice accepts no head below 64 bytes.
  const headBytesMax = Math.max(countOf(server.maxHeaderSize, 0) || http.maxHeaderSize, 64);
  const headMs = msOf(server.headersTimeout, 60_000);
  const requestMs = msOf(server.requestTimeout, REQUEST_MS);
  const requestsMax = countOf(server.maxRequestsPerSocket, 0);
  // Node measures a request from when its connection could send it.
  const newMs = Math.min(headMs, requestMs);
  return {
    headBytesMax,
    targetBytesMax: headBytesMax,
    fieldCountMax: countOf(server.maxHeadersCount, FIELD_COUNT_DEFAULT) || Number.MAX_SAFE_INTEGER,
    headMs: newMs,
    // Of a new connection: one that has had a request is kept for `keptFor`.
    keepAliveMs: newMs,
    bodyIdleMs: Math.min(DEFAULT_LIMITS.bodyIdleMs, requestMs),
    bodyBytesMax: Number.MAX_SAFE_INTEGER,
    // One more: it is refused, and told by 'dropRequest'.
    requestsPerConnectionMax: requestsMax === 0 ? 0 : requestsMax + 1,
    connectionsMax: Math.max(countOf(server.maxConnections, Number.MAX_SAFE_INTEGER), 1),
  };
}

/** How long an idle connection is kept that has had a request. */
export function keptFor({ keepAliveTimeout, keepAliveTimeoutBuffer }: NodeLimits): HostKeepAlive {
  const bufferMs = countOf(keepAliveTimeoutBuffer, KEEP_ALIVE_BUFFER_MS);
  return {
    toldMs: countOf(keepAliveTimeout, KEEP_ALIVE_MS),
    keptMs: Math.min(msOf(keepAliveTimeout, KEEP_ALIVE_MS) + bufferMs, TIMER_MS_MAX),
  };
}

/** How long a request may be held unread once its response has left: under node:http, both times end it. */
export function unreadMsOf(server: NodeLimits): number {
  return Math.min(keptFor(server).keptMs, msOf(server.requestTimeout, REQUEST_MS));
}

/**
 * Silence of a connection before the kernel's first probe, in milliseconds; 0: there is none. Undefined where nobody has
 * said how long.
 *
 * @param isSaid `keepAlive` was given as an option
 */
export function tcpKeepAliveMs(server: object, isSaid: boolean): number | undefined {
  // A boundary: node:net keeps them as properties, the delay in seconds.
  const { keepAlive, keepAliveInitialDelay } = server as Readonly<Record<string, unknown>>;
  if (keepAlive !== true) return isSaid ? 0 : undefined;
  return countOf(keepAliveInitialDelay, 0) * 1000 || undefined;
}
