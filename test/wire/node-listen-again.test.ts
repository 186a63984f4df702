// A server that listens again before all of its connections have ended: as under node:http.

import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { ask, both, type Make } from '../support/node-pair.js';
import { TextClient } from '../support/text-client.js';

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function listen(server: Server, port = 0): Promise<number> {
  const listening = once(server, 'listening');
  server.listen(port, '127.0.0.1');
  await listening;
  return portOf(server);
}

function countOf(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
}

async function same<Result>(run: (make: Make) => Promise<Result>): Promise<Result> {
  const [node, sluice] = await both(run);
  expect(sluice).toEqual(node);
  return sluice;
}

it('listens on the same port within the turn of close()', async () => {
  const told = await same(async (make) => {
    const server = make({}, (_req, res) => void res.end('ok'));
    const port = await listen(server);
    const before = await ask(port);
    let closes = 0;
    server.on('close', () => closes++);
    const first = once(server, 'close');
    server.close();
    const listening = once(server, 'listening');
    server.listen(port);
    const atOnce = [server.listening, portOf(server) === port];
    await listening;
    const after = await ask(port);
    server.close();
    await first;
    return [before.text, atOnce, after.text, closes, server.listening];
  });
  expect(told).toEqual(['ok', [true, true], 'ok', 1, false]);
});

it('tells its close once all connections have ended, from before and after', async () => {
  const told = await same(async (make) => {
    const waiting: ServerResponse[] = [];
    const server = make({}, (_req, res) => {
      waiting.push(res);
      server.emit('came');
    });
    const came = () => once(server, 'came');
    let closes = 0;
    const firstCame = came();
    const first = ask(await listen(server));
    await firstCame;
    server.close(() => closes++);
    const secondCame = came();
    const second = ask(await listen(server));
    await secondCame;
    const closed = new Promise((resolve) => server.close(resolve));
    const counted = await countOf(server);
    waiting[1]?.end();
    await second;
    while ((await countOf(server)) > 1) await new Promise(setImmediate);
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
    const early = closes;
    waiting[0]?.end();
    await Promise.all([first, closed]);
    return { counted, early, closes };
  });
  expect(told).toEqual({ counted: 2, early: 0, closes: 1 });
});

it('ends the connections from before, too, when all are to be closed', async () => {
  const told = await same(async (make) => {
    const server = make({}, () => void server.emit('came'));
    const came = once(server, 'came');
    const client = new TextClient(await listen(server));
    client.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await came;
    server.close();
    await listen(server);
    server.closeAllConnections();
    await client.ended;
    const closed = once(server, 'close');
    server.close();
    await closed;
    return server.listening;
  });
  expect(told).toBe(false);
});

it('may be closed again before it has told that it listens', async () => {
  const told = await same(async (make) => {
    const server = make({});
    const port = await listen(server);
    server.close();
    server.listen(port);
    const error = await new Promise((resolve) => server.close(resolve));
    const refused = once(net.connect(port, '127.0.0.1'), 'error');
    const [{ code }] = (await refused) as [NodeJS.ErrnoException];
    return { error, code, isListening: server.listening };
  });
  expect(told.code).toBe('ECONNREFUSED');
});
