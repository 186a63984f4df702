// Content is gathered, delivered, pulled or drained, as the state asks, and in memory that is its reader's.

import { describe, expect, test } from 'vitest';
import { Fault } from '../../../../src/fsm/faults.js';
import { EventIds } from '../../../../src/fsm/machine/machine.js';
import {
  bytes,
  CHUNKED,
  post,
  ReceiverScene,
  streaming,
  textOf,
} from '../../../support/receiver-scene.js';
import { get } from '../../../support/test-server.js';

describe('content that is gathered', () => {
  test('of a declared length is over with its last byte', () => {
    const scene = new ReceiverScene().come(`${post(5)}ab`);
    expect([textOf(scene.body.gathered), scene.receiver.contentLeft]).toEqual([['ab'], 3]);
    expect(scene.fired).toEqual(['requestGathered']);
    scene.come('cde');
    expect(textOf(scene.body.gathered)).toEqual(['ab', 'cde']);
    expect(scene.fired).toEqual(['requestGathered', 'contentEnd']);
    // Nothing is awaited behind the last bytes, so nobody counts them.
    expect([scene.trailers, scene.counted]).toEqual([[[]], [2]]);
  });

  test('in chunks ends with its trailers', () => {
    const scene = new ReceiverScene().come(`${CHUNKED}2\r\nab\r\n0\r\nX: y\r\n`);
    expect(scene.trailers).toEqual([]);
    scene.come('\r\n');
    expect([textOf(scene.body.gathered), scene.trailers]).toEqual([['ab'], [['X', 'y']]]);
    expect(scene.fired).toEqual(['requestGathered', 'contentEnd']);
  });

  test('that is malformed is refused', () => {
    const scene = new ReceiverScene().come(`${CHUNKED}zz\r\n`);
    expect(scene.faults.map(([, offset]) => offset)).toEqual([CHUNKED.length]);
    expect(scene.fired).toEqual(['requestGathered', 'fault']);
  });

  test('that is malformed is shown from where it begins', () => {
    const together = new ReceiverScene().come(`${CHUNKED}1\r\na\r\nzz\r\n`);
    expect(together.places).toMatchObject([{ from: CHUNKED.length, at: CHUNKED.length + 6 }]);
    const later = new ReceiverScene().come(`${CHUNKED}1\r\n`).come('a\r\nzz\r\n');
    expect(later.places).toMatchObject([{ from: 0, at: 3 }]);
  });

  test('that is malformed is dropped with all that follows', () => {
    const scene = new ReceiverScene().come(`${CHUNKED}zz and more`);
    expect(scene.receiver.input.length).toBe(0);
  });

  test('and has no memory waits for some', () => {
    const scene = new ReceiverScene();
    scene.room = 0;
    scene.come(`${post(3)}abc`);
    expect([scene.body.gathered, scene.receiver.heldBytes]).toEqual([[], 3]);
    scene.room = 3;
    scene.receiver.advance();
    expect(textOf(scene.body.gathered)).toEqual(['abc']);
  });

  test('is bounded by nobody before it is read', () => {
    const scene = new ReceiverScene();
    scene.bodyBytesMax = 1;
    scene.come(`${post(2)}ab`);
    expect([scene.faults, scene.fired.at(-1)]).toEqual([[], 'contentEnd']);
  });
});

