// The writing side of a connection's driver. It turns replies into bytes, pumps streamed replies, and
// knows when a response has left. The machine decides what follows.

import { EventIds } from '../../fsm/machine/machine.js';
import type { BodySource } from '../../http/reply/body-source.js';
import type { Reply } from '../../http/reply/reply.js';
import {
  type ReplyFraming,
  SEND_UNTIL_CLOSE,
  sendsContent,
} from '../../http/reply/reply-framing.js';
import {
  type ConnectionOption,
  responseHead,
  sayingClose,
} from '../../http/reply/response-head.js';
import { JOINED_BYTES_MAX, Output } from '../bytes/output.js';
import {
  BACKLOG_BYTES_MAX,
  endPump,
  type Pumped,
  type PumpOwner,
  ResponsePump,
} from '../bytes/response-pump.js';
import { TurnShare } from '../bytes/turn-share.js';
import type { Scheduler } from '../clock/scheduler.js';
import type { WakeUp } from '../clock/wake-up.js';
import type { Exchange } from '../exchange.js';
import type { ErrorPages } from '../fault/error-pages.js';
import { INTERNAL_ERROR } from '../fault/responses.js';
import type { AbortReason } from '../handler/abort.js';
import type { Completion } from '../handler/context.js';
import type { Lifecycle } from '../machine/lifecycle.js';
import { Writing } from '../machine/states.js';
import { type Ledger, TIGHT } from '../memory/ledger.js';
import type { ScheduledResponder } from '../server-ports.js';
import type { Transport } from '../transport.js';
import type { Accounts } from '../watch/accounts.js';
import { DelayedHead, type SharedDelay } from './delayed-head.js';
import { anotherMayCome, HeldBack } from './held-back.js';
import type { ReplyTarget } from './reply-target.js';

/** What the responder asks of its connection. */
export interface ResponderOwner {
  readonly life: Lifecycle;
  readonly exchange: Exchange | undefined;
  readonly transport: Transport;
  /** Undefined where nobody listens. */
  readonly accounts: Accounts | undefined;
  fire(event: number): void;
  /** Says whether the unread content is too much to drain. Then the connection must close. */
  unreadTooMuch(mayReadOn: boolean): boolean;
  readonly ending: { cut(reason: AbortReason): void };
}

/** The parts that all responders of a server share. */
export interface SharedSending extends SharedDelay {
  readonly ledger: Ledger;
  /** Time for which an idle connection is kept, as clients are told. 0: clients are told no time. */
  readonly keepAliveSeconds: number;
  readonly scheduler: Scheduler;
  readonly errorPages: ErrorPages;
  /** `Date: …` with its CRLF. */
  dateLine(now: number): string;
}

/** Maximum of the backlog while memory is tight. */
const TIGHT_BACKLOG_BYTES_MAX = 16 * 1024;

const DELIVERED: Completion = Object.freeze({ delivered: true });

export class Responder implements PumpOwner, ScheduledResponder {
  readonly output: Output;
  /** The status of the response in progress, or of the last one. */
  status = 0;
  /** The client was told the time for which its idle connection is kept. */
  toldKeepAlive = false;
  /** A host writes the answer to a fault, and has not ended it. */
  hostAnswers = false;
  readonly #owner: ResponderOwner;
  readonly #wakeUp: WakeUp;
  readonly #sending: SharedSending;
  #pump: Pumped | undefined = undefined;
  /** The unsent bytes are whole responses only: they may be held back. */
  #mayWait = true;
  #heldBack: HeldBack | undefined = undefined;
  /** Made for the first reply that is streamed. */
  #delayedHead: DelayedHead | undefined = undefined;
  /** Made for the first content that is streamed. */
  #turnShare: TurnShare | undefined = undefined;
  /** The memory of the reply's whole content. Many connections may send the same reply at once. */
  #shared: ArrayBufferLike | undefined = undefined;
  /** Exchanges whose response was handed over. Their handlers asked to be told when it has left. */
  #leaving: Exchange[] | undefined = undefined;

  constructor(owner: ResponderOwner, wakeUp: WakeUp, sending: SharedSending) {
    this.#owner = owner;
    this.#wakeUp = wakeUp;
    this.#sending = sending;
    this.output = new Output(owner.transport);
  }

