// What the faults of real clients carry where connections are traced.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { createServer } from '../../src/adapters/node/index.js';
import { type FaultReport, reply, type ServerOptions } from '../../src/index.js';
import { RawClient } from '../support/raw-client.js';
import { get, onTestEnd, post, postChunked, serve } from '../support/test-server.js';
import { pair } from '../support/tls.js';

const options: ServerOptions = {
  fetch: async (request) => reply(await request.text()),
  trace: { connections: 3, transitionsMax: 6 },
};
const REQUEST = ['requestBare', 'admitted', 'replyWhole', 'flushed'];

const eventsOf = (fault: FaultReport | undefined): string[] | undefined =>
  fault?.transitions?.map(({ event }) => event);

describe.each(['auto', 'net'] as const)('on the transport %s, a fault', (transport) => {
  test.each<[string, string, string[]]>([
    ['in the first head', 'GET / HTTP/9.9\r\n\r\n', []],
    ['behind a request', `${get()}${get()}\0`, [...REQUEST.slice(2), ...REQUEST]],
    ['in content', postChunked('3\r\nabc\r\nsecret\r\n'), ['requestStreamed', 'admitted']],
    ['in trailers', postChunked('0\r\nCookie: secret\0\r\n\r\n'), ['requestStreamed', 'admitted']],
  ])('%s has the transitions that led to it', async (_what, bytes, events) => {
    const served = await serve({ ...options, transport });
    const client = await served.send(bytes);
    for (let i = 0; i < 3; i++) {
      const { status } = await client.response();
      if (status !== 200) break;
    }
    const [fault] = served.faults;
    expect(eventsOf(fault)).toEqual(events);
    for (const { offset, ageMs } of fault?.transitions ?? []) {
      expect(offset).toBeLessThanOrEqual(fault?.offset ?? 0);
      expect(ageMs).toBeGreaterThanOrEqual(0);
    }
    expect(JSON.stringify(fault)).not.toContain('secret\\u0000');
  });

  test('of a client that is too slow tells since when', async () => {
    const served = await serve({ ...options, transport, limits: { headMs: 60 } });
    const client = await served.send(`${get()}GET`);
    await client.response();
    expect((await client.response()).status).toBe(408);
    const [fault] = served.faults;
    expect(eventsOf(fault)).toEqual([...REQUEST, 'headStart']);
    const last = fault?.transitions?.at(-1);
    expect([last?.state, last?.offset]).toEqual(['head/idle/keep', get().length + 3]);
    expect(last?.ageMs).toBeGreaterThanOrEqual(50);
  });

  test('of a client that leaves within its request', async () => {
    const served = await serve({ ...options, transport });
    const client = await served.send(post('abcdef').slice(0, -3));
    client.socket.end();
    await client.ended;
    expect(eventsOf(served.faults[0])).toEqual(['requestGathered']);
  });
});

describe('a fault at the door', () => {
  test('of plain HTTP where TLS is spoken has an empty trace', async () => {
    const served = await serve(options, { tls: pair('local') });
    await (await served.send(get())).response();
    expect(served.faults.map(({ code, transitions }) => [code, transitions])).toEqual([
      ['SLUICE_FAULT_PLAIN_ON_TLS', []],
    ]);
  });

  test('of a handshake has none: there was no connection', async () => {
    const served = await serve(options, { tls: { ...pair('local'), minVersion: 'TLSv1.3' } });
    const socket = tlsConnect({ port: served.port, maxVersion: 'TLSv1.2' });
    onTestEnd(() => socket.destroy());
    await once(socket, 'error');
    const [fault] = served.faults;
    expect([fault?.state, fault?.connectionId]).toEqual(['handshake', 0]);
    expect(fault).not.toHaveProperty('transitions');
  });

  test('of a header of a proxy has none: there was no connection', async () => {
    const proxied = { ...options, trustedProxies: ['loopback'] };
    const served = await serve(proxied, { proxyProtocol: true });
    await (await served.send(get())).ended;
    const [fault] = served.faults;
    expect([fault?.state, fault?.connectionId]).toEqual(['proxyHeader', 0]);
    expect(fault).not.toHaveProperty('transitions');
  });
});

test('with more connections than are traced, the newest have a trace', async () => {
  const served = await serve({ ...options, trace: { connections: 2 } });
  const clients: RawClient[] = [];
  for (let i = 0; i < 4; i++) {
    const client = await served.send(get());
    clients.push(client);
    await client.response();
  }
  for (const client of clients) await client.send('\0').response();
  expect(served.faults.map(eventsOf)).toEqual([undefined, undefined, REQUEST, REQUEST]);
});

test('a Server of sluice/node has traces, too', async () => {
  const faults: FaultReport[] = [];
  const server = createServer(
    { sluice: { trace: { connections: 1 }, onFault: (fault) => void faults.push(fault) } },
    (_req, res) => void res.end('x'),
  );
  onTestEnd(() => void server.close());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const client = await RawClient.connect((server.address() as AddressInfo).port);
  onTestEnd(() => client.socket.destroy());
  await client.send(get()).response();
  await client.send('\0').response();
  expect(faults.map(eventsOf)).toEqual([REQUEST]);
});
