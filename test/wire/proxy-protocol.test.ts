// `listen({ proxyProtocol: true })` on sockets: on both transports, with and without TLS.

import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { createServer, type ListenAddress, reply, type ServerOptions } from '../../src/index.js';
import { RawClient } from '../support/raw-client.js';
import { get, onTestEnd, post, type Served, serve } from '../support/test-server.js';
import { ca, pair } from '../support/tls.js';

const LINE = 'PROXY TCP4 192.0.2.1 203.0.113.9 4321 443\r\n';
const BLOCK = Buffer.from(
  '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x13\xc0\0\x02\x01\xcb\0\x71\x09\x10\xe1\x01\xbb\x04\0\x04noop',
  'latin1',
);

const options: ServerOptions = {
  trustedProxies: ['loopback'],
  async fetch(request, { clientAddress, remoteAddress, localAddress, encrypted }) {
    const text = await request.text();
    return reply.json([
      request.url,
      clientAddress,
      remoteAddress,
      localAddress,
      encrypted,
      text.length,
    ]);
  },
};
const plain = ['http://a/', '192.0.2.1', '192.0.2.1', '203.0.113.9', false, 0];
const secure = ['https://a/', '192.0.2.1', '192.0.2.1', '203.0.113.9', true, 0];

function served(where: ListenAddress = {}, more: Partial<ServerOptions> = {}): Promise<Served> {
  return serve({ ...options, ...more }, { proxyProtocol: true, ...where });
}