describe('content that a handler awaits', () => {
  test('is left alone while nobody awaits it', () => {
    const scene = streaming(`${post(3)}abc`);
    expect([scene.body.delivered, scene.receiver.heldBytes]).toEqual([[], 3]);
  });

  test('is delivered, one chunk a wait', () => {
    const scene = streaming(`${CHUNKED}1\r\na\r\n1\r\nb\r\n0\r\n\r\n`);
    for (const expected of [['a'], ['a', 'b'], ['a', 'b']]) {
      expect(scene.trailers).toEqual([]);
      scene.body.awaited = true;
      scene.receiver.advance();
      expect(textOf(scene.body.delivered)).toEqual(expected);
    }
    expect([scene.fired.at(-1), scene.trailers]).toEqual(['contentEnd', [[]]]);
  });

  test('of a declared length ends with the last byte that is delivered', () => {
    const scene = streaming(post(2));
    scene.body.awaited = true;
    scene.come('ab');
    expect(textOf(scene.body.delivered)).toEqual(['ab']);
    expect(scene.fired.at(-1)).toBe('contentEnd');
  });

  test('and a FIN behind it are told together', () => {
    const scene = streaming(post(2));
    scene.body.awaited = true;
    scene.receiver.input.ended = true;
    scene.come('ab');
    expect(scene.fired.slice(-2)).toEqual(['contentEnd', 'fin']);
  });

  test('and has no memory for is starved', () => {
    const scene = streaming(post(3));
    scene.body.awaited = true;
    scene.room = 0;
    scene.receiver.advance();
    expect(scene.receiver.starved).toBe(false);
    scene.come('abc');
    expect([scene.receiver.starved, scene.body.delivered]).toEqual([true, []]);
    scene.body.awaited = false;
    expect(scene.receiver.starved).toBe(false);
    scene.body.awaited = true;
    scene.room = 2;
    scene.receiver.advance();
    expect([scene.receiver.starved, textOf(scene.body.delivered)]).toEqual([false, ['ab']]);
  });

  test('that is malformed is dropped with all that follows', () => {
    const scene = streaming(CHUNKED);
    scene.body.awaited = true;
    scene.come('zz and more');
    expect([scene.faults.length, scene.receiver.input.length]).toEqual([1, 0]);
  });

  test('is not starved where it has not come, though there is no memory', () => {
    const scene = streaming(post(3));
    scene.room = 0;
    expect(scene.receiver.content.pull()).toBe(null);
    scene.body.awaited = true;
    expect(scene.receiver.starved).toBe(false);
  });

  test('of the next request is not starved because that of the last was', () => {
    const scene = streaming(`${post(3)}abc`);
    scene.room = 0;
    scene.receiver.content.pull();
    scene.room = 3;
    scene.answer().come(post(3));
    scene.body.awaited = true;
    expect([scene.begun.length, scene.receiver.starved]).toEqual([2, false]);
  });

  test('is starved no more once the content is over', () => {
    const scene = streaming(`${post(3)}abc`);
    scene.room = 0;
    expect(scene.receiver.content.pull()).toBe(null);
    scene.body.awaited = true;
    expect(scene.receiver.starved).toBe(true);
    scene.fire(EventIds.fault);
    expect(scene.receiver.starved).toBe(false);
  });
});

describe('content that a handler pulls', () => {
  test('is here, or must be awaited, or is over', () => {
    const scene = streaming(`${CHUNKED}1\r\na\r\n`);
    expect(textOf([scene.receiver.content.pull(), scene.receiver.content.pull()])).toEqual([
      'a',
      null,
    ]);
    scene.come('0\r\n\r\n');
    expect(scene.receiver.content.pull()).toBe(undefined);
    expect(scene.fired.at(-1)).toBe('contentEnd');
  });

  test('is here, though there is memory for a byte at a time', () => {
    const scene = streaming(CHUNKED);
    scene.room = 1;
    scene.come('2\r\nab\r\n0\r\n\r\n');
    const { content } = scene.receiver;
    expect(textOf([content.pull(), content.pull(), content.pull()])).toEqual(['a', 'b', undefined]);
  });

  test('is here, though its framing came in pieces that nobody asked for', () => {
    const scene = streaming(CHUNKED);
    for (const piece of ['1', '\r\n', 'a']) scene.come(piece);
    expect(textOf([scene.receiver.content.pull()])).toEqual(['a']);
  });

  test.each([
    ['', false],
    [', though bytes of ours leave', true],
  ])('tells a FIN that comes too early%s', (_though, leaving) => {
    const scene = streaming(post(3));
    scene.leaving = leaving;
    scene.receiver.input.ended = true;
    expect(scene.receiver.content.pull()).toBe(null);
    expect(scene.truncations).toHaveLength(1);
  });

  test('that is malformed is refused at its place', () => {
    const scene = streaming(`${CHUNKED}zz`);
    expect(scene.receiver.content.pull()).toBe(null);
    expect(scene.faults).toHaveLength(1);
    expect(scene.places[0]).toMatchObject({ at: CHUNKED.length, to: CHUNKED.length + 2 });
  });

  test.each([
    [3, [], 'abc'],
    [2, [5], null],
    [0, [3], null],
  ])('with a maximum of %i bytes is refused at %j', (bodyBytesMax, excessAt, expected) => {
    const scene = streaming(CHUNKED);
    Object.assign(scene, { bodyBytesMax });
    scene.body.begun = true;
    scene.come('3\r\nabc\r\n');
    expect(textOf([scene.receiver.content.pull()])).toEqual([expected]);
    expect(scene.faults).toEqual(excessAt.map((at) => [Fault.bodyTooLarge, CHUNKED.length + at]));
    expect(scene.places.map(({ at, to }) => [at, to])).toEqual(excessAt.map((at) => [at, 8]));
  });

  test('is refused at the same byte however it was cut', () => {
    const scene = streaming(CHUNKED);
    scene.bodyBytesMax = 1;
    scene.body.begun = true;
    scene.come('3\r\na');
    expect(textOf([scene.receiver.content.pull()])).toEqual(['a']);
    scene.come('bc');
    expect(scene.receiver.content.pull()).toBe(null);
    expect(scene.faults).toEqual([[Fault.bodyTooLarge, CHUNKED.length + 4]]);
    expect(scene.places[0]).toMatchObject({ at: 0, to: 2 });
  });

  test('is refused at its beginning where the bytes too many came before', () => {
    const scene = streaming(CHUNKED);
    scene.bodyBytesMax = 1;
    scene.come('9\r\nabc');
    scene.receiver.content.pull();
    scene.body.begun = true;
    scene.come('d');
    expect(scene.receiver.content.pull()).toBe(null);
    expect(scene.places[0]).toMatchObject({ at: 0, to: 1 });
  });

  test('is counted anew for the next request', () => {
    const scene = streaming(`${post(2)}`);
    scene.bodyBytesMax = 2;
    scene.body.begun = true;
    for (let i = 0; i < 2; i++) {
      if (i > 0) scene.come(post(2));
      scene.come('ab');
      expect(textOf([scene.receiver.content.pull()])).toEqual(['ab']);
      scene.answer();
    }
    expect(scene.faults).toEqual([]);
  });
});