  /**
   * Writes a handler's reply and fires `replyWhole` or `replyStream`. Of a streamed reply it writes as
   * much content as fits. A reply that can't be sent becomes a 500: it is the application's mistake.
   */
  reply(given: Reply, target: ReplyTarget): void {
    const dropsTrailers =
      given.trailers !== undefined && this.#owner.exchange?.takesTrailers !== true;
    const reply = dropsTrailers ? given.withoutTrailers() : given;
    const { whole } = reply;
    const sends = sendsContent(reply.status, target.isHead);
    let framing: ReplyFraming;
    let source: BodySource | undefined;
    try {
      framing = reply.framing(target.isHead, target.versionMinor);
      // Whole content is in memory: given all at once, a slow connection holds no more of it.
      source = sends && whole === undefined ? reply.open() : undefined;
    } catch (error) {
      this.#owner.exchange?.report(error);
      this.reply(this.#sending.errorPages.of(INTERNAL_ERROR), target);
      return;
    }
    if (sends && typeof whole === 'object') this.#share(whole.buffer);
    if (source !== undefined) {
      // From here on `stop` closes the source, whatever fails.
      this.#pump = new ResponsePump(this, source, framing, reply.trailers);
      // If the source fails, the connection is reset. Earlier responses must leave before that.
      this.output.send();
    }
    const content = sends && whole !== undefined ? whole : '';
    this.#write(reply, target, framing, content, source !== undefined);
    if (source === undefined) {
      if (!sends) this.#discard(reply);
      this.#owner.fire(EventIds.replyWhole);
      return;
    }
    this.#owner.fire(EventIds.replyStream);
    this.#pump?.run();
    if (this.#delayedHead?.waits === true) this.#delayedHead.startTime(this.#wakeUp.now);
  }

  /** Content that is not sent is never begun. A stream is told that it is discarded. */
  #discard(reply: Reply): void {
    reply.discard(undefined, (error) => this.#owner.exchange?.report(error));
  }

  /** Writes a whole reply of sluice's own. */
  replyWhole(reply: Reply, target: ReplyTarget): void {
    const framing = reply.framing(target.isHead, target.versionMinor);
    const content = sendsContent(reply.status, target.isHead) ? (reply.whole ?? '') : '';
    this.#write(reply, target, framing, content, false);
  }

  #write(
    reply: Reply,
    target: ReplyTarget,
    framing: ReplyFraming,
    content: Uint8Array | string,
    streamed: boolean,
  ): void {
    const owner = this.#owner;
    if (reply.closes || framing === SEND_UNTIL_CLOSE || owner.unreadTooMuch(streamed))
      owner.fire(EventIds.closeAfter);
    this.status = reply.status;
    const head = responseHead(
      reply,
      framing,
      this.#connectionOption(target),
      this.#sending.dateLine(this.#wakeUp.now),
      this.#sending.keepAliveSeconds,
    );
    if (streamed) {
      this.#delayHead(head);
      return;
    }
    if (owner.accounts !== undefined) {
      owner.accounts.headBegins(reply.status, head.length);
      owner.accounts.contentGiven(content.length);
    }
    if (typeof content === 'string') this.output.text(head + content);
    else {
      this.output.text(head);
      this.output.bytes(content);
    }
  }

  /** Sends the output, unless it is held back, and runs the pump if there is room. True if something moved. */
  flush(): boolean {
    if (!this.#holdBack()) this.output.send();
    const pump = this.#pump;
    if (
      pump?.waitsForPeer === true &&
      this.output.backlogBytes < this.backlogBytesMax &&
      !this.isPostponed
    ) {
      pump.run();
      return true;
    }
    return this.fireFlushed();
  }

  /** Holds a finished response back, if the next one may come before the code that runs now has ended. */
  #holdBack(): boolean {
    const { unsentBytes } = this.output;
    if (unsentBytes === 0 || unsentBytes >= JOINED_BYTES_MAX || !this.#mayWait) return false;
    const { scheduler } = this.#sending;
    if (!anotherMayCome(this.#owner.life, scheduler)) return false;
    this.#heldBack ??= new HeldBack(this.output, this.#wakeUp, scheduler);
    return this.#heldBack.hold();
  }

  /** Writes the head of an interim response. It is never held back, since its purpose is to come early. */
  interim(head: string): void {
    this.output.text(head);
    this.#mayWait = false;
  }

  /** Writes the head that opens a tunnel. From here on the tunnel writes, and is told what has left. */
  openTunnel(head: string, status: number, tunnel: Pumped): void {
    this.#pump = tunnel;
    this.#mayWait = false;
    this.status = status;
    this.#owner.accounts?.tunnelBegins(status, head.length);
    this.output.text(head);
  }

  /** Fires `flushed` if the response has left. The last response must have left to its last byte. */
  fireFlushed(): boolean {
    const owner = this.#owner;
    if (owner.life.writing !== Writing.flushing || this.hostAnswers) return false;
    if (owner.life.last) {
      this.output.send();
      if (owner.transport.unflushedBytes > 0) return false;
    } else if (this.output.backlogBytes >= this.backlogBytesMax) return false;
    owner.accounts?.responseEnds();
    if (owner.exchange !== undefined) owner.exchange.responseTo = this.output.givenBytes;
    owner.fire(EventIds.flushed);
    return true;
  }

  /** Bytes that wait here for the peer. 0 while shared memory is sent, which the ledger counts once. */
  get heldBytes(): number {
    return this.#shared === undefined ? this.output.heldBytes : 0;
  }

  /** The exchange is over: it is told that it was delivered, now or when its bytes have left. */
  finished(exchange: Exchange): void {
    this.#unshare();
    this.#mayWait = true;
    if (!exchange.completionAwaited || this.#allLeft) {
      exchange.complete(DELIVERED);
      return;
    }
    this.#leaving ??= [];
    this.#leaving.push(exchange);
  }

  /** Tells the exchanges whose bytes have left, when the output was sent or flushed. True if there was any. */
  completeLeft(): boolean {
    this.#owner.accounts?.look();
    return this.#leaving !== undefined && this.#completeLeaving(this.#leaving);
  }

  #completeLeaving(leaving: readonly Exchange[]): boolean {
    if (!this.#allLeft) return false;
    this.#leaving = undefined;
    for (const exchange of leaving) exchange.complete(DELIVERED);
    return true;
  }

  /** Nothing more is written: drops the output and closes the source. */
  stop(reason: AbortReason): void {
    this.#unshare();
    this.#delayedHead?.take();
    const { exchange } = this.#owner;
    if (this.#pump !== undefined) endPump(this.#pump, reason, exchange);
    this.#pump = undefined;
    // What was still to come of its content is lost, and nothing else.
    const leftTo = this.output.sentBytes - this.#owner.transport.unflushedBytes;
    if (exchange !== undefined && leftTo >= exchange.responseTo) exchange.complete(DELIVERED);
    this.output.clear();
    const leaving = this.#leaving;
    this.#leaving = undefined;
    for (const left of leaving ?? []) left.complete({ delivered: false, reason });
  }

  #share(memory: ArrayBufferLike): void {
    this.#unshare();
    this.#shared = memory;
    this.#sending.ledger.share(memory);
  }

  #unshare(): void {
    if (this.#shared === undefined) return;
    this.#sending.ledger.unshare(this.#shared);
    this.#shared = undefined;
  }

  get #allLeft(): boolean {
    return this.output.backlogBytes === 0;
  }

  #connectionOption({ keepAliveAsked }: ReplyTarget): ConnectionOption {
    if (this.#owner.life.last) return 'close';
    if (!keepAliveAsked) return '';
    this.toldKeepAlive = this.#sending.keepAliveSeconds > 0;
    return 'keep-alive';
  }

  // Calls of the pump.

  get backlogBytesMax(): number {
    return this.#sending.ledger.level >= TIGHT ? TIGHT_BACKLOG_BYTES_MAX : BACKLOG_BYTES_MAX;
  }

  pumpAnswered(step: () => void): void {
    this.#wakeUp.enterNow();
    try {
      step();
      this.#pump?.run();
      this.#wakeUp.leave();
    } catch (error) {
      this.#wakeUp.fail(error);
    }
  }

  get share(): TurnShare {
    this.#turnShare ??= new TurnShare(() => this.#sending.scheduler.postpone(this));
    return this.#turnShare;
  }

  /** What writes here goes on in the next turn. */
  get isPostponed(): boolean {
    return this.#turnShare?.isPostponed === true;
  }

  /** The next turn has come. */
  continuePump(): void {
    this.#turnShare?.renew();
    this.#wakeUp.run(() => this.#pump?.run());
  }

  pumpBegins(): void {
    this.#sendHead();
  }

  #delayHead(head: string): void {
    this.#delayedHead ??= new DelayedHead(this.#sending, () => this.#headIsDue());
    this.#delayedHead.keep(head);
  }

  /** The source has given nothing in time, or the trailers have not come: the head is sent. */
  #headIsDue(): void {
    this.#wakeUp.run(() => {
      this.#sendHead();
      this.#pump?.begin();
    });
  }

  #sendHead(): void {
    const kept = this.#delayedHead?.take() ?? '';
    const head = this.#owner.life.last ? sayingClose(kept) : kept;
    if (head === '') return;
    this.#owner.accounts?.headBegins(this.status, head.length);
    this.output.text(head);
  }

  /** The content that was given so far is told to the account of the request. */
  countContent(): void {
    if (this.#pump !== undefined) this.#owner.accounts?.contentGiven(this.#pump.givenBytes);
  }

  pumpEnded(): void {
    this.countContent();
    this.#pump = undefined;
    this.#owner.fire(EventIds.streamEnd);
  }

  pumpFailed(error: unknown): void {
    this.countContent();
    this.#pump = undefined;
    const { exchange } = this.#owner;
    if (this.#delayedHead?.waits !== true || exchange === undefined) {
      exchange?.streamFailed(error);
      this.#owner.ending.cut('replyFailed');
      return;
    }
    // Nothing was sent: the client gets an error response, and the connection goes on.
    this.#delayedHead.take();
    const instead = exchange.streamFailed(error);
    this.replyWhole(instead, exchange.head);
    this.#owner.fire(EventIds.streamEnd);
  }
}
