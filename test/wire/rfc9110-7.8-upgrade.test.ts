// Upgrades on a socket: who is switched, and what becomes of the bytes on either side of the 101.

import { describe, expect, test, vi } from 'vitest';
import { type FetchHandler, reply, type Tunnel, UpgradeError } from '../../src/index.js';
import { get, serve } from '../support/test-server.js';

const ASK = 'GET /t HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n';
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';

const echo: FetchHandler = async (_request, context) => {
  const { readable, writable } = await context.upgrade();
  await readable.pipeTo(writable);
};

/** A handler that upgrades, and tells what it was given. */
function opening(): { readonly fetch: FetchHandler; readonly opened: Promise<Tunnel> } {
  let open: (tunnel: Tunnel) => void = () => undefined;
  const opened = new Promise<Tunnel>((resolve) => {
    open = resolve;
  });
  return {
    opened,
    fetch: async (_request, context) => {
      open(await context.upgrade());
    },
  };
}

/** Waits until something on the server has happened. */
async function untilTrue(holds: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(holds()).toBe(true), { timeout: 5000, interval: 5 });
}

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => expect.fail(`resolved with ${value}`),
    (error) => error,
  );
}

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

describe('CONNECT', () => {
  const CONNECT = 'CONNECT b.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n';

  test('is answered with 200, without a length, and is a tunnel', async () => {
    const urls: string[] = [];
    const served = await serve({
      connect: true,
      async fetch(request, context) {
        urls.push(`${request.method} ${context.target} ${request.url}`);
        const tunnel = await context.upgrade({ headers: { 'X-Via': 'sluice' } });
        await tunnel.readable.pipeTo(tunnel.writable);
      },
    });
    const client = await served.send(`${CONNECT}hello`);
    const { status, fields } = await client.head();
    expect([status, fields.map(([name]) => name)]).toEqual([200, ['Date', 'X-Via']]);
    expect((await client.take(5)).toString()).toBe('hello');
    expect(urls).toEqual(['CONNECT b.example:443 http://b.example:443']);
  });

  test('that is refused gets an ordinary response, which is the last', async () => {
    const served = await serve({ connect: true, fetch: () => reply('no', { status: 403 }) });
    // A client may have begun to use its tunnel: nothing of that is a request.
    const client = await served.send(CONNECT + get('/smuggled'));
    const response = await client.response();
    expect([response.status, response.text, response.closes]).toEqual([403, 'no', true]);
    expect((await client.rest()).length).toBe(0);
  });

  test('that is answered with 2xx by mistake is a 500: no client may take it for a tunnel', async () => {
    const served = await serve({ connect: true, fetch: () => reply('hello') });
    const client = await served.send(CONNECT);
    expect((await client.response()).status).toBe(500);
    expect(served.errors).toMatchObject([{ code: 'SLUICE_REPLY_STATUS_INVALID' }]);
  });

  test('from HTTP/1.0 is served too', async () => {
    const served = await serve({ connect: true, fetch: echo });
    const client = await served.send('CONNECT b:1 HTTP/1.0\r\n\r\nhi');
    expect((await client.head()).status).toBe(200);
    expect((await client.take(2)).toString()).toBe('hi');
  });

  test('for a host that no URL can have is refused', async () => {
    const served = await serve({ connect: true, fetch: echo });
    const client = await served.send('CONNECT xn--a:1 HTTP/1.1\r\nHost: b\r\n\r\n');
    expect((await client.response()).status).toBe(400);
  });
});

describe('an upgrade that can not be', () => {
  async function rejection(
    request: string,
    use: (context: Parameters<FetchHandler>[1], request: Request) => Promise<unknown>,
  ): Promise<unknown> {
    let caught: unknown;
    const served = await serve({
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
