// Which clocks of a connection run, since when, and what each tells when its time is over.

import { describe, expect, test } from 'vitest';
import { Fault } from '../../../../src/fsm/faults.js';
import { DEFAULT_LIMITS } from '../../../../src/fsm/limits.js';
import { EventIds } from '../../../../src/fsm/machine/machine.js';
import { ClockScene } from '../../../support/clock-scene.js';

const { keepAliveMs, headMs, bodyIdleMs, writeStallMs } = DEFAULT_LIMITS;

describe('the clock of reading', () => {
  test('runs anew while an idle connection makes progress, and stands otherwise', () => {
    const scene = new ClockScene().follow(0);
    expect(scene.running).toEqual({ keepAlive: keepAliveMs });
    expect(scene.follow(10).running).toEqual({ keepAlive: keepAliveMs });
    expect(scene.follow(20, true).running).toEqual({ keepAlive: keepAliveMs + 20 });
  });

  test('is the longer one where the client was told how long', () => {
    const scene = new ClockScene().follow(0);
    scene.owner.toldKeepAlive = true;
    expect(scene.follow(5).running).toEqual({ keepAliveTold: keepAliveMs + 1005 });
  });

  test('of a head begins with its first byte, and progress does not prolong it', () => {
    const scene = new ClockScene().move('headStart').follow(7, true);
    expect(scene.running).toEqual({ head: headMs + 7, watch: 1007 });
    expect(scene.follow(500, true).running).toEqual({ head: headMs + 7, watch: 1007 });
  });

  test('of a head ends with it, and begins again with the next', () => {
    const scene = new ClockScene().move('headStart').follow(0);
    scene.clocks.endHead();
    expect(scene.running).toEqual({ watch: 1000 });
    expect(scene.follow(40, true).running.head).toBe(headMs + 40);
  });

  test('is not ended by a head while it is another', () => {
    const scene = new ClockScene().follow(0);
    scene.clocks.endHead();
    expect(scene.running).toEqual({ keepAlive: keepAliveMs });
  });

  test('of content runs while the handler waits for it, anew with each byte', () => {
    const scene = new ClockScene().move('requestStreamed', 'admitted').follow(0);
    expect(scene.running).toEqual({});
    scene.owner.contentAwaited = true;
    expect(scene.follow(3).running).toEqual({ body: bodyIdleMs + 3, watch: 1003 });
    expect(scene.follow(9, true).running).toEqual({ body: bodyIdleMs + 9, watch: 1003 });
    scene.owner.contentAwaited = false;
    expect(scene.follow(10, true).running).toEqual({ watch: 1003 });
  });

  test('of an idle connection does not run while bytes wait for the peer', () => {
    const scene = new ClockScene().follow(0);
    [scene.owner.sentBytes, scene.owner.transport.unflushedBytes] = [1, 1];
    expect(scene.follow(1).running).toEqual({ writeStall: writeStallMs + 1, watch: 1001 });
  });
});

describe('the clock of a handler', () => {
  test('runs until its reply', () => {
    const scene = new ClockScene(0, { handlerMs: 50 }).move('requestBare', 'admitted');
    scene.clocks.armHandler(3);
    expect(scene.follow(4).running).toEqual({ handler: 53 });
    expect(scene.move('replyStream').follow(5).running).toEqual({});
  });

  test('is armed again for the next one', () => {
    const scene = new ClockScene(0, { handlerMs: 50 }).move('requestBare', 'admitted');
    scene.clocks.armHandler(3);
    scene.clocks.armHandler(8);
    expect(scene.running).toEqual({ handler: 58 });
  });
});

