// What a responder tells the accounts of its connection, where somebody listens.

import { describe, expect, test } from 'vitest';
import type { Pumped } from '../../../../src/conn/bytes/response-pump.js';
import { reply } from '../../../../src/http/reply/reply.js';
import { settle } from '../../../support/loop-turns.js';
import { ReplyScene } from '../../../support/responder-scene.js';

describe('who listens is told', () => {
  test('the head and the content of a whole reply, and its end', () => {
    const scene = new ReplyScene();
    const told = scene.listen();
    scene.reply(reply('abc', { status: 201 }));
    const headBytes = scene.text.length - 3;
    expect(scene.responder.fireFlushed()).toBe(true);
    expect(told).toEqual([['head', 201, headBytes], ['content', 3], ['end']]);
  });

  test('the head of a streamed reply when it is sent, and once; its content when it is over', async () => {
    const scene = new ReplyScene();
    const told = scene.listen();
    const source = scene.lateSource();
    scene.reply(reply(source.body));
    await settle();
    expect(told).toEqual([]);
    scene.parts.headDelay.first?.expire(scene.parts.headDelay, 50);
    const headBytes = scene.text.length;
    source.give('ab');
    await settle();
    expect(told).toEqual([['head', 200, headBytes]]);
    source.fail(new Error('x'));
    await settle();
    // Its connection is cut, which counts as well.
    scene.responder.countContent();
    expect(told.slice(1)).toEqual([['content', 2]]);
  });

  test('the content of a streamed reply that ends', () => {
    const scene = new ReplyScene();
    const told = scene.listen();
    scene.reply(reply(['abc', 'd']));
    expect(told.slice(1)).toEqual([['content', 4]]);
  });

  test('the head of a tunnel', () => {
    const scene = new ReplyScene();
    const told = scene.listen();
    let runs = 0;
    // Boundary: of a tunnel, what its responder calls.
    const tunnel = { waitsForPeer: true, run: () => void runs++ } as unknown as Pumped;
    scene.responder.openTunnel('head', 101, tunnel);
    expect([told, scene.responder.status]).toEqual([[['tunnel', 101, 4]], 101]);
    // It is never held back, and its tunnel hears what has left.
    expect(scene.responder.flush()).toBe(true);
    expect([scene.line.written, runs]).toEqual([['head'], 1]);
  });

  test('whenever something may have left', () => {
    const scene = new ReplyScene();
    const told = scene.listen();
    expect(scene.responder.completeLeft()).toBe(false);
    expect(told).toEqual([['look']]);
  });
});
