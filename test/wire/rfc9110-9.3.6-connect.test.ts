// CONNECT on a socket: how it is answered, and when it becomes a tunnel.

import { describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { get, serve } from '../support/test-server.js';
import { echo } from './upgrade-echo.js';

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
