// The driver of one connection. It turns what transport, limiter, handler and
// clocks tell into events, lets the machine decide, and does what it orders. It
// keeps bytes and references; where the connection is, only the machine knows.

import type { FaultId } from '../fsm/faults.js';
import { ActionIds, type EventId, EventIds } from '../fsm/machine/machine.js';
import type { Head } from '../fsm/parse/head.js';
import type { Observer } from '../observe/observer.js';
import type { Output } from './bytes/output.js';
import { type ClockOwner, ConnectionClocks } from './clock/connection-clocks.js';
import { WakeUp, type WakeUpOwner } from './clock/wake-up.js';
import { Conversation, type ConversationConnection } from './conversation.js';
import { Ending, type EndingConnection } from './ending.js';
import type { Exchange } from './exchange.js';
import { bodyStarved, type FaultPlace } from './fault/fault-report.js';
import type { AbortReason } from './handler/abort.js';
import { Peer } from './handler/peer.js';
import { type HostLink, linkOf } from './host-link.js';
import { Lifecycle } from './machine/lifecycle.js';
import { Reading } from './machine/states.js';
import type { TracedConnection } from './machine/traces.js';
import { HeldMemory } from './memory/held-memory.js';
import { type OrderedConnection, obey } from './orders.js';
import { Receiver, type ReceiverOwner } from './read/receiver.js';
import { Responder, type ResponderOwner } from './respond/responder.js';
import type { ServerParts } from './server-parts.js';
import type { OpenConnection } from './server-ports.js';
import type { Transport, TransportSink } from './transport.js';
import { type AccountedConnection, Accounts, watchesRequests } from './watch/accounts.js';
import { tellOpened } from './watch/connection-records.js';
import { PeerFaults } from './watch/peer-faults.js';

// Locals of the module: the switch below is on the way of every request.
const { dispatch: DISPATCH, offer: OFFER, restart: RESTART } = ActionIds;

