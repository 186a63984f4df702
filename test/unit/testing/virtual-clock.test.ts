import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random, VirtualClock, VirtualEnvironment } from '../../../src/testing/network/index.js';

describe('VirtualClock', () => {
  test('runs events by time, and those of one time as they were asked for', () => {
    // Law: the order is that of a stable sort by time.
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), (times) => {
        const clock = new VirtualClock();
        const ran: [number, number][] = [];
        times.forEach((time, i) => {
          clock.at(time, () => ran.push([time, i]));
        });
        clock.run();
        const sorted = times
          .map((time, i): [number, number] => [time, i])
          .sort((a, b) => a[0] - b[0]);
        expect(ran).toEqual(sorted);
      }),
    );
  });

  test('shows the time of the event that runs', () => {
    const clock = new VirtualClock(100);
    const seen: number[] = [];
    clock.after(5, () => seen.push(clock.now));
    clock.at(3, () => seen.push(clock.now));
    clock.run();
    expect(seen).toEqual([100, 105]);
  });

  test('runs what an event asks for at once after all that is due', () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    clock.after(0, () => {
      ran.push('first');
      clock.after(0, () => ran.push('third'));
    });
    clock.after(0, () => ran.push('second'));
    clock.run();
    expect(ran).toEqual(['first', 'second', 'third']);
  });

  test('does not run what was cancelled', () => {
    const clock = new VirtualClock();
    let ran = false;
    const event = clock.after(1, () => {
      ran = true;
    });
    event.cancel();
    event.cancel();
    expect(clock.idle).toBe(true);
    expect(clock.run()).toBe(0);
    expect(ran).toBe(false);
  });

  test('stops at a time, shows it, and goes on from there', () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    for (const time of [1, 2, 3]) clock.at(time, () => seen.push(time));
    clock.run({ until: 2 });
    expect([clock.now, ...seen]).toEqual([2, 1, 2]);
    clock.run({ until: 10 });
    expect([clock.now, ...seen]).toEqual([10, 1, 2, 3]);
  });

  test('stops where the caller has what he wanted', () => {
    const clock = new VirtualClock();
    let ran = 0;
    for (let i = 0; i < 5; i++) clock.after(i, () => ran++);
    clock.run({ when: () => ran === 2, until: 100 });
    expect([ran, clock.now]).toEqual([2, 1]);
  });

  test('refuses to run for ever', () => {
    const clock = new VirtualClock();
    const again = (): void => void clock.after(0, again);
    again();
    expect(() => clock.run({ eventsMax: 100 })).toThrow('100 events, and no end');
  });

  test('lets events be late where a program spends time', () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    clock.at(1, () => clock.spend(10));
    clock.at(2, () => seen.push(clock.now));
    clock.run();
    expect(seen).toEqual([11]);
  });

  test('lets promises settle between events, when run so', async () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    const chain = async (): Promise<void> => {
      for (let i = 0; i < 50; i++) await null;
      ran.push('chain');
    };
    clock.after(1, () => void chain());
    clock.after(1, () => ran.push('event'));
    expect(await clock.runAsync()).toBe(2);
    expect(ran).toEqual(['chain', 'event']);
  });

  test('runs what promises ask for, when run so', async () => {
    const clock = new VirtualClock();
    const start = async (): Promise<number> => {
      await new Promise<void>((resolve) => clock.after(7, resolve));
      return clock.now;
    };
    const ended = start();
    await clock.runAsync();
    expect(await ended).toBe(7);
  });
});

describe('VirtualEnvironment', () => {
  test('tells the time of its clock', () => {
    const clock = new VirtualClock(1_500.5);
    const environment = new VirtualEnvironment(clock, { wallStart: 1_000_000 });
    expect([environment.now(), environment.wallNow()]).toEqual([1_500.5, 1_001_500]);
  });

  test('has a timer that fires once, at the time asked for last', () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const timer = new VirtualEnvironment(clock).createTimer((now) => fired.push(now));
    timer.arm(10);
    timer.arm(5);
    timer.arm(20);
    clock.run();
    expect(fired).toEqual([20]);
    timer.arm(30);
    timer.stop();
    timer.arm(Infinity);
    expect(clock.idle).toBe(true);
  });

  test('has a turn that comes once, and takes a little time', () => {
    const clock = new VirtualClock();
    const turns: number[] = [];
    const turn = new VirtualEnvironment(clock, { turnMs: 0.5 }).createTurn((now) => {
      turns.push(now);
      if (turns.length < 3) turn.arm();
    });
    turn.arm();
    turn.arm();
    expect(turns).toEqual([]);
    clock.run();
    expect(turns).toEqual([0.5, 1, 1.5]);
    turn.arm();
    turn.stop();
    expect(clock.idle).toBe(true);
  });
});

describe('Random', () => {
  test('gives the same numbers for the same seed, today and tomorrow', () => {
    const random = new Random(42);
    expect([random.uint32(), random.uint32(), random.uint32()]).toEqual([
      695857468, 3046671632, 1167015482,
    ]);
    expect(new Random(43).uint32()).not.toBe(new Random(42).uint32());
  });

  test('stays within its bounds, and reaches them', () => {
    const random = new Random(1);
    const seen = new Set<number>();
    for (let i = 0; i < 200; i++) seen.add(random.integer(-1, 2));
    expect([...seen].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
    expect(random.integer(5, 5)).toBe(5);
  });

  test('never does what has no chance, and always what is certain', () => {
    const random = new Random(7);
    for (let i = 0; i < 1_000; i++) {
      expect(random.chance(0)).toBe(false);
      expect(random.chance(1)).toBe(true);
    }
  });

  test('is spread evenly enough', () => {
    const random = new Random(3);
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i++) counts[random.integer(0, 15)]!++;
    for (const count of counts) {
      expect(count).toBeGreaterThan(850);
      expect(count).toBeLessThan(1_150);
    }
  });

  test('forks into one of its own', () => {
    const a = new Random(9);
    const fork = a.fork();
    const b = new Random(9);
    b.fork().next();
    fork.next();
    fork.next();
    expect(a.next()).toBe(b.next());
  });

  test('picks only from something', () => {
    expect(new Random(1).pick(['only'])).toBe('only');
    expect(() => new Random(1).pick([])).toThrow(RangeError);
  });
});
