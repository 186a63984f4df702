// How the parts of a server are joined: which of them tells which.

import { expect, test } from 'vitest';
import { TIGHT } from '../../../src/conn/ledger.js';
import { ServerParts } from '../../../src/conn/server-parts.js';
import { DEFAULT_LIMITS } from '../../../src/fsm/limits.js';
import { reply, type ServerOptions } from '../../../src/index.js';
import type { RefusalReason } from '../../../src/limiter/refusal.js';
import { settingsFrom } from '../../../src/server-options.js';
import { VirtualClock } from '../../../src/testing/network/virtual-clock.js';
import { VirtualEnvironment } from '../../../src/testing/network/virtual-environment.js';
import { ConnectionScene } from '../../support/connection-scene.js';
import { gate, get, post } from '../../support/test-server.js';

class WarningEnvironment extends VirtualEnvironment {
  readonly warnings: string[] = [];
  override warn(text?: string): void {
    this.warnings.push(String(text));
  }
}

const environment = new WarningEnvironment(new VirtualClock());

const partsOf = (options: Partial<ServerOptions> = {}): ServerParts =>
  new ServerParts(settingsFrom({ fetch: () => reply('x'), ...options }), environment);

test('a part has the limits and the handler of its settings', () => {
  const fetch = () => reply('x');
  const parts = partsOf({ fetch, limits: { headMs: 77, bufferedBytesMax: 100_000 } });
  expect(parts.handler).toBe(fetch);
  expect(parts.limits).toEqual({ ...DEFAULT_LIMITS, headMs: 77, bufferedBytesMax: 100_000 });
  expect(parts.clocks.head.durationMs).toBe(77);
  expect(parts.ledger).toBe(parts.memory.ledger);
  expect([parts.ledger.fits(59_999, TIGHT), parts.ledger.fits(60_000, TIGHT)]).toEqual([
    true,
    false,
  ]);
  expect([parts.environment, parts.admission.trivial]).toEqual([environment, true]);
});

test.each([
  [undefined, false],
  [{ max: 10, hold: 'handler' }, false],
  [{ max: 10, hold: 'body' }, true],
] as const)('with concurrency %o, the slot is kept for the body: %s', (concurrency, keeps) => {
  const parts = partsOf(concurrency === undefined ? {} : { concurrency });
  expect(parts.keepsSlotForBody).toBe(keeps);
});

test.each([
  [999, 0],
  [1000, 1],
  [1999, 1],
  [75_000, 75],
])('%i ms of keep-alive are told as %i whole seconds', (keepAliveMs, seconds) => {
  expect(partsOf({ limits: { keepAliveMs } }).keepAliveSeconds).toBe(seconds);
});

test('an error that nobody takes is a warning', () => {
  partsOf().reports.error(new Error('lost'));
  expect(environment.warnings).toEqual([
    'sluice: an error: Error: lost (there was no onError to tell)',
  ]);
});

test('the observer is the guarded one, or none', () => {
  expect(partsOf().observer).toBe(undefined);
  const error = new Error('x');
  const errors: unknown[] = [];
  const { observer, reports } = partsOf({
    onError: (error) => {
      errors.push(error);
    },
    observer: {
      connectionRefused() {
        throw error;
      },
    },
  });
  expect(reports.observer).toBe(observer);
  observer?.connectionRefused?.({ reason: 'x' });
  expect(errors).toEqual([error]);
});

test('the Date field is that of the wall clock, once a second', () => {
  const clock = new VirtualClock();
  const parts = new ServerParts(
    settingsFrom({ fetch: () => reply('x') }),
    new VirtualEnvironment(clock),
  );
  expect(parts.dateLine(0)).toBe('Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n');
  clock.run({ until: 61_000 });
  expect(parts.dateLine(61_000)).toBe('Date: Thu, 01 Jan 2026 00:01:01 GMT\r\n');
});

test('a server that serves again is ready, and answers', async () => {
  const scene = new ConnectionScene();
  const { roster, scheduler } = scene.parts;
  [roster.ready, roster.draining] = [false, true];
  scheduler.stop();
  scene.parts.reopen();
  expect([roster.ready, roster.draining]).toEqual([true, false]);
  await scene.to(DEFAULT_LIMITS.keepAliveMs + 100);
  expect(scene.line.calls).toContain('end');
});

test('a slot that is given back starts the next request in a turn', async () => {
  const first = gate();
  const scene = new ConnectionScene(
    async (_request, { target }) => {
      if (target === '/1') await first.promise;
      return reply('x');
    },
    { concurrency: 1 },
  );
  await scene.send(get('/1'));
  const other = scene.connect();
  other.onBytes(Buffer.from(get('/2')), 0);
  await scene.to(1);
  expect(other.life.name).toBe('done/queued/keep');
  first.open();
  await scene.to(2);
  expect(other.life.name).toBe('idle/idle/keep');
});

test('while memory is short, the limiter refuses what would wait', async () => {
  const reasons: RefusalReason[] = [];
  const scene = new ConnectionScene(() => new Promise(() => {}), {
    concurrency: 1,
    limits: { bufferedBytesMax: 64 * 1024 },
    observer: { requestRefused: ({ reason }) => reasons.push(reason as never) },
  });
  await scene.send(get('/1'));
  scene.parts.ledger.change(60 * 1024);
  await scene.to(10);
  scene.connect().onBytes(Buffer.from(get('/2')), 10);
  await scene.to(20);
  expect(reasons).toEqual(['memory']);
});

test('while memory is tight, a connection that is silent for a quarter of its time ends', async () => {
  const scene = new ConnectionScene(undefined, {
    limits: { bufferedBytesMax: 64 * 1024, headMs: 1000 },
  });
  scene.come('GET / HT');
  await scene.to(240);
  scene.parts.ledger.change(41 * 1024);
  await scene.to(249);
  expect(scene.statuses).toEqual([]);
  await scene.to(600);
  expect(scene.statuses).toEqual([408]);
});

test('who asks is counted for the limiter', async () => {
  const scene = new ConnectionScene();
  await scene.send(post('x'));
  expect(scene.parts.asking.count(scene.clock.now)).toBeGreaterThan(0);
});
