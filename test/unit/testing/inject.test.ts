import { describe, expect, test } from 'vitest';
import {
  type CloseReport,
  createServer,
  type FetchHandler,
  type Reply,
  reply,
  type Server,
} from '../../../src/index.js';
import {
  createSimulatedServer,
  InjectError,
  inject,
  type LinkOptions,
  RecordingSink,
  VirtualEnvironment,
} from '../../../src/testing/index.js';

type Make = (fetch: FetchHandler) => Server;

const echo: FetchHandler = async (request) => {
  const { method, url, headers } = request;
  const told = { method, url, headers: [...headers], content: await request.text() };
  return reply(JSON.stringify(told), { headers: { 'Content-Type': 'application/json' } });
};

interface Told {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly content: string;
}

async function told(server: Server, request: Request): Promise<Told> {
  return (await (await inject(server, request)).json()) as Told;
}

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error) => error,
  );
}

const byteByByte: LinkOptions = {
  split: 'bytes',
  jitterMs: 3,
  sendBufferBytes: 1000,
  receiveBufferBytes: 1000,
};

const kinds: readonly (readonly [string, Make])[] = [
  ['of createServer', (fetch) => createServer({ fetch })],
  ['in virtual time', (fetch) => createSimulatedServer({ fetch }).server],
  [
    'in virtual time, byte by byte',
    (fetch) => createSimulatedServer({ fetch }, { link: byteByByte }).server,
  ],
];

