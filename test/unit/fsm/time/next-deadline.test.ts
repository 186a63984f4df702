// The next deadline of all lists is known without a look at all of them, whatever happens to which.

import { describe, expect, test } from 'vitest';
import { Deadline, DeadlineList, Deadlines } from '../../../../src/fsm/time/deadlines.js';

const deadline = (): Deadline => new Deadline({ expired: () => undefined });

function setUp(): { short: DeadlineList; long: DeadlineList; all: Deadlines } {
  const short = new DeadlineList('short', 10);
  const long = new DeadlineList('long', 100);
  return { short, long, all: new Deadlines([short, long]) };
}

describe('postponing', () => {
  test('moves all deadlines of one list, and none of another', () => {
    const { short, long, all } = setUp();
    const three = [deadline(), deadline(), deadline()] as const;
    short.arm(three[0], 0);
    short.arm(three[1], 4);
    long.arm(three[2], 0);
    expect(all.nextMs).toBe(10);
    short.postpone(200);
    expect(three.map(({ dueMs }) => dueMs)).toEqual([210, 214, 100]);
    expect(all.nextMs).toBe(100);
    long.postpone(150);
    expect(all.nextMs).toBe(210);
  });

  test('an empty list changes nothing', () => {
    const { short, long, all } = setUp();
    short.postpone(5);
    expect(all.nextMs).toBe(Number.POSITIVE_INFINITY);
    long.arm(deadline(), 0);
    short.postpone(5);
    expect(all.nextMs).toBe(100);
  });

  test('does without a set of lists', () => {
    const list = new DeadlineList('alone', 10);
    const one = deadline();
    list.arm(one, 0);
    list.postpone(5);
    expect(one.dueMs).toBe(15);
  });
});

test('a shorter duration is that of what is armed from then on, but not before what is armed already', () => {
  const { short } = setUp();
  const [a, b, c] = [deadline(), deadline(), deadline()];
  short.arm(a, 0);
  short.durationMs = 2;
  short.arm(b, 1);
  short.arm(c, 20);
  expect([a.dueMs, b.dueMs, c.dueMs]).toEqual([10, 10, 22]);
});

test('it is the second of many, once the first comes later', () => {
  for (const durations of [
    [10, 20, 30],
    [10, 30, 20],
    [20, 10, 30],
    [20, 30, 10],
    [30, 10, 20],
    [30, 20, 10],
  ]) {
    const lists = durations.map((ms) => new DeadlineList(String(ms), ms));
    const all = new Deadlines(lists);
    for (const list of lists) list.arm(deadline(), 0);
    expect([durations, all.nextMs]).toEqual([durations, 10]);
    lists[durations.indexOf(10)]?.postpone(15);
    expect([durations, all.nextMs]).toEqual([durations, 20]);
  }
});

/** Numbers from 0 to below `most`, the same in each run. */
function numbers(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

test.each([1, 2, 3, 4, 5, 6])('it is the earliest of all, after any steps: walk %i', (seed) => {
  const below = numbers(seed);
  const lists = [5, 5, 40, 3].map((ms, i) => new DeadlineList(String(i), ms));
  const all = new Deadlines(lists);
  const deadlines = Array.from({ length: 6 }, deadline);
  let now = 0;
  for (let step = 0; step < 400; step++) {
    const one = deadlines[below(deadlines.length)] as Deadline;
    const list = lists[below(lists.length)] as DeadlineList;
    const kind = below(10);
    if (kind < 5) list.arm(one, now);
    else if (kind < 7) one.disarm();
    else if (kind < 8) list.postpone(below(20));
    else {
      now += below(9);
      all.expire(now);
    }
    // Several things happen between two looks.
    if (below(3) > 0) continue;
    const armed = deadlines.filter((each) => each.armed).map(({ dueMs }) => dueMs);
    expect([step, all.nextMs]).toEqual([step, Math.min(...armed)]);
  }
});

describe('the other lists are not looked at', () => {
  /** Two lists with a deadline each, due at 10 and 100, and how often the first of the second was looked at. */
  function counted() {
    const { short, long, all } = setUp();
    const [early, late] = [deadline(), deadline()];
    short.arm(early, 0);
    long.arm(late, 0);
    const looks = { count: 0 };
    let { first } = long;
    Object.defineProperty(long, 'first', {
      get() {
        looks.count++;
        return first;
      },
      set(given: Deadline | undefined) {
        first = given;
      },
    });
    expect(all.nextMs).toBe(10);
    looks.count = 0;
    return { short, long, all, early, late, looks };
  }

  test('twice for one answer', () => {
    const { all, looks } = counted();
    expect([all.nextMs, looks.count]).toEqual([10, 0]);
  });

  test('while the next deadline comes later, and is the next one still', () => {
    const { short, all, early, looks } = counted();
    const second = deadline();
    short.arm(second, 40);
    short.arm(early, 45);
    expect([all.nextMs, looks.count]).toEqual([50, 0]);
    short.arm(second, 95);
    short.arm(early, 96);
    expect(all.nextMs).toBe(100);
    expect(looks.count).toBeGreaterThan(0);
  });

  test('while another one comes sooner, and is not the next one yet', () => {
    const { long, all, looks } = counted();
    const third = new DeadlineList('third', 50);
    const three = new Deadlines([...all.lists, third]);
    expect(three.nextMs).toBe(10);
    looks.count = 0;
    third.arm(deadline(), 0);
    expect([three.nextMs, looks.count]).toEqual([10, 0]);
    third.durationMs = 5;
    third.remove(third.first as Deadline);
    third.arm(deadline(), 0);
    expect(three.nextMs).toBe(5);
    expect([looks.count > 0, long.durationMs]).toEqual([true, 100]);
  });
});
