// RFC 9112 §2 and §3 on a socket: messages in any number of segments, request
// targets in their forms. The grammar itself is tried on the parser.

import { describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { get, serve } from '../support/test-server.js';

/** Sends byte by byte, each in a segment of its own. */
async function dribble(
  client: { sent(bytes: Uint8Array): Promise<void> },
  text: string,
): Promise<void> {
  for (const byte of Buffer.from(text, 'latin1')) await client.sent(Uint8Array.of(byte));
}

describe('§2.2 message parsing', () => {
  test('takes a request byte by byte', async () => {
    const served = await serve({
      fetch: async (request) =>
        reply(
          `${request.method} ${request.url} ${request.headers.get('name')} ${await request.text()}`,
        ),
    });
    const client = await served.connect();
    const text =
      'POST /p?q HTTP/1.1\r\nHost: a.example\r\nName: value\r\nContent-Length: 3\r\n\r\nabc';
    for (let i = 0; i < 2; i++) {
      await dribble(client, text);
      expect((await client.response()).text).toBe('POST http://a.example/p?q value abc');
    }
  });

  test('takes chunked content with extensions and trailers byte by byte', async () => {
    const served = await serve({
      fetch: async (request, context) =>
        reply(`${await request.text()} ${(await context.trailers).join(' ')}`),
    });
    const client = await served.connect();
    await dribble(
      client,
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n' +
        '2;a="b;c"\r\nab\r\n0c\r\n0123456789xy\r\n000;d\r\nSum: 1\r\nOther: 2\r\n\r\n',
    );
    expect((await client.response()).text).toBe('ab0123456789xy Sum 1 Other 2');
  });

  test('ignores an empty line before a request line', async () => {
    const served = await serve({ fetch: (_request, context) => reply(context.target) });
    const client = await served.send(`\r\n${get('/1')}\r\n${get('/2')}`);
    expect((await client.responses(2)).map(({ text }) => text)).toEqual(['/1', '/2']);
  });

  test('an answer is on its way before the next head is whole', async () => {
    const served = await serve({ fetch: (_request, context) => reply(context.target) });
    const client = await served.send(`${get('/1')}GET /2 HT`);
    expect((await client.response()).text).toBe('/1');
    client.send('TP/1.1\r\nHost: a\r\n\r\n');
    expect((await client.response()).text).toBe('/2');
  });

  test('a head up to headBytesMax is served, and one byte more is refused', async () => {
    const served = await serve({ fetch: () => reply(), limits: { headBytesMax: 1000 } });
    const fits = get('/', `Long: ${'x'.repeat(1000 - get('/', 'Long: \r\n').length)}\r\n`);
    expect(fits.length).toBe(1000);
    const client = await served.send(fits);
    expect((await client.response()).status).toBe(200);
    client.send(fits.replace('Long', 'Longs'));
    expect((await client.response()).status).toBe(431);
  });
});

describe('§3.2 request target', () => {
  const echo = (request: Request, context: { target: string }) =>
    reply(`${context.target} ${request.url}`);

  test('origin-form is taken with the Host, and never resolved', async () => {
    const served = await serve({ fetch: echo });
    const client = await served.send(get('//evil.example/../x?q=1'));
    expect((await client.response()).text).toBe(
      '//evil.example/../x?q=1 http://a//evil.example/../x?q=1',
    );
  });

  test('absolute-form: its authority stands, not the Host', async () => {
    const served = await serve({ fetch: echo });
    const client = await served.send(get('http://b.example:81/x?q'));
    expect((await client.response()).text).toBe('http://b.example:81/x?q http://b.example:81/x?q');
  });

  test('asterisk-form is for OPTIONS, and reaches the handler', async () => {
    const served = await serve({ fetch: echo });
    const client = await served.send('OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n');
    expect((await client.response()).text).toBe('* http://a');
    client.send('GET * HTTP/1.1\r\nHost: a\r\n\r\n');
    expect((await client.response()).status).toBe(400);
  });

  test('authority-form is for CONNECT, which is declined before any handler', async () => {
    let handled = 0;
    const served = await serve({
      fetch() {
        handled++;
        return reply();
      },
    });
    const client = await served.send('CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n\x16\x03\x01');
    const response = await client.response();
    expect(response.status).toBe(501);
    expect(response.closes).toBe(true);
    expect(await client.ended).toBe('fin');
    expect(handled).toBe(0);
  });

  test('without a Host, an HTTP/1.0 request gets the address that it came to', async () => {
    const served = await serve({ fetch: echo });
    const client = await served.send('GET /x HTTP/1.0\r\n\r\n');
    expect((await client.response()).text).toBe(`/x ${served.origin}/x`);
  });

  test("any method is the handler's to judge", async () => {
    const served = await serve({ fetch: (request) => reply(request.method) });
    const client = await served.send('m-search / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect((await client.response()).text).toBe('m-search');
  });
});

describe('RFC 9110 §7.8 Upgrade', () => {
  test('is ignored, and what follows is the next request', async () => {
    const served = await serve({ fetch: (_request, context) => reply(context.target) });
    const client = await served.send(
      get('/1', 'Connection: Upgrade\r\nUpgrade: websocket\r\n') + get('/2'),
    );
    const [first, second] = await client.responses(2);
    expect(first?.status).toBe(200);
    expect(first?.get('upgrade')).toBeUndefined();
    expect(first?.closes).toBe(false);
    expect(second?.text).toBe('/2');
  });

  test('the preface of HTTP/2 is refused', async () => {
    const served = await serve({ fetch: () => reply() });
    const client = await served.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    const response = await client.response();
    expect(response.status).toBe(505);
    expect(response.text).toContain('HTTP/2');
    expect(await client.ended).toBe('fin');
  });

  test('a TLS handshake is told that this port speaks plain HTTP', async () => {
    const served = await serve({ fetch: () => reply() });
    const client = await served.send('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03');
    const response = await client.response();
    expect(response.status).toBe(400);
    expect(response.text).toContain('plain HTTP');
    expect(await client.ended).toBe('fin');
  });
});
