// The accounts of the requests of one connection. An account is opened with the head. It is closed when the
// request is over and its response has left or never will. Then it is told, once. Where nobody listens, there
// is none.

import type { Head } from '../../fsm/parse/head.js';
import { latin1 } from '../../http/latin1.js';
import type { Observer, RequestRecordHead } from '../../observe/observer.js';
import type { Output } from '../bytes/output.js';
import type { Exchange } from '../exchange.js';
import type { AbortReason } from '../handler/abort.js';
import type { RequestOrigin } from '../handler/peer.js';
import type { Transport } from '../transport.js';
import { Arrivals } from './arrivals.js';
import { rawHead } from './raw-head.js';
import { RequestAccount } from './request-account.js';

/** The connection, as its accounts see it. */
export interface AccountedConnection {
  readonly id: number;
  readonly transport: Transport;
  readonly peer: RequestOrigin;
  readonly output: Output;
  readonly receiver: {
    /** What was read since the connection began, and what of it is content of the request in progress. */
    readonly consumedBytes: number;
    /** What was read before the message in progress. */
    readonly messageFrom: number;
    /** What came and was not read. */
    readonly input: { readonly length: number };
    readonly contentBytes: number;
    /** Of a declared length, what was not read. */
    readonly contentLeft: number;
    /** A message has begun, and was not read to its end. */
    readonly midMessage: boolean;
    /** The head in progress, or at fault. */
    readonly head: Head | undefined;
  };
  /** The request in progress. */
  readonly exchange: Exchange | undefined;
  /** The clock. */
  clock(): number;
}

/** What is said in a head. */
interface HeadText extends Pick<RequestRecordHead, 'method' | 'target' | 'httpVersion'> {
  get(name: string): string | null;
  host(told: string | undefined): string;
}

/** Of a head with a fault nothing is known for sure. */
const nothing = (): null => null;
const nowhere = (): string => '';

/** Whether anybody listens for requests. */
export function watchesRequests(observer: Observer | undefined): observer is Observer {
  return (
    observer?.requestStarted !== undefined ||
    observer?.requestCompleted !== undefined ||
    observer?.requestRefused !== undefined
  );
}

export class Accounts {
  readonly #connection: AccountedConnection;
  readonly #observer: Observer;
  readonly #nextRequestId: () => number;
  readonly #arrivals: Arrivals = new Arrivals();
  #current: RequestAccount | undefined = undefined;
  /** Of requests that are over, whose responses have not left. The oldest comes first. */
  #leaving: RequestAccount[] = [];
  /** All bytes that came. */
  #cameBytes = 0;
  /** A request is in progress that had begun before anybody listened: it has no account. */
  #isUntold = false;
  /** All that follows is of the current request. */
  #isTunnel = false;
  /** Where the next message begins among them. */
  #nextFrom = 0;
  /** What the system is known to have taken of all bytes that were given to be sent. */
  #takenTo = 0;

  constructor(connection: AccountedConnection, observer: Observer, nextRequestId: () => number) {
    this.#connection = connection;
    this.#observer = observer;
    this.#nextRequestId = nextRequestId;
  }

  /** The same for a connection that was open before anybody listened. */
  static joining(
    connection: AccountedConnection,
    observer: Observer,
    nextRequestId: () => number,
  ): Accounts {
    const accounts = new Accounts(connection, observer, nextRequestId);
    const { consumedBytes, messageFrom, input } = connection.receiver;
    accounts.#cameBytes = consumedBytes + input.length;
    accounts.#nextFrom = messageFrom;
    accounts.#isUntold = connection.exchange !== undefined;
    return accounts;
  }

  bytesCome(bytes: number, now: number): void {
    this.#cameBytes += bytes;
    // Of a head that is not complete, the first bytes are consumed, and are still asked for.
    const from =
      this.#current === undefined ? this.#nextFrom : this.#connection.receiver.consumedBytes;
    this.#arrivals.note(this.#cameBytes, now, from);
  }

  /** A head is complete. */
  begin(exchange: Exchange, now: number): void {
    const { from, to } = exchange.head;
    const requestFrom = this.#connection.receiver.consumedBytes - (to - from);
    this.#open(this.#headOf(exchange), exchange, requestFrom, now);
  }

