// What a host may do on its connection. Each call is a wake-up of the connection (wake-up.ts).

import type { FaultId } from '../fsm/faults.js';
import { type EventId, EventIds } from '../fsm/machine/machine.js';
import { CONTINUE_HEAD } from '../http/reply/informational.js';
import type { Reply } from '../http/reply/reply.js';
import type { WakeUp } from './clock/wake-up.js';
import type { DueTimer, Turn } from './environment.js';
import type { Exchange } from './exchange.js';
import type { FaultPlace } from './fault/fault-report.js';
import { INTERNAL_ERROR } from './fault/responses.js';
import type { AbortReason } from './handler/abort.js';
import { replyInPlace } from './handler/handler-run.js';
import type { HostConnection, HostedAnswer, HostedExchange, HostWriter } from './host.js';
import type { Lifecycle } from './machine/lifecycle.js';
import { Reading, Writing } from './machine/states.js';
import type { Responder } from './respond/responder.js';
import type { ServerParts } from './server-parts.js';
import type { Transport } from './transport.js';
import type { Accounts } from './watch/accounts.js';

/** The connection, as its link sees it. */
export interface LinkedConnection {
  readonly id: number;
  readonly life: Lifecycle;
  readonly transport: Transport;
  readonly exchange: Exchange | undefined;
  readonly receiver: {
    readonly consumedBytes: number;
    readonly input: { readonly ended: boolean };
  };
  readonly ending: { cut(reason: AbortReason): void; endNow(quietly?: boolean): void };
  /** Undefined where nobody listens. */
  readonly accounts: Accounts | undefined;
  fire(event: EventId): void;
  /** Says whether the unread content is too much to drain. Then the connection must close. */
  unreadTooMuch(mayReadOn: boolean): boolean;
}

export class HostLink implements HostWriter {
  awaitsDrain = false;
  calls = 0;
  /** The host was told of the peer's FIN. */
  #toldEnd = false;
  /** The host has begun to answer a fault. */
  #rawBegun = false;
  readonly host: HostConnection;
  readonly #connection: LinkedConnection;
  readonly #parts: ServerParts;
  readonly #wakeUp: WakeUp;
  readonly #responder: Responder;

  constructor(
    connection: LinkedConnection,
    parts: ServerParts,
    wakeUp: WakeUp,
    responder: Responder,
    connect: (link: HostWriter) => HostConnection,
  ) {
    this.#connection = connection;
    this.#parts = parts;
    this.#wakeUp = wakeUp;
    this.#responder = responder;
    this.host = connect(this);
  }

  get transport(): Transport {
    return this.#connection.transport;
  }

  get backlogBytes(): number {
    return this.#responder.output.backlogBytes;
  }

  get isPostponed(): boolean {
    return this.#responder.isPostponed;
  }

  get writtenBytes(): number {
    return this.#responder.output.sentBytes + this.#responder.output.unsentBytes;
  }

  get peerEnded(): boolean {
    return this.#connection.receiver.input.ended;
  }

  get readBytes(): number {
    return this.#connection.receiver.consumedBytes;
  }

  get last(): boolean {
    return this.#connection.life.last;
  }

  /** The connection is over, or about to be: nothing that is written arrives. */
  get closed(): boolean {
    return this.#connection.life.closed;
  }

  /** Whether the exchange may still be answered. */
  isPending(exchange: HostedExchange): boolean {
    return (
      this.#connection.exchange === exchange && this.#connection.life.writing === Writing.pending
    );
  }

  /** Runs the request that was dispatched. */
  run(exchange: Exchange): void {
    exchange.started = true;
    this.host.run(exchange);
  }

