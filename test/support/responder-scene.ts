// A responder with a connection that notes what it is told: the machine is the real one, all else is small.

import { Clocks } from '../../src/conn/clock/clocks.js';
import { WakeUp } from '../../src/conn/clock/wake-up.js';
import type { Exchange } from '../../src/conn/exchange.js';
import { ErrorPages } from '../../src/conn/fault/error-pages.js';
import { INTERNAL_ERROR } from '../../src/conn/fault/responses.js';
import type { Completion } from '../../src/conn/handler/context.js';
import { Lifecycle } from '../../src/conn/machine/lifecycle.js';
import {
  Responder,
  type ResponderOwner,
  type SharedSending,
} from '../../src/conn/respond/responder.js';
import type { HeldBackSender } from '../../src/conn/server-ports.js';
import type { Accounts } from '../../src/conn/watch/accounts.js';
import { DEFAULT_LIMITS } from '../../src/fsm/limits.js';
import { EVENTS } from '../../src/fsm/machine/events.js';
import { type EventId, EventIds } from '../../src/fsm/machine/machine.js';
import type { DeadlineList } from '../../src/fsm/time/deadlines.js';
import type { Reply } from '../../src/http/reply/reply.js';
import { RecordingTransport } from './recording-transport.js';

/** A line whose backlog the test sets. */
export class Line extends RecordingTransport {
  override unflushedBytes = 0;
  override retainedBytes = 0;
  /** It forgets what is written: for long content. */
  swallows = false;

  override writeAll(pieces: readonly (Uint8Array | string)[]): void {
    if (!this.swallows) super.writeAll(pieces);
  }
}

/** An exchange that notes what became of it. */
export class AnsweredExchange {
  completionAwaited = false;
  responseTo = Number.POSITIVE_INFINITY;
  takesTrailers = true;
  readonly head = { isHead: false, versionMinor: 1, keepAliveAsked: false };
  readonly completions: Completion[] = [];
  readonly reports: unknown[] = [];
  readonly failures: unknown[] = [];

  complete(completion: Completion): void {
    this.completions.push(completion);
  }

  report(error: unknown): void {
    this.reports.push(error);
  }

  streamFailed(error: unknown): Reply {
    this.failures.push(error);
    return INTERNAL_ERROR;
  }

  get asExchange(): Exchange {
    return this as unknown as Exchange;
  }
}

/** What the responders of a server share, with notes of what was asked. */
export class SharedParts {
  level = 0;
  keepAliveSeconds = 0;
  turning = false;
  readonly #senders: HeldBackSender[] = [];
  postponed = 0;
  timersArmed = 0;
  readonly clocks = new Clocks(DEFAULT_LIMITS);
  readonly shared: ArrayBufferLike[] = [];
  readonly unshared: ArrayBufferLike[] = [];
  readonly ledger: {
    readonly level: number;
    share(m: ArrayBufferLike): void;
    unshare(m: ArrayBufferLike): void;
  };
  readonly scheduler: {
    readonly turning: boolean;
    holdBack(sender: HeldBackSender): void;
    postpone(): void;
    armTimer(): void;
  };

  constructor() {
    const parts = this;
    this.ledger = {
      get level() {
        return parts.level;
      },
      share: (memory) => void this.shared.push(memory),
      unshare: (memory) => void this.unshared.push(memory),
    };
    this.scheduler = {
      get turning() {
        return parts.turning;
      },
      holdBack: (sender) => void this.#senders.push(sender),
      postpone: () => void this.postponed++,
      armTimer: () => void this.timersArmed++,
    };
  }

  readonly errorPages = new ErrorPages(
    undefined,
    () => undefined,
    () => undefined,
  );

  /** How often something was held back. */
  get heldBack(): number {
    return this.#senders.length;
  }

  /** What ran has ended. */
  sendHeldBack(): void {
    this.#senders.at(-1)?.sendHeldBack();
  }

  get headDelay(): DeadlineList {
    return this.clocks.headDelay;
  }

  dateLine(): string {
    return 'Date: now\r\n';
  }
}

export class ReplyScene implements ResponderOwner {
  readonly life = new Lifecycle(1, undefined);
  readonly line = new Line();
  readonly transport = this.line;
  readonly parts = new SharedParts();
  readonly target = { isHead: false, versionMinor: 1, keepAliveAsked: false };
  readonly answered = new AnsweredExchange();
  exchangeIsGone = false;
  accounts: Accounts | undefined = undefined;
  now = 0;
  tooMuchUnread = false;
  readonly unreadAsked: boolean[] = [];
  readonly fired: string[] = [];
  readonly cuts: string[] = [];
  readonly errors: unknown[] = [];
  /** Wake-ups that ended well. */
  wakeUps = 0;
  readonly ending = { cut: (reason: string) => void this.cuts.push(reason) };
  readonly wakeUp = new WakeUp(
    {
      clock: () => this.now,
      wakeUpEnds: () => void this.wakeUps++,
      breakOff: (error) => void this.errors.push(error),
    },
    this.parts.clocks,
    0,
  );
  readonly responder: Responder;

  /** @param writing the state of the response: the handler runs, its request waits, or there is none */
  constructor(writing: 'pending' | 'queued' | 'idle' = 'pending') {
    this.responder = new Responder(this, this.wakeUp, this.parts as unknown as SharedSending);
    if (writing !== 'idle') this.life.move(EventIds.requestBare);
    if (writing === 'pending') this.life.move(EventIds.admitted);
  }

  get exchange(): Exchange | undefined {
    return this.exchangeIsGone ? undefined : this.answered.asExchange;
  }

  fire(event: EventId): void {
    this.fired.push(EVENTS[event] as string);
    this.life.move(event);
  }

  unreadTooMuch(streamed: boolean): boolean {
    this.unreadAsked.push(streamed);
    return this.tooMuchUnread;
  }

  /** Somebody listens. What the accounts are told is noted. */
  listen(): unknown[][] {
    const told: unknown[][] = [];
    // Boundary: of the accounts of a connection, those calls that a responder makes.
    this.accounts = {
      headBegins: (...values: unknown[]) => void told.push(['head', ...values]),
      contentGiven: (bytes: number) => void told.push(['content', bytes]),
      responseEnds: () => void told.push(['end']),
      tunnelBegins: (...values: unknown[]) => void told.push(['tunnel', ...values]),
      look: () => void told.push(['look']),
    } as unknown as Accounts;
    return told;
  }

  reply(reply: Reply): void {
    this.responder.reply(reply, this.target);
  }

  /** All that was written, sent or not. */
  get text(): string {
    this.responder.output.send();
    return this.line.written.join('');
  }

  lateSource(): LateSource {
    return new LateSource();
  }
}

/** A body that gives what the test gives, when the test gives it. */
export class LateSource {
  readonly returned: unknown[] = [];
  cleanUpError: Error | undefined = undefined;
  #give: (chunk: string) => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;

  get body(): AsyncIterable<string> {
    return {
      [Symbol.asyncIterator]: () => ({
        next: (): Promise<IteratorResult<string>> =>
          new Promise((resolve, reject) => {
            this.#give = (value) => resolve({ done: false, value });
            this.#fail = reject;
          }),
        return: async (value?: unknown): Promise<IteratorResult<string>> => {
          this.returned.push(value);
          if (this.cleanUpError !== undefined) throw this.cleanUpError;
          return { done: true, value: undefined };
        },
      }),
    };
  }

  give(chunk: string): void {
    this.#give(chunk);
  }

  fail(error: Error): void {
    this.#fail(error);
  }
}
