// The requests of one connection: how each begins, is answered and finished.

import { describe, expect, test } from 'vitest';
import { type FetchHandler, reply } from '../../../src/index.js';
import { ConnectionScene, never, observed } from '../../support/connection-scene.js';
import { gate, get, post, postChunked } from '../../support/test-server.js';

describe('a request begins', () => {
  test.each([
    ['without content', get(), 'done/pending/keep'],
    ['with short content that is complete', post('abc'), 'done/pending/keep'],
    ['with short content that is not', post('abc').slice(0, -1), 'body/gathering/keep'],
    ['with content as long as is read ahead', post('12345678').slice(0, -1), 'body/gathering/keep'],
    ['with content longer than that', post('123456789').slice(0, -1), 'body/pending/keep'],
    ['with chunks', postChunked('3\r\nabc\r\n'), 'body/pending/keep'],
    ['that expects 100', post('a', 'Expect: 100-continue\r\n').slice(0, -1), 'body/pending/keep'],
    ['that asks for a close', get('/', 'Connection: close\r\n'), 'done/pending/last'],
  ])('%s', async (_what, bytes, state) => {
    const scene = new ConnectionScene(never, { limits: { readAheadBytesMax: 8 } });
    await scene.send(bytes);
    expect(scene.state).toBe(state);
  });

  test('and is the last at the number that was allowed, not before', async () => {
    const scene = new ConnectionScene(undefined, { limits: { requestsPerConnectionMax: 2 } });
    await scene.send(get());
    expect(scene.state).toBe('idle/idle/keep');
    await scene.send(get());
    expect(scene.written).toMatch(/connection: close/i);
    expect(scene.state).toBe('discard/shut/last');
  });

  test('and one is allowed where the number is one', async () => {
    const scene = new ConnectionScene(undefined, { limits: { requestsPerConnectionMax: 1 } });
    await scene.send(get() + get());
    expect([scene.statuses, scene.state]).toEqual([[200], 'discard/shut/last']);
  });

  test('and is the last while the server drains', async () => {
    const scene = new ConnectionScene();
    scene.parts.roster.draining = true;
    await scene.send(get());
    expect([scene.statuses, scene.state]).toEqual([[200], 'discard/shut/last']);
  });

  test('and is the last though its head came in two pieces', async () => {
    const scene = new ConnectionScene();
    const bytes = get('/', 'Connection: close\r\n');
    await scene.send(bytes.slice(0, 9));
    await scene.send(bytes.slice(9));
    expect([scene.statuses, scene.state]).toEqual([[200], 'discard/shut/last']);
  });

  test.each([
    [403, 403],
    [200, 500],
  ])(
    'and is the last where it is a CONNECT: answered by %i, its client gets %i',
    async (...given) => {
      const [status, sent] = given;
      const scene = new ConnectionScene(() => reply('x', { status }), { connect: true });
      await scene.send('CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n');
      expect([scene.statuses, scene.state]).toEqual([[sent], 'discard/shut/last']);
      expect(scene.errors.length).toBe(status === 200 ? 1 : 0);
    },
  );

  test('and the server knows when it was asked', async () => {
    const scene = new ConnectionScene();
    await scene.to(70);
    await scene.send(get());
    expect(scene.parts.roster.askedAt).toBe(70);
    expect(scene.parts.asking.count(70)).toBe(1);
    await scene.send(get());
    // The same connection counts once.
    expect(scene.parts.asking.count(70)).toBe(1);
  });

  test('and is classified where anything is asked of its head', async () => {
    const given: (number | undefined)[] = [];
    const fetch: FetchHandler = (_request, { deadline }) => {
      given.push(deadline);
      return reply('x');
    };
    await new ConnectionScene(fetch, { deadline: () => 500 }).send(get());
    await new ConnectionScene(fetch).send(get());
    expect(given).toEqual([Date.UTC(2026, 0, 1) + 500, undefined]);
  });
});

