// The driver of one connection. It turns what transport, limiter, handler and
// clocks tell into events, lets the machine decide, and does what it orders. It
// keeps bytes and references; where the connection is, only the machine knows.

import { Fault, type FaultId } from '../fsm/faults.js';
import { ActionIds, type EventId, EventIds } from '../fsm/machine/machine.js';
import type { Head } from '../fsm/parse/head.js';
import type { Reply } from '../http/reply/reply.js';
import type { AbortReason } from './abort.js';
import { type ClockOwner, ConnectionClocks } from './connection-clocks.js';
import { Conversation } from './conversation.js';
import type { Exchange } from './exchange.js';
import {
  bodyAbandoned,
  bodyError,
  bodyStarved,
  type FaultPlace,
  faultReport,
} from './fault-report.js';
import { Lifecycle } from './lifecycle.js';
import { Receiver, type ReceiverOwner } from './receiver.js';
import { Responder, type ResponderOwner, targetOf } from './responder.js';
import { faultReply, refusalReply } from './responses.js';
import type { Service } from './service.js';
import type { Transport, TransportSink } from './transport.js';
import { WakeUp, type WakeUpOwner } from './wake-up.js';

// Locals of the module: the switch below is on the way of every request.
const {
  answerFault: ANSWER_FAULT,
  answerRefusal: ANSWER_REFUSAL,
  abort: ABORT,
  close: CLOSE,
  dispatch: DISPATCH,
  drain: DRAIN,
  failContent: FAIL_CONTENT,
  forget: FORGET,
  linger: LINGER,
  offer: OFFER,
  restart: RESTART,
  withdraw: WITHDRAW,
} = ActionIds;

/** For how long after its last response a connection may carry one more while the server drains. */
const DRAIN_GRACE_MS = 1000;

