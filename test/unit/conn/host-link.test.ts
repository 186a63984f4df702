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
import { CONTINUE_HEAD } from '../../../src/http/reply/informational.js';
import { type Reply, reply } from '../../../src/http/reply/reply.js';
import { BodyError } from '../../../src/http/request/body-error.js';

class Scene {
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

  test('that goes on gives its slot back where nothing else is asked for', () => {
    const scene = new Scene();
    expect(scene.answer(false)).toBe(true);
    expect(scene.took()[0]).toEqual(['release', 'finished']);
  });

  test('is told to who listens: when the handler ended, and where the head and the content are', () => {
    const scene = new Scene();
    scene.connection.accounts = {
      handlerEnded: (now: number) => void scene.done.push(['handlerEnded', now]),
      headBegins: (...values: number[]) => void scene.done.push(['headBegins', ...values]),
      contentGiven: (bytes: number) => void scene.done.push(['contentGiven', bytes]),
    };
    scene.answer(true);
    expect(scene.took().slice(1, -1)).toEqual([
      ['writeTo', false],
      ['handlerEnded', 100],
      ['headBegins', 201, 40, 12],
      ['contentGiven', Number.POSITIVE_INFINITY],
      ['fire', 'replyWhole'],
    ]);
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

describe('content that has failed before the head was handed over', () => {
  const failure = new BodyError('SLUICE_BODY_X', 413, 'x');

  test('is answered for, and the connection ends with that', () => {
    const scene = new Scene();
    scene.link.refuse(scene.hosted, failure);
    expect(scene.took()).toEqual([
      ['release', 'failed'],
      ['fire', 'closeAfter'],
      ['reply', 413],
      ['fireFlushed'],
    ]);
    expect([scene.exchange.answered, scene.exchange.handlerDone]).toEqual([true, true]);
  });

  test('after it is not', () => {
    const scene = new Scene();
    scene.life.writing = Writing.streaming;
    scene.link.refuse(scene.hosted, failure);
    expect([scene.took(), scene.exchange.answered]).toEqual([[], false]);
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

describe('100 Continue', () => {
  const ask = (expectsContinue: boolean, continued: boolean, text = CONTINUE_HEAD): unknown => {
    const scene = new Scene();
    scene.exchange.head.expectsContinue = expectsContinue;
    scene.exchange.continued = continued;
    scene.link.interim(scene.hosted, text);
    return scene.took().length;
  };

  test('is not said again where it was said when the content was first asked for', () => {
    expect(ask(true, true)).toBe(0);
  });

  test('is said where it was not, and where the client has not asked', () => {
    expect([ask(true, false), ask(false, true)]).toEqual([1, 1]);
  });

  test('keeps no other interim response back', () => {
    expect(ask(true, true, 'HTTP/1.1 103')).toBe(1);
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

  test('may be answered wholly while the host is asked: no time runs then', () => {
    const scene = new Scene();
    scene.onFaulted = () => {
      scene.link.raw(new Uint8Array(4));
      scene.link.endRaw();
    };
    expect(scene.link.takesFault(0 as never, undefined)).toBe(true);
    expect([scene.took(), scene.timers]).toEqual([[['bytes', 4], ['fireFlushed']], []]);
  });

  test('whose answer begins is told to who listens, once', () => {
    const scene = new Scene();
    const begun: string[] = [];
    scene.connection.accounts = {
      rawBegins: (bytes: Uint8Array) => void begun.push(Buffer.from(bytes).toString()),
    };
    scene.link.takesFault(0 as never, undefined);
    for (const text of ['first', 'second']) scene.link.raw(Buffer.from(text));
    expect(begun).toEqual(['first']);
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

test('calls under way are counted, whatever they are', () => {
  const scene = new Scene();
  const counts: number[] = [];
  const note = (): void => void counts.push(scene.link.calls);
  Object.assign(scene.connection.ending, { cut: note, endNow: note });
  scene.connection.fire = note;
  scene.link.cut('closed');
  scene.link.destroy(false);
  scene.link.endAfter();
  expect([counts, scene.link.calls]).toEqual([[1, 1, 1], 0]);
});

test('a turn of the event loop can be asked for', () => {
  const scene = new Scene();
  let turns = 0;
  scene.link.createTurn(() => turns++).arm();
  expect(turns).toBe(1);
});

test('a host that goes on after its connection gives its slot back, at once or in time', () => {
  const scene = new Scene();
  scene.link.releaseLater(scene.hosted);
  expect([scene.timers[0]?.at, scene.exchange.handlerDone]).toEqual([600, false]);
  scene.timers[0]?.onDue();
  expect([scene.took(), scene.exchange.handlerDone]).toEqual([[['release', 'aborted']], true]);
});

test('the page of an error is the application’s, or nobody’s', () => {
  const scene = new Scene();
  expect(scene.link.errorPage).toBe(undefined);
  scene.page = reply('sorry', { status: 500 });
  expect(scene.link.errorPage).toBe(scene.page);
});

test('the transport is that of the connection', () => {
  const { link, connection } = new Scene();
  expect(link.transport).toBe(connection.transport);
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