describe('a request that is answered', () => {
  test('is counted, and its observer hears of it', async () => {
    const scene = new ConnectionScene(() => reply('x', { status: 201 }));
    await scene.send(get());
    const { requestsStarted, requestsFinished, requestsCutOff, requestsRefused } =
      scene.parts.roster;
    expect([requestsStarted, requestsFinished, requestsCutOff, requestsRefused]).toEqual([
      1, 1, 0, 0,
    ]);
    expect(scene.observed).toEqual([
      ['opened', 1],
      ['started', 1, 1],
      ['completed', 1, 1, 201],
    ]);
    expect(scene.connection.conversation.current).toBe(undefined);
  });

  test('with a deadline, is not told of it later', async () => {
    const reasons: unknown[] = [];
    const scene = new ConnectionScene(
      (request) => {
        request.signal.addEventListener('abort', () => reasons.push(request.signal.reason));
        return reply('x');
      },
      { deadline: () => 50 },
    );
    await scene.send(get());
    expect(scene.parts.scheduler.running.nextMs).toBe(Number.POSITIVE_INFINITY);
    await scene.to(100);
    expect(reasons).toEqual([]);
  });

  test('too late for its deadline is told so then', async () => {
    const told: unknown[] = [];
    const scene = new ConnectionScene(
      (request) => {
        request.signal.addEventListener('abort', () => told.push(request.signal.reason.reason));
        return new Promise(() => {});
      },
      { deadline: () => 50 },
    );
    await scene.send(get());
    await scene.to(49);
    expect(told).toEqual([]);
    await scene.to(51);
    expect(told).toEqual(['deadline']);
  });

  test('in place of its handler gets nothing of what that gives later, and counts as timed out', async () => {
    const late = gate();
    const scene = new ConnectionScene(
      async () => {
        await late.promise;
        return reply('late');
      },
      { limits: { handlerMs: 50 } },
    );
    scene.line.unflushedBytes = 100_000;
    await scene.send(get('/', 'Connection: close\r\n'));
    await scene.to(51);
    expect([scene.statuses, scene.state]).toEqual([[503], 'done/flushing/last']);
    late.open();
    await scene.to(52);
    expect([scene.statuses, scene.state, scene.errors]).toEqual([[], 'done/flushing/last', []]);
    expect(scene.parts.limiter.stats().released).toMatchObject({ timedOut: 1, aborted: 0 });
  });

  test('tells a reader that the rest of its content does not come', async () => {
    const codes: unknown[] = [];
    const scene = new ConnectionScene((request) => {
      void request.text().catch((error) => codes.push(error.code));
      return reply('early');
    });
    await scene.send(postChunked('3\r\nabc\r\n'));
    expect(codes).toEqual(['SLUICE_BODY_ABANDONED']);
    expect(scene.state).toBe('drain/done/keep');
  });

  test('and is the last tells a reader so, too', async () => {
    const codes: unknown[] = [];
    const scene = new ConnectionScene((request) => {
      void request.text().catch((error) => codes.push(error.code));
      return reply('early');
    });
    await scene.send(postChunked('3\r\nabc\r\n', 'Connection: close\r\n'));
    expect([codes, scene.state]).toEqual([['SLUICE_BODY_ABANDONED'], 'discard/shut/last']);
  });

  test('in place of a handler that still runs leaves the slot with it', async () => {
    const scene = new ConnectionScene(never, {
      concurrency: { max: 3, hold: 'body' },
      limits: { handlerMs: 50 },
    });
    await scene.send(get());
    await scene.to(51);
    expect([scene.statuses, scene.parts.limiter.stats().inFlight]).toEqual([[503], 1]);
  });

  test.each([
    ['handler', [0, 0]],
    ['body', [1, 0]],
  ] as const)(
    'with hold %s has so many slots in its stream and behind it: %o',
    async (hold, slots) => {
      const rest = gate();
      const scene = new ConnectionScene(
        async () =>
          reply(
            (async function* () {
              yield 'a';
              await rest.promise;
            })(),
          ),
        { concurrency: { max: 3, hold } },
      );
      await scene.send(get());
      expect(scene.state).toBe('done/streaming/keep');
      const held = [scene.parts.limiter.stats().inFlight];
      rest.open();
      await scene.to(1);
      const { inFlight, released } = scene.parts.limiter.stats();
      expect([[...held, inFlight], released.finished]).toEqual([slots, 1]);
    },
  );

  test('whole, with hold body, gives its slot back at once', async () => {
    const scene = new ConnectionScene(undefined, { concurrency: { max: 3, hold: 'body' } });
    scene.line.unflushedBytes = 100_000;
    await scene.send(get('/', 'Connection: close\r\n'));
    expect(scene.state).toBe('done/flushing/last');
    expect(scene.parts.limiter.stats().inFlight).toBe(0);
  });
});