describe.each(kinds)('inject, with a server %s', (_, make) => {
  test('has no Response for an upgrade', async () => {
    const cut: unknown[] = [];
    const server = make(async (_request, context) => {
      const tunnel = await context.upgrade();
      await tunnel.closed.catch((error) => cut.push(error.reason));
    });
    const asked = inject(
      server,
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n',
    );
    await expect(asked).rejects.toMatchObject({ code: 'SLUICE_INJECT_UPGRADED' });
  });

  test('gives a native Response', async () => {
    const server = make(() =>
      reply('Hello!\n', { status: 201, statusText: 'Made', headers: { 'X-A': ['1', '2'] } }),
    );
    const response = await inject(server, new Request('http://localhost/'));
    expect(response).toBeInstanceOf(Response);
    expect([response.status, response.statusText]).toEqual([201, 'Made']);
    expect(response.headers.get('x-a')).toBe('1, 2');
    expect(response.headers.get('content-length')).toBe('7');
    expect(await response.text()).toBe('Hello!\n');
    expect(server.stats().started).toBe(1);
  });

  test('keeps Set-Cookie lines apart', async () => {
    const server = make(() => reply('', { headers: { 'Set-Cookie': ['a=1', 'b=2'] } }));
    const response = await inject(server, new Request('http://localhost/'));
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  test('sends method, target, headers and content of a Request', async () => {
    const server = make(echo);
    const request = new Request('http://example.test:8080/a/b?c=d#e', {
      method: 'PUT',
      headers: { 'X-Name': 'value' },
      body: 'Größe',
    });
    expect(await told(server, request)).toEqual({
      method: 'PUT',
      url: 'http://example.test:8080/a/b?c=d',
      headers: [
        ['content-length', '7'],
        ['content-type', 'text/plain;charset=UTF-8'],
        ['host', 'example.test:8080'],
        ['x-name', 'value'],
      ],
      content: 'Größe',
    });
  });

  test('sends content chunked where the Request says so', async () => {
    const server = make(echo);
    for (const body of ['', 'some content', 'x'.repeat(2_000)]) {
      const request = new Request('http://localhost/', {
        method: 'POST',
        headers: { 'Transfer-Encoding': 'chunked' },
        body,
      });
      const { headers, content } = await told(server, request);
      expect(content).toBe(body);
      expect(headers.map(([name]) => name)).not.toContain('content-length');
    }
  });

  test('says that a POST without content has none, and keeps a Host that was given', async () => {
    const server = make(echo);
    const request = new Request('http://localhost/', {
      method: 'POST',
      headers: { Host: 'other.test' },
    });
    expect((await told(server, request)).headers).toEqual([
      ['content-length', '0'],
      ['host', 'other.test'],
    ]);
  });

  test('sends raw bytes as they are', async () => {
    const server = make(echo);
    const raw = 'pOST /\xffx HTTP/1.1\r\nHost: h\r\n\r\n';
    expect((await inject(server, raw)).status).toBe(400);
    const bytes = Buffer.from('GET /a HTTP/1.0\r\nX-B:\tc \r\n\r\n', 'latin1');
    const response = await inject(server, bytes);
    expect(((await response.json()) as Told).headers).toEqual([['x-b', 'c']]);
  });

  test('skips interim responses', async () => {
    const server = make(async (request, context) => {
      context.sendInformational(103, { Link: '</style.css>; rel=preload' });
      return reply(await request.text());
    });
    const raw = 'POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi';
    const response = await inject(server, raw);
    expect([response.status, response.headers.get('link')]).toEqual([200, null]);
    expect(await response.text()).toBe('hi');
  });

  test('decodes chunked content, and leaves trailers out', async () => {
    async function* pieces(): AsyncGenerator<string> {
      yield 'one ';
      yield 'two';
    }
    const server = make(() => reply(pieces(), { trailers: { 'X-Sum': '7' } }));
    const response = await inject(server, new Request('http://localhost/'));
    expect(response.headers.get('transfer-encoding')).toBe('chunked');
    expect(await response.text()).toBe('one two');
  });

  test('reads content that only the end of the connection ends', async () => {
    const server = make(() => reply(['to ', 'the end']));
    const response = await inject(server, 'GET / HTTP/1.0\r\n\r\n');
    expect(await response.text()).toBe('to the end');
  });

  test('reads no content where there is none: HEAD, 204, 205, 304', async () => {
    const statuses: readonly Reply[] = [204, 205, 304].map((status) => reply(null, { status }));
    let next = 0;
    const server = make((request) =>
      request.method === 'HEAD' ? reply('not sent') : (statuses[next++] as Reply),
    );
    const head = await inject(server, new Request('http://localhost/', { method: 'HEAD' }));
    expect([head.headers.get('content-length'), await head.text()]).toEqual(['8', '']);
    const raw = await inject(server, '\r\nHEAD / HTTP/1.1\r\nHost: h\r\n\r\n');
    expect([raw.headers.get('content-length'), await raw.text()]).toEqual(['8', '']);
    for (const { status } of statuses) {
      const response = await inject(server, new Request('http://localhost/'));
      expect([response.status, response.body]).toEqual([status, null]);
    }
  });

  test('gives the response while its content still comes, and slows a stream that is not read', async () => {
    let given = 0;
    let over = false;
    function* pieces(): Generator<Uint8Array> {
      try {
        for (; given < 1000; given++) yield new Uint8Array(4096);
      } finally {
        over = true;
      }
    }
    const server = make(() => reply(pieces()));
    const response = await inject(server, new Request('http://localhost/'));
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let length = 0;
    while (length < 5_000) length += (await reader.read()).value?.length ?? 0;
    expect([given < 100, over]).toEqual([true, false]);
    await reader.cancel();
    // The client has reset the connection; its server hears of it next.
    await inject(server, 'OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    expect(over).toBe(true);
  });

  test('rejects where the connection ends without a response', async () => {
    let report: Promise<CloseReport> | undefined;
    const server = make(() => {
      report = server.close({ graceMs: 5 });
      return new Promise(() => undefined);
    });
    const error = await errorOf(inject(server, new Request('http://localhost/')));
    expect(error).toBeInstanceOf(InjectError);
    expect(error).toMatchObject({ code: 'SLUICE_INJECT_NO_RESPONSE' });
    expect(await report).toMatchObject({ cutOff: 1 });
  });

  test('rejects the reading of content that was cut', async () => {
    const resolvers: (() => void)[] = [];
    async function* pieces(): AsyncGenerator<string> {
      yield 'short';
      await new Promise<void>((resolve) => resolvers.push(resolve));
    }
    const server = make(() => reply(pieces(), { headers: { 'Content-Length': 10 } }));
    const response = await inject(server, new Request('http://localhost/'));
    expect(response.status).toBe(200);
    for (const resolve of resolvers) resolve();
    expect(await errorOf(response.text())).toMatchObject({ code: 'SLUICE_INJECT_RESPONSE_CUT' });
  });

  test('resets the connection when the signal of the Request aborts', async () => {
    const reasons: unknown[] = [];
    const controller = new AbortController();
    const server = make((request) => {
      request.signal.addEventListener('abort', () => reasons.push(request.signal.reason.reason));
      controller.abort(new Error('no longer wanted'));
      return new Promise(() => undefined);
    });
    const { signal } = controller;
    const error = await errorOf(inject(server, new Request('http://localhost/', { signal })));
    expect(error).toMatchObject({ message: 'no longer wanted' });
    await inject(server, 'GET * HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(reasons).toEqual(['peerReset']);
    const again = new Request('http://localhost/', { signal });
    expect(await errorOf(inject(server, again))).toMatchObject({ message: 'no longer wanted' });
  });

  test('is aborted while the content of its Request is read, before anything is sent', async () => {
    let calls = 0;
    const server = make(() => {
      calls++;
      return reply();
    });
    for (const body of [undefined, 'abc']) {
      const controller = new AbortController();
      const { signal } = controller;
      const init = body === undefined ? { signal } : { signal, body, method: 'POST' };
      const answer = inject(server, new Request('http://localhost/', init));
      controller.abort(new Error('no longer wanted'));
      expect(await errorOf(answer)).toMatchObject({ message: 'no longer wanted' });
    }
    expect(calls).toBe(0);
  });

  test('lets requests run beside each other', async () => {
    let running = 0;
    let most = 0;
    const resolvers: (() => void)[] = [];
    const server = make(async () => {
      most = Math.max(most, ++running);
      if (running === 3) for (const resolve of resolvers) resolve();
      else await new Promise<void>((resolve) => resolvers.push(resolve));
      return reply('together');
    });
    const responses = await Promise.all(
      [1, 2, 3].map(() => inject(server, new Request('http://localhost/'))),
    );
    expect(most).toBe(3);
    for (const response of responses) expect(await response.text()).toBe('together');
  });

  test('leaves nothing behind', async () => {
    const server = make(echo);
    await told(server, new Request('http://localhost/'));
    await inject(server, 'nonsense\r\n\r\n');
    const report = server.close();
    // Time passes by itself, or by an injected request's doing.
    if (server.environment instanceof VirtualEnvironment) await server.environment.clock.runAsync();
    expect(await report).toEqual({ finished: 0, refused: 0, cutOff: 0 });
    const { inFlight, queued, bytes, connections } = server.stats();
    expect({ inFlight, queued, bytes }).toEqual({ inFlight: 0, queued: 0, bytes: 0 });
    expect(Object.values(connections).every((count) => count === 0)).toBe(true);
  });
});

describe('inject', () => {
  test('says what is wrong with what is no request', async () => {
    const server = createServer({ fetch: () => reply() });
    // A boundary: what a caller in JavaScript may give.
    const wrong = [undefined, null, 7, {}] as unknown as readonly Request[];
    for (const value of wrong)
      expect(await errorOf(inject(server, value))).toBeInstanceOf(TypeError);
    for (const url of ['/hello', 'http://localhost/']) {
      const error = await errorOf(inject(server, url));
      expect(String(error)).toContain('looks like a URL');
    }
    expect(String(await errorOf(inject(server, 'GET /€ HTTP/1.1\r\n\r\n')))).toContain('"€" at 5');
  });

  test('goes through the limiter: what waits too long is refused', async () => {
    const simulated = createSimulatedServer({
      concurrency: 1,
      queue: { law: 'timed', waitMs: 50 },
      fetch: () => simulated.sleep(1000).then(() => reply('done')),
    });
    const { server, clock } = simulated;
    const responses = await Promise.all(
      [1, 2].map(() => inject(server, new Request('http://localhost/'))),
    );
    expect(responses.map(({ status }) => status)).toEqual([200, 503]);
    expect(responses[1]?.headers.get('retry-after')).toMatch(/^[1-9]/);
    expect(clock.now).toBeGreaterThanOrEqual(1000);
  });

  test('lets time-outs pass in virtual time', async () => {
    const { server, clock } = createSimulatedServer({
      fetch: () => new Promise(() => undefined),
      limits: { handlerMs: 60_000 },
    });
    expect((await inject(server, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n')).status).toBe(503);
    expect(clock.now).toBeGreaterThan(59_000);
    expect((await inject(server, 'GET / HTTP/1.1\r\nHost:')).status).toBe(408);
  });

  test('says so where nothing is left to happen in virtual time', async () => {
    const { server } = createSimulatedServer({ fetch: () => new Promise(() => undefined) });
    const error = await errorOf(inject(server, new Request('http://localhost/')));
    expect(error).toMatchObject({ code: 'SLUICE_INJECT_IDLE' });
  });
});

describe('createSimulatedServer', () => {
  test('serves clients of one’s own, in virtual time', async () => {
    const { network, clock } = createSimulatedServer({ fetch: () => reply('Hello!\n') });
    const heard = new RecordingSink();
    const client = network.connect(() => heard);
    client.write('GET / HTTP/1.1\r\nHost:');
    await clock.runAsync({ until: 60_000 });
    expect(heard.text.startsWith('HTTP/1.1 408')).toBe(true);
    expect(clock.now).toBe(60_000);
  });

  test('gives the same trace for the same seed', async () => {
    const run = async (seed: number): Promise<string[]> => {
      const lines: string[] = [];
      const simulated = createSimulatedServer(
        { fetch: () => simulated.sleep(5).then(() => reply(['a', 'b'])) },
        {
          seed,
          link: { split: 'random', jitterMs: 9 },
          trace: (entry) => lines.push(JSON.stringify(entry)),
        },
      );
      await (await inject(simulated.server, new Request('http://localhost/'))).text();
      await simulated.clock.runAsync();
      return lines;
    };
    const [one, same, other] = [await run(3), await run(3), await run(4)];
    expect(one.length).toBeGreaterThan(10);
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  test('takes the options of createServer, and refuses the same', () => {
    const wrong = { fetch: () => reply(), concurrency: 0 };
    expect(() => createSimulatedServer(wrong)).toThrow(/concurrency/);
  });
});
