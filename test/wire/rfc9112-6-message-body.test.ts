// RFC 9112 §6: how responses and requests are delimited on the wire.

import { describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { get, post, postChunked, serve } from '../support/test-server.js';
import { later } from './pieces.js';

describe('§6 responses', () => {
  test('a whole body has its Content-Length in bytes, not characters', async () => {
    const served = await serve({ fetch: () => reply('héllo €') });
    const response = await (await served.send(get())).response();
    expect(response.get('content-length')).toBe('10');
    expect(response.get('transfer-encoding')).toBeUndefined();
    expect(response.text).toBe('héllo €');
  });

  test('no body is Content-Length 0', async () => {
    const served = await serve({ fetch: () => reply() });
    const response = await (await served.send(get())).response();
    expect(response.get('content-length')).toBe('0');
    expect(response.get('content-type')).toBeUndefined();
  });

  test('a stream is chunked, a chunk for each piece, without an empty one', async () => {
    const served = await serve({ fetch: () => reply(later('one', '', new Uint8Array(20), 'x')) });
    const client = await served.send(get() + get('/next'));
    expect((await client.head()).fields).toContainEqual(['Transfer-Encoding', 'chunked']);
    expect((await client.take(5 + 3)).toString()).toBe('3\r\none\r\n');
    expect((await client.take(4 + 20 + 2)).toString()).toBe(`14\r\n${'\0'.repeat(20)}\r\n`);
    expect((await client.take(6)).toString()).toBe('1\r\nx\r\n');
    expect((await client.take(5)).toString()).toBe('0\r\n\r\n');
    expect((await client.response()).status).toBe(200);
  });

  test('every kind of stream is sent', async () => {
    const kinds: Record<string, () => Parameters<typeof reply>[0]> = {
      '/array': () => ['a', 'b', 'c'],
      '/generator': () => later('a', 'b', 'c'),
      '/stream': () =>
        new ReadableStream({
          start(controller) {
            for (const piece of 'abc') controller.enqueue(Buffer.from(piece));
            controller.close();
          },
        }),
      '/blob': () => new Blob(['abc']).stream(),
    };
    const served = await serve({
      fetch: (_request, context) => reply(kinds[context.target]?.()),
    });
    const client = await served.connect();
    for (const path of Object.keys(kinds)) {
      const response = await client.send(get(path)).response();
      expect(response.get('transfer-encoding')).toBe('chunked');
      expect(response.text).toBe('abc');
    }
  });

  test('HTTP/1.0 gets a stream until the end of the connection', async () => {
    const served = await serve({ fetch: () => reply(later('a', 'b')) });
    const client = await served.send('GET / HTTP/1.0\r\n\r\n');
    const response = await client.response();
    expect(response.get('transfer-encoding')).toBeUndefined();
    expect(response.get('content-length')).toBeUndefined();
    expect(response.text).toBe('ab');
    expect(await client.ended).toBe('fin');
  });

  test('a standard Response is sent with its own headers, and with a length where its content is there', async () => {
    const served = await serve({
      fetch: () => Response.json({ a: 1 }, { status: 201, headers: { 'X-A': 'b' } }),
    });
    const response = await (await served.send(get())).response();
    expect(response.status).toBe(201);
    expect(response.get('content-type')).toBe('application/json');
    expect(response.get('x-a')).toBe('b');
    expect(response.get('content-length')).toBe('7');
    expect(response.text).toBe('{"a":1}');
  });

  describe('no content', () => {
    test('HEAD gets the head that GET would, and no content', async () => {
      const served = await serve({ fetch: () => reply('hello') });
      const client = await served.send(`HEAD / HTTP/1.1\r\nHost: a\r\n\r\n${get()}`);
      const toHead = await client.response('HEAD');
      const toGet = await client.response();
      const framing = toGet.head.fields.filter(([name]) => name !== 'Date');
      expect(toHead.head.fields.filter(([name]) => name !== 'Date')).toEqual(framing);
      expect(toHead.get('content-length')).toBe('5');
      expect(toGet.text).toBe('hello');
    });

    test.each([204, 205, 304])('%i has none, nor a coding', async (status) => {
      const served = await serve({ fetch: () => reply(status === 304 ? 'x' : null, { status }) });
      const client = await served.send(get() + get('/next'));
      for (let i = 0; i < 2; i++) {
        const head = await client.head();
        expect(head.status).toBe(status);
        const names = head.fields.map(([name]) => name.toLowerCase());
        expect(names).not.toContain('transfer-encoding');
        if (status === 204) expect(names).not.toContain('content-length');
        if (status === 205) expect(head.fields).toContainEqual(['Content-Length', '0']);
        if (status === 304) expect(head.fields).toContainEqual(['Content-Length', '1']);
      }
      expect(client.unread).toBe(0);
    });

    test('a stream that is not sent is not begun, but ended', async () => {
      const events: string[] = [];
      const served = await serve({
        fetch(request, context) {
          const body = {
            next() {
              events.push('next');
              return { done: true, value: undefined } as const;
            },
            return() {
              events.push(`return ${request.method} ${context.target}`);
              return { done: true, value: undefined } as const;
            },
            [Symbol.iterator]() {
              return this;
            },
          };
          return reply(body, { status: Number(context.target.slice(1)) });
        },
      });
      const client = await served.send(
        `HEAD /200 HTTP/1.1\r\nHost: a\r\n\r\n${get('/204')}${get('/304')}${get('/205')}`,
      );
      for (const status of [200, 204, 304, 205]) expect((await client.head()).status).toBe(status);
      expect(events).toEqual([
        'return HEAD /200',
        'return GET /204',
        'return GET /304',
        'return GET /205',
      ]);
    });
  });

  describe('Content-Length with a stream', () => {
    test('is kept, and the connection goes on', async () => {
      const served = await serve({
        fetch: () => reply(later('ab', 'cd'), { headers: { 'Content-Length': 4 } }),
      });
      const client = await served.connect();
      for (let i = 0; i < 2; i++) {
        const response = await client.send(get()).response();
        expect(response.get('content-length')).toBe('4');
        expect(response.text).toBe('abcd');
      }
    });

    test.each([
      ['less', 5, 'less than the declared Content-Length: 1 bytes are missing'],
      ['more', 3, 'more than the declared Content-Length: 1 bytes too many'],
    ])('%s than that cuts the connection and is reported', async (_what, length, message) => {
      const served = await serve({
        fetch: () => reply(later('ab', 'cd'), { headers: { 'Content-Length': length } }),
      });
      const client = await served.send(get() + get('/next'));
      const head = await client.head();
      expect(head.fields).toContainEqual(['Content-Length', String(length)]);
      const body = await client.rest();
      expect(body.length).toBeLessThan(length);
      expect(served.errors).toHaveLength(1);
      expect(String(served.errors[0])).toContain(message);
      expect(served.errors[0]).toMatchObject({ code: 'SLUICE_REPLY_LENGTH_INVALID' });
      expect(served.faults).toEqual([]);
    });

    test('a stream for HEAD is not held to it', async () => {
      const served = await serve({
        fetch: () => reply(later('ab'), { headers: { 'Content-Length': 99 } }),
      });
      const client = await served.send(`HEAD / HTTP/1.1\r\nHost: a\r\n\r\n${get()}`);
      expect((await client.response('HEAD')).get('content-length')).toBe('99');
      expect((await client.head()).status).toBe(200);
      expect((await client.rest()).toString()).toBe('ab');
    });
  });
});

describe('§6.3 requests', () => {
  test('content of a GET is read like any other', async () => {
    const served = await serve({ fetch: async (request) => reply(await request.text()) });
    const client = await served.send(post('abc').replace('POST', 'GET') + get());
    expect((await client.response()).text).toBe('abc');
    expect((await client.response()).text).toBe('');
  });

  test('a stream of 4 MiB arrives whole, by length and by chunks, and through an echo', async () => {
    const size = 4 * 1024 * 1024;
    const content = Buffer.alloc(size, 'abcdefg');
    const served = await serve({
      limits: { bodyBytesMax: size },
      fetch: (request) => reply(request.body),
    });
    const client = await served.send(
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`,
    );
    client.send(content);
    expect((await client.response()).body.equals(content)).toBe(true);
    client.send(postChunked(''));
    for (let at = 0; at < size; at += 60_000) {
      const piece = content.subarray(at, at + 60_000);
      client
        .send(`${piece.length.toString(16)}\r\n`)
        .send(piece)
        .send('\r\n');
    }
    client.send('0\r\n\r\n');
    expect((await client.response()).body.equals(content)).toBe(true);
  });
});
