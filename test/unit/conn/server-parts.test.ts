// How the parts of a server are joined: which of them tells which.

import { describe, expect, test } from 'vitest';
import { TIGHT } from '../../../src/conn/memory/ledger.js';
import { ServerParts } from '../../../src/conn/server-parts.js';
import { DEFAULT_LIMITS } from '../../../src/fsm/limits.js';
import { reply, type ServerOptions } from '../../../src/index.js';
import type { RefusalReason } from '../../../src/limiter/refusal.js';
import { settingsFrom } from '../../../src/server-options.js';
import { Random } from '../../../src/testing/network/random.js';
import { VirtualClock } from '../../../src/testing/network/virtual-clock.js';
import { VirtualEnvironment } from '../../../src/testing/network/virtual-environment.js';
import { ConnectionScene, SceneLine } from '../../support/connection-scene.js';
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

test('limits that change hold for the clocks, for parsers that are spare, and for what clients are told', () => {
  const settings = settingsFrom({ fetch: () => reply('x'), limits: { headBytesMax: 1000 } });
  // As those of a host are: not frozen.
  const parts = new ServerParts({ ...settings, limits: { ...settings.limits } }, environment);
  const spare = parts.readers.take(0);
  parts.readers.give(spare);
  parts.retune({ headBytesMax: 2000, headMs: 5 }, { toldMs: 2999, keptMs: 4000 });
  expect(parts.limits).toEqual({ ...DEFAULT_LIMITS, headBytesMax: 2000, headMs: 5 });
  expect(parts.keepAliveSeconds).toBe(2);
  expect([parts.clocks.head.durationMs, parts.clocks.keepAliveTold.durationMs]).toEqual([5, 4000]);
  expect(parts.readers.take(0)).not.toBe(spare);
});

test('an observer is told of a limit that changes', () => {
  const limits: unknown[] = [];
  const { limiter } = partsOf({
    concurrency: 4,
    observer: { limitChanged: (change) => void limits.push(change) },
  });
  limiter.setLimit(3);
  expect(limits).toEqual([{ limit: 3, previous: 4 }]);
  // Nobody hears of it.
  partsOf({ concurrency: 4 }).limiter.setLimit(3);
  const others = { requestStarted: () => undefined };
  expect(() => partsOf({ concurrency: 4, observer: others }).limiter.setLimit(3)).not.toThrow();
});

test('the buckets of clients are as chance wants them', () => {
  const bucketsOf = (seed: number): number[] => {
    const { limiter } = new ServerParts(
      settingsFrom({ fetch: () => reply('x') }),
      new VirtualEnvironment(new VirtualClock(), { random: new Random(seed) }),
    );
    return Array.from({ length: 20 }, (_, i) => limiter.bucketOf(`client ${i}`));
  };
  expect(bucketsOf(1)).toEqual(bucketsOf(1));
  expect(bucketsOf(1)).not.toEqual(bucketsOf(2));
});

test('what a list of trusted proxies throws is told, and nobody is trusted', () => {
  const error = new Error('x');
  const errors: unknown[] = [];
  const { trust } = partsOf({
    onError: (told) => void errors.push(told),
    trustedProxies: {
      check() {
        throw error;
      },
    },
  });
  expect([trust?.trusts('192.0.2.1'), errors]).toEqual([false, [error]]);
});

test('a handler that computes has the next request wait for a turn: the limiter asks the clock', async () => {
  const scene: ConnectionScene = new ConnectionScene(() => {
    scene.clock.spend(6);
    return new Promise(() => {});
  });
  scene.come(get('/1'));
  const other = scene.connect();
  other.onBytes(Buffer.from(get('/2')), scene.clock.now);
  expect([scene.state, other.life.name]).toEqual(['done/pending/keep', 'done/queued/keep']);
  await scene.to(100);
  expect(other.life.name).toBe('done/pending/keep');
});

test('an observer that joins and fails is told of; when it leaves, connections are measured no more', () => {
  const scene = new ConnectionScene(undefined, { observer: [] });
  const error = new Error('x');
  const end = scene.parts.observe({
    connectionOpened() {
      throw error;
    },
    requestStarted: () => undefined,
  });
  expect(scene.errors).toEqual([error]);
  expect(scene.connection.accounts).toBeDefined();
  end();
  expect(scene.connection.accounts).toBe(undefined);
});

describe('a connection that is not let in yet', () => {
  const socket = { remote: { address: 'a', port: 1 }, begin: () => {}, drop: () => {} };

  test('keeps the server from being idle, and has its time', async () => {
    const scene = new ConnectionScene(undefined, { limits: { handshakeMs: 500 } });
    const { parts } = scene;
    scene.connection.onReset(0, undefined);
    parts.handshakes.arrive(socket, 0);
    let idle = 0;
    parts.roster.whenIdle(() => idle++);
    await scene.to(499);
    expect([idle, scene.faults.length]).toEqual([0, 0]);
    await scene.to(501);
    expect([idle, scene.faults[0]?.code]).toEqual([1, 'SLUICE_FAULT_HANDSHAKE_TIMEOUT']);
  });

  test.each([
    ['an address that is trusted', '127.0.0.1', undefined],
    ['any other', '10.0.0.1', 'SLUICE_FAULT_PROXY_PEER_UNTRUSTED'],
  ])('has a header of its proxy awaited at %s', async (_which, trusted, code) => {
    const scene = new ConnectionScene(undefined, { trustedProxies: [trusted] });
    const { parts } = scene;
    scene.connection.onReset(0, undefined);
    parts.proxyHeaders.arrive(new SceneLine(), 0, () => {});
    expect(scene.faults[0]?.code).toBe(code);
    let idle = 0;
    parts.roster.whenIdle(() => idle++);
    expect(idle).toBe(code === undefined ? 0 : 1);
    await scene.to(DEFAULT_LIMITS.headMs + 1);
    expect(idle).toBe(1);
  });

  test('waits no longer than a moment for its header in a drain', async () => {
    const scene = new ConnectionScene(undefined, { trustedProxies: ['127.0.0.1'] });
    scene.parts.roster.draining = true;
    scene.parts.proxyHeaders.arrive(new SceneLine(), 0, () => {});
    await scene.to(51);
    expect([scene.parts.arriving.size, scene.faults]).toEqual([0, []]);
  });

  test('trusts nobody where no proxy is named', () => {
    const scene = new ConnectionScene();
    scene.parts.proxyHeaders.arrive(new SceneLine(), 0, () => {});
    expect(scene.faults[0]?.code).toBe('SLUICE_FAULT_PROXY_PEER_UNTRUSTED');
  });
});