describe('the clock of writing', () => {
  test('runs while bytes wait for the peer, anew where some of them have moved', () => {
    const scene = new ClockScene().move('requestBare', 'admitted', 'replyStream');
    const { owner } = scene;
    [owner.sentBytes, owner.transport.unflushedBytes] = [100, 60];
    expect(scene.follow(1).running).toEqual({ writeStall: writeStallMs + 1, watch: 1001 });
    expect(scene.follow(2, true).running.writeStall).toBe(writeStallMs + 1);
    // More was written, and nothing has moved.
    [owner.sentBytes, owner.transport.unflushedBytes] = [150, 110];
    expect(scene.follow(3, true).running.writeStall).toBe(writeStallMs + 1);
    owner.transport.unflushedBytes = 109;
    expect(scene.follow(4).running.writeStall).toBe(writeStallMs + 4);
    owner.transport.unflushedBytes = 0;
    expect(scene.follow(5).running).toEqual({ watch: 1001 });
  });

  test('cuts off where nothing has moved since, and forgives where something has', () => {
    const scene = new ClockScene().move('requestBare', 'admitted', 'replyStream');
    const { owner, lists } = scene;
    [owner.sentBytes, owner.transport.unflushedBytes] = [100, 60];
    scene.follow(1);
    owner.transport.unflushedBytes = 59;
    expect(scene.expire(lists.writeStall)).toEqual([]);
    owner.transport.unflushedBytes = 60;
    expect(scene.expire(lists.writeStall)).toEqual(['writeStalled']);
  });
});

describe('the rate of writing', () => {
  /** A stream of which 1000 bytes were taken already, at 100 bytes a second, and which may be silent for `stallMs`. */
  function streaming(stallMs = writeStallMs, bytesPerSecond = 100): ClockScene {
    const scene = new ClockScene(bytesPerSecond, { writeStallMs: stallMs });
    scene.move('requestBare', 'admitted', 'replyStream');
    scene.owner.sentBytes = 2000;
    scene.owner.transport.unflushedBytes = 1000;
    return scene.follow(0);
  }

  test('counts what was taken before to the reader’s credit, beyond the grace', () => {
    const scene = streaming();
    expect(scene.expire(scene.lists.watch, 15_000)).toEqual([]);
    expect(scene.expire(scene.lists.watch, 15_001)).toEqual(['writeStalled']);
  });

  test('gives no more credit than silence may last', () => {
    const scene = streaming(7000);
    expect(scene.expire(scene.lists.watch, 7000)).toEqual([]);
    expect(scene.expire(scene.lists.watch, 7001)).toEqual(['writeStalled']);
  });

  test('counts each byte that moves', () => {
    const scene = streaming();
    scene.owner.transport.unflushedBytes = 900;
    scene.follow(10_000);
    expect(scene.expire(scene.lists.watch, 16_000)).toEqual([]);
    expect(scene.expire(scene.lists.watch, 16_001)).toEqual(['writeStalled']);
  });

  test('begins the next wait with the grace, and charges nothing between', () => {
    const scene = streaming();
    const { owner } = scene;
    owner.transport.unflushedBytes = 0;
    // 10 s more by what has left: 11 s of credit are left at 14 s.
    scene.follow(14_000);
    expect(scene.expire(scene.lists.watch, 90_000)).toEqual([]);
    [owner.sentBytes, owner.transport.unflushedBytes] = [2010, 10];
    scene.follow(100_000);
    expect(scene.expire(scene.lists.watch, 111_000)).toEqual([]);
    expect(scene.expire(scene.lists.watch, 111_001)).toEqual(['writeStalled']);
    owner.sentBytes = 2020;
    owner.transport.unflushedBytes = 0;
    // All of it is used up but for 0.2 s by the last bytes.
    scene.follow(111_000);
    [owner.sentBytes, owner.transport.unflushedBytes] = [2021, 1];
    scene.follow(112_000);
    expect(scene.expire(scene.lists.watch, 117_000)).toEqual([]);
    expect(scene.expire(scene.lists.watch, 117_001)).toEqual(['writeStalled']);
  });

  test('is not renewed while bytes wait', () => {
    const scene = streaming();
    scene.follow(12_000);
    expect(scene.expire(scene.lists.watch, 15_001)).toEqual(['writeStalled']);
  });

  test('is not measured where there is no least rate', () => {
    const scene = streaming(writeStallMs, 0);
    expect(scene.running).toEqual({ writeStall: writeStallMs, watch: 1000 });
    expect(scene.expire(scene.lists.watch, 1e9)).toEqual([]);
  });

  test('is measured in time in which the peer can be heard', () => {
    const scene = streaming();
    scene.lists.seen(2000, false);
    scene.lists.fired(12_050, 2000);
    expect(scene.expire(scene.lists.watch, 25_000)).toEqual([]);
    expect(scene.expire(scene.lists.watch, 25_001)).toEqual(['writeStalled']);
  });
});

