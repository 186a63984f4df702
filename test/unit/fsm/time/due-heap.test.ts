import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Due, DueHeap } from '../../../../src/fsm/time/due-heap.js';

interface Named extends Due {
  readonly name: number;
}

function due(dueMs: number, name = 0): Named {
  return { dueMs, name, heapIndex: -1 };
}

function drained(heap: DueHeap<Named>, now = Number.POSITIVE_INFINITY): number[] {
  const times: number[] = [];
  heap.expire(now, ({ dueMs }) => times.push(dueMs));
  return times;
}

describe('a heap of what is due', () => {
  test('is due never while it is empty', () => {
    const heap = new DueHeap<Named>();
    expect(heap.nextMs).toBe(Number.POSITIVE_INFINITY);
    expect(drained(heap)).toEqual([]);
  });

  test('expires what is due and nothing later', () => {
    const heap = new DueHeap<Named>();
    for (const time of [30, 10, 20]) heap.add(due(time));
    expect(heap.nextMs).toBe(10);
    expect(drained(heap, 20)).toEqual([10, 20]);
    expect(heap.nextMs).toBe(30);
    expect(heap.size).toBe(1);
  });

  test('forgets what is removed, twice without harm', () => {
    const heap = new DueHeap<Named>();
    const items = [5, 3, 8].map((time) => due(time));
    for (const item of items) heap.add(item);
    heap.remove(items[1] as Named);
    heap.remove(items[1] as Named);
    expect(drained(heap)).toEqual([5, 8]);
  });

  test('stays in order when what takes a removed place belongs further up', () => {
    const heap = new DueHeap<Named>();
    const items = [1, 10, 2, 11, 12, 3, 4].map((time) => due(time));
    for (const item of items) heap.add(item);
    // 4 is last and takes the place of 11, below 10.
    heap.remove(items[3] as Named);
    expect(drained(heap)).toEqual([1, 2, 3, 4, 10, 12]);
  });

  test('takes in again what has expired', () => {
    const heap = new DueHeap<Named>();
    const item = due(1);
    heap.add(item);
    heap.expire(1, (expired) => expect(expired.heapIndex).toBe(-1));
    heap.add(item);
    expect(heap.nextMs).toBe(1);
  });

  test('gives what a sorted array would give', () => {
    // Law: whatever is added and removed, the earliest comes first, and each comes once.
    const step = fc.oneof(
      fc.record({ add: fc.integer({ min: 0, max: 50 }) }),
      fc.record({ remove: fc.nat({ max: 40 }) }),
      fc.record({ expire: fc.integer({ min: 0, max: 50 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const heap = new DueHeap<Named>();
        let model: Named[] = [];
        const all: Named[] = [];
        for (const one of steps) {
          if ('add' in one) {
            const item = due(one.add, all.length);
            all.push(item);
            model.push(item);
            heap.add(item);
          } else if ('remove' in one) {
            const item = all[one.remove % Math.max(1, all.length)];
            if (item === undefined) continue;
            heap.remove(item);
            model = model.filter((other) => other !== item);
          } else {
            const times = drained(heap, one.expire);
            const expected = model.map(({ dueMs }) => dueMs).filter((time) => time <= one.expire);
            expect(times).toEqual(expected.sort((a, b) => a - b));
            model = model.filter(({ dueMs }) => dueMs > one.expire);
          }
          expect(heap.size).toBe(model.length);
          const least = Math.min(Number.POSITIVE_INFINITY, ...model.map(({ dueMs }) => dueMs));
          expect(heap.nextMs).toBe(least);
        }
      }),
    );
  });
});
