import { createServer, type FetchHandler } from 'sluice';
import { inject } from 'sluice/testing';
import { describe, expect, test } from 'vitest';
import { toReply } from '../../../src/http/reply/from-response.js';
import { Reply } from '../../../src/http/reply/reply.js';
import { expectNoEscapes, turns } from '../../support/escapes.js';

const platform = { Headers, Request, Response };

await import('../../../src/globals/index.js');

/** What comes over the wire: status line, fields but Date, content. */
async function answerTo(fetch: FetchHandler, request = new Request('http://a.example/b')) {
  const errors: unknown[] = [];
  const server = createServer({
    fetch,
    onError(error) {
      errors.push(error);
    },
  });
  const response = await inject(server, request);
  const fields = Object.fromEntries(response.headers);
  delete fields.date;
  const text = await response.text();
  await server.close();
  return { status: response.status, statusText: response.statusText, fields, text, errors };
}

const get = (fetch: FetchHandler) => answerTo(fetch);

describe('sluice/globals', () => {
  test('puts its classes where the platform’s were, as they were', () => {
    for (const name of ['Headers', 'Request', 'Response'] as const) {
      expect(globalThis[name]).not.toBe(platform[name]);
      expect(Object.getPrototypeOf(globalThis[name])).toBe(platform[name]);
      expect(globalThis[name].prototype).toBeInstanceOf(platform[name]);
      expect(Object.getOwnPropertyDescriptor(globalThis, name)).toMatchObject({
        configurable: true,
        enumerable: false,
        writable: true,
      });
    }
  });

  test('sends a text with its length', async () => {
    expect(await get(() => new Response('Grüße\n', { status: 201, statusText: 'Made' }))).toEqual({
      status: 201,
      statusText: 'Made',
      fields: { 'content-length': '8', 'content-type': 'text/plain;charset=UTF-8' },
      text: 'Grüße\n',
      errors: [],
    });
  });

  test('sends what the headers have become', async () => {
    const { fields } = await get(() => {
      const response = Response.json({ a: 1 }, { headers: { 'X-A': '1' } });
      response.headers.append('x-a', '2');
      response.headers.append('set-cookie', 'a=1');
      response.headers.append('set-cookie', 'b=2');
      return response;
    });
    expect(fields).toEqual({
      'content-length': '7',
      'content-type': 'application/json',
      'set-cookie': 'b=2',
      'x-a': '1, 2',
    });
  });

  test('gives a text no type that was taken away from it', async () => {
    const { fields, text } = await get(() => {
      const response = new Response('a');
      response.headers.delete('content-type');
      return response;
    });
    expect({ fields, text }).toEqual({ fields: { 'content-length': '1' }, text: 'a' });
  });

  test.each([
    ['bytes', () => new Uint8Array([97, 98]), {}],
    ['a Blob', () => new Blob(['ab'], { type: 'text/css' }), { 'content-type': 'text/css' }],
    [
      'a query',
      () => new URLSearchParams({ a: 'b' }),
      { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
    ],
  ])('sends %s with its length', async (_what, body, type) => {
    const { fields, text } = await get(() => new Response(body()));
    expect(fields).toEqual({ ...type, 'content-length': String(text.length) });
  });

  test('sends a stream as a stream', async () => {
    const stream = (): ReadableStream =>
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('abc'));
          setImmediate(() => controller.close());
        },
      });
    const { fields, text } = await get(() => new Response(stream()));
    expect({ fields, text }).toEqual({ fields: { 'transfer-encoding': 'chunked' }, text: 'abc' });
  });

  test('sends what went through many hands with its length', async () => {
    const { fields, text } = await get(() => {
      let response = new Response('abc');
      for (let i = 0; i < 3; i++) {
        response = new Response(response.body, response);
        response.headers.set('x-hands', String(i));
      }
      return response;
    });
    expect(fields).toEqual({
      'content-length': '3',
      'content-type': 'text/plain;charset=UTF-8',
      'x-hands': '2',
    });
    expect(text).toBe('abc');
  });

  test('gives a text as a whole, not as a stream of it', () => {
    const response = new Response('abc', { headers: { 'content-type': 'text/html' } });
    const reply = toReply(response);
    expect(reply).toBeInstanceOf(Reply);
    expect(reply.whole).toBe('abc');
  });

  test('sends a Response once, as the platform’s is sent once', async () => {
    const response = new Response('a');
    expect((await get(() => response)).text).toBe('a');
    expect(response.bodyUsed).toBe(true);
    await expect(response.text()).rejects.toThrow('Body is unusable');
    const again = await get(() => response);
    expect(again.status).toBe(500);
    expect(again.errors).toEqual([expect.objectContaining({ code: 'SLUICE_REPLY_BODY_USED' })]);
  });

  test('does not send what a reader holds', async () => {
    const { errors } = await get(() => {
      const response = new Response('a');
      response.body?.getReader();
      return response;
    });
    expect(errors).toEqual([expect.objectContaining({ code: 'SLUICE_REPLY_BODY_USED' })]);
  });

  test('drops what belongs to a connection, as of any Response', async () => {
    const headers = {
      ...{ 'transfer-encoding': 'chunked', connection: 'keep-alive, x-hop', 'x-hop': '1' },
      ...{ 'keep-alive': 'timeout=5', 'proxy-connection': 'keep-alive', te: 'trailers' },
      ...{ upgrade: 'h2c', trailer: 'x', 'x-end': '1' },
    };
    const { status, fields, text } = await get(() => new Response('a', { headers }));
    expect({ status, fields, text }).toEqual({
      status: 200,
      fields: { 'content-length': '1', 'content-type': 'text/plain;charset=UTF-8', 'x-end': '1' },
      text: 'a',
    });
  });

  test('closes the connection where the Response says so', () => {
    const closing = toReply(new Response('a', { headers: { connection: 'x-hop, Close' } }));
    expect([closing.closes, closing.whole]).toEqual([true, 'a']);
  });

  test('names the other protocols in a 426', () => {
    const made = toReply(new Response(null, { status: 426, headers: { upgrade: 'HTTP/2.0' } }));
    expect(made.fields).toBe('upgrade: HTTP/2.0\r\nConnection: Upgrade\r\n');
  });

  test('sends what a class of one’s own says of itself', async () => {
    class Teapot extends Response {
      override readonly status: number = 418;
    }
    expect(await get(() => new Teapot('short'))).toMatchObject({ status: 418, text: 'short' });
  });

  test('still sends the platform’s Responses', async () => {
    expect(await get(() => new platform.Response('a'))).toMatchObject({ status: 200, text: 'a' });
    expect(await get(() => Response.redirect('http://a.example/c', 302))).toMatchObject({
      status: 302,
      fields: { location: 'http://a.example/c' },
    });
  });

  test('sends no content for HEAD, 204 and 304', async () => {
    const head = await answerTo(
      () => new Response('abc'),
      new Request('http://a.example/', { method: 'HEAD' }),
    );
    expect(head).toMatchObject({ status: 200, fields: { 'content-length': '3' }, text: '' });
    expect(await get(() => new Response(null, { status: 204 }))).toMatchObject({ fields: {} });
    expect(await get(() => new Response(null, { status: 304 }))).toMatchObject({ fields: {} });
  });
});

