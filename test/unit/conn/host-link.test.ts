// What a host may do on its connection: each call is a wake-up, and comes too late without harm.

import { describe, expect, test } from 'vitest';
import type {
  HostConnection,
  HostedAnswer,
  HostedExchange,
  HostWriter,
} from '../../../src/conn/host.js';
import { HostLink, type LinkedConnection } from '../../../src/conn/host-link.js';
import type { Responder } from '../../../src/conn/responder.js';
import type { ServerParts } from '../../../src/conn/server-parts.js';
import { Reading, Writing } from '../../../src/conn/states.js';
import type { WakeUp } from '../../../src/conn/wake-up.js';
import { EVENTS } from '../../../src/fsm/machine/events.js';

class Scene {
  readonly done: unknown[][] = [];
  /** How deep the wake-ups are. */
  depth = 0;
  failure: unknown;
  takesFaults = true;
  keepsSlotForBody = false;
  tooMuch = false;
  readonly timers: { at: number; onDue: () => void }[] = [];
  readonly exchange = {
    started: false,
    handlerDone: false,
    answered: false,
    continued: false,
    release: (outcome: string) => void this.done.push(['release', outcome]),
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
    accounts: undefined,
    fire: (event: number) => void this.done.push(['fire', EVENTS[event]]),
    unreadTooMuch: () => this.tooMuch,
  };
  readonly link: HostLink;

