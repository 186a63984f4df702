// One connection, moved by hand: what each event of its transport, its clocks and its server does.

import { describe, expect, test } from 'vitest';
import { Fault, faultCode } from '../../../src/fsm/faults.js';
import { DEFAULT_LIMITS } from '../../../src/fsm/limits.js';
import { type FetchHandler, reply, type ServerOptions } from '../../../src/index.js';
import { ConnectionScene } from '../../support/connection-scene.js';
import { FailingTransport } from '../../support/failing-transport.js';
import { gate, get, post, postChunked } from '../../support/test-server.js';

const never: FetchHandler = () => new Promise(() => {});
const echo: FetchHandler = async (request) => reply(await request.text());

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

describe('bytes', () => {
  test('that came are a request, however they are cut', () => {
    const scene = new ConnectionScene();
    for (const byte of get()) scene.come(byte);
    expect([scene.statuses, scene.connection.now]).toEqual([[200], 0]);
  });

  test('that were lent are read, and kept where the memory is used again', async () => {
    const scene = new ConnectionScene(echo);
    const memory = Buffer.from(`${post('abcdef').slice(0, -3)}??`);
    scene.connection.onLent(memory, memory.length - 2, 0);
    memory.fill(0x21);
    await scene.send('def');
    expect(scene.written).toMatch(/\r\n\r\nabcdef$/);
  });

  test.each<[string, FetchHandler, Partial<ServerOptions>]>([
    ['at once', echo, {}],
    ['in bytes', async (request) => reply(new Uint8Array(await request.arrayBuffer())), {}],
    [
      'chunk by chunk',
      async (request) => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of request.body ?? []) chunks.push(chunk);
        await Promise.resolve();
        return reply(Buffer.concat(chunks));
      },
      {},
    ],
    [
      'later',
      async (request) => {
        await Promise.resolve();
        return reply(await request.text());
      },
      {},
    ],
    ['in its turn', echo, { concurrency: 1 }],
  ])('that were lent as content are what the handler reads %s', async (_when, fetch, options) => {
    const scene = new ConnectionScene(fetch, options);
    for (const content of ['abc', 'defgh']) {
      const memory = Buffer.from(`${post(content)}??`);
      scene.connection.onLent(memory, memory.length - 2, 0);
      memory.fill(0x21);
      await scene.to(0);
      expect(scene.written).toMatch(new RegExp(`\\r\\n\\r\\n${content}$`));
    }
  });

  test.each(['answered', 'reset', 'failed', 'failed and not tidied up'])(
    'that were lent as content are there for a handler that reads them when it is %s',
    async (how) => {
      const texts: string[] = [];
      const { promise, open } = gate();
      const scene = new ConnectionScene((request) => {
        void promise.then(() => request.text()).then((text) => texts.push(text));
        return how === 'answered' ? reply('early') : new Promise(() => {});
      });
      const memory = Buffer.from(post('abc'));
      const fail = (): never => {
        throw new Error('from within');
      };
      if (how.startsWith('failed')) scene.connection.responder.flush = fail;
      if (how.endsWith('up')) scene.connection.responder.stop = fail;
      scene.connection.onLent(memory, memory.length, 0);
      if (how === 'reset') scene.connection.onReset(0, undefined);
      memory.fill(0x21);
      open();
      await scene.to(0);
      expect(texts).toEqual(['abc']);
    },
  );

  test('that were lent and are not read yet are kept', async () => {
    const opened = gate();
    const scene = new ConnectionScene(async (request) => {
      await opened.promise;
      return reply(await request.text());
    });
    const memory = Buffer.from(post('abc'));
    scene.connection.onLent(memory, memory.length, 0);
    memory.fill(0x21);
    opened.open();
    await scene.to(1);
    expect(scene.written).toMatch(/\r\n\r\nabc$/);
  });

  test('prolong the time of an idle connection when they are answered', async () => {
    const scene = new ConnectionScene();
    await scene.to(500);
    await scene.send(get());
    expect(scene.parts.clocks.keepAlive.first?.dueMs).toBe(DEFAULT_LIMITS.keepAliveMs + 500);
    expect(scene.connection.ending.idleSince).toBe(500);
  });

  test('that do not come prolong nothing, whatever else looks at the connection', async () => {
    const scene = new ConnectionScene();
    await scene.to(500);
    scene.connection.lookAgain(500);
    scene.connection.lookAgain(501);
    expect(scene.parts.clocks.keepAlive.first?.dueMs).toBe(DEFAULT_LIMITS.keepAliveMs);
  });

  test('of content are to the credit of a client that is slow for a while', async () => {
    const scene = new ConnectionScene(echo, { limits: { bytesPerSecondMin: 100 } });
    await scene.send(post('x'.repeat(3000)).slice(0, -1));
    await scene.to(20_000);
    expect(scene.statuses).toEqual([]);
    scene.come('x');
    await scene.to(20_001);
    expect(scene.statuses).toEqual([200]);
  });

  test('that are held count, wherever they are', async () => {
    const scene = new ConnectionScene(never);
    expect(scene.connection.bufferedBytes).toBe(0);
    scene.line.unreadBytes = 1000;
    scene.line.retainedBytes = 20_000;
    expect(scene.connection.bufferedBytes).toBe(21_000);
    scene.connection.countHeld();
    expect(scene.parts.ledger.bytes).toBe(21_000);
    await scene.send(get());
    expect(scene.connection.bufferedBytes).toBeGreaterThanOrEqual(21_000 + get().length);
    expect(scene.parts.ledger.bytes).toBe(scene.connection.bufferedBytes);
    scene.connection.onReset(0, undefined);
    expect(scene.parts.ledger.bytes).toBe(0);
    scene.connection.countHeld();
    expect(scene.parts.ledger.bytes).toBe(0);
  });

  test('of content count while its handler does not read them', async () => {
    const scene = new ConnectionScene(never);
    await scene.send(post('x'.repeat(5000)));
    expect(scene.connection.bufferedBytes).toBeGreaterThanOrEqual(5000);
  });

  test('that were sent count', async () => {
    const scene = new ConnectionScene();
    expect(scene.connection.sentBytes).toBe(0);
    await scene.send(get());
    expect(scene.connection.sentBytes).toBe(scene.written.length);
  });
});