/** A socket that has sent `header`, each of its bytes alone where they are to be `cut`. */
async function connected(port: number, header: string | Uint8Array, cut = false): Promise<Socket> {
  const socket = createConnection({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  onTestEnd(() => socket.destroy());
  await once(socket, 'connect');
  const bytes = typeof header === 'string' ? Buffer.from(header, 'latin1') : header;
  if (!cut) socket.write(bytes);
  else
    for (const byte of bytes) {
      socket.write(Uint8Array.of(byte));
      // Each byte is on its way before the next one is written.
      await new Promise((resolve) => setImmediate(resolve));
    }
  return socket;
}

async function secured(port: number, header: string | Uint8Array, cut = false): Promise<RawClient> {
  const socket = tlsConnect({
    socket: await connected(port, header, cut),
    ca,
    servername: 'localhost',
  });
  await once(socket, 'secureConnect');
  return RawClient.on(socket);
}

async function told(client: RawClient): Promise<unknown> {
  return JSON.parse((await client.response()).text);
}

describe.each(['auto', 'net'] as const)('on the transport %s', (transport) => {
  test.each([
    ['version 1', LINE],
    ['version 2', BLOCK],
  ])('%s says whose connection it is', async (_name, header) => {
    const { port, faults } = await served({}, { transport });
    for (const cut of [false, true]) {
      const client = RawClient.on(await connected(port, header, cut));
      expect(await told(client.send(get()))).toEqual(plain);
      // The connection goes on as any other.
      client.send(get() + post('x'.repeat(200_000)));
      expect(await told(client)).toEqual(plain);
      expect(await told(client)).toEqual([...plain.slice(0, 5), 200_000]);
    }
    expect(faults).toEqual([]);
  });

  test('a request may come in the same read as the header', async () => {
    const { port } = await served({}, { transport });
    const client = RawClient.on(await connected(port, LINE + get() + get()));
    expect([await told(client), await told(client)]).toEqual([plain, plain]);
  });

  test('it comes before TLS', async () => {
    const { port, faults } = await served({ tls: pair('local') }, { transport });
    for (const [header, cut] of [
      [LINE, false],
      [BLOCK, false],
      [BLOCK, true],
    ] as const) {
      const client = await secured(port, header, cut);
      expect(await told(client.send(get()))).toEqual(secure);
      expect(await told(client.send(post('x'.repeat(200_000))))).toEqual([
        ...secure.slice(0, 5),
        200_000,
      ]);
    }
    expect(faults).toEqual([]);
  });

  test('a connection without a header is closed, and told to onFault', async () => {
    const { port, faults } = await served({}, { transport });
    const client = RawClient.on(await connected(port, get()));
    await client.ended;
    expect(faults).toMatchObject([
      { code: 'SLUICE_FAULT_PROXY_HEADER_MISSING', remoteAddress: '127.0.0.1' },
    ]);
  });

  test('one of somebody who is not trusted is closed at once', async () => {
    const { port, faults, server } = await served(
      {},
      { transport, trustedProxies: ['10.0.0.0/8'] },
    );
    const client = RawClient.on(await connected(port, LINE + get()));
    await client.ended;
    expect(faults).toMatchObject([{ code: 'SLUICE_FAULT_PROXY_PEER_UNTRUSTED' }]);
    expect(server.stats().started).toBe(0);
  });

  test('one that is reset within the header is forgotten', async () => {
    const { port, faults, errors, server } = await served({}, { transport });
    const socket = await connected(port, LINE.slice(0, 9));
    socket.resetAndDestroy();
    // Nothing is left that would have to be waited for.
    expect(await server.close()).toEqual({ finished: 0, refused: 0, cutOff: 0 });
    // Node 20 and 22 show a reset behind unread bytes as a FIN.
    expect(faults.filter(({ code }) => !code.endsWith('_TRUNCATED'))).toEqual([]);
    expect(errors).toEqual([]);
  });
});

test('a client that sends a handshake together with the header is served', async () => {
  const { port } = await served({ tls: pair('local') });
  const socket = await connected(port, '');
  // The first write of the handshake is behind the header in one segment.
  socket.cork();
  socket.write(BLOCK);
  const secure = tlsConnect({ socket, ca, servername: 'localhost' });
  await new Promise((resolve) => setImmediate(resolve));
  socket.uncork();
  await once(secure, 'secureConnect');
  expect((await told(RawClient.on(secure).send(get()))) as unknown[]).toContain('192.0.2.1');
});

test('a handshake that fails behind a header is told of the client that the proxy names', async () => {
  const { port, faults } = await served({ tls: pair('local') });
  const client = RawClient.on(await connected(port, `${LINE}\x16\x03\x01\0\x05hello`));
  await client.ended;
  expect(faults).toMatchObject([{ state: 'handshake', remoteAddress: '192.0.2.1' }]);
});

test('plain HTTP behind a header, where TLS is expected, is answered and told of that client', async () => {
  const { port, faults } = await served({ tls: pair('local') });
  const client = RawClient.on(await connected(port, LINE + get()));
  expect((await client.response()).status).toBe(400);
  expect(faults).toMatchObject([{ remoteAddress: '192.0.2.1' }]);
});

test('a listener beside it asks for no header', async () => {
  const { port, server } = await served();
  const other = await server.listen();
  expect(await told(RawClient.on(await connected(port, LINE)).send(get()))).toEqual(plain);
  const client = RawClient.on(await connected(other.port, get()));
  expect(await told(client)).toMatchObject({ 1: '127.0.0.1' });
});

test('on a Unix domain socket, `unix` is trusted', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'sluice-proxy-')), 'socket');
  const { faults } = await served({ path }, { trustedProxies: ['unix', '192.0.2.1'] });
  const socket = createConnection({ path });
  expect(await told(RawClient.on(socket).send(LINE + get()))).toEqual(plain);
  expect(faults).toEqual([]);
  socket.destroy();
});

test.each([{}, { trustedProxies: [] }])(
  'without trusted proxies (%j) it is an error at once',
  async (more) => {
    const server = createServer({ fetch: () => reply(), ...more });
    await expect(server.listen({ proxyProtocol: true })).rejects.toThrow(
      expect.objectContaining({
        code: 'SLUICE_OPTION_INVALID',
        message: expect.stringMatching(/^proxyProtocol: .*trustedProxies/),
      }),
    );
    await expect(server.listen({ proxyProtocol: 'v2' as never })).rejects.toThrow(
      'proxyProtocol: got "v2", expected true or false',
    );
  },
);