  constructor() {
    const host = {
      run: (exchange: unknown) => void this.done.push(['run', exchange === this.exchange]),
      peerEnded: () => void this.done.push(['peerEnded']),
      drained: () => void this.done.push(['drained']),
      faulted: () => this.takesFaults,
    };
    const scene = this;
    const parts = {
      get keepsSlotForBody() {
        return scene.keepsSlotForBody;
      },
      limits: { lingerMsMax: 10_000, peerEndedMs: 500 },
      environment: {
        now: () => 100,
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

describe('an answer', () => {
  test('that is whole gives the slot back first, and may leave', () => {
    const scene = new Scene();
    expect(scene.answer(true)).toBe(true);
    expect(scene.took()).toEqual([
      ['release', 'finished'],
      ['writeTo', false],
      ['fire', 'replyWhole'],
      ['fireFlushed'],
    ]);
    expect([scene.exchange.answered, scene.exchange.handlerDone]).toEqual([true, true]);
    expect(scene.responder.status).toBe(201);
  });

  test('that goes on sends what was before it, and keeps its slot where that is asked for', () => {
    const scene = new Scene();
    scene.keepsSlotForBody = true;
    expect(scene.answer(false)).toBe(true);
    expect(scene.took()).toEqual([
      ['send'],
      ['writeTo', false],
      ['fire', 'replyStream'],
      ['fireFlushed'],
    ]);
    expect(scene.exchange.handlerDone).toBe(false);
  });

  test.each([
    ['the host asks for the end', true, false],
    ['too much is unread', false, true],
  ])('is the last where %s', (_why, closes, tooMuch) => {
    const scene = new Scene();
    scene.tooMuch = tooMuch;
    scene.answer(true, closes);
    expect(scene.took()[1]).toEqual(['fire', 'closeAfter']);
  });

  test.each([
    [true, 'timedOut'],
    [false, 'aborted'],
  ])('that comes too late (answered: %s) only ends the work', (answered, outcome) => {
    const scene = new Scene();
    scene.life.writing = Writing.flushing;
    scene.exchange.answered = answered;
    expect(scene.answer(true)).toBe(false);
    expect(scene.took()).toEqual([['release', outcome]]);
    const other = new Scene();
    other.connection.exchange = undefined;
    expect(other.link.isPending(other.hosted)).toBe(false);
  });

  test('that throws ends the connection and not its caller', () => {
    const scene = new Scene();
    const error = new Error('x');
    scene.responder.fireFlushed = () => {
      throw error;
    };
    expect(scene.answer(true)).toBe(false);
    scene.took();
    expect(scene.failure).toBe(error);
  });
});

describe('what is written', () => {
  test('goes out while the response streams, and ends it', () => {
    const scene = new Scene();
    scene.life.writing = Writing.streaming;
    scene.link.write(scene.hosted, ['a', new Uint8Array(3)]);
    scene.link.end(scene.hosted);
    expect(scene.took()).toEqual([
      ['text', 'a'],
      ['bytes', 3],
      ['fire', 'streamEnd'],
      ['fireFlushed'],
    ]);
    expect(scene.exchange.handlerDone).toBe(true);
  });

  test('before the head or after the end is nobody’s', () => {
    const scene = new Scene();
    scene.link.write(scene.hosted, ['a']);
    scene.link.end(scene.hosted);
    scene.life.writing = Writing.streaming;
    scene.connection.exchange = {};
    scene.link.write(scene.hosted, ['a']);
    expect(scene.took()).toEqual([]);
  });

  test('as an interim response comes before the answer only', () => {
    const scene = new Scene();
    scene.link.interim(scene.hosted, 'HTTP/1.1 103');
    expect([scene.took(), scene.exchange.continued]).toEqual([[['interim', 'HTTP/1.1 103']], true]);
    scene.life.writing = Writing.streaming;
    scene.link.interim(scene.hosted, 'HTTP/1.1 103');
    expect(scene.took()).toEqual([]);
  });
});

describe('a fault', () => {
  test('is the host’s to answer, in time', () => {
    const scene = new Scene();
    expect(scene.link.takesFault(0 as never, undefined)).toBe(true);
    expect([scene.link.answersFault, scene.timers[0]?.at]).toEqual([true, 10_100]);
    scene.link.raw(new Uint8Array(4));
    scene.timers[0]?.onDue();
    expect(scene.link.answersFault).toBe(false);
    scene.link.endRaw();
    scene.link.raw(new Uint8Array(4));
    expect(scene.took()).toEqual([['bytes', 4], ['fireFlushed']]);
  });

  test('is not where the host does not want it', () => {
    const scene = new Scene();
    scene.takesFaults = false;
    expect(scene.link.takesFault(0 as never, undefined)).toBe(false);
    expect([scene.link.answersFault, scene.timers]).toEqual([false, []]);
  });
});

describe('a wake-up that ends', () => {
  test('tells the host of the peer’s end once, and of a drained backlog when it waits for that', () => {
    const scene = new Scene();
    const { link } = scene;
    expect(link.settle()).toBe(false);
    scene.life.reading = Reading.closed;
    expect([link.settle(), link.settle()]).toEqual([true, false]);
    link.awaitsDrain = true;
    scene.output.backlogBytes = 1;
    expect(link.settle()).toBe(false);
    scene.output.backlogBytes = 0;
    expect([link.settle(), link.awaitsDrain, link.settle()]).toEqual([true, false, false]);
    expect(scene.took()).toEqual([['peerEnded'], ['drained']]);
  });

  test('tells nothing of a connection that is over', () => {
    const scene = new Scene();
    scene.life.closed = true;
    scene.life.reading = Reading.closed;
    scene.link.awaitsDrain = true;
    expect([scene.link.settle(), scene.link.closed, scene.took()]).toEqual([false, true, []]);
  });
});

test('the ends that a host may give are passed on', () => {
  const scene = new Scene();
  scene.link.cut('peerReset');
  scene.link.destroy(true);
  scene.link.endAfter();
  expect(scene.took()).toEqual([
    ['cut', 'peerReset'],
    ['endNow', true],
    ['fire', 'closeAfter'],
  ]);
});

test('a host that goes on after its connection gives its slot back, at once or in time', () => {
  const scene = new Scene();
  scene.link.releaseLater(scene.hosted);
  expect([scene.timers[0]?.at, scene.exchange.handlerDone]).toEqual([600, false]);
  scene.timers[0]?.onDue();
  expect([scene.took(), scene.exchange.handlerDone]).toEqual([[['release', 'aborted']], true]);
});

test('what was read and written is told', () => {
  const { link, exchange, hosted, done } = new Scene();
  expect([link.readBytes, link.writtenBytes, link.backlogBytes, link.last]).toEqual([
    9,
    12,
    0,
    false,
  ]);
  link.run(hosted as never);
  expect([exchange.started, done]).toEqual([true, [['run', true]]]);
});
