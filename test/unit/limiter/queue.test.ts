import { describe, expect, test } from 'vitest';
import { BUCKET_COUNT } from '../../../src/limiter/class-queue.js';
import { bucketFor } from '../../../src/limiter/client-bucket.js';
import type { Limiter } from '../../../src/limiter/limiter.js';
import type { QueueOption } from '../../../src/limiter/options.js';
import { SimulatedLimiter, type TicketGiven } from './simulated-limiter.js';

/** One slot, taken; what is offered waits. */
function busy(queue: QueueOption = {}): SimulatedLimiter & { free(): void } {
  const world = new SimulatedLimiter({ concurrency: 1, queue });
  const running = world.offer('running');
  world.takeLog();
  return Object.assign(world, {
    /** Ends what runs, and then all that waits, one after the other. */
    free: (): void => {
      running.release();
      world.settle();
    },
  });
}

const short: TicketGiven = { runsInlineMs: 0 };

describe('order', () => {
  test('is by class first, then by turns among clients, then by arrival', () => {
    const world = busy();
    world.offer('s', { ...short, priority: 'sheddable' });
    world.offer('a1', { ...short, client: 1 });
    world.offer('a2', { ...short, client: 1 });
    world.offer('a3', { ...short, client: 1 });
    world.offer('b1', { ...short, client: 2 });
    world.offer('c1', { ...short, client: 3 });
    world.offer('b2', { ...short, client: 2 });
    world.offer('critical', { ...short, priority: 'critical' });
    world.free();
    const order = ['critical', 'a1', 'b1', 'c1', 'a2', 'b2', 'a3', 's'];
    expect(world.takeLog()).toEqual(order.map((name) => `start ${name}`));
  });

  test('a bucket that begins to wait is served after those that waited already', () => {
    const world = busy();
    world.offer('a1', { ...short, client: 1, onEnd: () => world.offer('c1', { client: 3 }) });
    world.offer('a2', { ...short, client: 1 });
    world.offer('b1', { ...short, client: 2 });
    world.free();
    expect(world.takeLog()).toEqual(['start a1', 'start b1', 'start a2', 'start c1']);
  });

  test('passes the turn of a client that has withdrawn to the next', () => {
    const world = busy();
    const a = world.offer('a1', { ...short, client: 1 });
    world.offer('b1', { ...short, client: 2 });
    world.offer('c1', { ...short, client: 3 });
    world.limiter.withdraw(a);
    world.free();
    expect(world.takeLog()).toEqual(['start b1', 'start c1']);
  });

  test('leaves the turn where it is when another client withdraws', () => {
    const world = busy();
    world.offer('a1', { ...short, client: 1 });
    const b = world.offer('b1', { ...short, client: 2 });
    world.offer('c1', { ...short, client: 3 });
    world.limiter.withdraw(b);
    world.free();
    expect(world.takeLog()).toEqual(['start a1', 'start c1']);
  });

  test('survives withdrawals at the front, in the middle and at the end of a bucket', () => {
    for (const leaving of [0, 1, 2]) {
      const world = busy();
      const names = ['a', 'b', 'c'];
      const tickets = names.map((name) => world.offer(name, short));
      world.offer('other', { ...short, client: 1 });
      world.limiter.withdraw(tickets[leaving]!);
      world.offer('d', short);
      world.free();
      const left = [...names.filter((_, i) => i !== leaving), 'd'];
      left.splice(1, 0, 'other');
      expect(world.takeLog()).toEqual(left.map((name) => `start ${name}`));
    }
  });
});

describe('bounds', () => {
  test('entries: one below and at the bound wait, one above is refused', () => {
    const world = busy({ entriesMax: 2 });
    world.offer('a');
    world.offer('b');
    expect(world.limiter.stats().queued).toBe(2);
    world.offer('c');
    expect(world.takeLog()).toEqual(['refuse c: queueFull']);
  });

  test('bytes: one below and at the bound wait, one above is refused', () => {
    for (const [bytes, queued] of [
      [39, 2],
      [40, 2],
      [41, 1],
    ] as const) {
      const world = busy({ bytesMax: 100 });
      world.offer('a', { bytes: 60 });
      world.offer('b', { bytes });
      expect(world.limiter.stats().queued).toBe(queued);
    }
  });

  test('what is held is counted back when it leaves', () => {
    const world = busy({ bytesMax: 100 });
    world.offer('a', { ...short, bytes: 100 });
    world.free();
    expect(world.limiter.stats().queuedBytes).toBe(0);
  });
});

