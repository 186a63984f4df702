// A listener that requires a header of the PROXY protocol, in virtual time.

import { describe, expect, test } from 'vitest';
import type { FaultReport, ServerOptions } from '../../src/index.js';
import type { LinkOptions } from '../../src/testing/index.js';
import { RecordingSink, type SimulatedTransport } from '../../src/testing/network/index.js';
import { createSimulatedServer, type SimulatedServer } from '../../src/testing/simulated-server.js';

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n';
const LINE = 'PROXY TCP4 192.0.2.1 203.0.113.9 4321 443\r\n';
const BLOCK = '\r\n\r\n\0\r\nQUIT\n';
const LOCAL = `${BLOCK}\x20\0\0\0`;
const IPV4 = `${BLOCK}\x21\x11\0\x0c\xc0\0\x02\x01\xcb\0\x71\x09\x10\xe1\x01\xbb`;
const UNIX = `${BLOCK}\x21\x31\0\xd8${'u'.repeat(216)}`;

interface Scene extends SimulatedServer {
  readonly faults: FaultReport[];
}

const PROXY = { address: '10.0.0.1', port: 999 };

/** Tells of each request what its handler is told of its ends. */
function serve(link: LinkOptions = {}, options: Partial<ServerOptions> = {}): Scene {
  const faults: FaultReport[] = [];
  const simulated = createSimulatedServer(
    {
      trustedProxies: ['10.0.0.0/8'],
      fetch: ({ url }, { remoteAddress, localAddress, clientAddress }) =>
        Response.json([url, remoteAddress, localAddress, clientAddress]),
      onFault: (fault) => faults.push(fault),
      ...options,
    },
    { link },
  );
  const { network, server } = simulated;
  network.listen((transport, now) =>
    // The boundary: of a simulated network, this is the kind of transport.
    server.acceptBehindHeader(transport as SimulatedTransport, now),
  );
  return { ...simulated, faults };
}

function connect(
  { network }: Scene,
  text: string,
  from = PROXY,
): [RecordingSink, SimulatedTransport] {
  const heard = new RecordingSink();
  const client = network.connect(() => heard, { from });
  if (text !== '') client.write(text);
  return [heard, client];
}

/** The content of the first response to `text`. */
async function told(text: string, link: LinkOptions = {}): Promise<unknown> {
  const scene = serve(link);
  const [heard] = connect(scene, text);
  await scene.clock.runAsync({ until: 1000 });
  const body = heard.text.slice(heard.text.indexOf('\r\n\r\n') + 4);
  return JSON.parse(body.slice(0, body.indexOf(']') + 1));
}

const own = (await told(LOCAL + GET)) as string[];

describe('a header', () => {
  const named = ['http://a/x', '192.0.2.1', '203.0.113.9', '192.0.2.1'];

  test.each([
    ['version 1', LINE, named],
    ['version 2', IPV4, named],
    ['LOCAL', LOCAL, own],
    ['UNKNOWN', 'PROXY UNKNOWN\r\n', own],
    ['an unspecified family', `${BLOCK}\x21\0\0\x02xx`, own],
  ])('of %s says whose connection it is, however it is cut', async (_name, header, expected) => {
    for (const split of ['whole', 'bytes', 'random'] as const)
      expect(await told(header + GET, { split })).toEqual(expected);
  });

  test('that says nothing leaves the addresses of the connection', () => {
    expect(own[1]).toBe('10.0.0.1');
    expect(own[3]).toBe('10.0.0.1');
  });

  test('of a client of a Unix domain socket names none', async () => {
    expect(await told(UNIX + GET)).toEqual(['http://a/x', '', '', '']);
  });

  test('takes no byte of what follows: requests may be pipelined behind it', async () => {
    for (const header of [LINE, IPV4, LOCAL]) {
      const scene = serve({}, { fetch: ({ method }) => new Response(`<${method}>`) });
      const [heard] = connect(scene, header + GET + GET);
      await scene.clock.runAsync({ until: 1000 });
      expect(heard.text.match(/<.*>/g)).toEqual(['<GET>', '<GET>']);
      expect(scene.faults).toEqual([]);
    }
  });
});