describe('a request that is cut off', () => {
  test('is counted, completes without a status, and its handler keeps the slot', async () => {
    const answer = gate();
    const told: unknown[] = [];
    const scene = new ConnectionScene(
      async (request, { completed }) => {
        request.signal.addEventListener('abort', () => told.push(request.signal.reason.reason));
        void completed.then((completion) => told.push(completion));
        await answer.promise;
        return reply('late');
      },
      { deadline: () => 500 },
    );
    await scene.send(get());
    scene.connection.onReset(0, undefined);
    await scene.to(1);
    expect(told).toEqual(['peerReset', { delivered: false, reason: 'peerReset' }]);
    expect(scene.parts.scheduler.running.nextMs).toBe(Number.POSITIVE_INFINITY);
    expect(scene.parts.limiter.stats().inFlight).toBe(1);
    expect(observed(scene, 'completed')).toEqual([['completed', 1, 1, 0]]);
    const { requestsFinished, requestsCutOff } = scene.parts.roster;
    expect([requestsFinished, requestsCutOff]).toEqual([0, 1]);
    answer.open();
    await scene.to(2);
    expect(scene.parts.limiter.stats().inFlight).toBe(0);
    expect(scene.written).toBe('');
  });

  test('tells a reader that its content is cut short', async () => {
    const codes: unknown[] = [];
    const scene = new ConnectionScene(async (request) => {
      await request.text().catch((error) => codes.push(error.code));
      return reply('x');
    });
    await scene.send(postChunked('3\r\nabc\r\n'));
    scene.connection.onReset(0, undefined);
    await scene.to(1);
    expect(codes).toEqual(['SLUICE_FAULT_BODY_TRUNCATED']);
    expect(scene.parts.limiter.stats().inFlight).toBe(0);
  });

  test('while its stream is sent, has given its slot back', async () => {
    const scene = new ConnectionScene(
      () => reply(new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(9)) })),
      { concurrency: { max: 3, hold: 'body' } },
    );
    scene.line.unflushedBytes = 200_000;
    await scene.send(get());
    expect(scene.parts.limiter.stats().inFlight).toBe(1);
    scene.connection.onReset(0, undefined);
    const { inFlight, released } = scene.parts.limiter.stats();
    expect([inFlight, released.aborted]).toEqual([0, 1]);
  });

  test('after it was refused is not counted as cut off', async () => {
    const scene = new ConnectionScene(never, {
      concurrency: 1,
      queue: { law: 'timed', entriesMax: 1 },
    });
    for (let i = 0; i < 2; i++) scene.connect().onBytes(Buffer.from(get()), 0);
    scene.line.unflushedBytes = 100_000;
    await scene.send(get('/', 'Connection: close\r\n'));
    expect([scene.statuses, scene.state]).toEqual([[503], 'done/flushing/last']);
    scene.connection.onReset(0, undefined);
    const { requestsRefused, requestsCutOff } = scene.parts.roster;
    expect([requestsRefused, requestsCutOff]).toEqual([1, 0]);
  });

  test('while it waits, leaves the queue and takes no slot', async () => {
    const scene = new ConnectionScene(never, { concurrency: 1 });
    scene.connect().onBytes(Buffer.from(get()), 0);
    await scene.send(get());
    expect([scene.state, scene.parts.limiter.stats().queued]).toEqual(['done/queued/keep', 1]);
    scene.connection.onReset(0, undefined);
    expect([scene.parts.limiter.stats().queued, scene.parts.limiter.stats().inFlight]).toEqual([
      0, 1,
    ]);
    expect(observed(scene, 'started')).toHaveLength(1);
  });
});
