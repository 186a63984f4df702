// A host on a connection that notes what it is asked.

import { expect } from 'vitest';
import { TurnShare } from '../../../src/conn/bytes/turn-share.js';
import type { WakeUp } from '../../../src/conn/clock/wake-up.js';
import type {
  HostConnection,
  HostedAnswer,
  HostedExchange,
  HostWriter,
} from '../../../src/conn/host.js';
import { HostLink, type LinkedConnection } from '../../../src/conn/host-link.js';
import { Reading, Writing } from '../../../src/conn/machine/states.js';
import type { Responder } from '../../../src/conn/respond/responder.js';
import type { ServerParts } from '../../../src/conn/server-parts.js';
import { EVENTS } from '../../../src/fsm/machine/events.js';
import type { Reply } from '../../../src/http/reply/reply.js';

export class Scene {
  readonly done: unknown[][] = [];
  /** How deep the wake-ups are. */
  depth = 0;
  failure: unknown;
  takesFaults = true;
  onFaulted: () => void = () => undefined;
  /** The application's page for an error. */
  page: Reply | undefined = undefined;
  keepsSlotForBody = false;
  tooMuch = false;
  readonly timers: { at: number; onDue: () => void }[] = [];
  readonly exchange = {
    started: false,
    handlerDone: false,
    answered: false,
    continued: false,
    head: { expectsContinue: false },
    release: (outcome: string) => void this.done.push(['release', outcome]),
    parts: { errorPages: { of: (own: Reply) => own } },
  };
  readonly life = {
    closed: false,
    last: false,
    reading: Reading.done as number,
    writing: Writing.pending as number,
  };
  readonly output = {
    backlogBytes: 0,
    sentBytes: 5,
    unsentBytes: 7,
    givenBytes: 12,
    text: (text: string) => void this.done.push(['text', text]),
    bytes: (bytes: Uint8Array) => void this.done.push(['bytes', bytes.length]),
    send: () => void this.done.push(['send']),
  };
  readonly responder = {
    output: this.output,
    status: 0,
    hostAnswers: false,
    interim: (text: string) => void this.done.push(['interim', text]),
    fireFlushed: () => void this.done.push(['fireFlushed']),
    reply: (given: Reply) => void this.done.push(['reply', given.status]),
    share: new TurnShare(() => void this.done.push(['postponed'])),
    get isPostponed(): boolean {
      return this.share.isPostponed;
    },
  };
  readonly connection = {
    id: 1,
    life: this.life,
    transport: {},
    exchange: this.exchange as unknown,
    receiver: { consumedBytes: 9 },
    ending: {
      cut: (reason: string) => void this.done.push(['cut', reason]),
      endNow: (quietly: boolean) => void this.done.push(['endNow', quietly]),
    },
    accounts: undefined as unknown,
    fire: (event: number): void => void this.done.push(['fire', EVENTS[event]]),
    unreadTooMuch: () => this.tooMuch,
  };
  readonly link: HostLink;

  constructor() {
    const host = {
      run: (exchange: unknown) => void this.done.push(['run', exchange === this.exchange]),
      peerEnded: () => void this.done.push(['peerEnded']),
      drained: () => void this.done.push(['drained']),
      faulted: () => {
        this.onFaulted();
        return this.takesFaults;
      },
    };
    const scene = this;
    const parts = {
      get keepsSlotForBody() {
        return scene.keepsSlotForBody;
      },
      errorPages: { of: (own: Reply) => this.page ?? own },
      limits: { lingerMsMax: 10_000, peerEndedMs: 500 },
      environment: {
        now: () => 100,
        createTurn: (onTurn: () => void) => ({ arm: onTurn }),
        createTimer: (onDue: () => void) => ({
          arm: (at: number) => void this.timers.push({ at, onDue }),
        }),
      },
    };
    const wakeUp = {
      now: 100,
      enter: () => void this.depth++,
      leave: () => void this.depth--,
      fail: (error: unknown) => {
        this.depth--;
        this.failure = error;
      },
    };
    // The boundary: of all these, a link asks no more than this.
    this.link = new HostLink(
      this.connection as unknown as LinkedConnection,
      parts as unknown as ServerParts,
      wakeUp as unknown as WakeUp,
      this.responder as unknown as Responder,
      (_link: HostWriter) => host as unknown as HostConnection,
    );
  }

  get hosted(): HostedExchange {
    return this.exchange as unknown as HostedExchange;
  }

  answer(isWhole: boolean, closes = false): boolean {
    const answer: HostedAnswer = {
      status: 201,
      closes,
      writeTo: (_output, last) => {
        this.done.push(['writeTo', last]);
        return 40;
      },
    };
    return this.link.answer(this.hosted, answer, isWhole);
  }

  took(): unknown[][] {
    expect([this.depth, this.link.calls]).toEqual([0, 0]);
    return this.done.splice(0);
  }
}