/** A handler that does `act`, and answers in its next turn. */
function dropping(act: (request: Request) => void): { fetch: FetchHandler; until: Promise<void> } {
  let began = (): void => undefined;
  const until = new Promise<void>((resolve) => {
    began = resolve;
  });
  const fetch = async (request: Request): Promise<Response> => {
    act(request);
    began();
    await turns();
    return new Response('x');
  };
  return { fetch, until };
}

describe('new Request(request), with sluice/globals', () => {
  expectNoEscapes();

  const post = () =>
    new Request('http://a.example/b?c', { method: 'POST', body: 'abc', headers: { 'x-a': '1' } });

  /** What a handler sees of `request` that it has made anew. */
  async function viewOf(request: Request): Promise<string> {
    const { url, method } = request;
    return [method, url, request.headers.get('x-a'), await request.text()].join(' ');
  }

  test('takes a request of sluice’s, and its content', async () => {
    const { text, errors } = await answerTo(async (request) => {
      const taken = new Request(request);
      expect(request.bodyUsed).toBe(true);
      expect(taken).toBeInstanceOf(platform.Request);
      return new Response(await viewOf(taken));
    }, post());
    expect({ text, errors }).toEqual({ text: 'POST http://a.example/b?c 1 abc', errors: [] });
  });

  test('takes what the second argument says instead', async () => {
    const { text, errors } = await answerTo(async (request) => {
      await request.text();
      return new Response(await viewOf(new Request(request, { method: 'PUT', body: 'other' })));
    }, post());
    expect({ text, errors }).toEqual({ text: 'PUT http://a.example/b?c 1 other', errors: [] });
  });

  test('takes it as the second argument, too, as mounting does', async () => {
    for (const request of [post(), new Request('http://a.example/', { headers: { 'x-a': '1' } })]) {
      const { text, errors } = await answerTo(
        async (seen) => new Response(await viewOf(new Request('http://a.example/d', seen))),
        request,
      );
      const content = request.method === 'POST' ? 'abc' : '';
      expect(errors).toEqual([]);
      expect(text).toBe(`${request.method} http://a.example/d 1 ${content}`);
    }
  });

  test('follows the signal of the request', async () => {
    const { text } = await answerTo((request) => {
      const taken = new Request(request);
      return new Response(`${taken.signal.aborted} ${taken.signal instanceof AbortSignal}`);
    });
    expect(text).toBe('false true');
  });

  test('refuses one whose content was read, as the platform does', async () => {
    const { errors } = await answerTo(async (request) => {
      await request.text();
      return new Response(await new Request(request).text());
    }, post());
    expect(errors).toEqual([expect.any(TypeError)]);
  });

  // Law: whoever copies a request, and drops what it reads, is not ended by a client that fails.
  describe.each<[string, (request: Request) => Request]>([
    ['new Request(request)', (request) => new Request(request)],
    ['one of its clones', (request) => new Request(request.clone())],
    ['a copy of a copy', (request) => new Request(new Request(request), { headers: {} })],
    ['a clone of a copy', (request) => new Request(request).clone()],
    [
      'one that was cloned',
      (request) => {
        const copied = new Request(request);
        copied.clone();
        return copied;
      },
    ],
    ['a mounted one', (request) => new Request('http://a/d', request)],
    [
      'one of its parts',
      ({ url, method, body, signal }) =>
        new Request(url, { method, body, signal, duplex: 'half' } as RequestInit),
    ],
  ])('lets be dropped what is read of %s', (_what, copy) => {
    test.each(['arrayBuffer', 'blob', 'formData', 'json', 'text'] as const)(
      '%s()',
      async (read) => {
        const { fetch, until } = dropping((request) => {
          const copied = copy(request);
          copied.signal.addEventListener('abort', () => Promise.reject(new Error('heard')));
          void copied[read]();
        });
        const server = createServer({ fetch, onError: () => undefined });
        const head = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
        const response = inject(server, `${head}1\r\na\r\nno chunk\r\n`);
        await until;
        await response.catch(() => undefined);
        await server.close({ graceMs: 0 });
        await turns();
      },
    );
  });

  test('is as before for all other requests', async () => {
    class Own extends Request {}
    const own = new Own(post());
    expect(await viewOf(own.clone())).toBe('POST http://a.example/b?c 1 abc');
    expect(own).toBeInstanceOf(Request);
    expect(new platform.Request('http://a.example/')).toBeInstanceOf(Request);
    expect(new Request('http://a.example/')).not.toBeInstanceOf(Own);
    expect(() => new Request('/relative')).toThrow(TypeError);
    expect([Request.name, Request.length]).toEqual([platform.Request.name, 1]);
  });

  test('leaves a request of sluice’s an instance of Request', async () => {
    const { text } = await answerTo(
      (request, { remoteAddress }) =>
        new Response(`${request instanceof Request} ${remoteAddress !== ''}`),
    );
    expect(text).toBe('true true');
  });
});
