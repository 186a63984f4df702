// Upgrades on a socket: who is switched, and what becomes of the bytes on either side of the 101.

import { describe, expect, test } from 'vitest';
import { type FetchHandler, reply, type ServerOptions, UpgradeError } from '../../src/index.js';
import { get, serve } from '../support/test-server.js';
import { ASK, echo, errorOf, opening, SWITCHED, untilTrue } from './upgrade-echo.js';

describe.each(['auto', 'net'] as const)('over the transport %s', (transport) => {
  test('bytes go both ways, those that came with the request first', async () => {
    const served = await serve({ transport, fetch: echo });
    const client = await served.send(`${ASK}early `);
    expect((await client.take(SWITCHED.length + 6)).toString()).toBe(`${SWITCHED}early `);
    client.send('and late');
    expect((await client.take(8)).toString()).toBe('and late');
    expect(served.server.stats().connections.tunnel).toBe(1);
    client.finish();
    expect(await client.ended).toBe('fin');
    await untilTrue(() => served.server.stats().connections.tunnel === 0);
    expect(served.errors).toEqual([]);
  });

  test('the client may end its way, and is still written to', async () => {
    const { fetch, opened } = opening();
    let signal: AbortSignal | undefined;
    const served = await serve({
      transport,
      fetch(request, context) {
        signal = request.signal;
        return fetch(request, context);
      },
    });
    const client = await served.send(`${ASK}all`);
    client.finish();
    const tunnel = await opened;
    const reader = tunnel.readable.getReader();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('all');
    const writer = tunnel.writable.getWriter();
    await writer.write('still here');
    expect((await reader.read()).done).toBe(true);
    expect(signal?.aborted).toBe(false);
    await writer.close();
    expect((await client.rest()).toString()).toBe(`${SWITCHED}still here`);
    expect(await tunnel.closed).toBe(undefined);
  });

  test('the server may end its way, and still reads', async () => {
    const { fetch, opened } = opening();
    const served = await serve({ transport, fetch });
    const client = await served.send(ASK);
    const tunnel = await opened;
    await tunnel.writable.close();
    expect((await client.rest()).toString()).toBe(SWITCHED);
    client.send('after your end').finish();
    const chunks: Uint8Array[] = [];
    for await (const chunk of tunnel.readable) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('after your end');
    expect(await tunnel.closed).toBe(undefined);
  });

  test('what nobody reads holds the client up, and not the memory', async () => {
    const { fetch, opened } = opening();
    const served = await serve({ transport, fetch });
    const client = await served.send(ASK);
    const tunnel = await opened;
    await client.head();
    const bytes = Buffer.alloc(8 * 1024 * 1024, 'x');
    const sent = client.sent(bytes);
    await untilTrue(() => served.server.stats().bytes >= 60_000);
    expect(served.server.stats().bytes).toBeLessThan(300_000);
    let read = 0;
    for await (const chunk of tunnel.readable) {
      read += chunk.length;
      if (read === bytes.length) break;
    }
    await sent;
    expect(read).toBe(bytes.length);
  });

  test('a client that reads nothing holds the writer up', async () => {
    const { fetch, opened } = opening();
    const served = await serve({ transport, fetch });
    const client = await served.send(ASK);
    const tunnel = await opened;
    await client.head();
    client.pause();
    const writer = tunnel.writable.getWriter();
    const chunk = Buffer.alloc(256 * 1024, 'y');
    let written = 0;
    let waits = false;
    const writing = (async () => {
      for (let i = 0; i < 200; i++) {
        await writer.write(chunk);
        written++;
      }
      await writer.close();
    })();
    await untilTrue(() => {
      waits = served.server.stats().bytes > 1000;
      return waits;
    });
    expect(written).toBeLessThan(200);
    expect(served.server.stats().bytes).toBeLessThan(600_000);
    client.resume();
    expect((await client.rest()).length).toBe(200 * chunk.length);
    await writing;
    client.finish();
    expect(await tunnel.closed).toBe(undefined);
  });

  test('a reset of the client errors both streams, and nobody is hurt who dropped a promise', async () => {
    const { fetch, opened } = opening();
    const served = await serve({ transport, fetch });
    const client = await served.send(ASK);
    const tunnel = await opened;
    await client.head();
    const reader = tunnel.readable.getReader();
    void reader.read();
    const writer = tunnel.writable.getWriter();
    client.reset();
    expect(await errorOf(tunnel.closed)).toMatchObject({ name: 'AbortError', reason: 'peerReset' });
    void writer.write('lost');
    void writer.close();
    expect(await errorOf(reader.read())).toMatchObject({ reason: 'peerReset' });
    expect(await errorOf(writer.write('lost'))).toMatchObject({ reason: 'peerReset' });
  });

  test('destroy() resets the connection', async () => {
    const { fetch, opened } = opening();
    const served = await serve({ transport, fetch });
    const client = await served.send(ASK);
    const tunnel = await opened;
    await client.head();
    const error = new Error('enough');
    tunnel.destroy(error);
    tunnel.destroy(new Error('without effect'));
    expect(await client.ended).toBe('reset');
    expect(await errorOf(tunnel.closed)).toBe(error);
    expect(await errorOf(tunnel.readable.getReader().read())).toBe(error);
  });

  test('bytes behind an upgrade that is refused are the next request', async () => {
    const served = await serve({ transport, fetch: (_request, { target }) => reply(target) });
    const client = await served.send(ASK + get('/next'));
    expect((await client.responses(2)).map(({ text }) => text)).toEqual(['/t', '/next']);
  });

  test('what the grace of close() finds is told at its beginning, and cut at its end', async () => {
    const heard: unknown[] = [];
    const { fetch, opened } = opening();
    const served = await serve({
      transport,
      fetch: (request, context) => {
        request.signal.addEventListener('abort', () => heard.push(request.signal.reason.reason));
        context.completed.then((completion) => heard.push(completion));
        return fetch(request, context);
      },
    });
    const client = await served.send(ASK);
    const tunnel = await opened;
    await client.head();
    const closing = served.server.close({ graceMs: 50 });
    expect(heard).toEqual(['drain']);
    expect(await errorOf(tunnel.closed)).toMatchObject({ reason: 'drain' });
    expect(await closing).toEqual({ finished: 0, refused: 0, cutOff: 1 });
    expect(await client.ended).toBe('reset');
    expect(heard).toEqual(['drain', { delivered: false, reason: 'drain' }]);
  });
});

