// What a host may do on its connection: each call is a wake-up, and comes too late without harm.

import { describe, expect, test } from 'vitest';
import { Reading, Writing } from '../../../src/conn/machine/states.js';
import { reply } from '../../../src/http/reply/reply.js';
import { Scene } from './host-link-scene.js';

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

describe('a fault in content', () => {
  test.each([
    ['pending', [['endNow', true]]],
    ['streaming', []],
  ] as const)('that the host answers ends a response that is still %s in time', (writing, ends) => {
    const scene = new Scene();
    scene.life.writing = Writing[writing];
    scene.link.tellFault(0 as never, undefined);
    expect([scene.link.answersFault, scene.timers[0]?.at]).toEqual([false, 10_100]);
    scene.timers[0]?.onDue();
    expect(scene.took()).toEqual(ends);
  });

  test('that the host does not answer starts no time', () => {
    const scene = new Scene();
    scene.takesFaults = false;
    scene.link.tellFault(0 as never, undefined);
    expect(scene.timers).toEqual([]);
  });
});

describe('bytes that belong to no response', () => {
  test.each([
    ['idle', true],
    ['gathering', true],
    ['queued', true],
    ['pending', false],
    ['streaming', false],
    ['flushing', false],
    ['done', false],
    ['shut', false],
    ['tunnel', false],
    ['closed', false],
  ] as const)('may be written while writing is %s: %s', (writing, takes) => {
    const scene = new Scene();
    scene.life.writing = Writing[writing];
    expect(scene.link.takesRaw).toBe(takes);
    scene.link.raw(new Uint8Array(4));
    expect(scene.took()).toEqual(takes ? [['bytes', 4]] : []);
  });

  test('are no answer to a fault, of which somebody would be told', () => {
    const scene = new Scene();
    scene.connection.accounts = { rawBegins: () => void scene.done.push(['rawBegins']) };
    scene.life.writing = Writing.idle;
    scene.link.raw(new Uint8Array(4));
    scene.link.takesFault(0 as never, undefined);
    scene.link.raw(new Uint8Array(4));
    scene.link.raw(new Uint8Array(4));
    expect(scene.took()).toEqual([['bytes', 4], ['rawBegins'], ['bytes', 4], ['bytes', 4]]);
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

  test.each([
    ['many small pieces', 256, 'x'],
    ['much at once', 1, new Uint8Array(1024 * 1024)],
  ])('tells of a backlog in the next turn behind %s: others come first', (_what, count, piece) => {
    const scene = new Scene();
    const { link } = scene;
    scene.life.writing = Writing.streaming;
    link.awaitsDrain = true;
    for (let i = 1; i < count; i++) link.write(scene.hosted, [piece]);
    link.write(scene.hosted, [piece]);
    scene.took();
    expect([link.settle(), link.awaitsDrain, link.isPostponed]).toEqual([false, true, true]);
    expect([link.settle(), scene.took()]).toEqual([false, [['postponed']]]);
    scene.responder.share.renew();
    expect([link.isPostponed, link.settle(), scene.took()]).toEqual([false, true, [['drained']]]);
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
