// The requests of one connection, one after the other: each is begun, offered,
// run, answered and finished. When each of these is due, the machine says.

import { Fault, type FaultId } from '../fsm/faults.js';
import { type EventId, EventIds } from '../fsm/machine/machine.js';
import { FRAMING_NONE, type Head, TARGET_FORMS } from '../fsm/parse/head.js';
import { CONTINUE_HEAD } from '../http/reply/informational.js';
import type { Reply } from '../http/reply/reply.js';
import type { Tunnel } from '../http/tunnel/tunnel.js';
import type { TunnelSink } from '../http/tunnel/tunnel-port.js';
import type { UpgradeInit } from '../http/tunnel/upgrade-head.js';
import type { RefusalReason } from '../limiter/refusal.js';
import { type Outcome, priorityClass } from '../limiter/ticket.js';
import type { WakeUp } from './clock/wake-up.js';
import type { Ending } from './ending.js';
import { anyScope, type Scope } from './environment.js';
import { Exchange, type ExchangeConnection, type ExchangeConversation } from './exchange.js';
import {
  bodyAbandoned,
  bodyError,
  type FaultyConnection,
  faultReport,
} from './fault/fault-report.js';
import { refusalReply, TIMED_OUT } from './fault/responses.js';
import type { AbortReason } from './handler/abort.js';
import { classify } from './handler/classification.js';
import { sendsEvents } from './handler/long-work.js';
import type { Lifecycle } from './machine/lifecycle.js';
import { Reading, Writing } from './machine/states.js';
import { isGathered } from './read/gathered-content.js';
import type { Receiver } from './read/receiver.js';
import { isTooMuch, lookFurther } from './read/unread-content.js';
import { dropLate } from './respond/late-reply.js';
import { targetOf } from './respond/reply-target.js';
import type { Responder } from './respond/responder.js';
import type { ServerParts } from './server-parts.js';
import type { RawTunnel } from './tunnel/tunnel.js';
import { replyToConnect, upgrade } from './tunnel/upgrade.js';
import { openTunnel } from './tunnel-opening.js';
import type { Accounts } from './watch/accounts.js';

const AUTHORITY = TARGET_FORMS.indexOf('authority');

/** The connection, as its conversation sees it. */
export interface ConversationConnection extends ExchangeConnection, FaultyConnection {
  readonly life: Lifecycle;
  /** The peer has sent FIN, and no byte waits for it. */
  readonly peerGone: boolean;
  readonly ending: Ending;
  /** By way of it a host answers. */
  readonly link: { run(exchange: Exchange): void } | undefined;
  /** Undefined where nobody listens. */
  readonly accounts: Accounts | undefined;
  fire(event: EventId): void;
  /** The peer broke a rule at `offset`, counted from the connection's first byte. */
  refuse(fault: FaultId, offset: number): void;
}

export class Conversation implements ExchangeConversation {
  /** The request in progress. */
  current: Exchange | undefined = undefined;
  /** When the client of a refused request may come again. */
  refusalRetryMs = 0;
  /** In which handlers start: that of the `listen()` by which the connection came. */
  scope: Scope = anyScope;
  readonly #connection: ConversationConnection;
  readonly #parts: ServerParts;
  readonly #life: Lifecycle;
  readonly #receiver: Receiver;
  readonly #responder: Responder;
  readonly #wakeUp: WakeUp;
  /** Heads that were complete. */
  requests = 0;
  /** As {@link Asking} has it. */
  #countedIn = 0;

  constructor(
    connection: ConversationConnection,
    parts: ServerParts,
    wakeUp: WakeUp,
    receiver: Receiver,
    responder: Responder,
  ) {
    this.#connection = connection;
    this.#parts = parts;
    this.#wakeUp = wakeUp;
    this.#life = connection.life;
    this.#receiver = receiver;
    this.#responder = responder;
  }

