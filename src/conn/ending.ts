// How a connection ends: in order, in a drain, to make room for another, cut off by its server, or broken
// by something that was thrown. Then all is tidied up.

import { type EventId, EventIds } from '../fsm/machine/machine.js';
import type { ConnectionEnd } from '../observe/observer.js';
import type { ConnectionClocks } from './clock/connection-clocks.js';
import type { WakeUp } from './clock/wake-up.js';
import type { AbortReason } from './handler/abort.js';
import { type DrainedRequest, tellDrain } from './handler/long-work.js';
import type { Lifecycle } from './machine/lifecycle.js';
import type { ServerParts } from './server-parts.js';
import type { OpenConnection } from './server-ports.js';
import { type RecordedConnection, tellClosed } from './watch/connection-records.js';

/** For how long after its last response a connection may carry one more while the server drains. */
const DRAIN_GRACE_MS = 1000;

/** The connection, as its ending sees it. */
export interface EndingConnection extends OpenConnection, RecordedConnection {
  readonly life: Lifecycle;
  /** When it was accepted. */
  readonly openedAt: number;
  /** When the last response was over, or it was accepted. */
  readonly idleSince: number;
  /** The request in progress. */
  readonly exchange: (DrainedRequest & { report(error: unknown): void }) | undefined;
  /** Undefined where nobody listens. */
  readonly accounts:
    | {
        /** Looks at what was sent, as long as the transport is open. */
        look(): void;
        stop(reason: AbortReason): void;
      }
    | undefined;
  readonly link: { readonly host: { connectionClosed(reason: AbortReason): void } } | undefined;
  /** Undefined where nothing was held. */
  readonly memory: { count(bytes: number): void; stop(): void } | undefined;
  readonly conversation: {
    readonly requests: number;
    /** The request in progress is over, answered. */
    finish(now: number): void;
    /** The request in progress is over, cut off. */
    abandon(reason: AbortReason, now: number): void;
  };
  readonly receiver: {
    readonly input: { clear(): void };
    /** The tunnel that the connection has become. */
    readonly tunnel: { finish(): void } | undefined;
  };
  readonly responder: {
    readonly output: {
      /** Bytes that were handed to the transport. */
      readonly sentBytes: number;
      send(): void;
    };
    /** Tells requests whose responses have left. */
    completeLeft(): boolean;
    /** The content that was given so far is told to the account of the request. */
    countContent(): void;
    /** Nothing more is written. */
    stop(reason: AbortReason): void;
  };
  readonly ending: OpenConnection['ending'] & RecordedConnection['ending'];
  /** Bytes that were written still wait for the peer. */
  isLeaving(): boolean;
  fire(event: EventId): void;
}

export class Ending {
  /** Why the connection ends, when it does. */
  reason: AbortReason = 'closed';
  /** The same as observers are told. What was found first counts. */
  #end: ConnectionEnd | undefined = undefined;
  /** It is closed by a FIN and no reset, though a request was not answered. */
  isQuiet = false;
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
  #noteCut(): void {
    const { reason } = this;
    // A deadline ends a request, never its connection.
    this.note(reason === 'closed' || reason === 'deadline' ? 'error' : reason);
  }

  // What the machine orders.

  /** The last response is written: sends our FIN, and waits for the peer's. */
  linger(end: ConnectionEnd): void {
    const connection = this.#connection;
    const { now } = this.#wakeUp;
    this.note(end);
    connection.conversation.finish(now);
    this.halfClose();
    this.#clocks.armLingerMax(now);
  }

  /** Sends our FIN. */
  halfClose(): void {
    this.#connection.responder.output.send();
    this.#connection.transport.end();
  }

  /** All is over, both ways. */
  close(): void {
    const connection = this.#connection;
    connection.receiver.tunnel?.finish();
    // Where we have not sent FIN, the peer has.
    this.note('peerEnded');
    connection.conversation.finish(this.#wakeUp.now);
    connection.responder.output.send();
    connection.responder.completeLeft();
    connection.transport.destroy();
    this.tidyUp();
  }

  /** Drops what is on its way. */
  reset(): void {
    const connection = this.#connection;
    this.#noteCut();
    connection.accounts?.look();
    if (this.isQuiet) connection.responder.output.send();
    if (this.isQuiet) connection.transport.destroy();
    else connection.transport.reset();
    this.tidyUp();
  }

  // What the server orders.

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
    const idleMs = now - connection.idleSince;
    const wasIdle = life.idle;
    // The head of the response has left, and did not say that it is the last one. A client may use the connection again
    // as soon as it has all of it. So it goes on: when it is idle, this is asked again.
    if (!life.last && life.isAnswering) return;
    const quietMs = clocks.drainQuiet.durationMs;
    const isQuiet = !roster.isBusy && idleMs >= quietMs && now - roster.askedAt >= quietMs;
    if (wasIdle && idleMs < DRAIN_GRACE_MS && !isQuiet) {
      // A request may be on its way. It gets its answer, which says that it is the last.
      this.#clocks.armDrainQuiet(now);
      return;
    }
    this.note('drain');
    connection.fire(EventIds.closeAfter);
    if (!wasIdle || !life.shut || connection.isLeaving()) return;
    // Where nothing can be on its way to the peer, its answer to our FIN is not waited for.
    const mayBeOnItsWay =
      connection.responder.output.sentBytes > 0 && idleMs < clocks.drainLinger.durationMs;
    if (mayBeOnItsWay) this.#clocks.armDrainLinger(now);
    else connection.fire(EventIds.lingerOver);
  }

  /** Another connection needs the place: ends where it has been idle since before `before`. */
  makeRoom(before: number): void {
    const { life, idleSince } = this.#connection;
    if (!life.idle || idleSince >= before) return;
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
  breakOff(error: unknown): void {
    const { exchange } = this.#connection;
    const { reports, scheduler, shedBudget } = this.#parts;
    this.#breakOff();
    if (shedBudget.open) shedBudget.end(this.#wakeUp.now);
    if (exchange === undefined) reports.tell(error);
    else exchange.report(error);
    scheduler.armTimer();
  }

  #breakOff(): void {
    const connection = this.#connection;
    const { life, transport } = connection;
    this.note('error');
    if (!life.closed) this.#attempt(() => connection.accounts?.look());
    life.break();
    if (!this.#attempt(() => transport.reset())) this.#attempt(() => transport.destroy());
    this.#attempt(() => this.tidyUp());
  }

  /** The transport is gone, or given up. What a throw has left undone is done by the next call. */
  tidyUp(): void {
    const connection = this.#connection;
    const { reason } = this;
    const { roster, traces, environment } = this.#parts;
    if (connection.place === undefined) return;
    connection.responder.countContent();
    connection.accounts?.stop(reason);
    this.#clocks.stop();
    connection.receiver.input.clear();
    connection.memory?.count(0);
    connection.responder.stop(reason);
    connection.conversation.abandon(reason, this.#wakeUp.now);
    connection.link?.host.connectionClosed(reason);
    connection.memory?.stop();
    const { trace } = connection.life;
    if (trace !== undefined) traces?.remove(trace);
    roster.remove(connection);
    // Told last: to who begins to observe meanwhile, it is open until it has left the roster.
    const { observer } = this.#parts;
    if (observer !== undefined)
      tellClosed(connection, environment.now() - connection.openedAt, observer);
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
