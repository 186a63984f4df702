// What a handler asks of its conversation: in time, too late, and of content that nobody read.

import { describe, expect, test } from 'vitest';
import type { Exchange } from '../../../src/conn/exchange.js';
import {
  type FetchHandler,
  type RequestContext,
  reply,
  type ServerOptions,
} from '../../../src/index.js';
import { ConnectionScene } from '../../support/connection-scene.js';
import { gate, get, post, postChunked } from '../../support/test-server.js';

describe('what comes too late', () => {
  /** A connection in whose conversation `past` is over, and another request runs. */
  async function secondRuns(
    options: Partial<ServerOptions> = {},
  ): Promise<{ scene: ConnectionScene; past: Exchange }> {
    const scene = new ConnectionScene(
      (_request, { target }) => (target === '/1' ? reply('x') : new Promise(() => {})),
      options,
    );
    let past: Exchange | undefined;
    const { conversation } = scene.connection;
    const dispatch = conversation.dispatch.bind(conversation);
    conversation.dispatch = () => {
      past ??= conversation.current;
      dispatch();
    };
    await scene.send(get('/1'));
    await scene.send(postChunked('3\r\nabc\r\n', '', '/2'));
    expect(scene.state).toBe('body/pending/keep');
    expect(scene.written).toMatch(/^HTTP\/1\.1 200 /);
    return { scene, past: past as Exchange };
  }

  test('changes nothing for the next request', async () => {
    const { scene, past } = await secondRuns();
    const { conversation } = scene.connection;
    const looks: number[] = [];
    scene.connection.lookAgain = (now) => looks.push(now);
    conversation.admitted(past, 1);
    conversation.refused(past, 'queueFull', 9000, 1);
    conversation.gone(past, 1);
    conversation.sendInformational(past, 'HTTP/1.1 103 \r\n\r\n');
    conversation.contentIsAwaited(past, 1);
    expect(conversation.pullContent(past)).toBe(null);
    expect([scene.state, scene.written, looks]).toEqual(['body/pending/keep', '', []]);
    expect([conversation.refusalRetryMs, scene.parts.roster.requestsRefused]).toEqual([0, 0]);
    expect(scene.parts.limiter.stats().inFlight).toBe(1);
    conversation.contentIsAwaited(conversation.current as Exchange, 2);
    expect(looks).toEqual([2]);
  });

  test('a reply is given up, and its source is told', async () => {
    const { scene, past } = await secondRuns();
    const told: unknown[] = [];
    const late = reply(new ReadableStream({ cancel: (why) => void told.push(why) }));
    scene.connection.conversation.handlerEnded(past, late, 'finished');
    await scene.to(1);
    expect(told).toHaveLength(1);
    expect([scene.state, scene.written]).toEqual(['body/pending/keep', '']);
  });

  test('a reply is not the end of the handler that runs now', async () => {
    const told: number[] = [];
    const { scene, past } = await secondRuns({
      observer: { requestCompleted: ({ handlerMs }) => void told.push(handlerMs) },
    });
    await scene.to(10);
    scene.connection.conversation.handlerEnded(past, reply('late'), 'finished');
    await scene.to(30);
    scene.connection.onReset(30, undefined);
    expect(told).toEqual([0, 30]);
  });

  test('content that is too much is a fault, and ends nothing', async () => {
    const { scene, past } = await secondRuns();
    scene.connection.conversation.refuseContent(past);
    expect(scene.faults.map(({ code }) => code)).toEqual(['SLUICE_FAULT_BODY_TOO_LARGE']);
    expect(scene.state).toBe('body/pending/keep');
  });

  test('content that is too much ends the request that it is of', async () => {
    const { scene } = await secondRuns();
    const { conversation } = scene.connection;
    conversation.refuseContent(conversation.current as Exchange);
    expect(scene.faults.map(({ code }) => code)).toEqual(['SLUICE_FAULT_BODY_TOO_LARGE']);
    expect(scene.state).toBe('discard/pending/last');
  });

  test('where there is no request, nothing is over', async () => {
    const scene = new ConnectionScene();
    const { conversation } = scene.connection;
    conversation.finish(0);
    conversation.abandon('closed', 0);
    conversation.timeOut();
    expect(conversation.unreadTooMuch(1e9, false)).toBe(false);
    expect([scene.observed, scene.written]).toEqual([[['opened', 1]], '']);
  });
});