  interim(exchange: HostedExchange, text: string): void {
    if (!this.isPending(exchange)) return;
    // The client was told so when its content was first asked for.
    const { head, continued } = exchange as Exchange;
    if (continued && head.expectsContinue && text === CONTINUE_HEAD) return;
    this.#call(() => {
      (exchange as Exchange).continued = true;
      this.#responder.interim(text);
    });
  }

  answer(given: HostedExchange, answer: HostedAnswer, isWhole: boolean): boolean {
    // Boundary: hosts are given exchanges, and see less of them.
    const exchange = given as Exchange;
    const now = this.#parts.environment.now();
    this.#enter(now);
    try {
      const isInTime = this.isPending(exchange);
      exchange.handlerDone ||= isWhole;
      if (!isInTime) exchange.release(exchange.answered ? 'timedOut' : 'aborted', now);
      else {
        exchange.answered = true;
        if (isWhole || !this.#parts.keepsSlotForBody) exchange.release('finished', now);
        this.#writeAnswer(answer, !isWhole);
        this.#responder.fireFlushed();
      }
      this.#leave();
      return isInTime;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  refuse(given: HostedExchange, error: unknown): void {
    const exchange = given as Exchange;
    if (!this.isPending(exchange)) return;
    this.#call(() => {
      exchange.handlerDone = true;
      exchange.answered = true;
      exchange.release('failed', this.#wakeUp.now);
      this.#connection.fire(EventIds.closeAfter);
      this.#responder.reply(replyInPlace(exchange, error), exchange.head);
      this.#responder.fireFlushed();
    });
  }

  write(exchange: HostedExchange, pieces: readonly (Uint8Array | string)[]): void {
    if (!this.#isStreaming(exchange)) return;
    this.#call(() => {
      for (const piece of pieces) {
        this.#responder.share.count(piece.length);
        if (typeof piece === 'string') this.#responder.output.text(piece);
        else this.#responder.output.bytes(piece);
      }
    });
  }

  end(exchange: HostedExchange): void {
    (exchange as Exchange).handlerDone = true;
    if (!this.#isStreaming(exchange)) return;
    this.#call(() => {
      this.#connection.fire(EventIds.streamEnd);
      this.#responder.fireFlushed();
    });
  }

  /** Asks the host whether it answers a fault itself. */
  takesFault(fault: FaultId, place: FaultPlace | undefined): boolean {
    // Before the call: within it, all of the answer may be written.
    this.#responder.hostAnswers = true;
    if (!this.host.faulted(fault, place, true)) {
      this.#responder.hostAnswers = false;
      return false;
    }
    if (this.#responder.hostAnswers) this.#afterLinger(() => this.endRaw());
    return true;
  }

  /** Tells the host of a fault in the content of the request that it answers. */
  tellFault(fault: FaultId, place: FaultPlace | undefined): void {
    if (!this.host.faulted(fault, place, false)) return;
    this.#afterLinger(() => {
      // By a FIN: nothing was sent of a response.
      if (this.#connection.life.writing === Writing.pending) this.destroy(true);
    });
  }

  /** A host that never answers a fault must not keep the connection. */
  #afterLinger(what: () => void): void {
    this.createTimer(what).arm(this.now() + this.#parts.limits.lingerMsMax);
  }

  get errorPage(): Reply | undefined {
    const page = this.#parts.errorPages.of(INTERNAL_ERROR);
    return page === INTERNAL_ERROR ? undefined : page;
  }

  get answersFault(): boolean {
    return this.#responder.hostAnswers;
  }

  get takesRaw(): boolean {
    const { writing } = this.#connection.life;
    return (
      this.answersFault ||
      writing === Writing.idle ||
      writing === Writing.gathering ||
      writing === Writing.queued
    );
  }

  raw(bytes: Uint8Array): void {
    if (!this.takesRaw) return;
    this.#call(() => {
      if (this.answersFault && !this.#rawBegun) this.#connection.accounts?.rawBegins(bytes);
      this.#rawBegun = this.answersFault;
      this.#responder.output.bytes(bytes);
    });
  }

  endRaw(): void {
    if (!this.answersFault) return;
    this.#responder.hostAnswers = false;
    this.#call(() => this.#responder.fireFlushed());
  }

  now(): number {
    return this.#parts.environment.now();
  }

  createTimer(onDue: (now: number) => void): DueTimer {
    return this.#parts.environment.createTimer(onDue);
  }

  createTurn(onTurn: () => void): Turn {
    return this.#parts.environment.createTurn(onTurn);
  }

  releaseLater(exchange: HostedExchange): void {
    const timer = this.createTimer(() => this.release(exchange));
    timer.arm(this.now() + this.#parts.limits.peerEndedMs);
  }

  release(given: HostedExchange): void {
    const exchange = given as Exchange;
    exchange.handlerDone = true;
    exchange.release('aborted', this.now());
  }

  cut(reason: AbortReason): void {
    this.calls++;
    this.#connection.ending.cut(reason);
    this.calls--;
  }

  destroy(quietly: boolean): void {
    this.calls++;
    this.#connection.ending.endNow(quietly);
    this.calls--;
  }

  endAfter(): void {
    this.#call(() => this.#connection.fire(EventIds.closeAfter));
  }

  /** Within a wake-up that ends: tells the host what it waits for. True where it was told something. */
  settle(): boolean {
    if (this.closed) return false;
    if (this.#connection.life.reading === Reading.closed && !this.#toldEnd) {
      this.#toldEnd = true;
      this.host.peerEnded();
      return true;
    }
    if (!this.awaitsDrain || this.backlogBytes > 0) return false;
    if (this.#responder.share.yields()) return false;
    this.awaitsDrain = false;
    this.host.drained();
    return true;
  }

  /** Writes the answer, and fires `replyWhole` or `replyStream`. */
  #writeAnswer(answer: HostedAnswer, streamed: boolean): void {
    const connection = this.#connection;
    const responder = this.#responder;
    const { output } = responder;
    // A listener that has begun to read goes on behind its whole response, as under node:http.
    const mayReadOn = streamed || connection.exchange?.body?.begun === true;
    if (answer.closes || connection.unreadTooMuch(mayReadOn)) connection.fire(EventIds.closeAfter);
    // If the host fails, the connection is reset. Earlier responses must leave before that.
    if (streamed) output.send();
    responder.status = answer.status;
    const { accounts } = connection;
    const headAt = output.givenBytes;
    const headBytes = answer.writeTo(output, connection.life.last);
    if (accounts !== undefined) {
      accounts.handlerEnded(this.#wakeUp.now);
      accounts.headBegins(answer.status, headBytes, headAt);
      // Its framing is in what the host writes.
      accounts.contentGiven(Number.POSITIVE_INFINITY);
    }
    connection.fire(streamed ? EventIds.replyStream : EventIds.replyWhole);
  }

  #isStreaming(exchange: HostedExchange): boolean {
    const { life } = this.#connection;
    return this.#connection.exchange === exchange && life.writing === Writing.streaming;
  }

  #call(what: () => void): void {
    this.#enter(this.#parts.environment.now());
    try {
      what();
      this.#leave();
    } catch (error) {
      this.#fail(error);
    }
  }

  #enter(now: number): void {
    this.calls++;
    this.#wakeUp.enter(now);
  }

  #leave(): void {
    this.#wakeUp.leave();
    this.calls--;
  }

  #fail(error: unknown): void {
    this.calls--;
    this.#wakeUp.fail(error);
  }
}

/** Undefined where no host answers. */
export function linkOf(
  connection: LinkedConnection,
  parts: ServerParts,
  wakeUp: WakeUp,
  responder: Responder,
): HostLink | undefined {
  const { host } = parts;
  return host && new HostLink(connection, parts, wakeUp, responder, (link) => host.connect(link));
}
