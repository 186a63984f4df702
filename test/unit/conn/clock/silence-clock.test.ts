// The clock of a response that is silent though its peer has left, or may have.

import { describe, expect, test } from 'vitest';
import { Look } from '../../../../src/conn/memory/look-ahead.js';
import { DEFAULT_LIMITS } from '../../../../src/fsm/limits.js';
import type { EventIds } from '../../../../src/fsm/machine/machine.js';
import { ClockScene } from '../../../support/clock-scene.js';

const { writeStallMs } = DEFAULT_LIMITS;

describe('after the peer’s FIN', () => {
  function ended(...events: (keyof typeof EventIds)[]): ClockScene {
    const scene = new ClockScene(0, { peerEndedMs: 400 }).move('requestBare', ...events);
    scene.owner.receiver.input.ended = true;
    return scene.follow(1);
  }

  test('a handler has a time to begin its response', () => {
    const scene = ended('admitted');
    expect(scene.running).toEqual({ ended: 401 });
    expect(scene.follow(100, true).running).toEqual({ ended: 401 });
  });

  test('a stream has a time from each write', () => {
    const scene = ended('admitted', 'replyStream');
    expect(scene.running).toEqual({ endedStream: 401 });
    scene.owner.sentBytes = 10;
    expect(scene.follow(100).running).toEqual({ endedStream: 500 });
    expect(scene.follow(200).running).toEqual({ endedStream: 500 });
  });

  test('a stream that begins has a time of its own', () => {
    const scene = ended('admitted');
    expect(scene.move('replyStream').follow(50).running).toEqual({ endedStream: 450 });
  });

  test('nothing is measured while bytes wait for the peer, nor when all is written', () => {
    const scene = ended('admitted', 'replyStream');
    [scene.owner.sentBytes, scene.owner.transport.unflushedBytes] = [1, 1];
    expect(scene.follow(2).running).toEqual({ writeStall: writeStallMs + 2, watch: 1002 });
    scene.owner.transport.unflushedBytes = 0;
    expect(scene.follow(3).running).toEqual({ endedStream: 403, watch: 1002 });
    expect(scene.move('streamEnd').follow(4).running).toEqual({ watch: 1002 });
  });

  test('nothing is armed where nothing is ever due', () => {
    expect(ended('admitted', 'replyWhole').running).toEqual({});
  });

  test('a peer that has not sent it is not measured', () => {
    const scene = new ClockScene(0).move('requestBare', 'admitted').follow(1);
    expect(scene.running).toEqual({});
  });
});

describe('where reading has stopped and the peer’s FIN may be unseen', () => {
  function full(...events: (keyof typeof EventIds)[]): ClockScene {
    const scene = new ClockScene(0, { peerEndedMs: 4000 }).move('requestStreamed', ...events);
    scene.owner.receiver.full = true;
    return scene.follow(1);
  }

  test('a handler has its time, and then further looks come after a second', () => {
    const scene = full('admitted');
    expect(scene.running).toEqual({ unseen: 4001 });
    expect(scene.follow(100, true).running).toEqual({ unseen: 4001 });
    scene.owner.receiver.look = Look.further;
    expect(scene.follow(4001).running).toEqual({ unseenStream: 5001 });
    scene.owner.receiver.look = Look.all;
    expect(scene.follow(5001).running).toEqual({ unseen: 9001 });
  });

  test('a stream has a second for each look, and a time of its own when all was looked at', () => {
    const scene = full('admitted', 'replyStream');
    expect(scene.running).toEqual({ unseenStream: 1001 });
    scene.owner.receiver.look = Look.further;
    expect(scene.follow(900).running).toEqual({ unseenStream: 1001 });
    scene.owner.receiver.look = Look.all;
    expect(scene.follow(1001).running).toEqual({ unread: 5001 });
  });

  test.each(['sentBytes', 'consumedBytes'] as const)('it begins anew with %s', (moved) => {
    const scene = full('admitted', 'replyStream');
    scene.owner.receiver.look = Look.all;
    expect(scene.follow(500).running).toEqual({ unread: 4500 });
    if (moved === 'sentBytes') scene.owner.sentBytes = 3;
    else scene.owner.receiver.consumedBytes = 3;
    expect(scene.follow(600).running).toEqual({ unseenStream: 1600 });
    expect(scene.owner.receiver.look).toBe(Look.none);
  });

  test('it begins anew where as much was sent as was read', () => {
    const scene = full('admitted', 'replyStream');
    [scene.owner.sentBytes, scene.owner.receiver.consumedBytes] = [3, 3];
    expect(scene.follow(600).running).toEqual({ unseenStream: 1600 });
  });

  test('nothing is measured once there is room, while bytes wait for the peer, or all is written', () => {
    const scene = full('admitted', 'replyStream');
    scene.owner.receiver.full = false;
    expect(scene.follow(2).running).toEqual({});
    scene.owner.receiver.full = true;
    expect(scene.follow(3).running).toEqual({ unseenStream: 1003 });
    scene.owner.transport.unflushedBytes = 1;
    expect(Object.keys(scene.follow(4).running)).not.toContain('unseenStream');
    scene.owner.transport.unflushedBytes = 0;
    expect(scene.follow(5).running).toMatchObject({ unseenStream: 1005 });
    expect(scene.move('streamEnd').follow(6).running).not.toHaveProperty('unseenStream');
  });

  test('a FIN that was found ends the looking', () => {
    const scene = full('admitted', 'replyStream');
    scene.owner.receiver.input.ended = true;
    expect(scene.follow(50).running).toEqual({ endedStream: 1050 });
  });
});
