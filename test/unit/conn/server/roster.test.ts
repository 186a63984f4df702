// Who is there, and what is still waited for.

import { expect, test } from 'vitest';
import { Clocks } from '../../../../src/conn/clock/clocks.js';
import type { RequestContext } from '../../../../src/conn/handler/context.js';
import { Roster } from '../../../../src/conn/server/roster.js';
import type { OpenConnection } from '../../../../src/conn/server-ports.js';
import { Reports } from '../../../../src/conn/watch/reports.js';
import { DEFAULT_LIMITS } from '../../../../src/fsm/limits.js';
import { Deadline } from '../../../../src/fsm/time/deadlines.js';
import { settle } from '../../../support/loop-turns.js';

class Scene {
  readonly told: unknown[][] = [];
  readonly clocks = new Clocks(DEFAULT_LIMITS);
  readonly roster = new Roster(
    this.clocks,
    new Reports(
      {
        onError: (...values) => {
          this.told.push(values);
        },
        onFault: undefined,
        observers: [],
        showsCredentials: false,
      },
      () => {},
    ),
  );
  // Boundaries: the roster hands them on, or keeps them, and looks at none.
  readonly connection = {} as OpenConnection;
  readonly context = {} as RequestContext;
  readonly request = {} as Request;

  waitFor(given: unknown): void {
    this.roster.waitFor(given, this.context, this.request);
  }

  get isIdle(): boolean {
    let idle = false;
    this.roster.whenIdle(() => {
      idle = true;
    });
    return idle;
  }
}

test('connections and requests are counted from 1', () => {
  const { roster } = new Scene();
  expect([roster.nextConnectionId(), roster.nextConnectionId()]).toEqual([1, 2]);
  expect([roster.connectionsAccepted, roster.arriving.size]).toEqual([2, 0]);
  expect([roster.nextRequestId(), roster.nextRequestId()]).toEqual([1, 2]);
});

test('it is idle once the last connection is gone, and says so once', () => {
  const { roster, connection } = new Scene();
  let calls = 0;
  roster.add(connection, 7);
  expect(roster.askedAt).toBe(7);
  roster.whenIdle(() => calls++);
  expect(calls).toBe(0);
  roster.remove(connection);
  roster.add(connection, 8);
  roster.remove(connection);
  expect(calls).toBe(1);
});

test('it is busy once sixteen requests came without a second between two of them', () => {
  const { roster } = new Scene();
  const ask = (times: number, from: number): boolean => {
    for (let i = 0; i < times; i++) roster.asked(from + 999 * i);
    return roster.isBusy;
  };
  expect(ask(15, 0)).toBe(false);
  expect(ask(1, 15 * 999)).toBe(true);
  expect(ask(1, 15 * 999 + 1000)).toBe(false);
  expect(ask(15, 16 * 999 + 1000)).toBe(true);
});

test('a promise keeps it busy until it settles', async () => {
  const scene = new Scene();
  let resolve: () => void = () => undefined;
  scene.waitFor(new Promise<void>((done) => (resolve = done)));
  expect(scene.isIdle).toBe(false);
  resolve();
  await null;
  await null;
  expect(scene.isIdle).toBe(true);
  expect(scene.told).toEqual([]);
});

test('a rejection is told with its request, and ends the wait', async () => {
  const scene = new Scene();
  const error = new Error('x');
  scene.waitFor(Promise.reject(error));
  await settle();
  expect(scene.told).toEqual([[error, scene.request, scene.context]]);
  expect(scene.isIdle).toBe(true);
});

test('what is no promise, and what can’t be asked, keeps nobody', () => {
  const scene = new Scene();
  scene.waitFor(7);
  expect(scene.told).toEqual([]);
  scene.waitFor({
    // biome-ignore lint/suspicious/noThenProperty: what a foreign thenable may do
    get then() {
      throw new Error('no');
    },
  });
  expect(scene.told).toHaveLength(1);
  expect(scene.isIdle).toBe(true);
});

test('promises that never settle are given up', () => {
  const scene = new Scene();
  scene.waitFor(new Promise(() => {}));
  let idle = false;
  scene.roster.whenIdle(() => {
    idle = true;
  });
  expect(idle).toBe(false);
  scene.roster.giveUpWaiting();
  expect(idle).toBe(true);
});

test('the connection that is idle for longest makes room, where it does', () => {
  const { roster, clocks, connection } = new Scene();
  expect(roster.closeLongestIdle(5)).toBe(false);
  roster.add(connection, 0);
  const seen: unknown[] = [];
  let leaves = false;
  const deadline = new Deadline({
    expired: (list, now) => {
      seen.push([list.name, now]);
      if (leaves) roster.remove(connection);
    },
  });
  clocks.keepAlive.arm(deadline, 0);
  expect(roster.closeLongestIdle(5)).toBe(false);
  leaves = true;
  expect(roster.closeLongestIdle(6)).toBe(true);
  expect(seen).toEqual([
    ['room', 5],
    ['room', 6],
  ]);
});

test('reopened, it is ready and drains no more', () => {
  const { roster } = new Scene();
  expect([roster.ready, roster.draining]).toEqual([true, false]);
  roster.ready = false;
  roster.draining = true;
  roster.reopen();
  expect([roster.ready, roster.draining]).toEqual([true, false]);
});
