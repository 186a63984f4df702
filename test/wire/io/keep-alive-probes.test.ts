// TCP keep-alive: what the kernel does for the connections of a listening socket.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import * as net from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { createServer as createHttpServer, https } from '../../../src/adapters/node/index.js';
import { createServer, type ListenAddress, reply } from '../../../src/index.js';
import { streamApi } from '../../../src/io/transport/stream-api.js';
import { onTestEnd } from '../../support/test-server.js';
import { pair } from '../../support/tls.js';

/**
 * The timer of the server's end of a new connection, as the kernel shows it: `02:…` is that of keep-alive.
 *
 * @param isOn What the listener does for a connection, it does when it accepts it: waits for that.
 */
async function timerOn(port: number, isOn: boolean): Promise<string | undefined> {
  const socket = net.createConnection({ port, host: '127.0.0.1' });
  onTestEnd(() => socket.destroy());
  await once(socket, 'connect');
  // A row of the server's end: `sl local remote st queues tr:when …`.
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const find = (): string | undefined =>
    readFileSync('/proc/net/tcp', 'latin1')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .find(([, at, , state]) => at === local && state === '01')?.[5];
  await expect.poll(find).toBeDefined();
  if (isOn) await expect.poll(() => find()?.slice(0, 2)).toBe('02');
  return find();
}

/** Boundary: what Node has below net, undocumented. */
interface NodeBinding {
  binding(name: 'tcp_wrap'): { TCP: { prototype: { setKeepAlive(): number } } };
}

describe.each(['auto', 'net', 'tls'] as const)('TCP keep-alive, with %s,', (how) => {
  const timer = async (keepAlive: ListenAddress['keepAlive']): Promise<string | undefined> => {
    const tls = how === 'tls' ? { tls: pair('local') } : {};
    const server = createServer({
      fetch: () => reply('x'),
      transport: how === 'tls' ? 'auto' : how,
    });
    onTestEnd(() => server.close({ graceMs: 0 }));
    const { port } = await server.listen({ ...tls, keepAlive });
    return timerOn(port, keepAlive !== false);
  };

  test.runIf(process.platform === 'linux')('is on unless it is turned off', async () => {
    const ticks = (text: string | undefined): number => Number.parseInt(String(text).slice(3), 16);
    const standard = ticks(await timer(undefined));
    expect(standard).toBeGreaterThan(5_000);
    expect(standard).toBeLessThanOrEqual(6_100);
    expect(ticks(await timer({ initialDelayMs: 5_000 }))).toBeLessThanOrEqual(510);
    expect((await timer(false))?.slice(0, 2)).toBe('00');
  });
});

// node:net tells each of its sockets.
const readsHandles = streamApi() !== undefined && process.env.SLUICE_TRANSPORT !== 'net';

describe.runIf(process.platform === 'linux' && readsHandles)(
  'TCP keep-alive, of a socket of our own,',
  () => {
    test('is told to the listening socket, from which connections have it', async () => {
      const server = createServer({ fetch: () => reply('x') });
      onTestEnd(() => server.close({ graceMs: 0 }));
      const keepAlive = { initialDelayMs: 7_000 };
      const { port } = await server.listen({ backlog: 1, keepAlive });
      // Those that could have come before it was told: each is accepted when it is answered.
      for (let i = 0; i < 2; i++) {
        const socket = net.createConnection({ port, host: '127.0.0.1' });
        socket.end('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n').resume();
        await once(socket, 'close');
      }
      const { TCP } = (process as unknown as NodeBinding).binding('tcp_wrap');
      const told = vi.spyOn(TCP.prototype, 'setKeepAlive');
      onTestEnd(() => told.mockRestore());
      const timer = await timerOn(port, true);
      expect(timer?.slice(0, 2)).toBe('02');
      expect(Number.parseInt(String(timer).slice(3), 16)).toBeLessThanOrEqual(710);
      expect(told).not.toHaveBeenCalled();
    });
  },
);

describe.runIf(process.platform === 'linux')('TCP keep-alive, of an adopted server,', () => {
  const hosts = {
    'a server of http': () => createHttpServer(),
    'a server of http, with net,': () => createHttpServer({ sluice: { transport: 'net' } }),
    'a server of https': () => https.createServer(pair('local')),
  };

  test.each(Object.entries(hosts))('is on: %s', async (_name, make) => {
    const server = make().listen(0, '127.0.0.1');
    onTestEnd(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect((await timerOn(port, true))?.slice(0, 2)).toBe('02');
  });

  const made = { ...pair('local'), keepAlive: true, keepAliveInitialDelay: 7_000 };
  const asked: Record<string, [make: () => net.Server, fromS: number, toS: number]> = {
    'the option': [() => createHttpServer(made), 6, 7],
    'the option of https': [() => https.createServer(made), 6, 7],
    'the option with net': [
      () => createHttpServer({ ...made, sluice: { transport: 'net' } }),
      6,
      7,
    ],
    'the option without a delay': [() => createHttpServer({ keepAlive: true }), 50, 60],
    'the properties': [
      () => Object.assign(createHttpServer(), { keepAlive: true, keepAliveInitialDelay: 9 }),
      8,
      9,
    ],
  };

  test.each(Object.entries(asked))('is as %s says', async (_name, [make, fromS, toS]) => {
    const server = make().listen(0, '127.0.0.1');
    onTestEnd(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ticks = Number.parseInt(String(await timerOn(port, true)).slice(3), 16);
    expect(ticks / 100).toBeGreaterThan(fromS - 3);
    expect(ticks / 100).toBeLessThanOrEqual(toS + 0.1);
  });

  test('is off where the option says so', async () => {
    const server = createHttpServer({ keepAlive: false }).listen(0, '127.0.0.1');
    onTestEnd(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect((await timerOn(port, false))?.slice(0, 2)).toBe('00');
  });
});