export class Connection
  implements TransportSink, ReceiverOwner, ResponderOwner, ClockOwner, WakeUpOwner
{
  readonly id: number;
  readonly transport: Transport;
  readonly life: Lifecycle;
  readonly #wakeUp: WakeUp;
  readonly #service: Service;
  readonly #receiver: Receiver;
  readonly #responder: Responder;
  readonly #conversation: Conversation;
  readonly #clocks: ConnectionClocks;
  #progressed = false;
  /** What the ledger knows of. */
  #heldBytes = 0;
  /** Content waits for memory to put it into, and the service knows. */
  #isStarving = false;
  #starvedSince = 0;
  #fault: FaultId = Fault.none;
  /** Why this connection ends, when it does. */
  endReason: AbortReason = 'closed';
  /** When the last response was over, or the connection accepted. */
  #idleSince: number;

  constructor(service: Service, transport: Transport, now: number) {
    this.id = service.nextConnectionId();
    this.transport = transport;
    this.life = new Lifecycle(this.id, service.observer);
    this.#service = service;
    this.#wakeUp = new WakeUp(this, service.clocks, now);
    this.#idleSince = now;
    this.#receiver = new Receiver(this, service.limits, service.readers);
    this.#responder = new Responder(this, this.#wakeUp, service);
    this.#conversation = new Conversation(
      this,
      service,
      this.#wakeUp,
      this.#receiver,
      this.#responder,
    );
    this.#clocks = new ConnectionClocks(this, service.clocks, service.limits.bytesPerSecondMin);
    service.connections.add(this);
    // Who connects is about to ask.
    service.askedMs = now;
    this.#wakeUp.run(() => {
      service.observer?.connectionOpened?.(this.id);
      this.#progressed = true;
    }, now);
  }

  // What can be seen from outside.

  get now(): number {
    return this.#wakeUp.now;
  }

  get exchange(): Exchange | undefined {
    return this.#conversation.current;
  }

  /** The peer has sent FIN, and nothing waits for it to read on; bytes before the FIN may still be unread. */
  get peerGone(): boolean {
    return (this.#receiver.input.ended && !this.isLeaving()) || this.life.closed;
  }

  /** Bytes that were written still wait for the peer. Sends what this wake-up has written: to know, one must try. */
  isLeaving(): boolean {
    this.#responder.output.send();
    return this.transport.unflushedBytes > 0;
  }

  /** Bytes that this connection holds in memory. */
  get bufferedBytes(): number {
    const { exchange } = this;
    const asked =
      exchange === undefined ? 0 : exchange.queuedBytes + (exchange.body?.heldBytes ?? 0);
    return (
      asked + this.#receiver.heldBytes + this.transport.unreadBytes + this.#responder.heldBytes
    );
  }

  get contentAwaited(): boolean {
    // What we don't read for want of memory is not the peer's silence.
    return this.exchange?.body?.awaited === true && !this.#receiver.starved;
  }

  get toldKeepAlive(): boolean {
    return this.#responder.toldKeepAlive;
  }

  get peerEnded(): boolean {
    return this.#receiver.input.ended;
  }

  get sentBytes(): number {
    return this.#responder.output.sentBytes;
  }

  // What the transport tells.

  onBytes(bytes: Uint8Array, now: number): void {
    this.#bytesCome(now);
    try {
      this.#receiver.input.push(bytes);
      this.#wakeUp.leave();
    } catch (error) {
      this.#wakeUp.fail(error);
    }
  }

  onLent(memory: Uint8Array, length: number, now: number): void {
    this.#bytesCome(now);
    const { input } = this.#receiver;
    try {
      input.borrow(memory, length);
      this.#wakeUp.leave();
    } catch (error) {
      this.#wakeUp.fail(error);
    } finally {
      // What others read into this memory next is not for us.
      input.keep();
    }
  }

  #bytesCome(now: number): void {
    this.#wakeUp.enter(now);
    this.#progressed = true;
    this.#service.headText.forget();
  }

  onFin(now: number): void {
    this.#wakeUp.run(() => {
      this.#receiver.input.ended = true;
      this.exchange?.abort('peerEnded');
    }, now);
  }

  onFlushed(now: number): void {
    // What has left is seen when the wake-up ends.
    this.lookAgain(now);
  }

  onReset(now: number, _error: Error | undefined): void {
    this.#wakeUp.run(() => {
      this.endReason = 'peerReset';
      this.fire(EventIds.reset);
    }, now);
  }

  // What the receiver finds.

  begin(head: Head, to: number): void {
    this.#receiver.startContent();
    this.#clocks.endHead();
    this.#service.headText.hold(head, to);
    this.#conversation.begin(head, this.now);
  }

  refuse(fault: FaultId, offset: number, place?: FaultPlace): void {
    this.#fault = fault;
    this.#service.reportFault(() => faultReport(fault, offset, this, place));
    this.fire(EventIds.fault);
  }

  truncated(fault: FaultId, offset: number): void {
    this.#fault = fault;
    this.endReason = 'peerEnded';
    this.#service.reportFault(() => faultReport(fault, offset, this));
    this.fire(EventIds.finEarly);
  }

  contentRoom(bytes: number): number {
    const body = this.exchange?.body;
    return body ? body.roomFor(bytes) : bytes;
  }

  countContent(bytes: number): void {
    this.#clocks.countRead(bytes, this.now);
  }

  // What the clocks tell.

  expire(what: (owner: ClockOwner) => void): void {
    // The time is read anew: what expired before in the same turn may have run a handler.
    this.#wakeUp.run(() => what(this));
  }

  late(fault: FaultId): void {
    this.refuse(fault, this.#receiver.consumedBytes);
  }

  handlerTimedOut(): void {
    this.#conversation.timeOut();
  }

  // What the server orders.

  /** This connection is to carry nothing more than what it has begun. */
  startDrain(now: number): void {
    this.#wakeUp.run(() => this.drain(), now);
  }

  drain(): void {
    const { life, now } = this;
    const { clocks, askedMs } = this.#service;
    const idleMs = now - this.#idleSince;
    const wasIdle = life.idle;
    if (wasIdle && idleMs < DRAIN_GRACE_MS && now - askedMs < clocks.drainQuiet.durationMs) {
      // A request may be on its way: it gets its answer, which says that it is the last.
      this.#clocks.armDrainQuiet(now);
      return;
    }
    this.fire(EventIds.closeAfter);
    if (!wasIdle || !life.shut || this.isLeaving()) return;
    // A peer that does not answer our FIN holds nobody up, where nothing can be on its way to it.
    if (this.sentBytes === 0 || idleMs >= clocks.drainLinger.durationMs)
      this.fire(EventIds.lingerOver);
    else this.#clocks.armDrainLinger(now);
  }

  abort(reason: AbortReason): void {
    this.exchange?.abort(reason);
  }

  cut(reason: AbortReason): void {
    if (this.life.closed) return;
    this.#wakeUp.run(() => {
      this.endReason = reason;
      this.fire(EventIds.cut);
    });
  }

  /** The server closes, and its grace is over. */
  cutOff(): void {
    if (this.life.closed) return;
    this.#wakeUp.run(() => {
      this.endReason = 'drain';
      this.#endNow();
    });
  }

  makeRoom(before: number): void {
    if (this.life.idle && this.#idleSince < before) this.#endNow();
  }

  /** Ends without waiting for the peer. */
  #endNow(): void {
    this.fire(EventIds.closeAfter);
    // Where all was said there is nothing to be cut: a reset would drop what is on its way.
    const isSaid = this.life.shut && !this.isLeaving();
    this.fire(isSaid ? EventIds.lingerOver : EventIds.cut);
  }

  /** Tells the ledger what is held now. */
  countHeld(): void {
    if (this.life.closed) return;
    this.#heldBytes = this.#service.ledger.replace(this.#heldBytes, this.bufferedBytes);
  }

  /** Since when content has waited here for memory to put it into. */
  get starvedSince(): number {
    return this.#starvedSince;
  }

  /** It has waited long enough: the handler is told, and this response is the last. */
  giveUpStarved(): void {
    this.#wakeUp.run(() => {
      this.fire(EventIds.closeAfter);
      this.exchange?.contentFailed(bodyStarved());
    });
  }

  #starve(): void {
    this.#isStarving = this.#receiver.starved;
    this.#starvedSince = this.now;
    if (this.#isStarving) this.#service.memory.starve(this);
    else this.#service.memory.endStarvation(this);
  }

  /** Looks again at what may be read and sent: something outside the connection has changed. */
  lookAgain(now: number): void {
    this.#wakeUp.enter(now);
    try {
      this.#wakeUp.leave();
    } catch (error) {
      this.#wakeUp.fail(error);
    }
  }

  // What a wake-up asks.

  clock(): number {
    return this.#service.now();
  }

  settle(): void {
    do this.#receiver.advance();
    while (this.#responder.flush());
    if (this.#service.shedBudget.open) this.#endRefusal();
    if (this.life.closed) {
      // Of a transport that could not even be reset, something may come yet.
      this.#receiver.input.clear();
    } else {
      this.#responder.settleLeaving();
      this.#receiver.throttle(this.transport, this.#service.ledger.level);
      this.countHeld();
      if (this.#receiver.starved !== this.#isStarving) this.#starve();
      this.#clocks.follow(this.#progressed, this.now);
      this.#progressed = false;
    }
    this.#service.armTimer();
  }

  breakOff(error: unknown): void {
    const { exchange } = this;
    this.life.break();
    if (!this.#attempt(() => this.transport.reset())) this.#attempt(() => this.transport.destroy());
    this.#attempt(() => this.#end());
    if (this.#service.shedBudget.open) this.#service.shedBudget.end(this.now);
    if (exchange === undefined) this.#service.report(error);
    else exchange.report(error);
    this.#service.armTimer();
  }

  /** A step of the way out. None must keep those behind it from being taken. False where it threw. */
  #attempt(step: () => void): boolean {
    try {
      step();
      return true;
    } catch (error) {
      this.#service.report(error);
      return false;
    }
  }

  /** A refusal is written. Where refusing takes too much time, its client has to wait with the next request. */
  #endRefusal(): void {
    const now = this.#service.now();
    if (!this.#service.shedBudget.end(now) || !this.life.idle) return;
    this.#receiver.resting = true;
    this.#clocks.armRest(now);
  }

  rested(): void {
    this.#receiver.resting = false;
  }

  unreadTooMuch(streamed: boolean): boolean {
    return this.#conversation.unreadTooMuch(this.#receiver.contentLeft, streamed);
  }

  // The machine.

  fire(event: EventId): void {
    switch (this.life.move(event)) {
      case 0:
        return;
      case OFFER:
        this.#conversation.offer(this.now);
        return;
      case DISPATCH:
        if (this.#service.limits.handlerMs > 0) this.#clocks.armHandler(this.now);
        this.#conversation.dispatch();
        return;
      case RESTART:
        this.#conversation.finish(this.now);
        this.#idleSince = this.now;
        return;
      case DRAIN:
        this.#receiver.startDrain();
        this.exchange?.contentFailed(bodyAbandoned());
        return;
      case WITHDRAW:
        this.#conversation.withdraw();
        this.#answerItself(faultReply(this.#fault));
        return;
      case ANSWER_FAULT:
        this.#answerItself(faultReply(this.#fault));
        return;
      case ANSWER_REFUSAL:
        this.#answerItself(refusalReply(this.#conversation.refusalRetryMs));
        return;
      case FAIL_CONTENT:
        this.exchange?.contentFailed(bodyError(this.#fault));
        return;
      case LINGER:
        this.#linger();
        return;
      case CLOSE:
        this.#conversation.finish(this.now);
        this.#responder.output.send();
        this.#responder.settleLeaving();
        this.transport.destroy();
        this.#end();
        return;
      case ABORT:
        this.transport.reset();
        this.#end();
        return;
      case FORGET:
        this.#end();
        return;
      default: // `gather` asks for nothing: the content is collected as it comes.
    }
  }

  /** Writes the response that sluice gives by itself, for which the machine is in `flushing` already. */
  #answerItself(reply: Reply): void {
    this.#responder.replyWhole(reply, this.exchange ?? targetOf(this.#receiver.head));
    this.#responder.settleFlushed();
  }

  #linger(): void {
    this.#conversation.finish(this.now);
    this.#responder.output.send();
    this.transport.end();
    this.#clocks.armLingerMax(this.now);
  }

  /** The transport is gone, or given up: lets go of everything. Once; what a throw has left undone is done by the next call. */
  #end(): void {
    const { connections, observer } = this.#service;
    if (!connections.has(this)) return;
    const reason = this.endReason;
    this.#clocks.stop();
    this.#receiver.input.clear();
    this.#heldBytes = this.#service.ledger.replace(this.#heldBytes, 0);
    this.#responder.stop(reason);
    this.#conversation.abandon(reason, this.now);
    observer?.connectionClosed?.(this.id, this.life.name);
    this.#service.memory.endStarvation(this);
    this.#service.connectionClosed(this);
  }
}
