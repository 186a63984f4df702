// Everything that can be observed, as one interface, and the records that its methods are given. A method
// that nobody has costs nothing. An observer changes nothing.

import { namesOf } from '../options/checks.js';

/** Where a request came from, and what it asked for. All of it is as received. */
export interface RequestRecordHead {
  /** Counts the server's connections, from 1. */
  readonly connectionId: number;
  /** Counts the server's requests, from 1: `context.requestId`. */
  readonly requestId: number;
  /** As received; empty where the request was refused before its method was read. */
  readonly method: string;
  /** The request target with its query; empty where the request was refused before it was read. */
  readonly target: string;
  /** Empty for a head with a fault. */
  readonly httpVersion: '' | '1.0' | '1.1';
  /**
   * The field lines of the head. `get` joins the lines of a name, in any case, and is null without one.
   * A head with a fault has none.
   */
  readonly headers: { get(name: string): string | null };
  /** True under TLS. */
  readonly encrypted: boolean;
  /** `https` under TLS, or where a trusted proxy says so. */
  readonly scheme: 'http' | 'https';
  /**
   * The host that the client asked for, with its port if it has one: what a trusted proxy says, else that of the
   * target, else `Host`. Empty where none is named, and for a head with a fault.
   */
  readonly host: string;
  /** IP address of the peer, which may be a proxy; empty on a Unix domain socket. */
  readonly remoteAddress: string;
  /** TCP port of the peer; 0 on a Unix domain socket. */
  readonly remotePort: number;
  /** IP address of the client, as `context.clientAddress`: the peer's, or what a trusted proxy says. */
  readonly clientAddress: string;
  /** The class of the request. Paths of `health` have `probe`. */
  readonly priority: 'probe' | 'critical' | 'default' | 'sheddable';
}

/** A request whose handler runs next. */
export interface RequestStarted extends RequestRecordHead {
  /** Milliseconds in the limiter's queue. */
  readonly waitedMs: number;
}

/** What every request leaves at its end. */
export interface RequestEnd extends RequestRecordHead {
  /** The status of the response, once a byte of its head was taken by the operating system; else 0. */
  readonly status: number;
  /**
   * Bytes of head and content as they came, with the framing of chunks. Of a tunnel, and of a request that broke
   * a rule where no other could follow: all that came.
   */
  readonly requestBytes: number;
  /** Bytes of content that were read, without framing; of a tunnel, what came through it. */
  readonly requestContentBytes: number;
  /**
   * Bytes that the operating system has taken, with all heads (informational ones, too) and the framing
   * of chunks. After a reset by the peer: as many as are known.
   */
  readonly responseBytes: number;
  /**
   * Those of them that are content, without framing; of a tunnel, what went through it. For a response of
   * `sluice/node`, the framing of chunks is counted as content.
   */
  readonly responseContentBytes: number;
  /** Milliseconds in the limiter's queue. */
  readonly waitedMs: number;
  /** Milliseconds from the arrival of the first byte until the last byte of the response was taken. */
  readonly durationMs: number;
  /** The operating system has taken every byte of the response. */
  readonly delivered: boolean;
}

/** The end of a request that had a `requestStarted`. */
export interface RequestCompleted extends RequestEnd {
  /** What a router has set as `context.route`: `/users/:id`. */
  readonly route: string | undefined;
  /** Milliseconds from the call of the handler until it had answered, or until the end if it had not. */
  readonly handlerMs: number;
  /**
   * Why the response was not delivered, in a word of `ABORT_REASONS`: `peerReset`, `writeStalled`, …
   * Undefined where it was.
   */
  readonly reason: string | undefined;
}

/**
 * The end of a request that never had a `requestStarted`: it was refused, had a fault, or its client left
 * before it was its turn.
 */
export interface RequestRefused extends RequestEnd {
  /**
   * The reason of the limiter (`queueFull`, `waited`, …), the code of a fault (`SLUICE_FAULT_…`), or
   * a word of `ABORT_REASONS` where it was cut off while it waited.
   */
  readonly reason: string;
}

/** A connection that was accepted. */
export interface ConnectionOpened {
  readonly connectionId: number;
  /** IP address of the peer; empty on a Unix domain socket. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** True under TLS. */
  readonly encrypted: boolean;
}

/** Why a connection ended. */
export type ConnectionEnd =
  /** It was closed after its last response: one side had asked for that, or it had its number of requests. */
  | 'lastResponse'
  /** No request came within `keepAliveMs`. */
  | 'idle'
  /** The client broke a rule, or was too slow with a request. */
  | 'fault'
  /** The client sent FIN. */
  | 'peerEnded'
  /** The client reset the connection, or it broke. */
  | 'peerReset'
  /** The client was too slow in reading. */
  | 'writeStalled'
  /** A reply could not be finished. */
  | 'replyFailed'
  /** The server closes. */
  | 'drain'
  /** It was idle, and another connection needed its place. */
  | 'room'
  /** It held the most memory when there was none left. */
  | 'memory'
  /** Something was thrown; `onError` is told. */
  | 'error';