describe('an upgrade that can not be', () => {
  async function rejection(
    request: string,
    use: (context: Parameters<FetchHandler>[1], request: Request) => Promise<unknown>,
    options: Partial<ServerOptions> = {},
  ): Promise<unknown> {
    let caught: unknown;
    const served = await serve({
      ...options,
      async fetch(given, context) {
        caught = await errorOf(use(context, given));
        return reply('caught');
      },
    });
    const client = await served.send(request);
    await client.response();
    return caught;
  }

  const asking = (...lines: string[]): string =>
    `GET / HTTP/1.1\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;

  test.each([
    ['a plain request', asking(), /no field Upgrade/],
    ['one whose Connection names no upgrade', asking('Upgrade: echo'), /Connection does not name/],
    ['HTTP/1.0', ASK.replace('1.1', '1.0'), /HTTP\/1\.0/],
    ['no protocol', asking('Connection: upgrade', 'Upgrade: ,'), /asks for ","/],
  ])('of %s is refused', async (_what, request, words) => {
    const error = await rejection(request, (context) => context.upgrade());
    expect(error).toBeInstanceOf(UpgradeError);
    expect(error).toMatchObject({ code: 'SLUICE_UPGRADE_NOT_ASKED', status: 400 });
    expect(`${error}`).toMatch(words);
  });

  test('to a protocol that was not asked for names it', async () => {
    const error = await rejection(ASK, (context) => context.upgrade({ protocol: 'chat' }));
    expect(`${error}`).toBe(
      'UpgradeError: context.upgrade() can\'t switch to "chat": the client asks for "echo"',
    );
    expect(error).toMatchObject({ status: 426, protocol: 'chat' });
  });

  test('before the content was read is refused', async () => {
    const post = ASK.replace('GET', 'POST').replace(
      '\r\n\r\n',
      '\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const error = await rejection(`${post}1\r\nx\r\n0\r\n\r\n`, (context) => context.upgrade());
    expect(error).toMatchObject({ code: 'SLUICE_UPGRADE_CONTENT_UNREAD' });
  });

  test.each([
    ['longer than what is read ahead', 'Content-Length: 1025\r\n', 'x'.repeat(1025)],
    ['short, and waits for a 100', 'Expect: 100-continue\r\nContent-Length: 1\r\n', ''],
  ])('before the content was read, which is %s, is refused', async (_what, fields, content) => {
    const post = ASK.replace('GET', 'POST').replace('\r\n\r\n', `\r\n${fields}\r\n`);
    const error = await rejection(post + content, (context) => context.upgrade(), {
      limits: { readAheadBytesMax: 1024 },
    });
    expect(error).toMatchObject({ code: 'SLUICE_UPGRADE_CONTENT_UNREAD' });
  });

  test.each([
    [
      { protokol: 'x' },
      'upgrade().protokol: unknown option; did you mean upgrade().protocol? Got "x"; there are headers, protocol',
    ],
    [{ protocol: 1 }, 'upgrade().protocol: got 1, expected a string'],
    ['echo', 'upgrade(): got "echo", expected an object with headers and protocol'],
  ])('for the options %j is refused', async (init, words) => {
    const error = await rejection(ASK, (context) => context.upgrade(init as never));
    expect(error).toMatchObject({ code: 'SLUICE_OPTION_INVALID', message: words });
  });

  test.each(['Connection', 'Upgrade', 'Content-Length', 'Transfer-Encoding'])(
    'with the header %s is refused',
    async (name) => {
      const error = await rejection(ASK, (context) =>
        context.upgrade({ headers: { [name]: '1' } }),
      );
      expect(error).toMatchObject({ code: 'SLUICE_REPLY_FIELD_FORBIDDEN' });
    },
  );

  test('is a 426 where the handler does not catch it', async () => {
    const served = await serve({
      fetch: async (_request, context) => void (await context.upgrade({ protocol: 'chat' })),
    });
    const client = await served.send(get('/') + ASK);
    const responses = await client.responses(2);
    expect(responses.map((one) => [one.status, one.get('upgrade')])).toEqual([
      [426, 'chat'],
      [426, 'chat'],
    ]);
    expect(served.errors).toEqual([]);
  });
});

describe('the protocol', () => {
  test.each([
    ['Upgrade: first, second/2', undefined, 'first'],
    ['Upgrade: first, second/2', 'Second/2', 'second/2'],
    ['Upgrade: \t,  odd one, WebSocket', 'websocket', 'WebSocket'],
    ['Upgrade: odd one, WebSocket', undefined, 'WebSocket'],
    ['Upgrade: a\r\nUpgrade: b', 'b', 'b'],
  ])('of %j, wanted %s, is %s', async (line, protocol, granted) => {
    const served = await serve({
      fetch: async (_request, context) =>
        void (await context.upgrade(protocol === undefined ? {} : { protocol })),
    });
    const client = await served.send(
      `GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n${line}\r\n\r\n`,
    );
    expect((await client.head()).fields).toEqual([
      ['Connection', 'Upgrade'],
      ['Upgrade', granted],
    ]);
  });
});
