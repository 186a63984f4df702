// The option `errorPages` of a server of `sluice/node`: what sluice answers by itself looks as the application says.

import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createServer } from '../../src/adapters/node/index.js';
import { reply, type ServerOptions } from '../../src/index.js';
import { RawClient } from '../support/raw-client.js';
import { get, onTestEnd } from '../support/test-server.js';

type Sluice = Omit<ServerOptions, 'fetch'>;

async function served(
  sluice: Sluice,
  listener: RequestListener,
): Promise<{ server: Server; client: RawClient }> {
  const server = createServer({ sluice }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { server, client: await RawClient.connect(port) };
}

const errorPages: Sluice['errorPages'] = ({ status, statusText }) =>
  reply.json({ error: statusText }, { status, headers: { 'Set-Cookie': ['a=1', 'b=2'] } });

test.each([
  ['GET / HTTP/1.1\r\n\r\n', 400, 'Bad Request'],
  ['BAD\r\n\r\n', 400, 'Bad Request'],
  ['GET / HTTP/3.0\r\nHost: a\r\n\r\n', 505, 'HTTP Version Not Supported'],
  [
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n',
    501,
    'Not Implemented',
  ],
])('a fault that nobody hears of gets the page: %j', async (bytes, status, error) => {
  const { client } = await served({ errorPages }, (_req, res) => void res.end());
  const response = await client.send(bytes).response();
  expect(response.status).toBe(status);
  expect(response.get('content-type')).toBe('application/json');
  expect(response.get('set-cookie')).toBe('a=1, b=2');
  expect(response.closes).toBe(true);
  expect(JSON.parse(response.text)).toEqual({ error });
});

test('a fault in the content of a request that is not answered gets the page', async () => {
  const { client } = await served(
    { errorPages },
    (req) => void req.on('error', () => undefined).resume(),
  );
  client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\n');
  expect(JSON.parse((await client.response()).text)).toEqual({ error: 'Bad Request' });
});

test("a listener of 'clientError' answers in place of it", async () => {
  const { server, client } = await served({ errorPages }, (_req, res) => void res.end());
  server.on('clientError', (_error, socket) => socket.end('HTTP/1.1 418 Tea\r\n\r\n'));
  expect((await client.send('BAD\r\n\r\n').response()).status).toBe(418);
});

test('a listener that throws gets the page, if onError is told', async () => {
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const { client } = await served({ errorPages, onError }, (_req, res) => {
    res.setHeader('Content-Type', 'text/html');
    throw new Error('no');
  });
  const response = await client.send(get()).response();
  expect(response.status).toBe(500);
  expect(response.get('content-type')).toBe('application/json');
  expect(response.get('set-cookie')).toBe('a=1, b=2');
  expect(JSON.parse(response.text)).toEqual({ error: 'Internal Server Error' });
  expect((await client.send(get('/').replace('GET', 'HEAD')).response('HEAD')).text).toBe('');
  expect(errors).toHaveLength(2);
});

test('without pages both are as bare as those of node:http', async () => {
  const { client } = await served({ onError: () => undefined }, () => {
    throw new Error('no');
  });
  const thrown = await client.send(get()).response();
  expect([thrown.text, thrown.get('content-type')]).toEqual(['Internal Server Error\n', undefined]);
  const fault = await client.send('BAD\r\n\r\n').response();
  expect([fault.status, fault.text]).toEqual([400, '']);
});
