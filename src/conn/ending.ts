// How a connection ends: in a drain, to make room for another, cut off by its server, or broken by
// something that was thrown. What is tidied up then stands with its owner.

import { type EventId, EventIds } from '../fsm/machine/machine.js';
import type { ConnectionEnd } from '../observe/observer.js';
import type { AbortReason } from './abort.js';
import type { ConnectionClocks } from './connection-clocks.js';
import type { Lifecycle } from './lifecycle.js';
import { type DrainedRequest, tellDrain } from './long-work.js';
import type { ServerParts } from './server-parts.js';
import type { Transport } from './transport.js';
import type { WakeUp } from './wake-up.js';

/** For how long after its last response a connection may carry one more while the server drains. */
const DRAIN_GRACE_MS = 1000;

/** The connection, as its ending sees it. */
export interface EndingConnection {
  readonly life: Lifecycle;
  readonly transport: Transport;
  /** Bytes that were handed to the transport. */
  readonly sentBytes: number;
  /** The request in progress. */
  readonly exchange: DrainedRequest | undefined;
  /** Look at what was sent, as long as the transport is open. */
  readonly accounts: { look(): void } | undefined;
  /** Bytes that were written still wait for the peer. */
  isLeaving(): boolean;
  fire(event: EventId): void;
  /** Lets go of everything. What a throw has left undone is done by the next call. */
  tidyUp(): void;
}

export class Ending {
  /** Why the connection ends, when it does. */
  reason: AbortReason = 'closed';
  /** The same as observers are told. What was found first counts. */
  #end: ConnectionEnd | undefined = undefined;
  /** It is closed by a FIN and no reset, though a request was not answered. */
  isQuiet = false;
  /** When the last response was over, or the connection accepted. */
  idleSince: number;
  readonly #connection: EndingConnection;
  readonly #wakeUp: WakeUp;
  readonly #clocks: ConnectionClocks;
  readonly #parts: ServerParts;

  constructor(
    connection: EndingConnection,
    wakeUp: WakeUp,
    clocks: ConnectionClocks,
    parts: ServerParts,
  ) {
    this.idleSince = wakeUp.now;
    this.#connection = connection;
    this.#wakeUp = wakeUp;
    this.#clocks = clocks;
    this.#parts = parts;
  }

  /** Why the connection ends; `lastResponse` where nothing else was noted. */
  get end(): ConnectionEnd {
    return this.#end ?? 'lastResponse';
  }

  note(end: ConnectionEnd): void {
    this.#end ??= end;
  }

  /** It is cut off: for why it ends, unless it is so for another reason. */
  noteCut(): void {
    const { reason } = this;
    // A deadline ends a request, never its connection.
    this.note(reason === 'closed' || reason === 'deadline' ? 'error' : reason);
  }

  /** The server closes: nothing follows what has begun. */
  startDrain(now: number): void {
    this.#wakeUp.run(() => {
      const { exchange } = this.#connection;
      if (exchange !== undefined) tellDrain(exchange);
      this.drain();
    }, now);
  }

  /** The same within a wake-up, and again when the server may have become quiet. */
  drain(): void {
    const connection = this.#connection;
    const { life } = connection;
    const { now } = this.#wakeUp;
    const { clocks, roster } = this.#parts;
    const idleMs = now - this.idleSince;
    const wasIdle = life.idle;
    const isQuiet = now - roster.askedAt >= clocks.drainQuiet.durationMs;
    if (wasIdle && idleMs < DRAIN_GRACE_MS && !isQuiet) {
      // A request may be on its way. It gets its answer, which says that it is the last.
      this.#clocks.armDrainQuiet(now);
      return;
    }
    this.note('drain');
    connection.fire(EventIds.closeAfter);
    if (!wasIdle || !life.shut || connection.isLeaving()) return;
    // Where nothing can be on its way to the peer, its answer to our FIN is not waited for.
    const mayBeOnItsWay = connection.sentBytes > 0 && idleMs < clocks.drainLinger.durationMs;
    if (mayBeOnItsWay) this.#clocks.armDrainLinger(now);
    else connection.fire(EventIds.lingerOver);
  }

  /** Another connection needs the place: ends where it has been idle since before `before`. */
  makeRoom(before: number): void {
    if (!this.#connection.life.idle || this.idleSince >= before) return;
    this.note('room');
    this.#endNow();
  }

  /** Resets the connection. */
  cut(reason: AbortReason): void {
    if (this.#connection.life.closed) return;
    this.#wakeUp.run(() => {
      this.reason = reason;
      this.#connection.fire(EventIds.cut);
    });
  }

  /**
   * The owner of the connection wants it to end now.
   *
   * @param quietly by a FIN: of what was sent nobody takes a part for a whole
   */
  endNow(quietly = false): void {
    const { life } = this.#connection;
    if (life.closed) return;
    this.isQuiet = quietly;
    this.#wakeUp.run(() => this.#endNow());
  }

  /** The server closes, and its grace is over. */
  cutOff(): void {
    if (this.#connection.life.closed) return;
    this.#wakeUp.run(() => {
      this.reason = 'drain';
      this.note('drain');
      this.#endNow();
    });
  }

  /** Something was thrown: ends outside the tables, whatever else is thrown on the way. */
  breakOff(): void {
    const connection = this.#connection;
    const { life, transport } = connection;
    this.note('error');
    if (!life.closed) this.#attempt(() => connection.accounts?.look());
    life.break();
    if (!this.#attempt(() => transport.reset())) this.#attempt(() => transport.destroy());
    this.#attempt(() => connection.tidyUp());
  }

  /** Ends without waiting for the peer. */
  #endNow(): void {
    const connection = this.#connection;
    connection.fire(EventIds.closeAfter);
    // Where all was said nothing is left to cut: a reset would drop what is on its way.
    const isSaid = connection.life.shut && !connection.isLeaving();
    connection.fire(isSaid ? EventIds.lingerOver : EventIds.cut);
  }

  /** One step of the way out. It must not keep the steps behind it from being taken. False where it threw. */
  #attempt(step: () => void): boolean {
    try {
      step();
      return true;
    } catch (error) {
      this.#parts.reports.tell(error);
      return false;
    }
  }
}
