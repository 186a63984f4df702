// Ready responses wait for each other briefly, are told when they have left, and are dropped when all is over.

import { describe, expect, test } from 'vitest';
import { JOINED_BYTES_MAX } from '../../../../src/conn/bytes/output.js';
import { EventIds } from '../../../../src/fsm/machine/machine.js';
import { reply } from '../../../../src/http/reply/reply.js';
import { settle } from '../../../support/loop-turns.js';
import { AnsweredExchange, ReplyScene } from '../../../support/responder-scene.js';

describe('a response that is ready', () => {
  /** A response is ready, and the handler of the next request runs. */
  function ready(): ReplyScene {
    const scene = new ReplyScene();
    scene.responder.output.text('ready');
    return scene;
  }

  test('waits while a handler runs, until what runs has ended', () => {
    const scene = ready();
    expect(scene.responder.flush()).toBe(false);
    expect([scene.line.written, scene.parts.heldBack]).toEqual([[], 1]);
    scene.parts.sendHeldBack();
    expect(scene.line.written).toEqual(['ready']);
    scene.parts.sendHeldBack();
    expect(scene.line.written).toEqual(['ready']);
  });

  test('waits anew after it was sent', () => {
    const scene = ready();
    scene.responder.flush();
    scene.parts.sendHeldBack();
    scene.responder.output.text('next');
    scene.responder.flush();
    expect([scene.line.written, scene.parts.heldBack]).toEqual([['ready'], 2]);
  });

  test.each([
    [0.9, []],
    [1, ['ready']],
  ])('after %d ms of waiting: %j', (ms, written) => {
    const scene = ready();
    scene.responder.flush();
    scene.wakeUp.enter(ms);
    scene.responder.flush();
    expect([scene.line.written, scene.parts.heldBack]).toEqual([written, 1]);
  });

  test('that was sent after its wait begins another wait there', () => {
    const scene = ready();
    scene.responder.flush();
    scene.wakeUp.enter(5);
    scene.responder.flush();
    scene.responder.output.text('next');
    scene.wakeUp.enter(5.5);
    scene.responder.flush();
    expect([scene.line.written, scene.parts.heldBack]).toEqual([['ready'], 1]);
  });

  test('waits longer within a turn, which has a bound of its own', () => {
    const scene = ready();
    scene.responder.flush();
    scene.parts.turning = true;
    scene.wakeUp.enter(100);
    scene.responder.flush();
    expect(scene.line.written).toEqual([]);
  });

  test.each([
    [JOINED_BYTES_MAX - 1, 0],
    [JOINED_BYTES_MAX, 1],
  ])('of %i bytes is written %i times at once', (length, writes) => {
    const scene = new ReplyScene();
    scene.responder.output.text('x'.repeat(length));
    scene.responder.flush();
    expect(scene.line.written).toHaveLength(writes);
  });

  test('is not waited for where nothing is ready', () => {
    const scene = new ReplyScene();
    scene.responder.flush();
    expect(scene.parts.heldBack).toBe(0);
  });

  test.each([
    [false, ['ready']],
    [true, []],
  ])('before a request that is queued waits only within a turn: %s', (turning, written) => {
    const scene = new ReplyScene('queued');
    scene.parts.turning = turning;
    scene.responder.output.text('ready');
    scene.responder.flush();
    expect(scene.line.written).toEqual(written);
  });

  test('before no request leaves at once, within a turn, too', () => {
    const scene = new ReplyScene('idle');
    scene.parts.turning = true;
    scene.responder.output.text('ready');
    scene.responder.flush();
    expect(scene.line.written).toEqual(['ready']);
  });

  test('leaves at once with an interim response; the next may wait again', () => {
    const scene = ready();
    scene.responder.interim('HTTP/1.1 103 Early Hints\r\n\r\n');
    scene.responder.flush();
    expect(scene.line.written).toEqual(['readyHTTP/1.1 103 Early Hints\r\n\r\n']);
    scene.responder.finished(new AnsweredExchange().asExchange);
    scene.responder.output.text('next');
    scene.responder.flush();
    expect(scene.line.written).toHaveLength(1);
  });

  test('and whose write fails breaks the connection off', () => {
    const scene = ready();
    const error = new Error('x');
    scene.responder.flush();
    scene.line.error = error;
    scene.parts.sendHeldBack();
    expect(scene.errors).toEqual([error]);
  });
});

