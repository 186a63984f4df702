// One connection, moved by hand: what each event of its transport, its clocks and its server does.

import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../../src/fsm/limits.js';
import { type FetchHandler, reply } from '../../../src/index.js';
import { ConnectionScene, never } from '../../support/connection-scene.js';
import { gate, get, post, postChunked } from '../../support/test-server.js';

/** A handler that never answers, and notes the reason of its signal. */
function listening(reasons: unknown[]): FetchHandler {
  return (request) => {
    request.signal.addEventListener('abort', () => reasons.push(request.signal.reason.reason));
    return new Promise(() => {});
  };
}

describe('a new connection', () => {
  test('is known to its server and its observer, by a number of its own', () => {
    const scene = new ConnectionScene();
    const other = scene.connect();
    expect([scene.connection.id, other.id]).toEqual([1, 2]);
    expect([...scene.parts.roster.connections]).toEqual([scene.connection, other]);
    expect(scene.observed).toEqual([
      ['opened', 1],
      ['opened', 2],
    ]);
    expect([scene.state, scene.connection.peerGone]).toEqual(['idle/idle/keep', false]);
  });

  test('has the time of an idle one', async () => {
    const scene = new ConnectionScene();
    await scene.to(DEFAULT_LIMITS.keepAliveMs - 1);
    expect(scene.state).toBe('idle/idle/keep');
    await scene.to(DEFAULT_LIMITS.keepAliveMs + 1);
    expect([scene.state, scene.line.calls, scene.written]).toEqual([
      'discard/shut/keep',
      ['end'],
      '',
    ]);
  });
});

test('the client that asked for keep-alive was told how long', async () => {
  const scene = new ConnectionScene();
  await scene.send(get());
  expect(scene.connection.toldKeepAlive).toBe(false);
  await scene.send(get('/', 'Connection: keep-alive\r\n'));
  expect(scene.connection.toldKeepAlive).toBe(true);
});

describe('the peer’s FIN', () => {
  test('between requests ends the connection', async () => {
    const scene = new ConnectionScene();
    scene.connection.onFin(3);
    expect([scene.state, scene.line.calls]).toEqual(['closed/closed/last', ['destroy']]);
    expect(scene.parts.roster.connections.size).toBe(0);
    expect(scene.observed.at(-1)).toEqual(['closed', 1, 'closed/closed/last']);
  });

  test('behind a request tells its handler, and the response is sent', async () => {
    const answer = gate();
    const reasons: unknown[] = [];
    const scene = new ConnectionScene(async (request) => {
      request.signal.addEventListener('abort', () => reasons.push(request.signal.reason.reason));
      await answer.promise;
      return reply('x');
    });
    await scene.send(get());
    expect(scene.connection.peerGone).toBe(false);
    scene.connection.onFin(0);
    expect([reasons, scene.connection.peerGone]).toEqual([['peerEnded'], true]);
    scene.line.unflushedBytes = 1;
    expect([scene.connection.peerGone, scene.connection.isLeaving()]).toEqual([false, true]);
    scene.line.unflushedBytes = 0;
    answer.open();
    await scene.to(1);
    expect([scene.statuses, scene.line.calls]).toEqual([[200], ['destroy']]);
    expect(scene.connection.peerGone).toBe(true);
  });

  test.each([
    ['a head', get().slice(0, -2), 'SLUICE_FAULT_HEAD_TRUNCATED'],
    ['content', post('abc').slice(0, -1), 'SLUICE_FAULT_BODY_TRUNCATED'],
  ])('within %s is a fault, and the reason of the end', async (_where, bytes, code) => {
    const scene = new ConnectionScene();
    await scene.send(bytes);
    scene.connection.onFin(0);
    await scene.to(1);
    expect(scene.faults.map((fault) => [fault.code, fault.offset])).toEqual([[code, bytes.length]]);
    expect([scene.statuses, scene.connection.ending.reason]).toEqual([[400], 'peerEnded']);
    expect(scene.line.calls).toEqual(['destroy']);
  });
});

test('a reset ends the connection, and touches its transport no more', async () => {
  const reasons: unknown[] = [];
  const scene = new ConnectionScene(listening(reasons));
  await scene.send(get());
  scene.connection.onReset(2, new Error('ECONNRESET'));
  expect([reasons, scene.line.calls, scene.errors]).toEqual([['peerReset'], [], []]);
  expect([scene.connection.life.closed, scene.connection.ending.reason]).toEqual([
    true,
    'peerReset',
  ]);
  expect(scene.parts.clocks.deadlines.nextMs).toBe(Number.POSITIVE_INFINITY);
  expect(scene.observed.filter(([name]) => name === 'closed')).toHaveLength(1);
  scene.connection.ending.tidyUp();
  expect(scene.observed.filter(([name]) => name === 'closed')).toHaveLength(1);
  // What comes after the end is dropped.
  scene.come(get());
  expect([scene.written, scene.connection.bufferedBytes]).toEqual(['', 0]);
});

