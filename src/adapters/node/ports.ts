// What the parts of `sluice/node` see of each other, so that the imports lead one way: server → core → connection →
// exchange → socket.

import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Scope } from '../../conn/environment.js';
import type { HostedExchange, HostWriter } from '../../conn/host.js';
import type { Reply } from '../../http/reply/reply.js';
import type { InnerRequest, InnerResponse } from './node-internals.js';

/** The server, as its messages see it. */
export interface MessageServer {
  readonly server: EventEmitter;
  readonly IncomingMessage: new (socket: unknown) => IncomingMessage;
  readonly ServerResponse: new (request: IncomingMessage, options: object) => ServerResponse;
  /** The second argument of each ServerResponse. */
  readonly messageOptions: object;
  readonly highWaterMark: number;
  readonly joinDuplicateHeaders: boolean;
  /** What a ServerResponse keeps of the option `uniqueHeaders`. */
  readonly uniqueHeaders: unknown;
  readonly keepAliveTimeout: number;
  /** Milliseconds for which a request may be held unread once its response has left. */
  readonly unreadMs: number;
  readonly maxRequestsPerSocket: number;
  /** Milliseconds of silence after which a socket tells 'timeout'; 0: it doesn't. */
  readonly timeout: number;
  /** A client that has sent FIN gets its response all the same. */
  readonly allowsHalfOpen: boolean;
  /** The context of its listeners. */
  readonly scope: Scope;
  scopeOfNow(): Scope;
  /** Somebody else than the server itself listens for connections. */
  hearsOf(name: 'connection' | 'secureConnection'): boolean;
  /** The application has made pages for faults and errors. */
  readonly hasErrorPages: boolean;
  /**
   * A listener threw.
   *
   * @param page the application's page for that
   */
  threw(error: unknown, exchange: ThrownExchange | undefined, page: Reply | undefined): void;
}

/** The exchange whose listener threw. */
export interface ThrownExchange {
  readonly exchange: HostedExchange;
  readonly res: InnerResponse;
}

/** The connection, as its socket sees it. */
export interface SocketOwner {
  readonly core: MessageServer;
  readonly link: HostWriter;
  readonly current: WritingExchange | undefined;
  /** Bytes that belong to no message. False where there is no place for them. */
  writeRaw(bytes: Uint8Array): boolean;
  /** Nothing more is written. */
  endRaw(): void;
  /** Nothing was read or written for the time that was set. */
  timedOut(): void;
  /** Tells the server's listeners of an error of the connection: of the first, as node:http does. */
  tellServer(error: Error): void;
  /** A response has ended. */
  finished(response: InnerResponse): void;
  /** Nothing is asked of this exchange any more: an idle connection must not keep its objects alive. */
  forget(exchange: WritingExchange): void;
}

/** The message in progress, as its socket sees it. */
export interface WritingExchange {
  readonly req: InnerRequest;
  readonly res: InnerResponse;
  /** All of it was handed over. */
  readonly isOver: boolean;
  /** Bytes that were written and not handed over. */
  readonly heldBytes: number;
  /** Its head says where it ends, or did not leave: no part of it looks like a whole. */
  readonly isDelimited: boolean;
  /** Hands over what was written: more is to come. */
  flush(): void;
  /** The socket is about to end: a response that is complete ends now. */
  finishNow(): void;
  /** The request has room for content. */
  pull(): void;
  /** @returns false where the writer should wait for 'drain' */
  write(
    data: string | Uint8Array,
    encoding: BufferEncoding | undefined,
    callback: WriteCallback | undefined,
  ): boolean;
}

export type WriteCallback = (error?: Error | null) => void;
