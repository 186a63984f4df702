// When a server's work is done: at the earliest deadline, in the next turn, at the end of what runs.

import { describe, expect, test } from 'vitest';
import { Clocks } from '../../../../src/conn/clock/clocks.js';
import { Scheduler } from '../../../../src/conn/clock/scheduler.js';
import type { Turn } from '../../../../src/conn/environment.js';
import { DEFAULT_LIMITS } from '../../../../src/fsm/limits.js';
import { Deadline } from '../../../../src/fsm/time/deadlines.js';
import { VirtualClock } from '../../../../src/testing/network/virtual-clock.js';
import { VirtualEnvironment } from '../../../../src/testing/network/virtual-environment.js';

/** Counts the turns that have come. */
class CountingEnvironment extends VirtualEnvironment {
  turns = 0;

  override createTurn(onTurn: (now: number) => void): Turn {
    return super.createTurn((now) => {
      this.turns++;
      onTurn(now);
    });
  }
}

class Scene {
  readonly clock = new VirtualClock();
  readonly environment = new CountingEnvironment(this.clock);
  readonly done: string[] = [];
  readonly clocks = new Clocks(DEFAULT_LIMITS);
  expiryAt = Number.POSITIVE_INFINITY;
  error: Error | undefined = undefined;
  readonly memory = {
    checkAt: Number.POSITIVE_INFINITY,
    recount: () => this.note('recount'),
    relieve: () => {
      this.memory.checkAt = Number.POSITIVE_INFINITY;
      this.note('relieve');
    },
  };
  readonly limiter = {
    nextExpiry: () => this.expiryAt,
    expire: (now: number) => {
      if (now >= this.expiryAt) this.expiryAt = Number.POSITIVE_INFINITY;
      this.note('expire');
      if (this.error !== undefined) throw this.error;
    },
    turn: () => {
      this.note(`turn ${this.scheduler.turning}`);
      if (this.error !== undefined) throw this.error;
    },
  };
  readonly reports = { tell: (error: unknown) => this.note(String(error)) };
  readonly scheduler = new Scheduler(this.environment, this);

  note(what: string): void {
    this.done.push(what);
  }

  deadline(): Deadline {
    return new Deadline({ expired: (_list, now) => this.note(`due ${Math.floor(now)}`) });
  }

  run(until: number): string[] {
    this.clock.run({ until });
    return this.done.splice(0);
  }
}

test('the timer comes at the earliest of all that is due, and not before', () => {
  const scene = new Scene();
  scene.clocks.head.arm(scene.deadline(), 0);
  scene.expiryAt = 50;
  scene.memory.checkAt = 70;
  scene.scheduler.armTimer();
  expect(scene.run(49)).toEqual([]);
  expect(scene.run(60)).toEqual(['expire']);
  expect(scene.run(80)).toEqual(['expire', 'recount', 'relieve']);
  expect(scene.run(DEFAULT_LIMITS.headMs + 1)).toEqual(['expire', `due ${DEFAULT_LIMITS.headMs}`]);
  expect(scene.run(1e6)).toEqual([]);
});

test('a request whose deadline passed is aborted', () => {
  const scene = new Scene();
  const request = { dueMs: 30, heapIndex: -1, abort: (why: string) => scene.note(why) };
  scene.scheduler.running.add(request);
  scene.scheduler.armTimer();
  expect(scene.run(29)).toEqual([]);
  expect(scene.run(31)).toEqual(['expire', 'deadline']);
});

test('a turn serves the limiter, relieves memory and goes on with pumps, each where it was asked for', () => {
  const scene = new Scene();
  const pump = { continuePump: () => scene.note('pump') };
  scene.scheduler.armLimiterTurn();
  expect(scene.run(1)).toEqual(['turn true']);
  expect(scene.scheduler.turning).toBe(false);
  scene.scheduler.armMemoryTurn();
  expect(scene.run(2)).toEqual(['relieve']);
  scene.scheduler.postpone(pump);
  expect(scene.run(3)).toEqual(['pump']);
  scene.scheduler.armLimiterTurn();
  scene.scheduler.armMemoryTurn();
  scene.scheduler.postpone(pump);
  expect(scene.run(4)).toEqual(['turn true', 'relieve', 'pump']);
  expect(scene.run(5)).toEqual([]);
});

test('what is held back is sent at the end of what runs, once', async () => {
  const scene = new Scene();
  scene.scheduler.holdBack({ sendHeldBack: () => scene.note('send') });
  expect(scene.done).toEqual([]);
  await scene.clock.runAsync({ until: 1 });
  expect(scene.run(2)).toEqual(['send']);
});

