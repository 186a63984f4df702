import { once } from 'node:events';
import https from 'node:https';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { client, tls } from './apps/tls.mjs';
import { BOTH, hostTests } from './hosts.mjs';

/** Asks under TLS. */
async function ask(port, path, { body, ...options } = {}) {
  const request = https.request({
    host: '127.0.0.1',
    servername: 'localhost',
    port,
    path,
    ca: tls.ca,
    agent: false,
    ...options,
  });
  request.end(body);
  const [response] = await once(request, 'response');
  let text = '';
  for await (const piece of response.setEncoding('utf8')) text += piece;
  const { date: _date, ...headers } = response.headers;
  return { status: response.statusCode, headers, text };
}

hostTests('Express 5 over TLS', 'express-https', BOTH, {
  'knows that it is secure': async ({ port }) => {
    const answer = await ask(port, '/');
    expect(JSON.parse(answer.text)).toMatchObject({ protocol: 'https', secure: true });
    return answer;
  },

  'knows the certificate of a client': async ({ port }) => {
    const found = [await ask(port, '/client'), await ask(port, '/client', client)];
    const [without, with_] = found.map(({ text }) => JSON.parse(text));
    expect(without).toEqual({ authorized: false, encrypted: true, name: null });
    expect(with_).toMatchObject({ authorized: true, encrypted: true });
    return found;
  },

  'takes and sends content': async ({ port }) => {
    const body = JSON.stringify({ text: 'ü'.repeat(10_000) });
    const headers = { 'Content-Type': 'application/json' };
    const answer = await ask(port, '/json', { method: 'POST', headers, body });
    expect(answer.text).toBe(body);
    const long = await ask(port, '/long');
    expect(long.text.length).toBe(1_000_000);
    return [answer, long];
  },
});

hostTests('ws 8 over TLS', 'wss', BOTH, {
  'echoes text and bytes, and knows its TLS': async ({ port }) => {
    const socket = new WebSocket(`wss://127.0.0.1:${port}/`, { ...tls, servername: 'localhost' });
    const closed = once(socket, 'close');
    await once(socket, 'open');
    const say = async (message) => {
      const answer = once(socket, 'message');
      socket.send(message);
      return (await answer)[0];
    };
    const long = Buffer.alloc(300_000, 7);
    const found = [
      String(await say('short')),
      long.equals(await say(long)),
      String(await say('who')),
    ];
    socket.close(1000);
    expect(found).toEqual(['short', true, 'true TLSv1.3']);
    return [found, (await closed)[0]];
  },

  'answers requests beside': async ({ port }) => {
    const answer = await ask(port, '/');
    expect(answer.text).toBe('plain');
    return answer;
  },
});
