// The formats of a line: one for people, two that log analysers read, and one for machines.

import type { RequestEnd } from '../../index.js';
import { formatHttpDate } from '../http-date.js';
import { printable, UNPRINTABLE } from './printable.js';

export const ACCESS_LOG_FORMATS = ['text', 'common', 'combined', 'json'] as const;
export type AccessLogFormat = (typeof ACCESS_LOG_FORMATS)[number];

/** A request that is over, and what became of it. */
export interface LoggedRequest {
  readonly record: RequestEnd;
  /** The route of its router; undefined where there is none, or no handler ran. */
  readonly route: string | undefined;
  /** Milliseconds of its handler; undefined where none ran. */
  readonly handlerMs: number | undefined;
  /** Why no handler ran; undefined where one did. */
  readonly refused: string | undefined;
  /** Why the response was not delivered, if it was not. */
  readonly failure: string | undefined;
  /** When its first byte came, in milliseconds since the epoch. */
  readonly startedAt: number;
}

/** What a JSON line tells of the process. */
export interface LoggedProcess {
  readonly pid: number;
  readonly hostname: string;
}

/** Makes lines, without their ends, of one format. */
export function lineFormat(
  format: AccessLogFormat,
  process: LoggedProcess,
): (request: LoggedRequest) => string {
  switch (format) {
    case 'text':
      return textLine;
    case 'common':
      return commonLine;
    case 'combined':
      return combinedLine;
    case 'json':
      return (request) => jsonLine(request, process);
  }
}

function textLine({ record, startedAt, refused, failure }: LoggedRequest): string {
  const { clientAddress, method, target, status, durationMs, waitedMs } = record;
  const asked = `${method || '-'} ${target || '-'} ${status === 0 ? '-' : status}`;
  const took = `${durationMs.toFixed(1)}ms ${record.responseContentBytes}B`;
  const waited = waitedMs < 1 ? '' : ` waited ${waitedMs.toFixed(1)}ms`;
  const end = refused === undefined ? '' : ` refused: ${refused}`;
  // A request that was cut off while it waited says so by its reason.
  const lost = failure === undefined || failure === refused ? '' : ` not delivered: ${failure}`;
  const time = new Date(startedAt).toISOString();
  return printable(`${time} ${clientAddress || '-'} ${asked} ${took}${waited}${end}${lost}`);
}

/** The Common Log Format, as Apache has it. Bytes are those of the content. */
function commonLine({ record, startedAt }: LoggedRequest): string {
  const { clientAddress, method, target, httpVersion, status, responseContentBytes } = record;
  const version = httpVersion === '' ? '' : ` HTTP/${httpVersion}`;
  const asked = method === '' ? '-' : quoted(`${method} ${target || '-'}${version}`);
  const bytes = responseContentBytes === 0 ? '-' : responseContentBytes;
  const time = commonTime(startedAt);
  return `${quoted(clientAddress) || '-'} - - [${time}] "${asked}" ${status === 0 ? '-' : status} ${bytes}`;
}

function combinedLine(request: LoggedRequest): string {
  const { headers } = request.record;
  const referer = quoted(headers.get('referer') ?? '-');
  const userAgent = quoted(headers.get('user-agent') ?? '-');
  return `${commonLine(request)} "${referer}" "${userAgent}"`;
}

/** `29/Nov/2026:18:22:34 +0000` */
function commonTime(atMs: number): string {
  const [, day, month, year, time] = formatHttpDate(Math.floor(atMs / 1000)).split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}

/** Control characters with an escape of their own. */
const ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/**
 * Text between quotes: what would end it, or is no printable ASCII, as Apache escapes it. Of a message, each character is a
 * byte as it came, so UTF-8 is shown by its bytes.
 */
function quoted(text: string): string {
  return text.replace(/["\\]|[^\x20-\x7e]/gu, (character) => {
    if (character === '"' || character === '\\') return `\\${character}`;
    const short = ESCAPES[character];
    if (short !== undefined) return short;
    const bytes = character <= '\xff' ? [character.charCodeAt(0)] : utf8.encode(character);
    return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  });
}

const utf8 = new TextEncoder();

const LEVEL = { info: 30, warn: 40, error: 50 } as const;

/** The shape of pino, with the members that pino-http gives a request. */
function jsonLine(request: LoggedRequest, { pid, hostname }: LoggedProcess): string {
  const { record, startedAt, route, handlerMs, refused, failure } = request;
  const { status, method, target, clientAddress } = record;
  const isLost = failure !== undefined;
  const level =
    status >= 500 ? LEVEL.error : status >= 400 || isLost || status === 0 ? LEVEL.warn : LEVEL.info;
  const line = {
    level,
    time: Math.round(startedAt + record.durationMs),
    pid,
    hostname,
    req: {
      id: record.requestId,
      method,
      url: target,
      httpVersion: record.httpVersion,
      remoteAddress: record.remoteAddress,
      remotePort: record.remotePort,
    },
    res: { statusCode: status === 0 ? null : status },
    responseTime: rounded(record.durationMs),
    clientAddress,
    connectionId: record.connectionId,
    priority: record.priority,
    route,
    waitedMs: rounded(record.waitedMs),
    handlerMs: handlerMs === undefined ? undefined : rounded(handlerMs),
    requestBytes: record.requestBytes,
    responseBytes: record.responseBytes,
    contentBytes: record.responseContentBytes,
    delivered: record.delivered,
    refused,
    reason: failure,
    msg:
      refused !== undefined ? 'request refused' : isLost ? 'request aborted' : 'request completed',
  };
  // JSON escapes only some of the characters that a terminal obeys or hides.
  return JSON.stringify(line).replace(UNPRINTABLE, escaped);
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function escaped(character: string): string {
  let text = '';
  for (let i = 0; i < character.length; i++)
    text += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return text;
}
