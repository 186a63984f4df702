import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backOffMs } from '../../../../src/adapters/workers/back-off.js';
import { KILL_AFTER_MS, UNREADY_MAX } from '../../../../src/adapters/workers/supervisor.js';
import { Supervised } from '../../../support/supervised.js';

describe('the start', () => {
  test('is over when all workers are ready', async () => {
    const one = new Supervised(2);
    one.supervisor.ready(1);
    expect(one.supervisor.up.isSettled).toBe(false);
    one.supervisor.ready(2);
    await one.supervisor.up.promise;
    expect(one.states).toBe('1 ready, 2 ready');
    expect(one.timers).toBe(0);
  });

  test('fails with the first worker that can not, and closes the others', async () => {
    const one = new Supervised(2);
    one.supervisor.ready(1);
    one.supervisor.said(2, { failure: new Error('no database') });
    one.exit(2);
    expect(one.fork(1).drains).toEqual([{ graceMs: 0, readinessDelayMs: 0 }]);
    one.exit(1, 0);
    await expect(one.supervisor.up.promise).rejects.toMatchObject({
      message: 'a worker could not start: no database',
      code: 'SLUICE_WORKER',
      cause: { message: 'no database' },
    });
    expect(one.timers).toBe(0);
  });

  test('has its time', async () => {
    const one = new Supervised(1);
    one.pass(29_999);
    expect(one.last.killed).toBe(false);
    one.pass(1);
    expect(one.last.killed).toBe(true);
    one.exit(1, null, 'SIGKILL');
    await expect(one.supervisor.up.promise).rejects.toThrow(
      'a worker could not start: start() has not settled within 30000 ms (startMs)',
    );
  });

  test('can be closed before it is over', async () => {
    const one = new Supervised(1);
    one.supervisor.close({});
    one.supervisor.ready(1);
    expect(one.states).toBe('1 draining');
    one.exit(1, 0);
    await one.supervisor.up.promise;
    expect(await one.supervisor.closed.promise).toEqual({ finished: 0, refused: 0, cutOff: 0 });
  });
});

