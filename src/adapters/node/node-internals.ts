// What the messages of node:http hold behind their documented members, as far as we touch it. The names are
// the same from Node 20 to 26; Express, compression, ws and others use many of them as well.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { http } from './node-http.js';

/** A boundary: an IncomingMessage as its server sees it. */
export interface InnerRequest extends Omit<IncomingMessage, 'socket'> {
  socket: unknown;
  complete: boolean;
  upgrade: boolean | null;
  rawTrailers: string[];
  joinDuplicateHeaders: boolean;
  /** Somebody reads, or has read. */
  _consuming: boolean;
  /** Nobody reads, and what comes is dropped. */
  _dumped: boolean;
  /** Readable's own count of its listeners' names. */
  readonly _eventsCount: number;
  readonly _readableState: ReadableState;
  /** Keeps field lines, flat: as trailers where the message is complete. */
  _addHeaderLines(lines: readonly string[], count: number): void;
  _dump(): void;
}

interface ReadableState {
  ended: boolean;
  endEmitted: boolean;
  destroyed: boolean;
  closed: boolean;
  closeEmitted: boolean;
  readonly resumeScheduled: boolean;
  /** Makes text of chunks, since `setEncoding` was called. */
  readonly decoder: object | null;
}

/** A boundary: a ServerResponse as its server sees it. */
export interface InnerResponse extends Omit<ServerResponse, 'socket' | 'assignSocket'> {
  socket: unknown;
  /** The head, once it was made. */
  _header: string | null;
  _hasBody: boolean;
  _last: boolean;
  /** The application wants no field `Connection`. */
  readonly _removedConnection: boolean;
  _sent100: boolean;
  _expect_continue: boolean;
  _keepAliveTimeout: number;
  _maxRequestsPerSocket: number;
  _closed: boolean;
  maxRequestsOnConnectionReached: boolean;
  destroyed: boolean;
  readonly _eventsCount: number;
  /** Called when everything was handed to the socket, at the end of `end()`. */
  _finish(): void;
  assignSocket(socket: unknown): void;
  [symbol: symbol]: unknown;
}

const response = new http.ServerResponse({
  method: 'GET',
  httpVersionMajor: 1,
  httpVersionMinor: 1,
} as IncomingMessage);

/** True while a writer waits for 'drain'. */
export const NEED_DRAIN: symbol = symbolOf(response, 'kNeedDrain');
/** The names of fields that are sent as one line. */
export const UNIQUE_HEADERS: symbol = symbolOf(new http.Server(), 'kUniqueHeaders');

/** Node keeps it under a symbol that it shows nowhere. */
function symbolOf(object: object, name: string): symbol {
  const found = Object.getOwnPropertySymbols(object).find(
    ({ description }) => description === name,
  );
  return found ?? Symbol(name);
}