describe('an informational response', () => {
  test('is sent until the response begins', async () => {
    const begun = gate();
    const contexts: RequestContext[] = [];
    const scene = new ConnectionScene(async (_request, context) => {
      contexts.push(context);
      context.sendInformational(103, { Link: '</a>' });
      await begun.promise;
      return reply(new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array(1)) }));
    });
    await scene.send(get());
    expect(scene.statuses).toEqual([103]);
    begun.open();
    await scene.to(1);
    expect(scene.statuses).toEqual([200]);
    contexts[0]?.sendInformational(103, { Link: '</b>' });
    expect(scene.statuses).toEqual([]);
  });

  const expecting = post('abc', 'Expect: 100-continue\r\n');

  test('100 is sent when the handler reads, once', async () => {
    const scene = new ConnectionScene(async (request) => reply(await request.text()));
    await scene.send(expecting.slice(0, -3));
    expect(scene.statuses).toEqual([100]);
    await scene.send('a');
    expect(scene.statuses).toEqual([]);
    await scene.send('bc');
    expect(scene.written).toMatch(/ 200 .*abc$/s);
  });

  test('100 is sent once to a handler that reads chunk by chunk, too', async () => {
    const scene = new ConnectionScene(async (request) => {
      let length = 0;
      for await (const chunk of request.body ?? []) length += chunk.length;
      return reply(String(length));
    });
    await scene.send(expecting.slice(0, -3));
    const statuses = [scene.statuses];
    for (const byte of 'abc') {
      await scene.send(byte);
      statuses.push(scene.statuses);
    }
    expect(statuses).toEqual([[100], [], [], [200]]);
  });

  test('100 is not sent to who sends already', async () => {
    const scene = new ConnectionScene(async (request) => reply(await request.text()));
    await scene.send(expecting);
    expect(scene.statuses).toEqual([200]);
  });

  test('100 is not sent where the response is begun', async () => {
    const read = gate();
    const scene = new ConnectionScene((request) =>
      reply(
        (async function* () {
          yield 'begun ';
          await read.promise;
          yield await request.text();
        })(),
      ),
    );
    await scene.send(expecting.slice(0, -3));
    read.open();
    await scene.to(1);
    expect(scene.statuses).toEqual([200]);
  });
});

describe('a handler that has had its time', () => {
  test('is told, and answered for', async () => {
    const told: unknown[] = [];
    const scene = new ConnectionScene(
      (request) => {
        request.signal.addEventListener('abort', () => told.push(request.signal.reason.reason));
        return new Promise(() => {});
      },
      { limits: { handlerMs: 50 } },
    );
    await scene.send(get());
    await scene.to(49);
    expect([told, scene.statuses]).toEqual([[], []]);
    await scene.to(51);
    expect([told, scene.statuses]).toEqual([['deadline'], [503]]);
    expect(scene.state).toBe('idle/idle/keep');
    expect(scene.parts.limiter.stats().inFlight).toBe(1);
  });

  test('and whose listener ends the connection is not', async () => {
    const scene: ConnectionScene = new ConnectionScene(
      (request) => {
        request.signal.addEventListener('abort', () => scene.connection.ending.cut('closed'));
        return new Promise(() => {});
      },
      { limits: { handlerMs: 50 } },
    );
    await scene.send(get());
    await scene.to(51);
    expect([scene.statuses, scene.errors, scene.line.calls]).toEqual([[], [], ['reset']]);
  });

  test('and has begun its response may go on', async () => {
    const scene = new ConnectionScene(() =>
      reply(new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array(1)) })),
    );
    await scene.send(get());
    scene.connection.conversation.timeOut();
    expect([scene.state, scene.statuses]).toEqual(['done/streaming/keep', [200]]);
  });
});

describe('content that was not read when the response is ready', () => {
  /** The state behind a response to a POST of which `sent` bytes came and `left` did not, where 8 may be read past. */
  async function answered(
    left: number,
    fetch: FetchHandler = () => reply('x'),
    fields = '',
  ): Promise<string> {
    const scene = new ConnectionScene(fetch, {
      limits: { drainBytesMax: 8, readAheadBytesMax: 1 },
    });
    await scene.send(post('x'.repeat(left), fields).slice(0, -left));
    return scene.state;
  }

  test('is read past up to the bound, and not beyond', async () => {
    expect(await answered(7)).toBe('drain/done/keep');
    expect(await answered(8)).toBe('drain/done/keep');
    expect(await answered(9)).toBe('discard/shut/last');
  });

  test('that was to follow a 100 is not read past, however short', async () => {
    expect(await answered(2, undefined, 'Expect: 100-continue\r\n')).toBe('discard/shut/last');
  });

  test('is read past in a stream, which may read it yet', async () => {
    const stream: FetchHandler = () => reply(['a', 'b']);
    expect(await answered(9, stream)).toBe('drain/done/keep');
  });

  test('is read past up to the same bound where the handler had begun to read', async () => {
    const begun: FetchHandler = async (request) => {
      void request.body?.getReader().read();
      await null;
      return reply('x');
    };
    expect(await answered(8, begun)).toBe('drain/done/keep');
    expect(await answered(9, begun)).toBe('discard/shut/last');
  });

  test('is not read past where the handler gave it up', async () => {
    const cancelled: FetchHandler = async (request) => {
      await request.body?.cancel();
      return reply('x');
    };
    expect(await answered(9, cancelled)).toBe('discard/shut/last');
  });
});
