// The port for those who answer requests in bytes of their own, and not with a Reply: `(req, res)`
// listeners stand behind it. Machine, limiter, clocks and ledger treat such a request as any other.
//
// A host has one object for each connection. It is told what happens (`HostConnection`), and it writes by way of a
// `HostWriter`. Content it pulls from `exchange.body`.

import type { FaultId } from '../fsm/faults.js';
import type { Head } from '../fsm/parse/head.js';
import type { Reply } from '../http/reply/reply.js';
import type { RequestHead } from '../http/request/request-head.js';
import type { TunnelPort, TunnelSink } from '../http/tunnel/tunnel-port.js';
import type { Output } from './bytes/output.js';
import type { DueTimer, Turn } from './environment.js';
import type { FaultPlace } from './fault/fault-report.js';
import type { AbortReason } from './handler/abort.js';
import type { Completion } from './handler/context.js';
import type { Content } from './read/content.js';
import type { Transport, TransportEnds } from './transport.js';

/** Takes the place of a FetchHandler. */
export interface Host {
  /** False: a request of HTTP/1.1 may come without Host. */
  readonly requiresHost: boolean;
  /** A connection is open: gives who serves it. */
  connect(link: HostWriter): HostConnection;
  /** A connection was closed at once: too many are open, or the process has no descriptors left. */
  refused(reason: 'connections' | 'descriptors', ends: () => TransportEnds): void;
}

/** For how long a host keeps an idle connection that has had a request. A new one waits `limits.keepAliveMs`. */
export interface HostKeepAlive {
  /** What `Keep-Alive` says in replies of sluice's own; below a second it says nothing. */
  readonly toldMs: number;
  readonly keptMs: number;
}

/** Serves one connection. None of its methods throws: an error of the application's is its own concern. */
export interface HostConnection {
  /** Called once, when the connection can be used. */
  opened(): void;
  /** It wants to be told of bytes as they come. Asked at each read. */
  readonly hearsBytes: boolean;
  /** Bytes have come, and are about to be read. Their memory is valid within the call. */
  bytesCome(bytes: Uint8Array): void;
  /** A request was admitted: answers it, now or later. */
  run(exchange: HostedExchange): void;
  /** All that was written has left, and `link.awaitsDrain` was set. Not while the link is postponed. */
  drained(): void;
  /** The peer has sent FIN, and all that it sent before was read. */
  peerEnded(): void;
  /**
   * The peer broke a rule.
   *
   * @param answerable nothing is under way that would be answered: the host may write its answer, by `raw`
   * @returns whether the host answers it by itself
   */
  faulted(fault: FaultId, place: FaultPlace | undefined, answerable: boolean): boolean;
  /** The connection is over. The exchange in progress was told before. */
  connectionClosed(reason: AbortReason): void;
}

/** What a host may do on its connection. */
export interface HostWriter {
  readonly transport: Transport;
  /** The host wants to be told when all that was written has left. */
  awaitsDrain: boolean;
  /** So many calls of the host are under way: what it is told now comes within its own call. */
  readonly calls: number;
  /** Bytes that have not left. */
  readonly backlogBytes: number;
  /** The host has written its share of this turn of the event loop: other connections come first. */
  readonly isPostponed: boolean;
  /** Bytes that were written since the connection began. */
  readonly writtenBytes: number;
  /** Bytes that were read and used since the connection began. */
  readonly readBytes: number;
  /** No request may follow the one in progress. */
  readonly last: boolean;
  /** Writes an informational response; without effect once the exchange was answered. */
  interim(exchange: HostedExchange, text: string): void;
  /**
   * Hands the head over, and what stands behind it. The slot is given back.
   *
   * @param isWhole nothing follows; else `write` and `end` do
   * @returns false where it comes too late
   */
  answer(exchange: HostedExchange, answer: HostedAnswer, isWhole: boolean): boolean;
  /** The content has failed before the head was handed over: the client hears of it. */
  refuse(exchange: HostedExchange, error: unknown): void;
  /** Writes more of a response whose head was handed over. */
  write(exchange: HostedExchange, pieces: readonly (Uint8Array | string)[]): void;
  /** The response whose head was handed over is complete. */
  end(exchange: HostedExchange): void;
  /** The page that the application has made for an error of its own; undefined where it has made none. */
  readonly errorPage: Reply | undefined;
  /** The peer has sent FIN. What it sent before may still be unread. */
  readonly peerEnded: boolean;
  /** The host answers a fault: `raw` writes it, and `endRaw` is its end. */
  readonly answersFault: boolean;
  /** It does, or no request has reached the host that is to be answered. */
  readonly takesRaw: boolean;
  /** Writes bytes that belong to no response to a request, where it `takesRaw`. */
  raw(bytes: Uint8Array): void;
  endRaw(): void;
  /**
   * The connection is over, and the work of its host may go on. Its slot is kept until `release`, but for no longer
   * than a client that has left may be waited for.
   */
  releaseLater(exchange: HostedExchange): void;
  /** The host's work for the request has ended. Without effect after the first time. */
  release(exchange: HostedExchange): void;
  /** Resets the connection, for `reason`. */
  cut(reason: AbortReason): void;
  /**
   * Ends the connection at once.
   *
   * @param quietly by a FIN, since nobody can take for a whole what was sent of a response; else by a reset
   */
  destroy(quietly: boolean): void;
  /** Lets the response in progress be the last, and ends the connection after it. */
  endAfter(): void;
  /** The monotonic clock, in milliseconds. */
  now(): number;
  /** A timer that does not keep the process alive. */
  createTimer(onDue: (now: number) => void): DueTimer;
  /** Asks for one call in the next turn of the event loop. */
  createTurn(onTurn: () => void): Turn;
}

/** A request, as its host sees it. */
export interface HostedExchange {
  readonly requestHead: RequestHead;
  readonly head: Head;
  readonly body: Content | null;
  /** The trailer section, flat like `rawHeaders`, once the content has ended. */
  readonly rawTrailers: readonly string[];
  /** Set by the host: hears how the response ends. */
  hosted: HostedResponse | undefined;
  /**
   * Makes a tunnel of the connection, with a `head` that may be empty: then the host writes one.
   *
   * @throws where it is too late for it
   */
  openTunnel(status: number, head: string, sink: TunnelSink): TunnelPort;
  /** An error of the application's, for `onError`. */
  report(error: unknown): void;
}

/** Hears of the response to one request. */
export interface HostedResponse {
  /** All of it has left, or won't. Called once. */
  completed(completion: Completion): void;
  /** The work is in vain, or soon will be. */
  aborted(reason: AbortReason): void;
}

/** The head of a response, and what stands behind it already. */
export interface HostedAnswer {
  readonly status: number;
  /** No request may follow. */
  readonly closes: boolean;
  /**
   * @param last the head must say that the connection closes
   * @returns the bytes of the head
   */
  writeTo(output: Output, last: boolean): number;
}