  /** The peer has broken a rule. Without a request in progress, its head has. */
  fault(code: string, now: number): void {
    if (this.#isUntold) return;
    if (this.#current === undefined) this.#open(this.#faultyHead(), undefined, this.#nextFrom, now);
    this.#current?.faulted(code, now);
  }

  offered(now: number): void {
    this.#current?.offered(now);
  }

  /** The limiter has turned it away. */
  refused(reason: string, now: number): void {
    this.#current?.refused(reason, now);
  }

  /** The limiter has admitted it at `now`. The handler is called next. */
  started(now: number): void {
    const account = this.#current;
    if (account === undefined) return;
    account.started(now, this.#connection.clock());
    this.#observer.requestStarted?.(account.startedRecord());
  }

  handlerEnded(now: number): void {
    // An upgrade was the answer.
    if (!this.#isTunnel) this.#current?.handlerEnded(now);
  }

  /** The head of the final response stands at `at` of what is written. Without `at`, it is written next. */
  headBegins(status: number, bytes: number, at: number = this.#connection.output.givenBytes): void {
    this.#current?.headBegins(status, at, bytes);
  }

  /** The head that opens a tunnel is written next. What follows both ways belongs to the request. */
  tunnelBegins(status: number, bytes: number): void {
    this.handlerEnded(this.#connection.clock());
    this.#isTunnel = true;
    this.headBegins(status, bytes);
    this.contentGiven(Number.POSITIVE_INFINITY);
  }

  /** A host writes next what is no reply of ours. Where it begins a response, its status is told. */
  rawBegins(piece: Uint8Array | string): void {
    const head = rawHead(piece);
    if (head === undefined) return;
    this.headBegins(head.status, head.bytes);
    this.contentGiven(Number.POSITIVE_INFINITY);
  }

  /** Content was written, so many bytes without framing. */
  contentGiven(bytes: number): void {
    this.#current?.contentGiven(bytes);
  }

  /** The whole response was written. */
  responseEnds(): void {
    this.#current?.responseEnds(this.#connection.output.givenBytes);
  }

  /** The request is over, and answered. */
  requestEnds(): void {
    const account = this.#closeCurrent();
    if (account === undefined) return;
    if (account.hasLeft) this.#tell(account, 'closed');
    else this.#leaving.push(account);
  }

  /** Looks at what the system has taken. Not to be called once the transport is closed. */
  look(): void {
    const { output, transport } = this.#connection;
    // A write that threw may have left bytes with the transport that were never counted as sent.
    this.#takenTo = Math.max(this.#takenTo, output.sentBytes - transport.unflushedBytes);
    const leaving = this.#leaving;
    if (this.#current === undefined && leaving.length === 0) return;
    const now = this.#connection.clock();
    this.#current?.taken(this.#takenTo, now);
    for (;;) {
      const [account] = leaving;
      account?.taken(this.#takenTo, now);
      if (account?.hasLeft !== true) return;
      leaving.shift();
      this.#tell(account, 'closed');
    }
  }

  /** The request in progress is over, cut off. */
  abandon(reason: AbortReason): void {
    const account = this.#closeCurrent();
    if (account !== undefined) this.#tell(account, reason);
  }

  /** The connection is gone: what has not left never will. */
  stop(reason: AbortReason): void {
    const leaving = this.#leaving;
    this.#leaving = [];
    for (const account of leaving) this.#tell(account, reason);
    this.abandon(reason);
  }

  #open(
    head: RequestRecordHead,
    exchange: Exchange | undefined,
    requestFrom: number,
    now: number,
  ): void {
    const arrivedAt = this.#arrivals.at(requestFrom) ?? now;
    const { givenBytes } = this.#connection.output;
    this.#current = new RequestAccount(head, exchange, arrivedAt, requestFrom, givenBytes);
  }

  #closeCurrent(): RequestAccount | undefined {
    const account = this.#current;
    const { consumedBytes, contentBytes, contentLeft, midMessage } = this.#connection.receiver;
    this.#isUntold = false;
    if (account === undefined) {
      this.#nextFrom = consumedBytes;
      return undefined;
    }
    this.#current = undefined;
    // What came of it and was not read belongs to it, too. Of chunked content nobody knows how much that is: behind
    // a fault, all of it, since no request is read behind that.
    const isAll = this.#isTunnel || (account.hasFault && midMessage && contentLeft === 0);
    const left = isAll ? Number.POSITIVE_INFINITY : contentLeft;
    const end = Math.max(consumedBytes, Math.min(this.#cameBytes, consumedBytes + left));
    this.#nextFrom = consumedBytes;
    // Of a head that is none, the last content was that of the request before it.
    const read = account.hasHead ? contentBytes : 0;
    account.requestEnds(end, this.#isTunnel ? end - consumedBytes : read);
    return account;
  }

  #tell(account: RequestAccount, reason: string): void {
    const { requestCompleted, requestRefused } = this.#observer;
    const now = this.#connection.clock();
    if (account.isStarted) requestCompleted?.(account.completedRecord(reason, this.#takenTo, now));
    else requestRefused?.(account.refusedRecord(reason, this.#takenTo, now));
  }

  #headOf(exchange: Exchange): RequestRecordHead {
    const { requestId, origin, requestHead, priorityName } = exchange;
    return this.#head(requestId, origin, requestHead, priorityName);
  }

  /** What is known of a head that is none. */
  #faultyHead(): RequestRecordHead {
    const { peer, receiver } = this.#connection;
    const { head } = receiver;
    const text: HeadText = {
      method: head === undefined ? '' : textOf(head, head.from, head.methodTo),
      target: head === undefined ? '' : textOf(head, head.targetFrom, head.targetTo),
      httpVersion: '',
      get: nothing,
      host: nowhere,
    };
    return this.#head(this.#nextRequestId(), peer, text, 'default');
  }

  #head(
    requestId: number,
    { scheme, toldHost, clientAddress }: RequestOrigin,
    headers: HeadText,
    priority: RequestRecordHead['priority'],
  ): RequestRecordHead {
    const { id: connectionId, transport } = this.#connection;
    const { encrypted, remote } = transport;
    const { address: remoteAddress, port: remotePort } = remote;
    const { method, target, httpVersion } = headers;
    // One literal, as the records that are made of it (see RequestAccount).
    return {
      connectionId,
      requestId,
      encrypted,
      scheme,
      host: headers.host(toldHost),
      remoteAddress,
      remotePort,
      clientAddress,
      method,
      target,
      httpVersion,
      headers,
      priority,
    };
  }
}

/** Places that the parser did not reach are 0. */
function textOf({ bytes }: Head, from: number, to: number): string {
  return from < to ? latin1(bytes, from, to) : '';
}