describe('whose fields are believed', () => {
  const FIELDS = 'X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-Proto: https\r\n';
  const ask = `GET /x HTTP/1.1\r\nHost: a\r\n${FIELDS}\r\n`;

  test.each([
    // A proxy of TCP passes on what its client writes.
    ['not those of a client that the proxy names', LINE, '192.0.2.1'],
    ['not those of somebody whom it can’t name', 'PROXY UNKNOWN\r\n', '10.0.0.1'],
    ['not those of a client on a Unix domain socket', UNIX, ''],
    ['those of the proxy itself', LOCAL, '198.51.100.7'],
    [
      'those of a trusted proxy in front of it',
      LINE.replace('192.0.2.1', '10.9.9.9'),
      '198.51.100.7',
    ],
  ])('%s', async (_name, header, client) => {
    const [url, , , clientAddress] = (await told(header + ask)) as string[];
    const isBelieved = client === '198.51.100.7';
    expect([url, clientAddress]).toEqual([isBelieved ? 'https://a/x' : 'http://a/x', client]);
  });

  test('not those of a client on a Unix domain socket where `unix` is trusted', async () => {
    const scene = serve({}, { trustedProxies: ['unix', '10.0.0.0/8'] });
    const [heard] = connect(scene, UNIX + ask);
    await scene.clock.runAsync({ until: 1000 });
    expect(heard.text).toContain('["http://a/x","","",""]');
  });
});

describe('a connection without a valid header is closed without a word, and told to onFault', () => {
  const cases: readonly (readonly [string, string, Partial<FaultReport>])[] = [
    [
      'without one',
      GET,
      { code: 'SLUICE_FAULT_PROXY_HEADER_MISSING', status: 400, offset: 0, bytes: GET },
    ],
    [
      'with a wrong one',
      `PROXY TCP4 192.0.2.1 203.0.113.9 4321 443\n${GET}`,
      { code: 'SLUICE_FAULT_PROXY_HEADER_INVALID', status: 400, offset: 41 },
    ],
    [
      'of TLS',
      '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
      { code: 'SLUICE_FAULT_PROXY_HEADER_MISSING', offset: 0 },
    ],
  ];
  test.each(cases)('%s', async (_name, text, fault) => {
    const scene = serve();
    const [heard] = connect(scene, text);
    await scene.clock.runAsync({ until: 1000 });
    expect(heard.text).toBe('');
    expect(heard.finCount + heard.resetCount).toBe(1);
    expect(scene.faults).toMatchObject([
      { ...fault, state: 'proxyHeader', remoteAddress: '10.0.0.1', connectionId: 0 },
    ]);
    expect(scene.server.stats().faults).toBe(1);
  });

  test('cut anywhere, with the same offset', async () => {
    const text = `PROXY TCP4 192.0.2.1 203.0.113.9 4321 70000\r\n${GET}`;
    const scene = serve({ split: 'bytes' });
    connect(scene, text);
    await scene.clock.runAsync({ until: 1000 });
    expect(scene.faults).toMatchObject([{ offset: 38 }]);
  });

  test('of somebody who is no trusted proxy, before a byte is read', async () => {
    const scene = serve();
    const [heard] = connect(scene, LINE + GET, { address: '192.0.2.77', port: 1 });
    await scene.clock.runAsync({ until: 1000 });
    expect(heard.text).toBe('');
    expect(scene.faults).toMatchObject([
      { code: 'SLUICE_FAULT_PROXY_PEER_UNTRUSTED', remoteAddress: '192.0.2.77', offset: 0 },
    ]);
    expect(scene.server.stats().started).toBe(0);
  });

  test.each([
    ['', 0],
    ['PROXY TCP4 192.0.2.1', 20],
    [IPV4.slice(0, -1), 27],
  ])('after headMs, where %j is all that has come', async (text, offset) => {
    const scene = serve({}, { limits: { headMs: 700 } });
    const [heard] = connect(scene, text);
    await scene.clock.runAsync({ until: 690 });
    expect([heard.finCount + heard.resetCount, scene.faults.length]).toEqual([0, 0]);
    await scene.clock.runAsync({ until: 800 });
    expect(heard.finCount + heard.resetCount).toBe(1);
    expect(scene.faults).toMatchObject([
      { code: 'SLUICE_FAULT_PROXY_HEADER_TIMEOUT', status: 408, offset },
    ]);
  });

  test('at a FIN within it; one that comes before it is a look at the port', async () => {
    const scene = serve();
    connect(scene, 'PROXY TCP4')[1].end();
    connect(scene, '')[1].end();
    const [, third] = connect(scene, 'PROXY');
    scene.clock.at(100, () => third.reset());
    await scene.clock.runAsync({ until: 1000 });
    expect(scene.faults).toMatchObject([
      { code: 'SLUICE_FAULT_PROXY_HEADER_TRUNCATED', offset: 10 },
    ]);
  });
});