test('what is thrown is told, and the next work is done', () => {
  const scene = new Scene();
  scene.error = new Error('x');
  scene.scheduler.armLimiterTurn();
  scene.scheduler.postpone({ continuePump: () => scene.note('pump') });
  expect(scene.run(1)).toEqual(['turn true', 'Error: x', 'pump']);
  expect(scene.scheduler.turning).toBe(false);
  scene.expiryAt = 10;
  scene.scheduler.armTimer();
  expect(scene.run(11)).toEqual(['expire', 'Error: x']);
  scene.error = undefined;
  scene.expiryAt = 20;
  scene.scheduler.armTimer();
  expect(scene.run(21)).toEqual(['expire']);
});

test('idle connections expire early once the sockets were looked at, as of the time at which that was asked', () => {
  const scene = new Scene();
  const { durationMs } = scene.clocks.keepAlive;
  scene.clocks.keepAlive.arm(scene.deadline(), 0);
  const early = scene.deadline();
  scene.clocks.keepAlive.arm(early, 1000);
  scene.clock.at(durationMs / 4, () => {
    scene.scheduler.expireIdle(scene.clock.now);
    // It was not idle, as is seen now.
    scene.done.push('look');
    scene.clock.spend(5000);
  });
  expect(scene.run(durationMs / 4 + 5001)).toEqual(['look', `due ${durationMs / 4}`]);
  expect(early.armed).toBe(true);
  scene.scheduler.expireIdle(scene.clock.now);
  scene.scheduler.stop();
  expect(scene.run(durationMs / 2)).toEqual([]);
  expect(early.armed).toBe(true);
});

test('a stopped scheduler does nothing until it is restarted', () => {
  const scene = new Scene();
  scene.expiryAt = 10;
  scene.scheduler.armTimer();
  scene.scheduler.armLimiterTurn();
  scene.scheduler.stop();
  expect(scene.run(100)).toEqual([]);
  scene.expiryAt = 200;
  scene.scheduler.restart();
  expect(scene.run(300)).toEqual(['turn true', 'expire']);
});

test('a deadline that is due takes no other with it that has time left', () => {
  const scene = new Scene();
  const { headMs } = DEFAULT_LIMITS;
  const later = scene.deadline();
  scene.clocks.head.arm(scene.deadline(), 0);
  scene.clocks.head.arm(later, headMs / 2);
  scene.scheduler.armTimer();
  expect(scene.run(headMs + 1)).toEqual(['expire', `due ${headMs}`]);
  expect(later.armed).toBe(true);
  expect(scene.run(2 * headMs)).toEqual(['expire', `due ${1.5 * headMs}`]);
});

test('what a deadline throws is told, and the timer goes on', () => {
  const scene = new Scene();
  const { headMs } = DEFAULT_LIMITS;
  const failing = new Deadline({
    expired: () => {
      throw new Error('x');
    },
  });
  scene.clocks.head.arm(failing, 0);
  scene.clocks.head.arm(scene.deadline(), 10);
  scene.scheduler.armTimer();
  expect(scene.run(headMs + 1)).toEqual(['expire', 'Error: x']);
  expect(scene.run(headMs + 11)).toEqual(['expire', `due ${headMs + 10}`]);
});

describe('idle connections that were to expire early', () => {
  /** One that has waited for a quarter of its time, and one that has not yet, at the end of that quarter. */
  function quarter(): { scene: Scene; older: Deadline; younger: Deadline; now: number } {
    const scene = new Scene();
    const [older, younger] = [scene.deadline(), scene.deadline()];
    const now = scene.clocks.keepAlive.durationMs / 4;
    scene.clocks.keepAlive.arm(older, 0);
    scene.clocks.keepAlive.arm(younger, 1);
    scene.run(now);
    return { scene, older, younger, now };
  }

  test('do so as of the time at which that was asked first', () => {
    const { scene, older, younger, now } = quarter();
    scene.scheduler.expireIdle(now);
    scene.scheduler.expireIdle(now + 2);
    scene.run(now + 10);
    expect([older.armed, younger.armed]).toEqual([false, true]);
  });

  /** A head is late. */
  function lateHead(scene: Scene): void {
    const { headMs } = DEFAULT_LIMITS;
    scene.clocks.head.arm(scene.deadline(), scene.clock.now - headMs + 5);
    scene.scheduler.armTimer();
    expect(scene.run(scene.clock.now + 10)).toContain(`due ${Math.floor(scene.clock.now - 5)}`);
  }

  test('do so once, and not again when another deadline is due', () => {
    const { scene, younger, now } = quarter();
    scene.scheduler.expireIdle(now);
    scene.run(now + 1);
    lateHead(scene);
    expect(younger.armed).toBe(true);
  });

  test('do not where the server was stopped before', () => {
    const { scene, older, now } = quarter();
    scene.scheduler.expireIdle(now);
    scene.scheduler.stop();
    scene.scheduler.restart();
    scene.run(now + 1);
    lateHead(scene);
    expect(older.armed).toBe(true);
  });
});