export class Connection
  implements
    TransportSink,
    ReceiverOwner,
    ResponderOwner,
    ClockOwner,
    WakeUpOwner,
    OpenConnection,
    ConversationConnection,
    EndingConnection,
    AccountedConnection,
    OrderedConnection,
    TracedConnection
{
  readonly id: number;
  readonly transport: Transport;
  readonly life: Lifecycle;
  readonly receiver: Receiver;
  readonly conversation: Conversation;
  readonly link: HostLink | undefined;
  /** Undefined where nobody listens for requests. */
  accounts: Accounts | undefined;
  /** When it was accepted. */
  readonly openedAt: number;
  /** When the last response was over, or it was accepted. */
  idleSince: number;
  // Made when first needed. Most connections are idle: what they hold is what a server holds.
  #ending: Ending | undefined = undefined;
  #peer: Peer | undefined = undefined;
  readonly responder: Responder;
  readonly #wakeUp: WakeUp;
  readonly #parts: ServerParts;
  readonly #clocks: ConnectionClocks;
  /** Made for the first bytes that outlast a wake-up. */
  memory: HeldMemory | undefined = undefined;
  place: OpenConnection['place'] = undefined;
  /** Something has happened in this wake-up that the clocks must know of. */
  #progressed = false;
  /** Made at the first fault. */
  peerFaults: PeerFaults | undefined = undefined;

  constructor(parts: ServerParts, transport: Transport, now: number) {
    this.id = parts.roster.nextConnectionId();
    this.transport = transport;
    this.life = new Lifecycle(this.id, parts.observer);
    this.#parts = parts;
    this.accounts = accountsOf(this, parts);
    this.#wakeUp = new WakeUp(this, parts.clocks, now);
    this.receiver = new Receiver(this, parts.limits, parts.readers);
    this.responder = new Responder(this, this.#wakeUp, parts);
    this.conversation = new Conversation(this, parts, this.#wakeUp, this.receiver, this.responder);
    this.#clocks = new ConnectionClocks(this, parts.clocks, parts.limits.bytesPerSecondMin);
    this.openedAt = now;
    this.idleSince = now;
    parts.traces?.add(this);
    parts.roster.add(this, now);
    this.link = linkOf(this, parts, this.#wakeUp, this.responder);
    this.#open(now);
  }

  /** No closure stands in the constructor: with one, V8 makes a context for each connection. */
  #open(now: number): void {
    this.#wakeUp.enter(now);
    try {
      const { observer } = this.#parts;
      if (observer !== undefined) this.tellOpened(observer);
      this.link?.host.opened();
      this.#wakeUp.leave();
    } catch (error) {
      this.#wakeUp.fail(error);
    }
  }

  // What can be seen from outside.

  get now(): number {
    return this.#wakeUp.now;
  }

  get exchange(): Exchange | undefined {
    return this.conversation.current;
  }

  /** The peer has sent FIN, and nothing waits for it to read on; bytes before the FIN may still be unread. */
  get peerGone(): boolean {
    return (this.receiver.input.ended && !this.isLeaving()) || this.life.closed;
  }

  /** Bytes that were written still wait for the peer. Sends what this wake-up has written: to know, one must try. */
  isLeaving(): boolean {
    this.responder.output.send();
    return this.transport.unflushedBytes > 0;
  }

  /** Bytes that this connection holds in memory. */
  get bufferedBytes(): number {
    const { exchange } = this;
    const asked =
      exchange === undefined ? 0 : exchange.queuedBytes + (exchange.body?.heldBytes ?? 0);
    return asked + this.receiver.heldBytes + this.transport.unreadBytes + this.responder.heldBytes;
  }

  get contentAwaited(): boolean {
    // What we don't read for want of memory is not the peer's silence.
    return this.exchange?.body?.awaited === true && !this.receiver.starved;
  }

  get silenceIsFault(): boolean {
    return this.link !== undefined;
  }

  get toldKeepAlive(): boolean {
    if (this.link !== undefined) return this.conversation.requests > 0;
    return this.responder.toldKeepAlive;
  }

  get ending(): Ending {
    this.#ending ??= new Ending(this, this.#wakeUp, this.#clocks, this.#parts);
    return this.#ending;
  }

  get peer(): Peer {
    this.#peer ??= new Peer(this.transport, this.#parts.trust);
    return this.#peer;
  }

  get output(): Output {
    return this.responder.output;
  }

  get sentBytes(): number {
    return this.responder.output.sentBytes;
  }

  // What the transport tells.

  onBytes(bytes: Uint8Array, now: number): void {
    this.#bytesCome(bytes, bytes.length, now);
    try {
      this.receiver.input.push(bytes);
      this.#wakeUp.leave();
    } catch (error) {
      this.#wakeUp.fail(error);
    }
  }

  onLent(memory: Uint8Array, length: number, now: number): void {
    this.#bytesCome(memory, length, now);
    try {
      this.receiver.input.borrow(memory, length);
      this.#wakeUp.leave();
    } catch (error) {
      this.#wakeUp.fail(error);
    } finally {
      // What others read into this memory next is not for us.
      this.receiver.giveBack();
    }
  }

  #bytesCome(memory: Uint8Array, length: number, now: number): void {
    this.#wakeUp.enter(now);
    this.accounts?.bytesCome(length, now);
    if (this.link?.host.hearsBytes === true) this.link.host.bytesCome(memory.subarray(0, length));
    this.#progressed = true;
    this.#parts.headText.forget();
  }

  onFin(now: number): void {
    this.#wakeUp.run(() => {
      this.receiver.input.ended = true;
      // The other way of a tunnel goes on.
      if (this.life.reading !== Reading.tunnel) this.exchange?.abort('peerEnded');
    }, now);
  }

  onFlushed(now: number): void {
    // What has left is seen when the wake-up ends.
    this.lookAgain(now);
  }

  onReset(now: number, _error: Error | undefined): void {
    this.#wakeUp.run(() => {
      this.ending.reason = 'peerReset';
      this.ending.note('peerReset');
      this.fire(EventIds.reset);
    }, now);
  }

  /** The peer has broken a rule before it was let in. What it has sent is dropped. */
  begunWrong(fault: FaultId, now: number): void {
    this.#wakeUp.run(() => this.refuse(fault, 0), now);
  }

  // What the receiver finds.

  begin(head: Head, to: number): void {
    this.receiver.startContent();
    this.#clocks.endHead();
    this.#parts.headText.decode(head, to);
    this.conversation.begin(head, this.now);
  }

  refuse(fault: FaultId, offset: number, place?: FaultPlace): void {
    this.#faultsBegin(fault).refuse(fault, offset, place);
  }

  truncated(fault: FaultId, offset: number): void {
    this.#faultsBegin(fault).truncated(fault, offset);
  }

  #faultsBegin(fault: FaultId): PeerFaults {
    this.peerFaults ??= new PeerFaults(this, this.#parts.reports, fault);
    return this.peerFaults;
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
    this.refuse(fault, this.receiver.consumedBytes);
  }

  // What the server orders.

  abort(reason: AbortReason): void {
    this.exchange?.abort(reason);
  }

  observersChanged(): void {
    const { observer, roster } = this.#parts;
    this.life.observedBy(observer);
    if (!watchesRequests(observer)) this.accounts = undefined;
    else this.accounts ??= Accounts.joining(this, observer, () => roster.nextRequestId());
  }

  tellOpened(observer: Observer): void {
    tellOpened(this, observer);
  }

  /** Tells the ledger what is held now. */
  countHeld(): void {
    if (!this.life.closed) this.#count(this.bufferedBytes);
  }

  #count(bytes: number): void {
    if (bytes > 0) this.memory ??= new HeldMemory(this, this.#parts.memory);
    this.memory?.count(bytes);
  }

  get starvedSince(): number {
    return this.memory === undefined ? 0 : this.memory.starvedSince;
  }

  /** Content has waited for memory for too long: its handler is told, and this response is the last. */
  giveUpStarved(): void {
    this.#wakeUp.run(() => {
      this.fire(EventIds.closeAfter);
      this.exchange?.contentFailed(bodyStarved());
    });
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
    return this.#parts.environment.now();
  }

  wakeUpEnds(): void {
    do this.#move();
    while (this.responder.completeLeft() && this.responder.output.unsentBytes > 0);
    if (this.#parts.shedBudget.open) this.#endRefusal();
    if (this.life.closed) {
      // Of a transport that could not even be reset, something may come yet.
      this.receiver.input.clear();
    } else {
      this.receiver.throttle(this.transport, this.#parts.ledger.level);
      this.countHeld();
      // Content that waits for memory is held.
      this.memory?.follow(this.receiver.starved, this.now);
      this.#clocks.follow(this.#progressed, this.now);
      this.#progressed = false;
    }
    this.#parts.scheduler.armTimer();
  }

  /** Goes on until nothing moves any more. */
  #move(): void {
    do this.receiver.advance();
    while (this.responder.flush() || this.link?.settle() === true);
  }

  breakOff(error: unknown): void {
    this.ending.breakOff(error);
  }

  /** A refusal is written. Where refusing takes too much time, its client has to wait with the next request. */
  #endRefusal(): void {
    const now = this.#parts.environment.now();
    if (!this.#parts.shedBudget.end(now) || !this.life.idle) return;
    this.receiver.resting = true;
    this.#clocks.armRest(now);
  }

  unreadTooMuch(mayReadOn: boolean): boolean {
    return this.conversation.unreadTooMuch(this.receiver.contentLeft, mayReadOn);
  }

  // The machine.

  fire(event: EventId): void {
    const action = this.life.move(event);
    switch (action) {
      case 0:
        return;
      case OFFER:
        this.conversation.offer(this.now);
        return;
      case DISPATCH:
        if (this.#parts.limits.handlerMs > 0) this.#clocks.armHandler(this.now);
        this.conversation.dispatch();
        return;
      case RESTART:
        this.conversation.finish(this.now);
        this.idleSince = this.now;
        if (this.#parts.roster.draining) this.ending.drain();
        return;
      default:
        obey(this, action, event);
    }
  }
}

/** Undefined where nobody listens for requests. */
function accountsOf(
  connection: Connection,
  { observer, roster }: ServerParts,
): Accounts | undefined {
  if (!watchesRequests(observer)) return undefined;
  return new Accounts(connection, observer, () => roster.nextRequestId());
}
