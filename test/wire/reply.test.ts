// What a handler may answer, and what the client gets of it.

import { describe, expect, test } from 'vitest';
import type { ServerOptions } from '../../src/index.js';
import { reply } from '../../src/index.js';
import { get, serve, thenable } from '../support/test-server.js';

type Handler = ServerOptions['fetch'];

describe('a reply', () => {
  test('has Date, and Content-Type for text', async () => {
    const served = await serve({ fetch: () => reply('x') });
    const response = await (await served.send(get())).response();
    const date = response.get('date') ?? '';
    expect(date).toMatch(/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
    expect(Math.abs(Date.now() - Date.parse(date))).toBeLessThan(60_000);
    expect(response.get('content-type')).toBe('text/plain;charset=UTF-8');
  });

  test("keeps the handler's Date and Content-Type", async () => {
    const date = 'Thu, 01 Jan 1970 00:00:00 GMT';
    const served = await serve({
      fetch: () => reply('x', { headers: { Date: date, 'Content-Type': 'a/b' } }),
    });
    const response = await (await served.send(get())).response();
    expect(response.get('date')).toBe(date);
    expect(response.get('content-type')).toBe('a/b');
  });

  test('never joins Set-Cookie, however it was given', async () => {
    const cookies = ['a=1; Path=/', 'b=2, really'];
    const headers = new Headers();
    for (const cookie of cookies) headers.append('Set-Cookie', cookie);
    const forms: Record<string, () => ReturnType<Handler>> = {
      '/object': () => reply(null, { headers: { 'Set-Cookie': cookies } }),
      '/pairs': () => reply(null, { headers: cookies.map((cookie) => ['Set-Cookie', cookie]) }),
      '/headers': () => reply(null, { headers }),
      '/response': () => new Response(null, { headers }),
    };
    const served = await serve({
      fetch: (_request, context) => forms[context.target]?.() ?? reply(),
    });
    const client = await served.connect();
    for (const path of Object.keys(forms)) {
      const { head } = await client.send(get(path)).response();
      const sent = head.fields.filter(([name]) => name.toLowerCase() === 'set-cookie');
      expect(sent.map(([, value]) => value)).toEqual(cookies);
    }
  });

  test('with a whole body may be sent many times, and to many', async () => {
    const always = reply('always');
    const served = await serve({ fetch: () => always });
    const client = await served.send(get() + get());
    const other = await served.send(get());
    const texts = [...(await client.responses(2)), await other.response()].map(({ text }) => text);
    expect(texts).toEqual(['always', 'always', 'always']);
  });

  test('with a stream may be sent once; the second time is an error', async () => {
    const once = reply(['a']);
    const served = await serve({ fetch: () => once });
    const client = await served.send(get() + get());
    const [first, second] = await client.responses(2);
    expect(first?.text).toBe('a');
    expect(second?.status).toBe(500);
    expect(served.errors).toMatchObject([{ code: 'SLUICE_REPLY_BODY_USED' }]);
  });

  test('may come late, as a promise or any thenable', async () => {
    const served = await serve({
      fetch: (_request, context) =>
        context.target === '/promise'
          ? new Promise((resolve) => setImmediate(() => resolve(reply('promise'))))
          : thenable((resolve) => resolve(reply('thenable'))),
    });
    const client = await served.send(get('/promise') + get('/thenable'));
    expect((await client.responses(2)).map(({ text }) => text)).toEqual(['promise', 'thenable']);
  });

  test('of 8 MiB in one piece arrives whole, and the next after it', async () => {
    const bytes = new Uint8Array(8 * 1024 * 1024).map((_, i) => i * 7);
    const served = await serve({ fetch: () => reply(bytes) });
    const client = await served.send(get() + get());
    for (const response of await client.responses(2)) {
      expect(response.get('content-length')).toBe(String(bytes.length));
      expect(response.body.equals(bytes)).toBe(true);
    }
  });

  test('of many pieces, as fast as they come, arrives whole', async () => {
    const served = await serve({
      fetch: () =>
        reply(
          (function* () {
            for (let i = 0; i < 20_000; i++) yield `${i}\n`;
          })(),
        ),
    });
    const { text } = await (await served.send(get())).response();
    expect(text).toBe(Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join(''));
  });

  test('is read by fetch and node:http as well', async () => {
    const served = await serve({
      fetch: async (request) => reply([`<${await request.text()}>`], { trailers: { Sum: '1' } }),
    });
    const response = await fetch(served.origin, {
      method: 'POST',
      body: 'abc',
      headers: { TE: 'trailers' },
    });
    expect(await response.text()).toBe('<abc>');
  });
});
