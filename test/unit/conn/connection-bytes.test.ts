// Bytes of one connection: how they are read, kept and counted.

import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../../src/fsm/limits.js';
import { type FetchHandler, reply, type ServerOptions } from '../../../src/index.js';
import { ConnectionScene, never } from '../../support/connection-scene.js';
import { gate, get, post, postChunked } from '../../support/test-server.js';

const echo: FetchHandler = async (request) => reply(await request.text());

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
    expect(scene.connection.idleSince).toBe(500);
  });

  test('that are used up as they come are counted nowhere, those that wait are', async () => {
    const scene = new ConnectionScene();
    await scene.send(get());
    expect([scene.statuses, scene.connection.memory]).toEqual([[200], undefined]);
    scene.come('GET / HTTP');
    expect(scene.parts.ledger.bytes).toBeGreaterThan(0);
    expect(scene.parts.ledger.bytes).toBe(scene.connection.bufferedBytes);
    scene.come('/1.1\r\nHost: a\r\n\r\n');
    expect([scene.statuses, scene.parts.ledger.bytes]).toEqual([[200], 0]);
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

test('there is as much room for content as anybody wants, where nobody gathers it', () => {
  expect(new ConnectionScene().connection.contentRoom(77)).toBe(77);
});
