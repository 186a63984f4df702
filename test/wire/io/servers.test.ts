// A whole server on either transport: what the one gets from net.Socket and net.Server, the
// other must see to by itself.

import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { createServer, reply, type ServerOptions } from '../../../src/index.js';
import { loopUntil } from '../../support/loop-turns.js';
import { Arrivals, gate, get, serve } from '../../support/test-server.js';

describe('the option transport', () => {
  test('is one of two words', () => {
    const options = { fetch: () => reply(), transport: 'fast' };
    expect(() => createServer(options as unknown as ServerOptions)).toThrow(
      expect.objectContaining({
        code: 'SLUICE_OPTION_INVALID',
        message: expect.stringMatching(/^transport: .*"fast".*'auto' or 'net'/),
      }),
    );
  });
});

describe.each(['auto', 'net'] as const)('a server with transport %s', (transport) => {
  test('keeps a context through all that a handler awaits of its connection', async () => {
    const storage = new AsyncLocalStorage<string>();
    const served = await serve({
      transport,
      fetch: (request) =>
        storage.run('mine', async () => {
          let bytes = 0;
          for await (const chunk of request.body ?? []) bytes += chunk.length;
          return reply(`${bytes} ${storage.getStore()}`);
        }),
    });
    const content = 'x'.repeat(300_000);
    const client = await served.connect();
    client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${content.length}\r\n\r\n`);
    client.send(content);
    expect((await client.response()).text).toBe('300000 mine');
  });

  test('leaves no handle behind when it has closed', async () => {
    const openSockets = (): number =>
      process.getActiveResourcesInfo().filter((name) => /^TCP/.test(name)).length;
    // Those of earlier tests go first.
    await loopUntil(() => openSockets() === 0);
    const served = await serve({ transport, fetch: () => reply('here') });
    const idle = await served.connect();
    const busy = await served.send(get());
    expect((await busy.response()).text).toBe('here');
    // A listener, and two ends of two connections.
    await loopUntil(() => openSockets() === 5);
    const closing = served.server.close({ graceMs: 100 });
    await Promise.all([idle.ended, busy.ended]);
    idle.finish();
    busy.finish();
    await closing;
    await loopUntil(() => openSockets() === 0);
  });

  test('answers those who are connected while it closes', async () => {
    const answer = gate();
    const started = new Arrivals<void>();
    const served = await serve({
      transport,
      async fetch() {
        started.add();
        await answer.promise;
        return reply('late');
      },
    });
    const client = await served.send(get());
    await started.next();
    const closing = served.server.close();
    answer.open();
    expect((await client.response()).text).toBe('late');
    client.finish();
    expect(await closing).toEqual({ finished: 1, refused: 0, cutOff: 0 });
  });

  test('takes as many connections as connectionsMax says, and others when these are gone', async () => {
    const served = await serve({
      transport,
      limits: { connectionsMax: 1 },
      fetch: () => reply('in'),
    });
    // In the middle of a request: it makes room for nobody.
    const first = await served.send('GET / HT');
    await loopUntil(() => served.server.stats().connections['reading-headers'] === 1);
    const second = await served.connect();
    await second.ended;
    first.reset();
    await loopUntil(() => Object.values(served.server.stats().connections).every((n) => n === 0));
    const third = await served.send(get());
    expect((await third.response()).text).toBe('in');
  });

  test('hands each chunk of content on in memory that never changes', async () => {
    const served = await serve({
      transport,
      async fetch(request) {
        const kept: Uint8Array[] = [];
        for await (const chunk of request.body ?? []) kept.push(chunk);
        await rest.promise;
        return reply(Buffer.concat(kept));
      },
    });
    const rest = gate();
    const clients = await Promise.all(Array.from({ length: 4 }, () => served.connect()));
    for (const [i, client] of clients.entries()) {
      client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 400000\r\n\r\n');
      for (let piece = 0; piece < 100; piece++) await client.sent(String(i).repeat(4_000));
    }
    rest.open();
    for (const [i, client] of clients.entries()) {
      const { body } = await client.response();
      expect(body.equals(Buffer.alloc(400_000, String(i)))).toBe(true);
    }
  });
});