describe('who is pushed out', () => {
  test('the newest of the longest bucket of the lowest class', () => {
    const world = busy({ entriesMax: 5 });
    world.offer('default', {});
    world.offer('x1', { priority: 'sheddable', client: 1 });
    world.offer('y1', { priority: 'sheddable', client: 2 });
    world.offer('y2', { priority: 'sheddable', client: 2 });
    world.offer('x2', { priority: 'sheddable', client: 3 });
    world.offer('new', {});
    expect(world.takeLog()).toEqual(['refuse y2: displaced']);
  });

  test('within a class a client that asks for more, for one that asks for less', () => {
    const world = busy({ entriesMax: 3 });
    for (const name of ['a1', 'a2', 'a3']) world.offer(name, { client: 1 });
    world.offer('b1', { client: 2 });
    // Two and one: were b2 to take the place of a2, it would be one and two.
    world.offer('b2', { client: 2 });
    expect(world.takeLog()).toEqual(['refuse a3: displaced', 'refuse b2: queueFull']);
  });

  test('never one of the same client or of a higher class', () => {
    const world = busy({ entriesMax: 2 });
    world.offer('a1', { client: 1 });
    world.offer('a2', { priority: 'critical', client: 2 });
    world.offer('a3', { client: 1 });
    expect(world.takeLog()).toEqual(['refuse a3: queueFull']);
  });

  test('as many as the bytes need', () => {
    const world = busy({ bytesMax: 100 });
    for (const name of ['a', 'b', 'c']) world.offer(name, { priority: 'sheddable', bytes: 30 });
    world.offer('critical', { priority: 'critical', bytes: 50 });
    expect(world.takeLog()).toEqual(['refuse c: displaced', 'refuse b: displaced']);
    expect(world.limiter.stats()).toMatchObject({ queued: 2, queuedBytes: 80 });
  });

  test('within a class, if the bytes of the one who goes are enough', () => {
    for (const [bytes, log] of [
      [40, ['refuse a3: displaced']],
      [41, ['refuse b: queueFull']],
    ] as const) {
      const world = busy({ bytesMax: 100 });
      for (const name of ['a1', 'a2', 'a3']) world.offer(name, { client: 1, bytes: 30 });
      world.offer('b', { client: 2, bytes });
      expect(world.takeLog()).toEqual(log);
    }
  });

  test('nobody for bytes that have left already', () => {
    const world = busy({ bytesMax: 100 });
    world.limiter.withdraw(world.offer('gone', { priority: 'sheddable', bytes: 60 }));
    world.offer('a', { priority: 'critical', bytes: 90 });
    world.offer('b', { priority: 'sheddable', bytes: 5 });
    world.offer('c', { priority: 'critical', bytes: 20 });
    expect(world.takeLog()).toEqual(['refuse c: queueFull']);
  });

  test('nobody, where it would not be enough', () => {
    const world = busy({ bytesMax: 100 });
    world.offer('a', { priority: 'sheddable', bytes: 30 });
    world.offer('b', { bytes: 60 });
    world.offer('critical', { bytes: 50 });
    world.offer('huge', { priority: 'critical', bytes: 101 });
    expect(world.takeLog()).toEqual(['refuse critical: queueFull', 'refuse huge: queueFull']);
  });

  test('one who has left is dropped, and told nothing', () => {
    const world = busy({ entriesMax: 1 });
    world.offer('a', { priority: 'sheddable' }).clientLeft = true;
    world.now += 11;
    world.offer('b');
    expect(world.takeLog()).toEqual(['gone a']);
  });

  test('for a request that comes while memory is short', () => {
    const world = busy();
    world.offer('a', { priority: 'sheddable' });
    world.limiter.setMemoryShort(true);
    world.offer('b');
    expect(world.takeLog()).toEqual(['refuse a: displaced']);
    expect(world.limiter.stats().queued).toBe(1);
  });
});

describe('the bucket of a client', () => {
  test('is the same for the same key, and one of many', () => {
    const buckets = new Set<number>();
    for (let i = 0; i < 2000; i++) {
      const bucket = bucketFor(`192.0.2.${i}`, 7);
      expect(bucket).toBe(bucketFor(`192.0.2.${i}`, 7));
      expect(bucket >= 0 && bucket < BUCKET_COUNT && Number.isInteger(bucket)).toBe(true);
      buckets.add(bucket);
    }
    expect(buckets.size).toBe(BUCKET_COUNT);
  });

  test('depends on the seed: who shares one with whom is not known beforehand', () => {
    const keys = Array.from({ length: 1000 }, (_, i) => `client ${i}`);
    const mates = (seed: number): string[] =>
      keys.filter((key) => bucketFor(key, seed) === bucketFor(keys[0]!, seed));
    const first = mates(1);
    const stillMates = mates(2).filter((key) => first.includes(key));
    expect(stillMates.length).toBeLessThan(first.length);
  });

  test('is mixed as MurmurHash3 mixes its last 32 bits', () => {
    // Its values of 0 and 1.
    expect([bucketFor('', 0), bucketFor('', 1)]).toEqual([0, 0x514e28b7 & 127]);
  });

  test('comes from the limiter', () => {
    const limiter: Limiter = new SimulatedLimiter().limiter;
    expect(limiter.bucketOf('a')).toBe(bucketFor('a', 2 ** 31));
  });
});
