// What a host answers and writes on its connection, and when it may.

import { describe, expect, test } from 'vitest';
import { Writing } from '../../../src/conn/machine/states.js';
import { CONTINUE_HEAD } from '../../../src/http/reply/informational.js';
import { BodyError } from '../../../src/http/request/body-error.js';
import { Scene } from './host-link-scene.js';

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
