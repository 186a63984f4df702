// A server that runs, watched by who came later: of `sluice`, and of `sluice/node`.

import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createServer } from '../../src/adapters/node/index.js';
import { reply } from '../../src/index.js';
import { observe, viewOf } from '../../src/watching.js';
import { RawClient } from '../support/raw-client.js';
import { gate, get, onTestEnd, serve } from '../support/test-server.js';

test('a server of sluice is seen as it closes', async () => {
  const [first, second] = [gate(), gate()];
  const { server, send } = await serve({
    fetch: async (_request, { target }) => {
      await (target === '/1' ? first : second).promise;
      return reply('x');
    },
  }).then((served) => ({ server: served.server, send: served.send.bind(served) }));
  const begun = gate();
  let requests = 0;
  const leave = observe(server, {
    requestStarted: () => {
      requests++;
      if (requests === 2) begun.open();
    },
  });
  const [one, two] = [await send(get('/1')), await send(get('/2'))];
  await begun.promise;
  leave();
  expect(viewOf(server).closing).toBeUndefined();
  const closed = server.close({ graceMs: 60_000, readinessDelayMs: 60_000 });
  expect(viewOf(server).closing).toMatchObject({
    stage: 'announced',
    report: { finished: 0, refused: 0, cutOff: 0 },
  });
  void server.close({ readinessDelayMs: 0 });
  first.open();
  await one.response();
  const progress = viewOf(server).closing;
  expect(progress?.remainingMs).toBeLessThanOrEqual(60_000);
  second.open();
  await two.response();
  for (const { socket } of [one, two]) socket.end();
  const report = await closed;
  expect(viewOf(server).closing).toEqual({ stage: 'closed', remainingMs: 0, report });
});

test('a Server of sluice/node is watched, and the one that takes its place', async () => {
  const server = createServer((_req, res) => void res.end('x'));
  const listen = async (): Promise<number> => {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  onTestEnd(() => void server.close());
  const told: string[] = [];
  const leave = observe(server, {
    connectionOpened: () => told.push('opened'),
    requestStarted: ({ target }) => told.push(target),
  });
  const ask = async (port: number, target: string): Promise<void> => {
    const client = await RawClient.connect(port);
    await client.send(get(target, 'Connection: close\r\n')).response();
    client.socket.end();
  };
  await ask(await listen(), '/1');
  await new Promise((resolve) => void server.close(resolve));
  expect(viewOf(server).closing).toMatchObject({ stage: 'closed' });
  const port = await listen();
  expect(viewOf(server).closing).toBeUndefined();
  await ask(port, '/2');
  leave();
  await ask(port, '/3');
  expect(told).toEqual(['opened', '/1', 'opened', '/2']);
});