describe('the rate of reading', () => {
  /** Content is awaited since 0, at 100 bytes a second. */
  function reading(bytesPerSecond = 100): ClockScene {
    const scene = new ClockScene(bytesPerSecond).move('requestStreamed', 'admitted');
    scene.owner.contentAwaited = true;
    return scene.follow(0);
  }
  const tooSlow = [['late', Fault.bodyTimeout]];

  test('has the grace of five seconds', () => {
    const scene = reading();
    expect(scene.expire(scene.lists.watch, 5000)).toEqual([]);
    expect(scene.expire(scene.lists.watch, 5001)).toEqual(tooSlow);
  });

  test('counts each byte of content, for 30 s of silence at most', () => {
    const scene = reading();
    scene.clocks.countRead(100, 1000);
    expect(scene.expire(scene.lists.watch, 6000)).toEqual([]);
    expect(scene.expire(scene.lists.watch, 6001)).toEqual(tooSlow);
    scene.clocks.countRead(1e6, 2000);
    expect(scene.expire(scene.lists.watch, 32_000)).toEqual([]);
    expect(scene.expire(scene.lists.watch, 32_001)).toEqual(tooSlow);
  });

  test('counts what came before anybody waited', () => {
    const scene = new ClockScene().move('requestStreamed', 'admitted').follow(0);
    scene.clocks.countRead(100, 0);
    scene.owner.contentAwaited = true;
    scene.follow(1000);
    expect(scene.expire(scene.lists.watch, 7000)).toEqual([]);
    expect(scene.expire(scene.lists.watch, 7001)).toEqual(tooSlow);
  });

  test('charges nothing while nobody waits', () => {
    const scene = reading();
    scene.owner.contentAwaited = false;
    scene.follow(4000);
    expect(scene.expire(scene.lists.watch, 9000)).toEqual([]);
    scene.owner.contentAwaited = true;
    scene.follow(10_000);
    expect(scene.expire(scene.lists.watch, 11_000)).toEqual([]);
    expect(scene.expire(scene.lists.watch, 11_001)).toEqual(tooSlow);
  });

  test('begins anew with each head', () => {
    const scene = reading();
    scene.follow(4000);
    scene.clocks.endHead();
    expect(scene.expire(scene.lists.watch, 9000)).toEqual([]);
    scene.follow(9000);
    expect(scene.expire(scene.lists.watch, 14_000)).toEqual([]);
    expect(scene.expire(scene.lists.watch, 14_001)).toEqual(tooSlow);
  });

  test('is not measured where there is no least rate', () => {
    const scene = reading(0);
    scene.clocks.countRead(1, 0);
    expect(scene.running).toEqual({ body: bodyIdleMs, watch: 1000 });
    expect(scene.expire(scene.lists.watch, 1e9)).toEqual([]);
  });

  test('is measured in time in which the peer can be heard', () => {
    const scene = reading();
    // The loop stands still for 10 s, of which 50 ms are charged.
    scene.lists.seen(2000, false);
    scene.lists.fired(12_000, 2000);
    expect(scene.expire(scene.lists.watch, 14_000)).toEqual([]);
    scene.clocks.countRead(100, 14_000);
    expect(scene.expire(scene.lists.watch, 15_950)).toEqual([]);
    expect(scene.expire(scene.lists.watch, 15_951)).toEqual(tooSlow);
  });
});

