import { describe, expect, test } from 'vitest';
import { Deadline, DeadlineList, Deadlines } from '../../../../src/fsm/time/deadlines.js';

/** A deadline that writes down when and in which list it expired. */
function recorded(log: string[], name: string): Deadline {
  return new Deadline({ expired: (list, now) => log.push(`${name} ${list.name} ${now}`) });
}

function setUp(): { log: string[]; short: DeadlineList; long: DeadlineList; all: Deadlines } {
  const short = new DeadlineList('short', 10);
  const long = new DeadlineList('long', 100);
  return { log: [], short, long, all: new Deadlines([short, long]) };
}

/** The list from both ends, which must agree. */
function chain(list: DeadlineList): number[] {
  const forwards: Deadline[] = [];
  for (let one = list.first; one !== undefined; one = one.next) forwards.push(one);
  const backwards: Deadline[] = [];
  for (let one = list.last; one !== undefined; one = one.previous) backwards.unshift(one);
  expect(forwards).toEqual(backwards);
  for (const one of forwards) expect(one.list).toBe(list);
  return forwards.map((one) => one.dueMs);
}

describe('arming', () => {
  test('sets when it is due, and disarming takes it back', () => {
    const { log, short, all } = setUp();
    const deadline = recorded(log, 'a');
    expect([deadline.armed, all.nextMs]).toEqual([false, Number.POSITIVE_INFINITY]);
    short.arm(deadline, 5);
    expect([deadline.armed, deadline.dueMs, all.nextMs]).toEqual([true, 15, 15]);
    deadline.disarm();
    expect([deadline.armed, all.nextMs, chain(short)]).toEqual([
      false,
      Number.POSITIVE_INFINITY,
      [],
    ]);
    deadline.disarm();
    all.expire(1000);
    expect(log).toEqual([]);
  });

  test('anew moves it to the end', () => {
    const { log, short, all } = setUp();
    const [a, b] = [recorded(log, 'a'), recorded(log, 'b')];
    short.arm(a, 0);
    short.arm(b, 1);
    short.arm(a, 2);
    expect(chain(short)).toEqual([11, 12]);
    all.expire(20);
    expect(log).toEqual(['b short 20', 'a short 20']);
  });

  test('in another list leaves the one it was in', () => {
    const { log, short, long, all } = setUp();
    const a = recorded(log, 'a');
    short.arm(a, 0);
    long.arm(a, 0);
    expect([chain(short), chain(long), all.nextMs]).toEqual([[], [100], 100]);
    all.expire(50);
    expect(log).toEqual([]);
    all.expire(100);
    expect(log).toEqual(['a long 100']);
  });

  test('with a clock that lags keeps the order', () => {
    const { log, short } = setUp();
    const [a, b, c] = [recorded(log, 'a'), recorded(log, 'b'), recorded(log, 'c')];
    short.arm(a, 50);
    short.arm(b, 40);
    short.arm(c, 51);
    expect(chain(short)).toEqual([60, 60, 61]);
    // Alone in its list it is held back by nothing.
    a.disarm();
    b.disarm();
    c.disarm();
    short.arm(b, 40);
    expect(chain(short)).toEqual([50]);
  });
});

describe('removing', () => {
  test.each([0, 1, 2])('number %i of three leaves the others linked', (index) => {
    const { log, short } = setUp();
    const three = ['a', 'b', 'c'].map((name) => recorded(log, name));
    for (const [i, one] of three.entries()) short.arm(one, i);
    const removed = three[index] as Deadline;
    removed.disarm();
    expect([removed.previous, removed.next, removed.list]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(chain(short)).toEqual([10, 11, 12].filter((_due, i) => i !== index));
  });
});

describe('expiring', () => {
  test('takes what is due and no more, in the order in which it was armed', () => {
    const { log, short, all } = setUp();
    for (const [i, name] of ['a', 'b', 'c', 'd'].entries()) short.arm(recorded(log, name), i);
    all.expire(9);
    expect(log).toEqual([]);
    all.expire(12);
    expect(log).toEqual(['a short 12', 'b short 12', 'c short 12']);
    expect([chain(short), all.nextMs]).toEqual([[13], 13]);
  });

  test('takes what is due from every list', () => {
    const { log, short, long, all } = setUp();
    long.arm(recorded(log, 'l'), 0);
    short.arm(recorded(log, 's'), 95);
    expect(all.nextMs).toBe(100);
    all.expire(100);
    expect(log).toEqual(['l long 100']);
    expect(all.nextMs).toBe(105);
    all.expire(200);
    expect(log).toEqual(['l long 100', 's short 200']);
  });

  test('disarms first, so that the one called can arm again', () => {
    const { short, all } = setUp();
    const armed: boolean[] = [];
    const again = new Deadline({
      expired(list, now) {
        armed.push(again.armed);
        list.arm(again, now);
      },
    });
    short.arm(again, 0);
    all.expire(35);
    expect(armed).toEqual([false]);
    expect(all.nextMs).toBe(45);
    all.expire(45);
    expect(armed).toEqual([false, false]);
  });

  test('one that arms again comes after what is due now', () => {
    const { log, short, all } = setUp();
    const again = new Deadline({
      expired(list, now) {
        log.push('again');
        list.arm(again, now);
      },
    });
    short.arm(again, 0);
    short.arm(recorded(log, 'b'), 1);
    all.expire(11);
    expect(log).toEqual(['again', 'b short 11']);
    expect(chain(short)).toEqual([21]);
  });

  test('one that disarms another is obeyed, be it due or not', () => {
    const { log, short, all } = setUp();
    const [b, c] = [recorded(log, 'b'), recorded(log, 'c')];
    const a = new Deadline({
      expired() {
        b.disarm();
        c.disarm();
      },
    });
    short.arm(a, 0);
    short.arm(b, 0);
    short.arm(c, 90);
    all.expire(10);
    expect([log, all.nextMs]).toEqual([[], Number.POSITIVE_INFINITY]);
  });
});