/** A connection that is gone. */
export interface ConnectionClosed {
  readonly connectionId: number;
  readonly remoteAddress: string;
  readonly reason: ConnectionEnd;
  /** Milliseconds since it was accepted. */
  readonly durationMs: number;
  /** Requests whose head was complete. */
  readonly requests: number;
  /** Its last joint state: `closed/closed/last`. */
  readonly state: string;
}

/** A connection that was closed at once. */
export interface ConnectionRefused {
  /**
   * `connections`: all places were taken. `descriptors`: the process had almost no file descriptors
   * left.
   */
  readonly reason: string;
}

/** A change of state of the joint machine. The numbers are those of `sluice/core`. */
export interface Transition {
  readonly connectionId: number;
  /** The state before: `stateName(from)`. */
  readonly from: number;
  /** The event: `EVENTS[event]`. */
  readonly event: number;
  /** The state after. */
  readonly to: number;
}

/** The limiter has another limit. */
export interface LimitChanged {
  /** Handlers that may run at once. */
  readonly limit: number;
  readonly previous: number;
}

/** A change of state that came before a fault, as the option `trace` has kept it. */
export interface TracedTransition {
  /** What happened, in a word of `EVENTS` of `sluice/core`: `headStart`. */
  readonly event: string;
  /** The joint state after it: `head/idle/keep`. */
  readonly state: string;
  /** Bytes that had been read and used by then, counted from the connection's first. */
  readonly offset: number;
  /** Milliseconds from then to the fault. */
  readonly ageMs: number;
}

/** A peer's mistake, as `onFault` and an observer are told. */
export interface FaultReport {
  /** `SLUICE_FAULT_…` */
  readonly code: string;
  /** What it was answered with, if nothing had been answered yet. */
  readonly status: number;
  readonly section: string;
  readonly text: string;
  /** Offset of the first wrong byte from the connection's first. */
  readonly offset: number;
  /** The joint state: `head/idle/keep`. */
  readonly state: string;
  /** Up to 64 bytes around the place, as latin1; empty where no byte was wrong. */
  readonly bytes: string;
  readonly remoteAddress: string;
  /** 0 where it never became a connection: a TLS handshake that failed. */
  readonly connectionId: number;
  /** Of a TLS handshake that failed: Node's code, such as `ERR_SSL_NO_SHARED_CIPHER`. */
  readonly alert?: string;
  /**
   * Of a connection that is traced (the option `trace`): its last changes of state before the fault, the oldest
   * first. Empty where the fault was its first event.
   */
  readonly transitions?: readonly TracedTransition[];
}

/**
 * Watches a server. Every method is optional, and is given one record. Methods are called synchronously:
 * they should be fast. What one throws is told to `onError`, and changes nothing.
 *
 * Pairs are pairs. Each connection that is told to be open is told to be closed. Each request whose head
 * was complete ends exactly once: with `requestCompleted` if `requestStarted` was told, else with
 * `requestRefused`. So `started − completed` is the number of requests in progress, and never drifts.
 * A faulty head, which is no request yet, ends with `requestRefused`, too. All requests of a connection
 * end before `connectionClosed`.
 *
 * @example
 * const observer: Observer = {
 *   requestCompleted({ method, target, status, durationMs }) {
 *     console.log(method, target, status, durationMs);
 *   },
 * };
 */
export interface Observer {
  /** A connection was accepted. */
  connectionOpened?(connection: ConnectionOpened): void;
  /** A new connection was closed at once. */
  connectionRefused?(refusal: ConnectionRefused): void;
  /** A connection is gone. */
  connectionClosed?(connection: ConnectionClosed): void;
  /** The joint machine changed its state. */
  transition?(transition: Transition): void;
  /** A request was admitted. Its handler runs next. */
  requestStarted?(request: RequestStarted): void;
  /** A request whose handler was started is over: its response has left, or never will. */
  requestCompleted?(request: RequestCompleted): void;
  /** A request whose handler was never started is over: its refusal has left, or never will. */
  requestRefused?(request: RequestRefused): void;
  /** A client broke a rule, or was too slow: the same report as `onFault` gets. */
  fault?(fault: FaultReport): void;
  /** The limiter has another limit. */
  limitChanged?(change: LimitChanged): void;
}

/** The names of the methods of an observer. */
export type ObserverMethod = keyof Observer;

/** All of them. A missing name does not compile. */
export const OBSERVER_NAMES: readonly ObserverMethod[] = namesOf<Observer>({
  connectionOpened: true,
  connectionRefused: true,
  connectionClosed: true,
  transition: true,
  requestStarted: true,
  requestCompleted: true,
  requestRefused: true,
  fault: true,
  limitChanged: true,
});
