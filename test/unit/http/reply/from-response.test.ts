import { Readable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { fromResponse, toReply } from '../../../../src/http/reply/from-response.js';
import { reply } from '../../../../src/http/reply/reply.js';
import { LENGTH_NONE, LENGTH_UNKNOWN } from '../../../../src/http/reply/reply-framing.js';

async function contentOf(response: Response): Promise<string> {
  const source = fromResponse(response).open();
  let text = '';
  for (;;) {
    const chunk = await source.next();
    if (chunk === undefined) return text;
    text += new TextDecoder().decode(chunk);
  }
}

/** A Response as fetch() gives it: one that has a URL. */
function fetched(body: string | null, headers: Record<string, string>): Response {
  const response = new Response(body, { headers });
  Object.defineProperty(response, 'url', { value: 'http://upstream.example/' });
  return response;
}

describe('a Response', () => {
  test('keeps status, text, headers and each cookie', () => {
    const headers = new Headers({ B: '1', a: '2' });
    headers.append('set-cookie', 'x=1');
    headers.append('set-cookie', 'y=2');
    const made = fromResponse(new Response(null, { status: 404, statusText: 'Nope', headers }));
    expect([made.status, made.statusText]).toEqual([404, 'Nope']);
    expect(made.fields).toBe('a: 2\r\nb: 1\r\nset-cookie: x=1\r\nset-cookie: y=2\r\n');
    expect([made.whole, made.length]).toEqual(['', LENGTH_NONE]);
  });

  test('is pulled as a stream, with its own type and no other', async () => {
    const made = fromResponse(new Response('é'));
    expect([made.whole, made.length]).toEqual([undefined, LENGTH_UNKNOWN]);
    expect(made.fields).toBe('content-type: text/plain;charset=UTF-8\r\n');
    expect(await contentOf(new Response('é'))).toBe('é');
  });

  test('keeps a declared length', () => {
    expect(fromResponse(new Response('abc', { headers: { 'content-length': '3' } })).length).toBe(
      3,
    );
  });

  test('that was read, is being read, or is an error is refused', async () => {
    const read = new Response('a');
    await read.text();
    expect(() => fromResponse(read)).toThrow('was read already');
    const held = new Response('a');
    held.body?.getReader();
    expect(() => fromResponse(held)).toThrow('or a reader holds it');
    expect(() => fromResponse(Response.error())).toThrow('can be sent to nobody');
  });

  test('loses what belongs to a connection, whoever made it', () => {
    const made = fromResponse(
      new Response('a', {
        headers: {
          ...{ connection: 'keep-alive, X-Hop', 'keep-alive': 'timeout=5', 'x-hop': '1' },
          ...{ 'proxy-connection': 'keep-alive', te: 'trailers', 'transfer-encoding': 'chunked' },
          ...{ upgrade: 'h2c', trailer: 'x', 'x-end': '1' },
        },
      }),
    );
    expect(made.fields).toBe('content-type: text/plain;charset=UTF-8\r\nx-end: 1\r\n');
    expect(made.closes).toBe(false);
  });

  test('may name each of its own fields in Connection', () => {
    const headers = new Headers({
      connection: ' set-cookie ,, content-length',
      'content-length': '9',
    });
    headers.append('set-cookie', 'a=1');
    const made = fromResponse(new Response('a', { headers }));
    expect([made.fields, made.length]).toEqual([
      'content-type: text/plain;charset=UTF-8\r\n',
      LENGTH_UNKNOWN,
    ]);
  });

  test.each(['close', 'Close', 'keep-alive, close', 'close, x-hop'])(
    'closes the connection by %j',
    (connection) => {
      expect(fromResponse(new Response('a', { headers: { connection } })).closes).toBe(true);
      expect(fromResponse(fetched('a', { connection })).closes).toBe(false);
    },
  );

  test('names other protocols in a 426 alone', () => {
    const headers = { upgrade: 'HTTP/2.0, websocket', connection: 'Upgrade' };
    expect(fromResponse(new Response(null, { status: 426, headers })).fields).toBe(
      'upgrade: HTTP/2.0, websocket\r\nConnection: Upgrade\r\n',
    );
    expect(fromResponse(new Response(null, { status: 400, headers })).fields).toBe('');
  });

  test('made again of one that fetch() decoded is not cut by the length of what was decoded', () => {
    const headers = { 'content-encoding': 'gzip', 'content-length': '33', 'content-type': 'a/b' };
    const made = fromResponse(new Response('a longer text than what it was coded to', { headers }));
    expect([made.fields, made.length]).toEqual([
      'content-encoding: gzip\r\ncontent-type: a/b\r\n',
      LENGTH_UNKNOWN,
    ]);
    expect(fromResponse(new Response(null, { headers })).length).toBe(33);
    const own = { ...headers, 'content-encoding': 'x-own' };
    expect(fromResponse(new Response('a', { headers: own })).length).toBe(33);
  });

  test('from fetch() loses what belonged to the other connection', () => {
    const made = fromResponse(
      fetched('a', {
        ...{ connection: 'keep-alive, x-hop', 'keep-alive': 'timeout=5', 'x-hop': '1' },
        ...{ 'transfer-encoding': 'chunked', upgrade: 'h2c', trailer: 'x', 'x-end': '1' },
      }),
    );
    expect(made.fields).toBe('content-type: text/plain;charset=UTF-8\r\nx-end: 1\r\n');
    expect(made.closes).toBe(false);
  });

  test('from fetch() loses the coding that fetch undid, and the length with it', () => {
    const coded = { 'content-encoding': 'gzip', 'content-length': '33', 'content-type': 'a/b' };
    const made = fromResponse(fetched('a', coded));
    expect([made.fields, made.length]).toEqual(['content-type: a/b\r\n', LENGTH_UNKNOWN]);
    const unknown = fromResponse(fetched('a', { ...coded, 'content-encoding': 'compress' }));
    expect(unknown.fields).toContain('content-encoding: compress');
    expect(unknown.length).toBe(33);
    const toHead = fromResponse(fetched(null, coded));
    expect([toHead.fields, toHead.length]).toEqual([
      'content-encoding: gzip\r\ncontent-type: a/b\r\n',
      33,
    ]);
    expect(() => fromResponse(fetched('a', { 'content-encoding': 'zstd' }))).toThrow('zstd');
  });
});

describe('what a handler returned', () => {
  test('is a Reply as it is, or a Response', () => {
    const made = reply('a');
    expect(toReply(made)).toBe(made);
    expect(toReply(new Response(null, { status: 201 })).status).toBe(201);
  });

  test('may be a framework’s own Response', () => {
    const { status, statusText, headers, body, bodyUsed, type, url } = new Response('a');
    expect(toReply({ status, statusText, headers, body, bodyUsed, type, url }).status).toBe(200);
  });

  test.each([
    [{ body: undefined }, 'it has no `body`'],
    [{ body: Readable.from(['a']) }, 'its `body` is no ReadableStream'],
    [{ headers: new Map() }, 'its `headers` have no getSetCookie()'],
    [{ headers: { getSetCookie: () => [] } }, 'its `headers` can’t be iterated'],
  ])('is refused in words where it is a Response with %o', (members, why) => {
    class Response {
      status = 200;
      headers: unknown = new Headers();
      body: unknown = null;
      bodyUsed = false;
    }
    expect(() => toReply(Object.assign(new Response(), members))).toThrow(
      `got a Response that is not as the Fetch standard has it: ${why}. Make one of Node's own`,
    );
  });

  test('is refused in words where it is a Reply of another copy of sluice', async () => {
    vi.resetModules();
    const other = await import('../../../../src/http/reply/reply.js');
    for (const made of [other.reply('a'), other.reply(null, { status: 204 })]) {
      expect(() => toReply(made)).toThrow(
        'or a promise of one; got a Reply of another copy of sluice in this process. Import `reply` from the copy whose server runs',
      );
    }
  });

  test.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['text', '"text"'],
    [{ status: 200 }, 'an object'],
    [{ status: 200, headers: {}, body: '', bodyUsed: false }, 'an object'],
    [new Request('http://a/'), 'a Request'],
  ])('is refused where it is %o', (value, came) => {
    expect(() => toReply(value)).toThrow(`or a promise of one; got ${came}`);
  });
});