test('a header in time gives the request the time of its own', async () => {
  const scene = serve({}, { limits: { headMs: 700 } });
  const [heard, client] = connect(scene, LINE.slice(0, 9));
  scene.clock.at(600, () => client.write(LINE.slice(9)));
  scene.clock.at(5000, () => client.write(GET));
  await scene.clock.runAsync({ until: 6000 });
  expect(heard.text).toContain('200 OK');
});

describe('a server that closes', () => {
  async function closeTook(scene: Scene, atMs: number): Promise<number> {
    let tookMs = Number.NaN;
    scene.clock.at(atMs, () => {
      void scene.server.close().then(() => {
        tookMs = scene.clock.now - atMs;
      });
    });
    await scene.clock.runAsync({ until: atMs + 20_000 });
    return tookMs;
  }

  test('serves whoever has just come', async () => {
    const scene = serve();
    const [heard, client] = connect(scene, '');
    scene.clock.at(110, () => client.write(LINE + GET));
    await closeTook(scene, 100);
    expect(heard.text).toContain('200 OK');
    expect(heard.text).toContain('Connection: close');
  });

  test('waits for no header that has not begun', async () => {
    const scene = serve();
    const [heard] = connect(scene, '');
    expect(await closeTook(scene, 100)).toBeLessThan(100);
    expect(heard.finCount + heard.resetCount).toBe(1);
    expect(scene.faults).toEqual([]);
  });

  test('waits for one that has, until its time or the grace is over', async () => {
    const short = serve({}, { limits: { headMs: 700 } });
    connect(short, 'PROXY');
    const took = await closeTook(short, 100);
    expect(took).toBeGreaterThan(500);
    expect(took).toBeLessThan(700);
    const long = serve({}, { limits: { headMs: 60_000 } });
    connect(long, 'PROXY');
    expect(await closeTook(long, 100)).toBeCloseTo(9000, -2);
    expect(long.faults).toEqual([]);
  });
});

test('where all places are taken, the one that has been silent for longest makes room', async () => {
  const scene = serve({}, { limits: { connectionsMax: 2 } });
  const { server, network } = scene;
  const letsIn = (): boolean => server.hasRoom || server.makeRoom(scene.clock.now);
  network.listen(
    (transport, now) => server.acceptBehindHeader(transport as SimulatedTransport, now),
    letsIn,
  );
  const [first] = connect(scene, '');
  await scene.clock.runAsync({ until: 10 });
  const [second] = connect(scene, 'PROXY');
  await scene.clock.runAsync({ until: 20 });
  const [third] = connect(scene, LINE + GET);
  await scene.clock.runAsync({ until: 30 });
  expect([first, second].map((one) => one.finCount + one.resetCount)).toEqual([1, 0]);
  expect(third.text).toContain('200 OK');
});

test('nobody may send a header where no proxy is trusted', () => {
  for (const trustedProxies of [undefined, []]) {
    const { server, network } = createSimulatedServer({
      fetch: () => new Response(),
      ...(trustedProxies && { trustedProxies }),
    });
    const client = network.connect(() => new RecordingSink());
    expect(() => server.acceptBehindHeader(client, 0)).toThrow(
      expect.objectContaining({
        code: 'SLUICE_OPTION_INVALID',
        message: expect.stringMatching(/^proxyProtocol: .*trustedProxies/),
      }),
    );
  }
});