test('sockets are looked at where a deadline of a connection is due, and nowhere else', () => {
  const scene = new Scene();
  scene.expiryAt = 50;
  scene.clocks.head.arm(scene.deadline(), 0);
  scene.scheduler.armTimer();
  scene.run(60);
  expect(scene.environment.turns).toBe(0);
  scene.run(DEFAULT_LIMITS.headMs + 1);
  expect(scene.environment.turns).toBe(1);
  // The deadline is gone before the turn has come.
  const deadline = scene.deadline();
  scene.clocks.head.arm(deadline, scene.clock.now);
  scene.scheduler.armTimer();
  scene.clock.at(scene.clock.now + DEFAULT_LIMITS.headMs + 0.01, () => {
    deadline.disarm();
    scene.scheduler.armTimer();
  });
  scene.run(3 * DEFAULT_LIMITS.headMs);
  expect(scene.environment.turns).toBe(1);
});

test('a deadline that is met while the sockets are looked at is none', () => {
  const scene = new Scene();
  const deadline = scene.deadline();
  scene.clocks.head.arm(deadline, 0);
  scene.scheduler.armTimer();
  scene.clock.at(DEFAULT_LIMITS.headMs + 0.01, () => {
    deadline.disarm();
    scene.scheduler.armTimer();
  });
  expect(scene.run(DEFAULT_LIMITS.headMs + 1)).toEqual(['expire']);
  scene.clocks.head.arm(deadline, scene.clock.now);
  scene.scheduler.armTimer();
  expect(scene.run(1.9 * DEFAULT_LIMITS.headMs)).toEqual([]);
  expect(scene.run(2.1 * DEFAULT_LIMITS.headMs)).toHaveLength(2);
});

describe('a look at the sockets', () => {
  /** The number of looks until a deadline has expired, where handlers compute for so long in the first ones. */
  const looksWhere = (computeMs: number, times: number): number => {
    const scene = new Scene();
    scene.clocks.head.arm(scene.deadline(), 0);
    scene.scheduler.armTimer();
    const compute = (left: number): void => {
      scene.clock.spend(computeMs);
      if (left > 1) scene.clock.after(0, () => compute(left - 1));
    };
    if (times > 0) scene.clock.at(DEFAULT_LIMITS.headMs + 0.01, () => compute(times));
    expect(scene.run(DEFAULT_LIMITS.headMs + 1000)).toContain(`due ${DEFAULT_LIMITS.headMs}`);
    return scene.environment.turns;
  };

  test('is enough where it takes no time, or little', () => {
    expect([looksWhere(0, 0), looksWhere(4, 1)]).toEqual([1, 1]);
  });

  test('is followed by another where a handler computed in it: more bytes may have come', () => {
    expect(looksWhere(40, 1)).toBe(2);
  });

  test('is the last after some, in a loop that is always late', () => {
    expect(looksWhere(40, 20)).toBe(4);
  });
});

test('the time for which the loop stood still is no peer’s silence', () => {
  const scene = new Scene();
  const { headMs } = DEFAULT_LIMITS;
  scene.clocks.head.arm(scene.deadline(), 0);
  scene.expiryAt = 100;
  scene.scheduler.armTimer();
  scene.clock.at(99, () => {
    scene.clocks.seen(99, false);
    scene.clock.spend(5000);
  });
  expect(scene.run(headMs + 4000)).toEqual(['expire']);
  expect(scene.run(headMs + 5100)).toEqual(['expire', expect.stringMatching(/^due /)]);
});

test('what was asked for while the turn ran comes in the next one', () => {
  const scene = new Scene();
  const pump = {
    continuePump: () => {
      scene.note('pump');
      if (scene.done.length < 2) scene.scheduler.postpone(pump);
    },
  };
  const sender = {
    sendHeldBack: () => {
      scene.note('send');
      if (scene.done.length < 4) scene.scheduler.holdBack(sender);
    },
  };
  scene.scheduler.postpone(pump);
  expect(scene.run(1)).toEqual(['pump', 'pump']);
  scene.scheduler.holdBack(sender);
  expect(scene.run(2)).toEqual(['send', 'send', 'send', 'send']);
});