describe('an exchange that is over', () => {
  test('is told at once where nobody asked, though bytes are here', () => {
    const scene = new ReplyScene();
    const exchange = new AnsweredExchange();
    scene.responder.output.text('x');
    scene.responder.finished(exchange.asExchange);
    expect(exchange.completions).toEqual([{ delivered: true }]);
  });

  test('is told at once where all has left', () => {
    const scene = new ReplyScene();
    const exchange = Object.assign(new AnsweredExchange(), { completionAwaited: true });
    scene.responder.finished(exchange.asExchange);
    expect(exchange.completions).toEqual([{ delivered: true }]);
  });

  test('is told when all has left, once, with those behind it', () => {
    const scene = new ReplyScene();
    const both = [new AnsweredExchange(), new AnsweredExchange()];
    scene.responder.output.text('x');
    for (const exchange of both) {
      exchange.completionAwaited = true;
      scene.responder.finished(exchange.asExchange);
    }
    expect(scene.responder.completeLeft()).toBe(false);
    expect(both.map(({ completions }) => completions)).toEqual([[], []]);
    scene.responder.output.send();
    expect([scene.responder.completeLeft(), scene.responder.completeLeft()]).toEqual([true, false]);
    for (const { completions } of both) expect(completions).toEqual([{ delivered: true }]);
    scene.responder.stop('closed');
    expect(both[0]?.completions).toHaveLength(1);
  });

  test('is told why, where its bytes never leave', () => {
    const scene = new ReplyScene();
    const exchange = Object.assign(new AnsweredExchange(), { completionAwaited: true });
    scene.responder.output.text('x');
    scene.responder.finished(exchange.asExchange);
    scene.responder.stop('peerReset');
    scene.responder.stop('closed');
    expect(exchange.completions).toEqual([{ delivered: false, reason: 'peerReset' }]);
    expect(scene.text).toBe('');
  });
});

describe('memory of whole content', () => {
  test('is shared until the exchange is over, and held by nobody meanwhile', () => {
    const scene = new ReplyScene();
    const content = new Uint8Array(10_000);
    scene.reply(reply(content));
    scene.line.retainedBytes = 10_000;
    expect([scene.parts.shared, scene.parts.unshared]).toEqual([[content.buffer], []]);
    expect(scene.responder.heldBytes).toBe(0);
    scene.responder.finished(new AnsweredExchange().asExchange);
    scene.responder.finished(new AnsweredExchange().asExchange);
    expect(scene.parts.unshared).toEqual([content.buffer]);
    expect(scene.responder.heldBytes).toBe(scene.responder.output.heldBytes);
    expect(scene.responder.heldBytes).toBeGreaterThan(10_000);
  });

  test('is given back where all is over', () => {
    const scene = new ReplyScene();
    scene.reply(reply(new Uint8Array(10_000)));
    scene.responder.stop('closed');
    expect(scene.parts.unshared).toHaveLength(1);
  });

  test('that is text is not shared', () => {
    const scene = new ReplyScene();
    scene.reply(reply('x'));
    expect(scene.parts.shared).toEqual([]);
  });
});

describe('where all is over', () => {
  test.each([
    [0, [{ delivered: true }]],
    [1, []],
  ])(
    'with %d bytes that the transport still has, the response of a request whose content comes: %j',
    (unflushed, told) => {
      const scene = new ReplyScene();
      scene.reply(reply('x'));
      scene.responder.output.send();
      scene.responder.flush();
      scene.line.unflushedBytes = unflushed;
      scene.responder.stop('closed');
      expect(scene.answered.completions).toEqual(told);
    },
  );

  test('the response that was not given to be sent whole is not told as delivered', () => {
    const scene = new ReplyScene();
    scene.responder.stop('closed');
    expect(scene.answered.completions).toEqual([]);
  });

  test('the source is closed with the reason, and its head is not sent', async () => {
    const scene = new ReplyScene();
    const source = scene.lateSource();
    scene.reply(reply(source.body));
    scene.responder.stop('peerReset');
    await settle();
    expect(source.returned).toEqual(['peerReset']);
    expect([scene.text, scene.parts.headDelay.first]).toEqual(['', undefined]);
    source.give('late');
    await settle();
    expect([scene.text, scene.fired]).toEqual(['', ['replyStream']]);
    scene.responder.flush();
    scene.responder.continuePump();
    expect(scene.text).toBe('');
  });

  test('what the clean-up of the source throws is told', async () => {
    const scene = new ReplyScene();
    const error = new Error('x');
    const source = scene.lateSource();
    source.cleanUpError = error;
    scene.reply(reply(source.body));
    scene.responder.stop('peerReset');
    await settle();
    expect(scene.answered.reports).toEqual([error]);
  });
});

test('a transport that throws while a late chunk is taken breaks the connection off', () => {
  const scene = new ReplyScene();
  const error = new Error('x');
  scene.responder.pumpAnswered(() => {
    throw error;
  });
  expect(scene.errors).toEqual([error]);
});

test('a wake-up ends after a late chunk, a turn and what was held back', () => {
  const scene = new ReplyScene();
  scene.responder.pumpAnswered(() => undefined);
  scene.responder.continuePump();
  expect(scene.wakeUps).toBe(2);
  scene.responder.output.text('x');
  scene.responder.flush();
  scene.parts.sendHeldBack();
  expect(scene.wakeUps).toBe(3);
});

test('a wake-up ends after a head that was delayed', () => {
  const scene = new ReplyScene();
  scene.reply(reply(new ReadableStream()));
  scene.parts.headDelay.first?.expire(scene.parts.headDelay, 50);
  expect(scene.wakeUps).toBe(1);
});

test('a second reply takes the place of the first one’s status', () => {
  const scene = new ReplyScene();
  scene.reply(reply('a', { status: 404 }));
  expect(scene.responder.status).toBe(404);
  scene.fire(EventIds.flushed);
  expect(scene.life.idle).toBe(true);
});