describe('a worker that dies', () => {
  test('is replaced at once, at its place, whose sockets stay', async () => {
    const one = await Supervised.serving(2);
    one.exit(1, null, 'SIGKILL');
    expect(one.last).toMatchObject({ id: 3, place: 0 });
    expect(one.left).toEqual([]);
    expect(one.events.at(-1)).toMatchObject({ kind: 'lost', id: 1, pid: 1001, retryMs: 0 });
    expect(one.events.at(-1)?.error?.message).toBe('a worker ended by SIGKILL');
  });

  test('is replaced later and later while it dies again, and its sockets are left', async () => {
    const one = await Supervised.serving(2);
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      one.exit(i === 0 ? 1 : one.last.id);
      const { retryMs = -1 } = one.events.at(-1) ?? {};
      waits.push(retryMs);
      const before = one.forks.length;
      if (retryMs > 0) {
        one.pass(retryMs - 1);
        expect(one.forks.length).toBe(before);
        one.pass(1);
        expect(one.forks.length).toBe(before + 1);
      }
      // Ready, but not for long.
      one.supervisor.ready(one.last.id);
    }
    expect(waits).toEqual([0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(one.left).toEqual(Array(7).fill(0));
  });

  test('is replaced at once again after one that has served for 10 s', async () => {
    const one = await Supervised.serving(1);
    one.exit(1);
    one.supervisor.ready(2);
    one.pass(10_000);
    one.exit(2);
    expect(one.events.at(-1)).toMatchObject({ kind: 'lost', retryMs: 0 });
  });

  test('is tried for as long as others serve', async () => {
    const one = await Supervised.serving(2);
    one.exit(1);
    for (let i = 0; i < 20; i++) {
      one.exit(one.last.id);
      one.pass(30_000);
    }
    expect(one.forks.length).toBe(2 + 1 + 20);
    expect(one.states).toContain('2 ready');
  });

  test('is given up where nobody serves', async () => {
    const one = await Supervised.serving(1);
    one.exit(1);
    for (let i = 1; i <= UNREADY_MAX; i++) {
      one.supervisor.said(one.last.id, { failure: new Error(`no ${i}`) });
      one.exit(one.last.id);
      if (i < UNREADY_MAX) one.pass(30_000);
    }
    await expect(one.supervisor.closed.promise).rejects.toThrow('a worker could not start: no 5');
    expect(one.timers).toBe(0);
    expect(one.left.at(-1)).toBe('all');
  });
});

describe('a restart', () => {
  test('has a new one ready, then drains the old one, then goes on', async () => {
    const one = await Supervised.serving(2);
    let isOver = false;
    const over = one.supervisor.restart().then(() => {
      isOver = true;
    });
    expect(one.states).toBe('1 ready, 2 ready, 3 starting');
    expect(one.last.place).toBe(0);
    one.supervisor.ready(3);
    // The service is ready all the time: no delay.
    expect(one.fork(1).drains).toEqual([
      expect.objectContaining({ graceMs: 10_000, readinessDelayMs: 0 }),
    ]);
    expect(one.states).toBe('1 draining, 2 ready, 3 ready');
    one.exit(1, 0);
    expect(one.states).toBe('2 ready, 3 ready, 4 starting');
    one.supervisor.ready(4);
    one.exit(2, 0);
    await over;
    expect(isOver).toBe(true);
    expect(one.states).toBe('3 ready, 4 ready');
    expect(one.events.map(({ kind, id }) => `${kind} ${id}`).slice(2)).toEqual([
      'ready 3',
      'draining 1',
      'ended 1',
      'ready 4',
      'draining 2',
      'ended 2',
    ]);
    expect(one.timers).toBe(0);
  });

  test('leaves the old ones where a new one can not start', async () => {
    const one = await Supervised.serving(2);
    const over = one.supervisor.restart();
    one.supervisor.said(3, { failure: new Error('a slip') });
    one.exit(3);
    await expect(over).rejects.toThrow('a worker could not start: a slip');
    expect(one.states).toBe('1 ready, 2 ready');
    expect(one.events.at(-1)).toMatchObject({ kind: 'failed', id: 3 });
    // And may be asked for again.
    void one.supervisor.restart();
    expect(one.states).toBe('1 ready, 2 ready, 4 starting');
  });

  test('asked for again meanwhile, begins once more, for all who asked', async () => {
    const one = await Supervised.serving(1);
    const [first, second, third] = [1, 2, 3].map(() => one.supervisor.restart());
    expect(second).toBe(third);
    one.supervisor.ready(2);
    one.exit(1, 0);
    await first;
    one.supervisor.ready(3);
    one.exit(2, 0);
    await second;
    expect(one.states).toBe('3 ready');
  });

  test('goes on where the old one dies while the new one starts', async () => {
    const one = await Supervised.serving(1);
    const over = one.supervisor.restart();
    one.exit(1, null, 'SIGSEGV');
    expect(one.states).toBe('2 starting');
    one.supervisor.ready(2);
    await over;
    expect(one.states).toBe('2 ready');
  });

  test('waits for the new one where the old one was not ready yet', async () => {
    const one = await Supervised.serving(1);
    one.exit(1);
    const over = one.supervisor.restart();
    expect(one.states).toBe('2 starting, 3 starting');
    one.supervisor.ready(2);
    expect(one.states).toBe('2 ready, 3 starting');
    one.supervisor.ready(3);
    one.exit(2, 0);
    await over;
    expect(one.states).toBe('3 ready');
  });

  test('begins the next place only when the new one of this place is ready', async () => {
    const one = await Supervised.serving(2);
    one.exit(1);
    const over = one.supervisor.restart();
    expect(one.states).toBe('2 ready, 3 starting, 4 starting');
    one.supervisor.ready(3);
    expect(one.states).toBe('2 ready, 3 ready, 4 starting');
    one.supervisor.ready(4);
    one.exit(3, 0);
    expect(one.states).toBe('2 ready, 4 ready, 5 starting');
    expect(one.last.place).toBe(1);
    one.supervisor.ready(5);
    one.exit(2, 0);
    await over;
    expect(one.states).toBe('4 ready, 5 ready');
  });

  test('starts at once where a place waits for its next worker', async () => {
    const one = await Supervised.serving(1);
    one.exit(1);
    one.exit(2);
    expect(one.states).toBe('');
    const over = one.supervisor.restart();
    expect(one.states).toBe('3 starting');
    one.pass(1000);
    expect(one.states).toBe('3 starting');
    one.supervisor.ready(3);
    await over;
  });

  test('kills an old one that does not end', async () => {
    const one = await Supervised.serving(1);
    void one.supervisor.restart();
    one.supervisor.ready(2);
    one.pass(10_000 + KILL_AFTER_MS - 1);
    expect(one.fork(1).killed).toBe(false);
    one.pass(1);
    expect(one.fork(1).killed).toBe(true);
  });
});

describe('a close', () => {
  test('drains all, and gives the sum of the reports', async () => {
    const one = await Supervised.serving(2);
    one.supervisor.close({});
    for (const fork of one.forks)
      expect(fork.drains).toEqual([{ graceMs: 10_000, readinessDelayMs: 500 }]);
    expect(one.left).toEqual(['all']);
    one.supervisor.said(1, { report: { finished: 3, refused: 0, cutOff: 1 } });
    one.exit(1, 0);
    one.supervisor.said(2, { report: { finished: 4, refused: 2, cutOff: 0 } });
    one.exit(2, 0);
    expect(await one.supervisor.closed.promise).toEqual({ finished: 7, refused: 2, cutOff: 1 });
    expect(one.timers).toBe(0);
    await expect(one.supervisor.restart()).rejects.toMatchObject({ code: 'SLUICE_WORKERS_CLOSED' });
  });

  test('is hurried by a second one', async () => {
    const one = await Supervised.serving(1);
    one.supervisor.close({});
    one.supervisor.close({ graceMs: 0 });
    expect(one.last.drains.at(-1)).toEqual({ graceMs: 0, readinessDelayMs: 0 });
    one.pass(KILL_AFTER_MS);
    expect(one.last.killed).toBe(true);
  });

  test('starts nobody who waits for a back-off', async () => {
    const one = await Supervised.serving(2);
    one.exit(1);
    one.exit(3);
    expect(one.events.at(-1)).toMatchObject({ kind: 'lost', retryMs: 1000 });
    one.supervisor.close({});
    one.pass(5000);
    expect(one.states).toBe('2 draining');
    one.exit(2, 0);
    await one.supervisor.closed.promise;
    expect(one.timers).toBe(0);
  });

  test('ends a restart that has started one in the middle of a back-off', async () => {
    const one = await Supervised.serving(2);
    one.exit(1);
    one.exit(3);
    const over = one.supervisor.restart();
    one.supervisor.close({});
    await expect(over).rejects.toMatchObject({ code: 'SLUICE_WORKERS_CLOSED' });
    for (const { id } of one.supervisor.members) one.exit(id, 0);
    await one.supervisor.closed.promise;
    expect(one.timers).toBe(0);
  });
});

// Law: whatever happens, every place has at most one worker and one to replace it, nobody is forgotten, no timer
// outlives the end, and a close ends.
test('any history ends in order', () => {
  const step = fc.record({
    act: fc.constantFrom('ready', 'exit', 'restart', 'pass', 'close', 'said'),
    which: fc.nat(7),
    ms: fc.constantFrom(1, 1000, 12_000, 60_000),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.array(step, { maxLength: 60 }),
      (count, steps) => {
        const one = new Supervised(count);
        const { supervisor } = one;
        for (const settlement of [supervisor.up, supervisor.closed])
          settlement.promise.catch(() => undefined);
        const saidReady = new Set<number>();
        for (const { act, which, ms } of steps) {
          const { members } = supervisor;
          const member = members[which % Math.max(members.length, 1)];
          if (act === 'restart') void supervisor.restart().catch(() => undefined);
          else if (act === 'pass') one.pass(ms);
          else if (act === 'close') supervisor.close(which > 4 ? { graceMs: 0 } : {});
          else if (member === undefined) continue;
          else if (act === 'exit') one.exit(member.id);
          else if (act === 'said') supervisor.said(member.id, { failure: new Error('said') });
          else if (!saidReady.has(member.id)) {
            saidReady.add(member.id);
            supervisor.ready(member.id);
          }
          for (let place = 0; place < count; place++) {
            const there = supervisor.members.filter((one) => one.place === place);
            const serving = there.filter(({ state }) => state === 'starting' || state === 'ready');
            expect(serving.length).toBeLessThanOrEqual(2);
          }
        }
        supervisor.close({});
        for (const { id } of supervisor.members) one.exit(id, 0);
        expect(supervisor.closed.isSettled || supervisor.up.isSettled).toBe(true);
        expect(supervisor.members).toEqual([]);
        expect(one.timers).toBe(0);
      },
    ),
  );
});

test('the back-off doubles from 1 s to 30 s after the first', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 100].map(backOffMs)).toEqual([
    0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
  ]);
});