test('what has left is seen when the transport says so', async () => {
  const completions: unknown[] = [];
  const scene = new ConnectionScene((_request, { completed }) => {
    void completed.then((completion) => completions.push(completion));
    return reply('x');
  });
  scene.line.unflushedBytes = 500_000;
  await scene.send(get('/', 'Connection: close\r\n'));
  expect([completions, scene.line.calls]).toEqual([[], []]);
  scene.line.unflushedBytes = 0;
  scene.connection.onFlushed(4);
  await scene.to(4);
  expect([completions, scene.line.calls]).toEqual([[{ delivered: true }], ['end']]);
  expect(scene.connection.now).toBeGreaterThanOrEqual(4);
});

test('an observer that hears of no request has none of them measured', () => {
  const scene = new ConnectionScene(undefined, { observer: [] });
  expect(scene.connection.accounts).toBe(undefined);
  const end = scene.parts.observe({ transition: () => undefined });
  expect(scene.connection.accounts).toBe(undefined);
  scene.parts.observe({ requestStarted: () => undefined });
  expect(scene.connection.accounts).toBeDefined();
  end();
  expect(scene.connection.accounts).toBeDefined();
});

describe('the server', () => {
  test('tells the handler that runs', async () => {
    const reasons: unknown[] = [];
    const scene = new ConnectionScene(listening(reasons));
    scene.connection.abort('drain');
    await scene.send(get());
    scene.connection.abort('drain');
    expect(reasons).toEqual(['drain']);
  });

  test('gives up content that waits for memory: its handler is told, and it is the last', async () => {
    const errors: unknown[] = [];
    const scene = new ConnectionScene(async (request) => {
      await request.text().catch((error) => errors.push(error.status));
      return reply('x', { status: 503 });
    });
    await scene.send(postChunked('3\r\nabc\r\n'));
    scene.connection.giveUpStarved();
    await scene.to(1);
    expect(errors).toEqual([503]);
    expect([scene.statuses, scene.state]).toEqual([[503], 'discard/shut/last']);
  });

  test('that gives up content which is none any more makes no error', () => {
    const scene = new ConnectionScene();
    scene.connection.giveUpStarved();
    expect([scene.errors, scene.state]).toEqual([[], 'discard/shut/last']);
  });

  test('that drains ends a connection that becomes idle', async () => {
    const answer = gate();
    const scene = new ConnectionScene(async () => {
      await answer.promise;
      return reply('x');
    });
    await scene.send(get());
    answer.open();
    scene.line.unflushedBytes = 1e6;
    await scene.to(1);
    expect(scene.state).toBe('done/flushing/keep');
    scene.parts.roster.draining = true;
    scene.line.unflushedBytes = 0;
    scene.connection.onFlushed(1);
    await scene.to(200);
    expect(scene.line.calls).toContain('end');
  });

  test('knows since when content waits for memory', () => {
    expect(new ConnectionScene().connection.starvedSince).toBe(0);
  });
});

describe('a handler’s time', () => {
  test('runs where there is a limit', async () => {
    const scene = new ConnectionScene(never, { limits: { handlerMs: 1 } });
    await scene.send(get());
    expect(scene.parts.clocks.handler.first?.dueMs).toBe(1);
  });

  test('does not run where there is none', async () => {
    const scene = new ConnectionScene(never);
    await scene.send(get());
    expect(scene.parts.clocks.handler.first).toBe(undefined);
  });
});

describe('a client that was refused', () => {
  /** One that was refused with so many milliseconds of work. */
  async function refused(ms: number, fields = ''): Promise<ConnectionScene> {
    const scene: ConnectionScene = new ConnectionScene(never, {
      concurrency: 1,
      queue: { law: 'timed', entriesMax: 1 },
      observer: { requestRefused: () => scene.clock.spend(ms) },
    });
    for (let i = 0; i < 2; i++) scene.connect().onBytes(Buffer.from(get()), 0);
    scene.come(get('/', fields));
    expect(scene.statuses).toEqual([503]);
    return scene;
  }

  test('is read from at once where refusing took up to a fifth of the time', async () => {
    const { connection, parts } = await refused(10);
    expect([connection.receiver.resting, parts.clocks.rest.first]).toEqual([false, undefined]);
  });

  test('rests for 50 ms where it took more', async () => {
    const scene = await refused(11);
    expect(scene.connection.receiver.resting).toBe(true);
    expect(scene.parts.clocks.rest.first?.dueMs).toBe(61);
    await scene.to(70);
    expect(scene.connection.receiver.resting).toBe(false);
  });

  test('does not rest where its connection ends', async () => {
    const { connection } = await refused(11, 'Connection: close\r\n');
    expect(connection.receiver.resting).toBe(false);
  });
});
