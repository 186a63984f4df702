// The requests of one connection that wait for their turn, or are refused.

import { describe, expect, test } from 'vitest';
import { anyScope } from '../../../src/conn/environment.js';
import type { Exchange } from '../../../src/conn/exchange.js';
import { Fault } from '../../../src/fsm/faults.js';
import { reply } from '../../../src/index.js';
import { ConnectionScene, never, observed, SceneLine } from '../../support/connection-scene.js';
import { type Gate, gate, get, post } from '../../support/test-server.js';

describe('a request that waits', () => {
  /** The only slot is taken by another connection until `first` opens. */
  async function queued(bytes = get()): Promise<{ scene: ConnectionScene; first: Gate }> {
    const first = gate();
    const scene = new ConnectionScene(
      async (_request, { target }) => {
        if (target === '/first') await first.promise;
        return reply('x');
      },
      { concurrency: 1 },
    );
    scene.connect(new SceneLine()).onBytes(Buffer.from(get('/first')), 0);
    await scene.send(bytes);
    expect(scene.state).toMatch('/queued/');
    return { scene, first };
  }

  test('starts in its turn', async () => {
    const { scene, first } = await queued();
    first.open();
    await scene.to(1);
    expect([scene.statuses, scene.state]).toEqual([[200], 'idle/idle/keep']);
  });

  test('starts in the asynchronous context of its server, like all others', async () => {
    const { scene, first } = await queued();
    let count = 0;
    scene.connection.conversation.scope = {
      ...anyScope,
      run(work, self, ...values) {
        count++;
        return work.apply(self, values);
      },
    };
    first.open();
    await scene.to(1);
    expect([count, scene.statuses]).toEqual([1, [200]]);
    await scene.send(get());
    expect(count).toBe(2);
  });

  test('and can’t be answered in its turn ends its connection, and no other', async () => {
    const { scene, first } = await queued();
    scene.line.error = new Error('the line is broken');
    first.open();
    await scene.to(1);
    expect([scene.connection.life.closed, scene.errors.map(String)]).toEqual([
      true,
      ['Error: the line is broken'],
    ]);
    expect(observed(scene, 'completed')).toContainEqual(['completed', 2, 1, 200]);
  });

  test('is not run where its client has left', async () => {
    const { scene, first } = await queued();
    scene.connection.onFin(0);
    await scene.to(1000);
    first.open();
    await scene.to(1001);
    expect([scene.statuses, scene.state]).toEqual([[], 'closed/closed/last']);
    expect(scene.line.calls).toEqual(['destroy']);
    expect(observed(scene, 'started')).toHaveLength(1);
    expect(observed(scene, 'completed')).toEqual([['completed', 2, 1, 200]]);
    expect(observed(scene, 'refused')).toEqual([['refused', 1, 2, 0, 'peerEnded']]);
    expect(scene.parts.roster.requestsCutOff).toBe(1);
  });

  test('is not run where asking whether its client has left fails', async () => {
    const { scene, first } = await queued();
    const error = new Error('the line is broken');
    Object.defineProperty(scene.line, 'unflushedBytes', {
      get() {
        throw error;
      },
    });
    scene.connection.receiver.input.ended = true;
    await scene.to(1000);
    first.open();
    await scene.to(1001);
    expect(scene.errors).toContain(error);
    expect(observed(scene, 'started')).toHaveLength(1);
    expect(scene.connection.life.closed).toBe(true);
  });

  test('leaves the queue and is answered where its content breaks a rule', async () => {
    const { scene, first } = await queued(post('abc', 'Expect: 100-continue\r\n').slice(0, -3));
    expect(scene.state).toBe('body/queued/keep');
    scene.connection.refuse(Fault.bodyTooLarge, 3);
    await scene.to(1);
    expect([scene.statuses, scene.parts.limiter.stats().queued]).toEqual([[413], 0]);
    first.open();
    await scene.to(2);
    expect(observed(scene, 'started')).toHaveLength(1);
  });
});

describe('a request that is refused', () => {
  const scene503 = (priority: 'default' | 'critical' = 'default'): ConnectionScene =>
    new ConnectionScene(never, {
      concurrency: 1,
      queue: { law: 'timed', entriesMax: 1 },
      priority: () => priority,
    });

  test('is a 503 that says when to come again, and is not cut off', async () => {
    const scene = scene503();
    for (let i = 0; i < 2; i++) scene.connect().onBytes(Buffer.from(get()), 0);
    await scene.send(get());
    const { written } = scene;
    expect(written).toMatch(/^HTTP\/1\.1 503 .*\r\nretry-after: \d+\r\n/is);
    const { requestsStarted, requestsFinished, requestsRefused, requestsCutOff } =
      scene.parts.roster;
    expect([requestsStarted, requestsFinished, requestsRefused, requestsCutOff]).toEqual([
      1, 0, 1, 0,
    ]);
    expect(observed(scene, 'refused')).toEqual([['refused', 1, 3, 503, 'queueFull']]);
    expect(observed(scene, 'completed')).toEqual([]);
    expect(scene.parts.shedBudget.open).toBe(false);
  });

  test('is counted in the time that refusing may take, until it is written, but not where it is critical', async () => {
    for (const [priority, times] of [
      ['default', 1],
      ['critical', 0],
    ] as const) {
      const scene = scene503(priority);
      const began: number[] = [];
      const { shedBudget } = scene.parts;
      const begin = shedBudget.begin.bind(shedBudget);
      shedBudget.begin = (now) => {
        began.push(now);
        begin(now);
      };
      for (let i = 0; i < 2; i++) scene.connect().onBytes(Buffer.from(get()), 0);
      await scene.send(get());
      expect([scene.statuses, began.length, shedBudget.open]).toEqual([[503], times, false]);
    }
  });

  test('after a wait, and can’t be told so, ends its connection', async () => {
    const scene = new ConnectionScene(never, {
      concurrency: 1,
      queue: { law: 'timed', entriesMax: 10, waitMs: 40 },
    });
    scene.connect().onBytes(Buffer.from(get()), 0);
    await scene.send(get());
    scene.line.error = new Error('the line is broken');
    await scene.to(50);
    expect([scene.connection.life.closed, scene.errors.map(String)]).toEqual([
      true,
      ['Error: the line is broken'],
    ]);
  });

  test('says when the limiter wants it to come again', async () => {
    const scene = scene503();
    scene.connect().onBytes(Buffer.from(get()), 0);
    await scene.send(get());
    const exchange = scene.connection.conversation.current as Exchange;
    scene.connection.conversation.withdraw();
    exchange.onRefused('queueFull', 7000, 0);
    expect(scene.written).toMatch(/\r\nretry-after: 7\r\n/i);
  });
});
