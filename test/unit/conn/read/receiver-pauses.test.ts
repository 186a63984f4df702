// When the receiver stops its transport, and when the memory of a read is lent.

import { describe, expect, test } from 'vitest';
import { SCARCE, TIGHT } from '../../../../src/conn/memory/ledger.js';
import { Look } from '../../../../src/conn/memory/look-ahead.js';
import { Readers } from '../../../../src/conn/read/readers.js';
import { Receiver } from '../../../../src/conn/read/receiver.js';
import { FULL_READ_BYTES } from '../../../../src/conn/transport.js';
import {
  bytes,
  KIB,
  LIMITS,
  post,
  ReceiverScene,
  streaming,
} from '../../../support/receiver-scene.js';
import { get } from '../../../support/test-server.js';

describe('reading pauses', () => {
  test.each([
    [200 * KIB - 1, []],
    [200 * KIB, ['pause']],
  ])('at the most that is read ahead: %i bytes give %j', (length, calls) => {
    const scene = new ReceiverScene().come(get('/'));
    scene.come(new Uint8Array(length - 1));
    scene.come(new Uint8Array(1));
    expect(scene.throttle()).toEqual(calls);
    expect(scene.throttle()).toEqual([]);
  });

  test.each([
    [16 * KIB - 1, []],
    [16 * KIB, ['pause']],
  ])('while memory is tight, earlier: %i bytes give %j', (length, calls) => {
    const scene = new ReceiverScene().come(get('/')).come(new Uint8Array(length));
    expect(scene.throttle()).toEqual([]);
    expect(scene.throttle(TIGHT)).toEqual(calls);
  });

  test('while memory is tight, never later than else', () => {
    const limits = { ...LIMITS, readAheadBytesMax: 10 };
    const scene = new ReceiverScene().come(get('/'));
    const receiver = new Receiver(scene, limits, new Readers(limits));
    receiver.input.push(new Uint8Array(10));
    receiver.throttle(scene.line, TIGHT);
    expect(scene.line.calls).toContain('pause');
  });

  test('while memory is scarce, content is taken a piece at a time', () => {
    const scene = streaming(`${post(3)}a`);
    expect(scene.throttle(TIGHT)).toEqual([]);
    expect(scene.throttle(SCARCE)).toEqual(['pause']);
    scene.receiver.content.pull();
    expect(scene.throttle(SCARCE)).toEqual(['resume']);
  });

  test('while memory is scarce, heads are read as while it is tight', () => {
    const scene = new ReceiverScene().come(get('/')).come('GET');
    expect(scene.throttle(SCARCE)).toEqual([]);
  });

  test('behind a full read that leaves no room for another', () => {
    for (const [length, calls] of [
      [FULL_READ_BYTES - 1, []],
      [FULL_READ_BYTES, ['pause']],
    ] as const) {
      const scene = new ReceiverScene().come(get('/')).come(new Uint8Array(80 * KIB));
      scene.come(new Uint8Array(length));
      expect(scene.throttle()).toEqual(calls);
    }
  });

  test('behind a full read that leaves just room for another it goes on', () => {
    const scene = new ReceiverScene().come(get('/')).come(new Uint8Array(72 * KIB));
    scene.come(new Uint8Array(FULL_READ_BYTES));
    expect(scene.throttle()).toEqual([]);
    scene.come('x').come(new Uint8Array(FULL_READ_BYTES - 1));
    expect(scene.throttle()).toEqual(['pause']);
  });

  test('behind a full read of which nothing is left it goes on', () => {
    const scene = streaming(post(1_000_000));
    scene.come(new Uint8Array(FULL_READ_BYTES));
    scene.receiver.content.pull();
    expect([scene.receiver.input.length, scene.throttle(TIGHT)]).toEqual([0, []]);
  });

  test('later while it looks ahead, and tells how far it has looked', () => {
    const scene = new ReceiverScene().come(get('/')).come(new Uint8Array(200 * KIB));
    const { receiver } = scene;
    expect([scene.throttle(), receiver.full, receiver.look]).toEqual([['pause'], true, Look.none]);
    receiver.lookAhead(300 * KIB, Look.further);
    expect([scene.throttle(), receiver.full, receiver.look]).toEqual([
      ['resume'],
      false,
      Look.further,
    ]);
    scene.come(new Uint8Array(60 * KIB)).come(new Uint8Array(40 * KIB));
    expect([scene.throttle(), receiver.full]).toEqual([['pause'], true]);
    // The next request is read no further ahead than usual.
    receiver.lookAhead(400 * KIB, Look.all);
    receiver.startContent();
    expect([scene.throttle(), receiver.look]).toEqual([[], Look.none]);
  });

  test('at the usual maximum though it looked less far, and earlier while memory is tight', () => {
    const scene = new ReceiverScene().come(get('/')).come(new Uint8Array(60 * KIB));
    scene.receiver.lookAhead(1000, Look.all);
    expect(scene.throttle()).toEqual([]);
    scene.receiver.lookAhead(300 * KIB, Look.all);
    expect([scene.throttle(TIGHT), scene.receiver.full]).toEqual([['pause'], true]);
  });

  test('while the connection rests, and resumes after it', () => {
    const scene = new ReceiverScene();
    scene.receiver.resting = true;
    expect([scene.throttle(), scene.receiver.full]).toEqual([['pause'], false]);
    scene.receiver.resting = false;
    expect(scene.throttle()).toEqual(['resume']);
    expect(scene.throttle()).toEqual([]);
  });

  test('while content is starved', () => {
    const scene = streaming(`${post(3)}a`);
    scene.room = 0;
    scene.body.awaited = true;
    scene.receiver.advance();
    expect(scene.throttle()).toEqual(['pause']);
  });
});

describe('memory is lent', () => {
  test('for heads, and not for content that a handler keeps; told once', () => {
    const scene = new ReceiverScene();
    expect([scene.lend(), scene.lend()]).toEqual([['lends'], []]);
    scene.streams = true;
    scene.come(post(3));
    expect([scene.lend(), scene.lend()]).toEqual([['keeps'], []]);
    scene.come('abc');
    scene.receiver.content.pull();
    expect(scene.lend()).toEqual(['lends']);
  });

  test('for content that is gathered', () => {
    const scene = new ReceiverScene().come(post(3));
    expect([scene.lend(), scene.body.kept]).toEqual([['lends'], 1]);
  });

  test('for content that its reader copies', () => {
    const scene = streaming(post(3));
    scene.body.copying = true;
    expect(scene.lend()).toEqual(['lends']);
    scene.body.copying = false;
    expect(scene.lend()).toEqual(['keeps']);
  });

  test('until it is given back: what is unread is kept', () => {
    const scene = new ReceiverScene();
    const lent = bytes('GET');
    scene.receiver.input.borrow(lent, 3);
    scene.throttle();
    lent.fill(0);
    scene.receiver.advance();
    scene.come(' / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(scene.fired).toEqual(['headStart', 'requestBare']);
  });
});