describe('memory of a chunk', () => {
  const chunkOf = (scene: ReceiverScene): Uint8Array => scene.receiver.content.pull() as Uint8Array;

  test('that is all of what came is the chunk’s own, without a copy', () => {
    const scene = streaming(post(3));
    const came = bytes('abc');
    scene.come(came);
    expect(chunkOf(scene).buffer).toBe(came.buffer);
  });

  test('that is part of what came is copied', () => {
    const scene = streaming(post(3));
    const came = bytes('abcG');
    scene.come(came);
    const chunk = chunkOf(scene);
    expect([textOf([chunk]), chunk.buffer.byteLength]).toEqual([['abc'], 3]);
  });

  test('that was lent is copied', () => {
    const scene = streaming(post(3));
    const lent = bytes('abc');
    scene.receiver.input.borrow(lent, 3);
    const chunk = chunkOf(scene);
    lent.fill(0);
    expect(textOf([chunk])).toEqual(['abc']);
  });

  test('is not copied for a reader that copies', () => {
    const scene = streaming(post(3));
    scene.body.copying = true;
    const came = bytes('abcG');
    scene.come(came);
    expect(chunkOf(scene).buffer).toBe(came.buffer);
  });
});

describe('content that is drained', () => {
  test.each([
    [10, []],
    [11, ['drainLimit']],
  ])('%i bytes of it are dropped: %j', (length, after) => {
    const scene = streaming(`${post(100)}`).answer();
    scene.come('x'.repeat(length));
    expect(scene.fired.slice(4)).toEqual(after);
    expect(scene.receiver.heldBytes).toBe(0);
  });

  test('counts from where the draining began', () => {
    const scene = streaming(`${post(100)}12345`);
    scene.receiver.content.pull();
    scene.answer().come('x'.repeat(10));
    expect(scene.fired).not.toContain('drainLimit');
    scene.come('x');
    expect(scene.fired).toContain('drainLimit');
  });

  test('that ends makes way for the next request, however much it was', () => {
    const scene = streaming(post(20)).answer();
    scene.come(`${'x'.repeat(20)}${get('/')}`);
    expect(scene.fired.slice(4)).toEqual(['contentEnd', 'requestBare']);
  });

  test('and is malformed is refused', () => {
    const scene = streaming(CHUNKED).answer().come('zz');
    expect(scene.fired.slice(4)).toEqual(['fault']);
  });

  test('and is malformed is dropped with all that follows', () => {
    const scene = streaming(CHUNKED).answer().come('zz and more');
    expect(scene.receiver.input.length).toBe(0);
  });

  test('and is cut off is truncated', () => {
    const scene = streaming(post(3)).answer().end();
    expect(scene.truncations).toHaveLength(1);
  });

  test('and is cut off is not truncated while bytes of ours leave', () => {
    const scene = streaming(post(3)).answer();
    scene.leaving = true;
    expect(scene.end().truncations).toEqual([]);
    scene.leaving = false;
    expect(scene.end().truncations).toHaveLength(1);
  });

  test('is neither bounded by the handler’s maximum nor copied', () => {
    const scene = streaming(post(5));
    scene.body.begun = true;
    scene.bodyBytesMax = 1;
    scene.answer().come('abcd');
    expect([scene.faults, scene.counted]).toEqual([[], [4]]);
  });
});
