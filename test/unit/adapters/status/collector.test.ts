import { describe, expect, test } from 'vitest';
import { LOOK_MS } from '../../../../src/adapters/status/collect/collector.js';
import { FAULTS_MAX } from '../../../../src/adapters/status/collect/fault-ring.js';
import { SAMPLES } from '../../../../src/adapters/status/collect/sampler.js';
import { stubStatus } from '../../../../src/adapters/status/stub-status.js';
import { EventIds } from '../../../../src/fsm/index.js';
import { StatusScene } from '../../../support/status-scene.js';

describe('while nobody looks', () => {
  test('only faults are observed', () => {
    const scene = new StatusScene();
    expect([...scene.observers].map((observer) => Object.keys(observer))).toEqual([['fault']]);
    scene.second();
    expect(scene.collector.snapshot()).toMatchObject({
      latencyMs: null,
      transitionsPerSecond: null,
    });
  });

  test('counts are sampled, and so how fast they grow', () => {
    const scene = new StatusScene();
    scene.counts.started = 500;
    scene.counts.refused = 30;
    scene.limiter.refusedBy = { ...scene.limiter.refusedBy, waited: 30 };
    scene.now = 1000;
    scene.second();
    const { requests, limiter, history } = scene.collector.snapshot();
    expect(requests).toMatchObject({ startedPerSecond: 250, refusedPerSecond: 15, total: 530 });
    expect(limiter.refusedPerSecondBy).toMatchObject({ waited: 15, queueFull: 0 });
    expect(history.startedPerSecond).toHaveLength(SAMPLES);
    expect(history.startedPerSecond.slice(-2)).toEqual([null, 250]);
    expect(history.limit.at(-1)).toBe(8);
    expect(history.p99Ms.at(-1)).toBeNull();
  });

  test('a count that begins again is no negative rate', () => {
    const scene = new StatusScene();
    scene.counts.started = 500;
    scene.second();
    scene.counts.started = 0;
    scene.second();
    expect(scene.collector.snapshot().requests.startedPerSecond).toBe(0);
  });
});

describe('while somebody looks', () => {
  test('transitions and times are known, a second after that', () => {
    const scene = new StatusScene();
    scene.collector.look();
    scene.transition({ reading: 'idle', writing: 'idle' }, EventIds.headStart, 10);
    for (let i = 1; i <= 100; i++) scene.serve(i, i / 2, i / 4);
    scene.now = 1000;
    scene.second();
    const { latencyMs, transitionsPerSecond, history } = scene.collector.snapshot();
    expect(transitionsPerSecond?.reading['idle>head']).toBe(5);
    expect(transitionsPerSecond?.writing).toMatchObject({ 'queued>pending': 50, 'done>idle': 50 });
    expect(latencyMs).toMatchObject({ seconds: 10, requests: 100 });
    expect(latencyMs?.duration.max).toBe(100);
    expect(Math.abs((latencyMs?.duration.p50 ?? 0) - 50)).toBeLessThan(2);
    expect(latencyMs?.waited.max).toBe(50);
    expect(latencyMs?.handler.max).toBe(25);
    expect(history.p99Ms.at(-1)).toBeGreaterThan(90);
  });

  test('looking again watches no second time', () => {
    const scene = new StatusScene();
    scene.collector.look();
    scene.collector.look();
    expect(scene.observers.size).toBe(2);
  });

  test('it is forgotten when nobody has looked for a while, and begun anew with the next look', () => {
    const scene = new StatusScene();
    scene.collector.look();
    scene.serve(5);
    while (scene.now < LOOK_MS - 1000) scene.second();
    expect(scene.collector.watchesAll).toBe(true);
    scene.second();
    expect(scene.collector.watchesAll).toBe(false);
    expect(scene.observers.size).toBe(1);
    scene.collector.look();
    expect(scene.collector.snapshot().latencyMs).toBeNull();
  });
});

test('the last faults are kept, the newest first', () => {
  const scene = new StatusScene();
  for (let i = 1; i <= FAULTS_MAX + 2; i++) scene.fault({ offset: i });
  const { last } = scene.collector.snapshot().faults;
  expect(last.map(({ offset }) => offset)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
  expect(last[0]?.at).toBe('2026-11-29T12:00:00.000Z');
});

test('a second more is wanted until the server is closed and nobody looks', () => {
  const scene = new StatusScene();
  expect(scene.second()).toBe(true);
  const report = { finished: 1, refused: 0, cutOff: 0 };
  scene.closing = { stage: 'draining', remainingMs: 500, report };
  expect(scene.second()).toBe(true);
  expect(scene.collector.snapshot()).toMatchObject({ state: 'draining', close: { report } });
  scene.closing = { stage: 'closed', remainingMs: 0, report };
  scene.collector.look();
  expect(scene.second()).toBe(true);
  scene.now += LOOK_MS;
  expect(scene.second()).toBe(false);
  expect(scene.collector.snapshot().state).toBe('closed');
});

test('stub_status is what nginx writes', () => {
  const scene = new StatusScene();
  scene.hold(7, { reading: 'idle', writing: 'idle' });
  scene.hold(1, { reading: 'head', writing: 'idle' });
  scene.hold(3, { reading: 'done', writing: 'pending' });
  scene.hold(2, { reading: 'body', writing: 'gathering' });
  scene.counts.accepted = 40;
  scene.counts.connectionsRefused = 2;
  scene.counts.started = 90;
  scene.counts.refused = 8;
  scene.counts.probes = 1;
  expect(stubStatus(scene.collector.snapshot())).toBe(
    'Active connections: 13 \n' +
      'server accepts handled requests\n' +
      ' 42 40 99 \n' +
      'Reading: 1 Writing: 5 Waiting: 7 \n',
  );
});
