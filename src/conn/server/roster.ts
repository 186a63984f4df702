// The open connections of a server, the promises that were given to `waitUntil`, and the counts of
// requests. A server that closes asks here whether anything is left to wait for.

import { dropIfPromise, listen, promiseOf } from '../../options/thenable.js';
import type { Clocks } from '../clock/clocks.js';
import type { RequestContext } from '../handler/context.js';
import { MemberList } from '../memory/member-list.js';
import type { OpenConnection } from '../server-ports.js';
import type { Reports } from '../watch/reports.js';

/** Silence that ends a row of requests. */
const ROW_GAP_MS = 1000;
/** Requests in a row from which on a server counts as busy. A program that tests an application sends fewer, and then closes. */
const BUSY_REQUESTS = 16;

export class Roster {
  readonly connections: MemberList<OpenConnection> = new MemberList();
  /** New work is welcome. The readiness path says so. */
  ready = true;
  /** Every response is its connection's last. */
  draining = false;
  /** When a connection or a request came last. */
  askedAt: number = Number.NEGATIVE_INFINITY;
  /** Requests in a row, none of them a second behind what came before it. */
  #inARow = 0;
  /** Connections that are not let in yet. */
  arriving: { readonly size: number } = { size: 0 };
  /** Connections that were closed at once. */
  connectionsRefused = 0;
  requestsStarted = 0;
  /** Requests for a path of `health` that sluice answers. */
  probesStarted = 0;
  requestsFinished = 0;
  requestsRefused = 0;
  requestsCutOff = 0;
  readonly #clocks: Clocks;
  readonly #reports: Reports;
  readonly #waitingFor: MemberList<Promise<unknown>> = new MemberList();
  #connectionIds = 0;
  #requestIds = 0;
  #onIdle: (() => void) | undefined = undefined;

  constructor(clocks: Clocks, reports: Reports) {
    this.#clocks = clocks;
    this.#reports = reports;
  }

  /** Connections that were accepted, since the start. */
  get connectionsAccepted(): number {
    return this.#connectionIds;
  }

  nextConnectionId(): number {
    return ++this.#connectionIds;
  }

  nextRequestId(): number {
    return ++this.#requestIds;
  }

  /** Of the requests that have begun, the last. */
  get lastRequestId(): number {
    return this.#requestIds;
  }

  /** A connection is open. A client that connects is about to ask. */
  add(connection: OpenConnection, now: number): void {
    connection.place = this.connections.add(connection);
    this.askedAt = now;
  }

  /** A request has begun. */
  asked(now: number): void {
    this.#inARow = now - this.askedAt < ROW_GAP_MS ? this.#inARow + 1 : 1;
    this.askedAt = now;
  }

  /** Clients ask one request after the other: silence for a moment does not mean that no further one is on its way. */
  get isBusy(): boolean {
    return this.#inARow >= BUSY_REQUESTS;
  }

  /** A connection is over. */
  remove(connection: OpenConnection): void {
    connection.place?.leave();
    connection.place = undefined;
    this.#checkIdle();
  }

  /** A connection that was not let in is over, or is let in. */
  arrivalOver(): void {
    this.#checkIdle();
  }

  /** What is no promise counts as settled, as everywhere on the platform. */
  waitFor(given: unknown, context: RequestContext, request: Request): void {
    const failed = (error: unknown): void => {
      this.#reports.tell(error, request, context);
    };
    try {
      const promise = promiseOf(given);
      if (promise === undefined) return;
      const settled = (): void => {
        if (place.leave()) this.#checkIdle();
      };
      listen(
        promise,
        (value) => {
          dropIfPromise(value);
          settled();
        },
        (error) => {
          failed(error);
          settled();
        },
      );
      const place = this.#waitingFor.add(promise);
    } catch (error) {
      failed(error);
    }
  }

  /** Calls back once no connection is open and no promise is waited for. */
  whenIdle(callback: () => void): void {
    this.#onIdle = callback;
    this.#checkIdle();
  }

  /** Promises may never settle: they are waited for no longer. */
  giveUpWaiting(): void {
    this.#waitingFor.clear();
    this.#checkIdle();
  }

  /**
   * Closes the connection that has been idle for longest, if it has been idle since before `before`.
   * Its socket was looked at since then, and no request was there. False where there is none.
   */
  closeLongestIdle(before: number): boolean {
    const first = this.#clocks.longestIdle;
    const { size } = this.connections;
    first?.expire(this.#clocks.room, before);
    return this.connections.size < size;
  }

  /** The server was closed, and serves again. */
  reopen(): void {
    this.ready = true;
    this.draining = false;
  }

  #checkIdle(): void {
    if (this.connections.size > 0 || this.#waitingFor.size > 0 || this.arriving.size > 0) return;
    const callback = this.#onIdle;
    this.#onIdle = undefined;
    callback?.();
  }
}
