// A handler that upgrades: what it may do then, and what its streams take and give.

import { describe, expect, test } from 'vitest';
import { reply, type Tunnel } from '../../src/index.js';
import { loopTurns } from '../support/loop-turns.js';
import { serve } from '../support/test-server.js';
import { ASK, echo, errorOf, opening, SWITCHED, untilTrue } from './upgrade-echo.js';

describe('a handler', () => {
  test('that upgrades twice is told so, and its tunnel goes on', async () => {
    const caught: unknown[] = [];
    const served = await serve({
      async fetch(_request, context) {
        const { readable, writable } = await context.upgrade();
        caught.push(await errorOf(context.upgrade()));
        await readable.pipeTo(writable);
      },
    });
    const client = await served.send(`${ASK}x`);
    await client.head();
    expect((await client.take(1)).toString()).toBe('x');
    expect(caught).toMatchObject([{ code: 'SLUICE_UPGRADE_REPEATED' }]);
  });

  test('that upgrades after its reply is told so', async () => {
    const caught: unknown[] = [];
    const served = await serve({
      fetch(_request, context) {
        context.waitUntil(
          context.completed.then(async () => caught.push(await errorOf(context.upgrade()))),
        );
        return reply('done');
      },
    });
    const client = await served.send(ASK);
    expect((await client.response()).text).toBe('done');
    await untilTrue(() => caught.length > 0);
    expect(caught).toMatchObject([{ code: 'SLUICE_UPGRADE_TOO_LATE' }]);
  });

  test('whose client has gone is told so', async () => {
    const caught: unknown[] = [];
    const served = await serve({
      async fetch(request, context) {
        await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
        await untilTrue(() => served.server.stats().connections.writing === 0);
        caught.push(await errorOf(context.upgrade()));
        return reply();
      },
    });
    const client = await served.send(ASK);
    await untilTrue(() => served.server.stats().started === 1);
    client.reset();
    await untilTrue(() => caught.length > 0);
    expect(caught).toMatchObject([{ code: 'SLUICE_UPGRADE_ABORTED' }]);
    expect(`${caught[0]}`).toMatch(/peerReset/);
  });

  test('that throws after an upgrade is told of, and the connection is reset', async () => {
    const served = await serve({
      async fetch(_request, context) {
        await context.upgrade();
        throw new Error('oops');
      },
    });
    const client = await served.send(ASK);
    await client.ended;
    expect(served.errors).toMatchObject([{ message: 'oops' }]);
  });

  test('that replies after an upgrade is told of, and the tunnel goes on', async () => {
    const served = await serve({
      async fetch(_request, context) {
        const { readable, writable } = await context.upgrade();
        void readable.pipeTo(writable);
        return reply('too late');
      },
    });
    const client = await served.send(`${ASK}x`);
    await client.head();
    expect((await client.take(1)).toString()).toBe('x');
    expect(served.errors).toMatchObject([{ code: 'SLUICE_UPGRADE_REPLIED' }]);
  });

  test('holds no slot while its tunnel is open', async () => {
    const served = await serve({ concurrency: 1, fetch: echo });
    const first = await served.send(ASK);
    await first.head();
    const second = await served.send(ASK);
    await second.head();
    const { inFlight, connections } = served.server.stats();
    expect([inFlight, connections.tunnel]).toEqual([0, 2]);
  });

  test.each([1, 1024])(
    'that has %d bytes of content, complete before it runs, may read them after the upgrade',
    async (length) => {
      const served = await serve({
        limits: { readAheadBytesMax: 1024 },
        async fetch(request, context) {
          const tunnel = await context.upgrade();
          await tunnel.writable.getWriter().write(await request.text());
          tunnel.close();
        },
      });
      const fields = `\r\nContent-Length: ${length}\r\n\r\n`;
      const client = await served.send(ASK.replace('GET', 'POST').replace('\r\n\r\n', fields));
      client.send('x'.repeat(length - 1));
      await loopTurns(3);
      client.send('y');
      expect((await client.head()).status).toBe(101);
      expect((await client.rest()).toString()).toBe(`${'x'.repeat(length - 1)}y`);
    },
  );

  test('that expected content gives its 100 before the 101', async () => {
    const served = await serve({
      async fetch(request, context) {
        const text = await request.text();
        const tunnel = await context.upgrade();
        await tunnel.writable.getWriter().write(text);
        tunnel.close();
      },
    });
    const client = await served.send(
      ASK.replace('GET', 'POST').replace(
        '\r\n\r\n',
        '\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n',
      ),
    );
    expect((await client.head()).status).toBe(100);
    client.send('hello');
    expect((await client.head()).status).toBe(101);
    expect((await client.rest()).toString()).toBe('hello');
  });
});