  /** A head is complete: another request begins. */
  begin(head: Head, now: number): void {
    const { limits, admission, roster, asking } = this.#parts;
    const exchange = new Exchange(this.#connection, this, this.#parts, head);
    this.current = exchange;
    this.requests++;
    roster.asked(now);
    if (asking.isUncounted(this.#countedIn, now)) this.#countedIn = asking.note(now);
    const { requestsPerConnectionMax } = limits;
    const isLast = requestsPerConnectionMax > 0 && this.requests >= requestsPerConnectionMax;
    // A client of CONNECT may send a tunnel's bytes before it is told that there is none.
    const isConnect = head.targetForm === AUTHORITY;
    if (!head.persistent || isLast || roster.draining || isConnect) this.#makeLast();
    if (!admission.trivial) classify(exchange, this.#parts, now);
    this.#connection.accounts?.begin(exchange, now);
    if (head.framing === FRAMING_NONE) this.#fire(EventIds.requestBare);
    else if (isGathered(head, this.#parts, this.#receiver.input.length))
      this.#fire(EventIds.requestGathered);
    else this.#fire(EventIds.requestStreamed);
  }

  /** No request follows this one, which is still to be answered. */
  #makeLast(): void {
    // Between messages it would end the connection.
    if (this.#life.reading === Reading.idle) this.#fire(EventIds.headStart);
    this.#fire(EventIds.closeAfter);
  }

  offer(now: number): void {
    this.#connection.accounts?.offered(now);
    this.#parts.limiter.offer(this.current as Exchange, now);
  }

  withdraw(): void {
    this.#parts.limiter.withdraw(this.current as Exchange);
  }

  /** Runs the handler. */
  dispatch(): void {
    const exchange = this.current as Exchange;
    if (exchange.probe === undefined) this.#parts.roster.requestsStarted++;
    else this.#parts.roster.probesStarted++;
    this.#connection.accounts?.started(this.#wakeUp.now);
    if (exchange.deadlineAt !== Number.POSITIVE_INFINITY)
      this.#parts.scheduler.running.add(exchange);
    const { link } = this.#connection;
    // A host knows best where its listeners start.
    if (link !== undefined && exchange.probe === undefined) link.run(exchange);
    else this.scope.run(exchange.run, exchange);
  }

  /** Writes the reply. */
  answer(reply: Reply): void {
    const exchange = this.current as Exchange;
    exchange.answered = true;
    exchange.sendsEvents = sendsEvents(reply);
    this.#responder.reply(reply, exchange.head);
    this.#responder.fireFlushed();
  }

  /** Writes the response that sluice gives by itself, for which the machine is in `flushing` already. */
  answerItself(reply: Reply): void {
    const page = this.#parts.errorPages.of(reply);
    this.#responder.replyWhole(page, this.current?.head ?? targetOf(this.#receiver.head));
    this.#responder.fireFlushed();
  }

  answerRefusal(): void {
    this.answerItself(refusalReply(this.refusalRetryMs));
  }

  /** The handler has had its time. */
  timeOut(): void {
    const exchange = this.current;
    if (exchange === undefined) return;
    exchange.abort('deadline');
    // What a handler gives at its signal comes through a promise, later. The exchange may have ended
    // while the listeners of the signal ran.
    if (this.current === exchange && this.#life.writing === Writing.pending)
      this.answer(this.#parts.errorPages.of(TIMED_OUT));
  }

  /**
   * The response is silent, and reading has stopped: the peer's FIN may lie behind bytes that nobody has
   * asked for. Reads on, and keeps what comes for whoever asks for it.
   */
  lookAhead(): void {
    const exchange = this.current;
    if (exchange === undefined) return;
    lookFurther(exchange, this.#receiver, this.#parts);
    // Content that was cancelled has no reader to keep it for.
    if (exchange.body?.cancelled === true) this.#giveUpContent();
  }

  /** More lies there than may be kept. Content is given up if its handler never began to read it. */
  lookPast(): void {
    const body = this.current?.body;
    // A handler that has begun reads at its own pace. There may be memory for more by now.
    if (body?.begun === true && !body.cancelled) this.lookAhead();
    else this.#giveUpContent();
  }

  /** A handler that has not answered may still begin, and a request behind the content may be answered. */
  #giveUpContent(): void {
    if (this.#life.reading === Reading.body && this.#life.writing === Writing.streaming)
      this.#fire(EventIds.contentUnread);
  }

  /** Whether the content that is still to come is too much, or too uncertain, to read past it. */
  unreadTooMuch(contentLeft: number, mayReadOn: boolean): boolean {
    const exchange = this.current;
    if (this.#life.reading !== Reading.body || exchange === undefined) return false;
    return isTooMuch(exchange, contentLeft, mayReadOn, this.#parts.limits.drainBytesMax);
  }

  /** The exchange in progress is over, answered. */
  finish(now: number): void {
    this.#connection.accounts?.requestEnds();
    const exchange = this.current;
    if (exchange === undefined) return;
    this.current = undefined;
    if (exchange.heapIndex >= 0) this.#parts.scheduler.running.remove(exchange);
    // With `hold: 'body'` the slot was kept until now; a handler that still runs keeps it.
    if (this.#parts.keepsSlotForBody && exchange.handlerDone) exchange.release('finished', now);
    if (exchange.body !== null) {
      // Who still waits for content waits in vain.
      if (!exchange.body.ended) exchange.contentFailed(bodyAbandoned());
      exchange.orphan();
    }
    if (!exchange.refused) this.#parts.roster.requestsFinished++;
    this.#responder.finished(exchange);
  }

  /** The exchange in progress is over, cut off. */
  abandon(reason: AbortReason, now: number): void {
    this.#connection.accounts?.abandon(reason);
    const exchange = this.current;
    if (exchange === undefined) return;
    this.current = undefined;
    this.#parts.scheduler.running.remove(exchange);
    exchange.orphan();
    if (!exchange.refused) this.#parts.roster.requestsCutOff++;
    // A handler that still runs keeps its slot until it has settled.
    const waited = this.#parts.limiter.withdraw(exchange);
    if (!waited && (exchange.handlerDone || !exchange.started)) exchange.release('aborted', now);
    exchange.abort(reason);
    exchange.contentFailed(bodyError(Fault.bodyTruncated));
    exchange.complete({ delivered: false, reason });
  }

  // What the limiter decides.

  admitted(exchange: Exchange, now: number): void {
    if (exchange !== this.current) {
      exchange.release('aborted', now);
      return;
    }
    this.#wakeUp.enter(now);
    try {
      this.#fire(EventIds.admitted);
      this.#wakeUp.leave();
    } catch (error) {
      this.#wakeUp.fail(error);
    }
  }

  refused(exchange: Exchange, reason: RefusalReason, retryAfterMs: number, now: number): void {
    if (exchange !== this.current) return;
    this.#wakeUp.enter(now);
    try {
      exchange.refused = true;
      this.#parts.roster.requestsRefused++;
      this.#connection.accounts?.refused(reason, now);
      if (exchange.priority > priorityClass.critical)
        this.#parts.shedBudget.begin(this.#parts.environment.now());
      this.refusalRetryMs = retryAfterMs;
      this.#fire(EventIds.refused);
      this.#wakeUp.leave();
    } catch (error) {
      this.#wakeUp.fail(error);
    }
  }

  /** Whether a request that waits need not be run. The limiter asks. */
  isGone(exchange: Exchange): boolean {
    try {
      return this.#connection.peerGone;
    } catch (error) {
      // To know, one must send. That failed: `gone` is told at once, and ends the connection.
      exchange.report(error);
      return true;
    }
  }

  gone(exchange: Exchange, now: number): void {
    if (exchange !== this.current) return;
    this.#wakeUp.run(() => {
      this.#connection.ending.reason = 'peerEnded';
      // To know it, what waited was sent: that is over first. This one is not finished: nobody was answered.
      this.#responder.completeLeft();
      this.abandon('peerEnded', now);
      this.#fire(EventIds.gone);
    }, now);
  }

  // What the handler does, by way of its exchange.

  /** The handler has answered, or failed and this is its answer. */
  handlerEnded(exchange: Exchange, reply: Reply, outcome: Outcome): void {
    const now = this.#parts.environment.now();
    if (exchange === this.current) this.#connection.accounts?.handlerEnded(now);
    this.#wakeUp.enter(now);
    try {
      this.#takeReply(exchange, reply, outcome, now);
      this.#wakeUp.leave();
    } catch (error) {
      this.#wakeUp.fail(error);
    }
  }

  sendInformational(exchange: Exchange, head: string): void {
    if (exchange !== this.current || this.#life.writing !== Writing.pending) return;
    this.#wakeUp.run(() => this.#responder.interim(head));
  }

  /** The tunnel that this request has made. */
  tunnelOf(exchange: Exchange): RawTunnel | undefined {
    const { tunnel } = this.#receiver;
    return tunnel?.request === exchange ? tunnel : undefined;
  }

  upgrade(exchange: Exchange, init: UpgradeInit | undefined): Promise<Tunnel> {
    return upgrade(exchange, init, this.#parts.dateLine(this.#parts.environment.now()));
  }

  openTunnel(exchange: Exchange, status: number, head: string, sink: TunnelSink): RawTunnel {
    const sides = {
      connection: this.#connection,
      parts: this.#parts,
      wakeUp: this.#wakeUp,
      receiver: this.#receiver,
      responder: this.#responder,
    };
    return openTunnel(sides, exchange, { status, text: head }, sink);
  }

  refuseContent(exchange: Exchange): void {
    const offset = this.#receiver.consumedBytes;
    if (exchange === this.current && this.#life.reading === Reading.body) {
      this.#wakeUp.run(() => this.#connection.refuse(Fault.bodyTooLarge, offset));
    } else {
      // All of it was gathered: the connection goes on, the handler gets nothing.
      this.#parts.reports.fault(() => faultReport(Fault.bodyTooLarge, offset, this.#connection));
      exchange.body?.refuse(bodyError(Fault.bodyTooLarge));
    }
  }

  pullContent(exchange: Exchange): Uint8Array | undefined | null {
    if (exchange !== this.current || this.#life.reading !== Reading.body) return null;
    // The usual answer to a reader that is faster than its peer.
    if (exchange.continued && this.#receiver.input.isDry) return null;
    this.#wakeUp.enterNow();
    try {
      if (!exchange.continued) {
        exchange.continued = true;
        // Who has begun to send does not wait to be told (RFC 9110 §10.1.1).
        if (this.#receiver.input.length === 0 && this.#life.writing === Writing.pending)
          this.#responder.interim(CONTINUE_HEAD);
      }
      const chunk = this.#receiver.content.pull();
      this.#wakeUp.leave();
      return chunk;
    } catch (error) {
      this.#wakeUp.fail(error);
      // Its reader waits no longer, though all of it may have been parsed.
      exchange.body?.refuse(bodyError(Fault.bodyTruncated));
      return null;
    }
  }

  /** The handler waits for content: the clocks of reading run from now. */
  contentIsAwaited(exchange: Exchange, now: number): void {
    if (exchange === this.current) this.#connection.lookAgain(now);
  }

  #takeReply(exchange: Exchange, reply: Reply, outcome: Outcome, now: number): void {
    if (exchange !== this.current || this.#life.writing !== Writing.pending) {
      dropLate(exchange, reply, now);
      return;
    }
    const isConnect = exchange.head.targetForm === AUTHORITY;
    const sent = isConnect ? replyToConnect(exchange, reply) : reply;
    if (sent.whole !== undefined || !this.#parts.keepsSlotForBody) exchange.release(outcome, now);
    this.answer(sent);
  }

  #fire(event: EventId): void {
    this.#connection.fire(event);
  }
}