test('content is awaited where the handler reads and there is none', async () => {
  const scene = new ConnectionScene(echo);
  expect(scene.connection.contentAwaited).toBe(false);
  await scene.send(postChunked('3\r\nabc\r\n'));
  expect(scene.connection.contentAwaited).toBe(true);
  expect(scene.parts.clocks.body.first).toBeDefined();
  Object.defineProperty(scene.connection.receiver, 'starved', { value: true });
  expect(scene.connection.contentAwaited).toBe(false);
});

test('the client that asked for keep-alive was told how long', async () => {
  const scene = new ConnectionScene();
  await scene.send(get());
  expect(scene.connection.toldKeepAlive).toBe(false);
  await scene.send(get('/', 'Connection: keep-alive\r\n'));
  expect(scene.connection.toldKeepAlive).toBe(true);
});

test('there is as much room for content as anybody wants, where nobody gathers it', () => {
  expect(new ConnectionScene().connection.contentRoom(77)).toBe(77);
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

describe('a fault', () => {
  test('in a head is answered, reported and the last', async () => {
    const scene = new ConnectionScene();
    await scene.send('GET / HTTP/9.9\r\n\r\n');
    expect(scene.statuses).toHaveLength(1);
    expect([scene.faults.length, scene.state]).toEqual([1, 'discard/shut/last']);
    expect(scene.line.calls).toEqual(['end']);
    await scene.to(DEFAULT_LIMITS.lingerMsMax + 1);
    expect(scene.line.calls).toEqual(['end', 'destroy']);
  });

  test('in content fails the read of its handler', async () => {
    const codes: unknown[] = [];
    const scene = new ConnectionScene(async (request) => {
      await request.text().catch((error) => codes.push(error.code));
      return reply('x', { status: 400 });
    });
    await scene.send(postChunked('zz\r\n'));
    expect(codes).toEqual([scene.faults[0]?.code]);
    expect([scene.statuses, scene.state]).toEqual([[400], 'discard/shut/last']);
  });

  test('of a peer that is late is at what was read', async () => {
    const scene = new ConnectionScene();
    await scene.send('GET /');
    scene.connection.late(Fault.headTimeout);
    await scene.to(1);
    expect(scene.faults.map(({ code, offset }) => [code, offset])).toEqual([
      ['SLUICE_FAULT_HEAD_TIMEOUT', 5],
    ]);
    expect(scene.statuses).toEqual([408]);
  });
});

test('a fault that was found before the connection was let in is answered by its status', async () => {
  const scene = new ConnectionScene();
  scene.connection.begunWrong(Fault.hostMissing, 7);
  expect(scene.statuses).toEqual([400]);
  expect(scene.faults.map(({ code, offset }) => [code, offset])).toEqual([
    [faultCode(Fault.hostMissing), 0],
  ]);
  expect([scene.state, scene.connection.now]).toEqual(['discard/shut/last', 7]);
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

describe('something that is thrown', () => {
  test('between requests is told, and ends this connection alone', () => {
    const scene = new ConnectionScene();
    const other = scene.connect();
    const error = new Error('bug');
    scene.connection.expire(() => {
      throw error;
    });
    expect([scene.errors, scene.line.calls]).toEqual([[error], ['reset']]);
    expect([scene.connection.life.closed, other.life.closed]).toEqual([true, false]);
  });

  test.each(['onBytes', 'onLent'] as const)('by the transport within %s ends it', (way) => {
    const scene = new ConnectionScene(never);
    const failing = new FailingTransport('write');
    const connection = scene.connect(failing);
    const bytes = Buffer.from('BAD\r\n\r\n');
    if (way === 'onBytes') connection.onBytes(bytes, 0);
    else connection.onLent(bytes, bytes.length, 0);
    expect([connection.life.closed, failing.isReset]).toEqual([true, true]);
    expect(scene.errors).toEqual([failing.failure]);
  });

  test('when it looks again ends it', () => {
    const scene = new ConnectionScene();
    scene.connection.wakeUpEnds = () => {
      throw new Error('x');
    };
    scene.connection.lookAgain(0);
    expect([scene.errors.length, scene.line.calls]).toEqual([1, ['reset']]);
  });

  test('during a request is told with it', async () => {
    const told: unknown[] = [];
    const scene = new ConnectionScene(never, {
      onError: (_error, request) => {
        told.push(request?.method);
      },
    });
    await scene.send(get());
    scene.connection.breakOff(new Error('x'));
    expect(told).toEqual(['GET']);
  });

  test('while a refusal is written ends its time', () => {
    const scene = new ConnectionScene();
    scene.parts.shedBudget.begin(0);
    scene.connection.breakOff(new Error('x'));
    expect(scene.parts.shedBudget.open).toBe(false);
  });
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