describe('when its time is over', () => {
  test('an idle connection is told so, whatever its client was told', () => {
    const scene = new ClockScene();
    expect(scene.expire(scene.lists.keepAlive)).toEqual([EventIds.idleTimeout]);
    expect(scene.expire(scene.lists.keepAliveTold)).toEqual([EventIds.idleTimeout]);
    expect(scene.owner.wakeUps).toBe(2);
  });

  test('a head and content are late', () => {
    const scene = new ClockScene();
    expect(scene.expire(scene.lists.head)).toEqual([['late', Fault.headTimeout]]);
    expect(scene.expire(scene.lists.body)).toEqual([['late', Fault.bodyTimeout]]);
  });

  test('a peer that has ended is cut off', () => {
    const scene = new ClockScene();
    expect(scene.expire(scene.lists.ended)).toEqual(['peerEnded']);
    expect(scene.expire(scene.lists.endedStream)).toEqual(['peerEnded']);
  });

  test('a peer whose FIN may be unseen is looked for, and then past', () => {
    const scene = new ClockScene();
    expect(scene.expire(scene.lists.unseen)).toEqual(['lookAhead']);
    expect(scene.expire(scene.lists.unseenStream)).toEqual(['lookAhead']);
    expect(scene.expire(scene.lists.unread)).toEqual(['lookPast']);
  });

  test('a handler, a quiet drain and a connection that makes room are told', () => {
    const scene = new ClockScene();
    expect(scene.expire(scene.lists.handler)).toEqual(['timeOut']);
    expect(scene.expire(scene.lists.drainQuiet)).toEqual(['drain']);
    expect(scene.expire(scene.lists.room, 9)).toEqual([['makeRoom', 9]]);
  });

  test('a client that rested is read from again', () => {
    const scene = new ClockScene();
    scene.clocks.armRest(1);
    expect(scene.running).toEqual({ rest: 51 });
    scene.clocks.armRest(2);
    expect(scene.running).toEqual({ rest: 52 });
    expect(scene.at(51)).toEqual([]);
    expect(scene.owner.receiver.resting).toBe(true);
    expect(scene.at(52)).toEqual([]);
    expect(scene.owner.receiver.resting).toBe(false);
  });

  test('a watch without any rate to look at tells nothing', () => {
    const scene = new ClockScene();
    expect(scene.expire(scene.lists.watch, 1e9)).toEqual([]);
  });

  test.each(['linger', 'lingerMax', 'drainLinger'] as const)(
    '%s ends a shut connection',
    (name) => {
      const scene = new ClockScene();
      const list = scene.lists[name];
      expect(scene.expire(list)).toEqual([]);
      scene.move('closeAfter');
      expect(scene.owner.life.shut).toBe(true);
      expect(scene.expire(list)).toEqual([EventIds.lingerOver]);
    },
  );

  test.each(['replyWhole', 'replyStream'] as const)(
    'lingering does not end a connection that still writes (%s)',
    (reply) => {
      const scene = new ClockScene().move('requestStreamed', 'admitted', reply, 'fault');
      expect(scene.owner.life.name).toMatch(/^discard\//);
      expect(scene.expire(scene.lists.lingerMax)).toEqual([]);
    },
  );

  test('lingering waits on while bytes in front of our FIN wait for the peer', () => {
    const scene = new ClockScene().move('closeAfter');
    scene.owner.transport.unflushedBytes = 1;
    expect(scene.expire(scene.lists.linger, 70)).toEqual([]);
    expect(scene.running).toEqual({ lingerMax: 70 + DEFAULT_LIMITS.lingerMsMax });
  });
});

test('of the clocks of an end, the one that was armed last runs', () => {
  const scene = new ClockScene();
  scene.clocks.armDrainQuiet(1);
  expect(scene.running).toEqual({ drainQuiet: 51 });
  scene.clocks.armDrainLinger(2);
  expect(scene.running).toEqual({ drainLinger: 502 });
  scene.clocks.armLingerMax(3);
  expect(scene.running).toEqual({ lingerMax: 3 + DEFAULT_LIMITS.lingerMsMax });
});

test('when the connection is over none runs, and those that never ran are no trouble', () => {
  const scene = new ClockScene().move('requestStreamed', 'admitted', 'replyStream');
  scene.clocks.stop();
  const { owner, clocks } = scene;
  owner.contentAwaited = true;
  owner.receiver.input.ended = true;
  scene.follow(0);
  [owner.sentBytes, owner.transport.unflushedBytes] = [2, 1];
  clocks.armHandler(0);
  clocks.armRest(0);
  clocks.armLingerMax(0);
  expect(Object.keys(scene.running).sort()).toEqual(
    ['body', 'endedStream', 'handler', 'lingerMax', 'rest', 'watch'].sort(),
  );
  clocks.stop();
  expect(scene.running).toEqual({});
  scene.follow(1);
  clocks.stop();
  expect(scene.running).toEqual({});
});