describe('the streams', () => {
  test('fill memory that the reader gives', async () => {
    const { fetch, opened } = opening();
    const served = await serve({ fetch });
    const client = await served.send(`${ASK}abcdef`);
    const { readable } = await opened;
    await client.head();
    const reader = readable.getReader({ mode: 'byob' });
    const { value } = await reader.read(new Uint8Array(4));
    expect(Buffer.from(value ?? []).toString()).toBe('abcd');
  });

  test('take strings and all kinds of bytes, and nothing else', async () => {
    const { fetch, opened } = opening();
    const served = await serve({ fetch });
    const client = await served.send(ASK);
    const tunnel = await opened;
    await client.head();
    const writer = tunnel.writable.getWriter();
    await writer.write('é');
    await writer.write(new DataView(new Uint8Array([1, 2, 3]).buffer, 1, 1) as never);
    await writer.write(new Uint8Array([4]).buffer as never);
    await writer.write(new Uint8Array(0));
    expect([...(await client.take(4))]).toEqual([0xc3, 0xa9, 2, 4]);
    const error = await errorOf(writer.write(5 as never));
    expect(`${error}`).toBe('TypeError: a tunnel takes strings and bytes; got 5');
    expect(await errorOf(tunnel.closed)).toBe(error);
    expect(await client.ended).toBe('reset');
  });

  test.each([
    ['a cancelled readable', (tunnel: Tunnel, error: Error) => tunnel.readable.cancel(error)],
    ['an aborted writable', (tunnel: Tunnel, error: Error) => tunnel.writable.abort(error)],
  ])('%s ends the tunnel with a reset', async (_what, end) => {
    const { fetch, opened } = opening();
    const served = await serve({ fetch });
    const client = await served.send(ASK);
    const tunnel = await opened;
    await client.head();
    const error = new Error('unwanted');
    void end(tunnel, error);
    expect(await errorOf(tunnel.closed)).toBe(error);
    expect(await client.ended).toBe('reset');
  });

  test('close() sends what was written before, though a writer holds the stream', async () => {
    const { fetch, opened } = opening();
    const served = await serve({ fetch });
    const client = await served.send(ASK);
    const tunnel = await opened;
    const writer = tunnel.writable.getWriter();
    for (const text of ['a', 'b', 'c']) void writer.write(text);
    tunnel.close();
    tunnel.close();
    expect((await client.rest()).toString()).toBe(`${SWITCHED}abc`);
    expect(`${await errorOf(writer.write('d'))}`).toMatch(/TypeError/);
    client.finish();
    expect(await tunnel.closed).toBe(undefined);
  });

  test('what was not read when all is over can still be read', async () => {
    const { fetch, opened } = opening();
    const served = await serve({ fetch });
    const client = await served.send(ASK);
    const tunnel = await opened;
    tunnel.close();
    await client.rest();
    client.send('left').finish();
    expect(await tunnel.closed).toBe(undefined);
    expect(served.server.stats().connections.tunnel).toBe(0);
    const chunks: Uint8Array[] = [];
    for await (const chunk of tunnel.readable) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('left');
  });

  test('`await using` closes, and waits for the end', async () => {
    const { fetch, opened } = opening();
    const served = await serve({ fetch });
    const client = await served.send(ASK);
    const tunnel = await opened;
    await client.head();
    const disposed = tunnel[Symbol.asyncDispose]();
    await client.rest();
    client.finish();
    await disposed;
    await tunnel[Symbol.asyncDispose]();
  });
});
