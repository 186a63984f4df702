// listen(): the addresses that it takes and gives. What fits as an argument or option.

import { describe, expect, test } from 'vitest';
import { createServer, reply } from '../../src/index.js';
import { RawClient } from '../support/raw-client.js';
import { get, onTestEnd, serve } from '../support/test-server.js';

describe('listen()', () => {
  test('gives the address, and may be called for several', async () => {
    const server = createServer({ fetch: () => reply('x') });
    onTestEnd(() => server.close({ graceMs: 0 }));
    const first = await server.listen();
    const second = await server.listen({ port: 0, host: '127.0.0.1' });
    expect(first).toEqual({ address: '127.0.0.1', port: first.port, family: 'IPv4' });
    expect(second.port).not.toBe(first.port);
    for (const { port } of [first, second]) {
      const client = await RawClient.connect(port);
      expect((await client.send(get()).response()).text).toBe('x');
      client.socket.destroy();
    }
  });

  test('rejects with the code of the system', async () => {
    const served = await serve({ fetch: () => reply() });
    const server = createServer({ fetch: () => reply() });
    await expect(server.listen({ port: served.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: expect.stringContaining(`127.0.0.1:${served.port}`),
    });
    await expect(server.listen({ host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
    });
    await expect(server.listen({ path: '/nowhere/at/all' })).rejects.toMatchObject({
      code: expect.stringMatching(/^E(ACCES|NOENT)$/),
    });
    // It may still listen elsewhere.
    const { port } = await server.listen();
    expect(port).toBeGreaterThan(0);
    await server.close();
  });
});

test.each([
  ['a host', '0.0.0.0', '"0.0.0.0"'],
  ['a callback', () => undefined, 'a function'],
  ['nothing', undefined, 'undefined'],
])(
  'listen() refuses a second argument, which would be ignored: %s',
  async (_what, second, words) => {
    const server = createServer({ fetch: () => reply() });
    onTestEnd(() => server.close({ graceMs: 0 }));
    // Boundary: as it is called without types.
    const listen = server.listen.bind(server) as (...all: unknown[]) => Promise<unknown>;
    await expect(listen(0, second)).rejects.toMatchObject({
      code: 'SLUICE_OPTION_INVALID',
      message: `listen(): it takes one argument, such as { port: 3000, host: '0.0.0.0' }, and gives a promise; the second is ${words}`,
    });
  },
);

describe('listen() and close()', () => {
  const all = "expected a name or an address; '0.0.0.0' or '::' for every address of this machine";
  const port = 'expected a whole number from 0 to 65535 (0: any free port)';
  test.each<[unknown, string]>([
    [-1, `port: got -1, ${port}`],
    [65_536, `port: got 65536, ${port}`],
    [Number.NaN, `port: got NaN, ${port}`],
    [{ port: '3000' }, `port: got "3000", ${port}`],
    [{ port: null }, `port: got null, ${port}`],
    [{ port: 80.5 }, `port: got 80.5, ${port}`],
    [{ hostname: '::' }, 'hostname: unknown option; did you mean host? Got "::"; there are port,'],
    [{ Port: 3000 }, 'Port: unknown option; did you mean port? Got 3000; there are port, host,'],
    [{ host: '' }, `host: got "", ${all}`],
    [{ host: 5 }, `host: got 5, ${all}`],
    [{ path: '' }, 'path: got "", expected the path of a Unix domain socket'],
    [{ backlog: 0 }, 'backlog: got 0, expected a whole number from 1 to 2147483647'],
    ['3000', 'listen(): got "3000", expected a port, or an object with port, host, path, backlog'],
    [null, 'listen(): got null, expected a port'],
  ])('refuse %j for an address', async (where, message) => {
    const server = createServer({ fetch: () => reply() });
    const listening = server.listen(where as Parameters<typeof server.listen>[0]);
    await expect(listening).rejects.toMatchObject({
      code: 'SLUICE_OPTION_INVALID',
      message: expect.stringContaining(message),
    });
  });

  const ms = 'expected a finite number of milliseconds, 0 or more';
  test.each<[unknown, string]>([
    [{ grace: 5 }, 'grace: unknown option; did you mean graceMs? Got 5; there are graceMs,'],
    [{ timeout: 5 }, 'timeout: unknown option; did you mean graceMs?'],
    [{ graceMs: '5' }, `graceMs: got "5", ${ms}`],
    [{ graceMs: -1 }, `graceMs: got -1, ${ms}`],
    [{ graceMs: Number.NaN }, `graceMs: got NaN, ${ms}`],
    [{ readinessDelayMs: '5' }, `readinessDelayMs: got "5", ${ms}`],
    [5000, 'close(): got 5000, expected an object with graceMs, readinessDelayMs'],
    [null, 'close(): got null, expected an object'],
  ])('refuse %j for times, and go on serving', async (options, message) => {
    const served = await serve({ fetch: () => reply('x') });
    const closing = served.server.close(options as Parameters<typeof served.server.close>[0]);
    await expect(closing).rejects.toMatchObject({
      code: 'SLUICE_OPTION_INVALID',
      message: expect.stringContaining(message),
    });
    expect((await (await served.send(get())).response()).closes).toBe(false);
  });

  test('take a number for a port, and what is undefined for what is not given', async () => {
    const server = createServer({ fetch: () => reply() });
    onTestEnd(() => server.close());
    const { port } = await server.listen(0);
    await server.close({ graceMs: undefined, readinessDelayMs: undefined });
    const bound = await server.listen(port);
    expect(bound).toEqual({ address: '127.0.0.1', port, family: 'IPv4' });
    await server.listen({ port: undefined, host: undefined, path: undefined, backlog: undefined });
  });
});

describe('an option that does not fit', () => {
  const fetch = () => reply();
  test.each<[string, object, string]>([
    ['fetch', {}, 'undefined'],
    ['fetch', { fetch: 5 }, '5'],
    ['retries', { fetch, retries: 3 }, '3'],
    ['concurrency', { fetch, concurrency: 0 }, '0'],
    ['queue.law', { fetch, queue: { law: 'lifo' } }, 'lifo'],
    ['queue.waitMs', { fetch, queue: { waitMs: -1 } }, '-1'],
    ['limits.headMs', { fetch, limits: { headMs: '5' } }, '"5"'],
    ['limits.headTime', { fetch, limits: { headTime: 5 } }, '5'],
    ['onError', { fetch, onError: true }, 'true'],
    ['priority', { fetch, priority: 1 }, '1'],
    ['health.live', { fetch, health: { live: 'x', ready: '/' } }, 'x'],
    ['observer', { fetch, observer: 1 }, '1'],
  ])('throws at once and names itself and what came: %s', (name, options, came) => {
    let thrown: unknown;
    try {
      createServer(options as Parameters<typeof createServer>[0]);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'SLUICE_OPTION_INVALID' });
    const { message } = thrown as Error;
    expect(message).toContain(`${name}`);
    expect(message.slice(message.indexOf(name) + name.length)).toContain(came);
  });
});

test('a limit is read once: what was checked is what holds', () => {
  let reads = 0;
  const limits = {
    get bufferedBytesMax() {
      return reads++ === 0 ? 1_000_000 : Number.NaN;
    },
  };
  const server = createServer({ limits, fetch: () => reply() });
  expect(server.stats().bytesMax).toBe(1_000_000);
});
