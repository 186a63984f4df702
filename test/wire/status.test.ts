import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createServer as createNodeServer } from '../../src/adapters/node/index.js';
import { type StatusOptions, statusPage } from '../../src/adapters/status/index.js';
import type { Snapshot } from '../../src/adapters/status/snapshot.js';
import { reply, type ServerOptions } from '../../src/index.js';
import type { RawClient } from '../support/raw-client.js';
import { gate, get, onTestEnd, post, type Served, serve } from '../support/test-server.js';

type Looked = Served & { readonly status: Served; readonly json: () => Promise<Snapshot> };

/** A server, and its page on a port of its own. */
async function servedAndLookedAt(
  options: ServerOptions,
  pageOptions: Partial<StatusOptions> = {},
): Promise<Looked> {
  const served = await serve(options);
  const status = await serve({ fetch: statusPage({ server: served.server, ...pageOptions }) });
  const json = async (): Promise<Snapshot> =>
    (await (await fetch(`${status.origin}/status.json`)).json()) as Snapshot;
  return Object.assign(served, { status, json });
}

/** A request for the page, by a name that is known. */
function ask(target: string, fields = ''): string {
  return get(target, fields).replace('Host: a', 'Host: localhost');
}

/** A client of the event stream, whose head has come. */
async function watching({ status }: Looked): Promise<RawClient> {
  const client = await status.send(ask('/events'));
  expect((await client.head()).status).toBe(200);
  return client;
}

/** The next frame: the view that it has. */
async function frameFrom(client: RawClient): Promise<Record<string, string>> {
  const chunk = (await client.chunk()).toString('utf8');
  const data = /^data: (.*)\n\n$/m.exec(chunk)?.[1];
  if (data === undefined) throw new Error(`no frame: ${JSON.stringify(chunk.slice(0, 100))}`);
  return JSON.parse(data) as Record<string, string>;
}

describe('/status.json', () => {
  test('says what clients got', async () => {
    const held = gate();
    const looked = await servedAndLookedAt({
      concurrency: 1,
      queue: { law: 'timed', entriesMax: 1, waitMs: 60_000 },
      priority: () => 'critical',
      health: { live: '/livez', ready: '/readyz' },
      fetch: async () => {
        await held.promise;
        return reply('done');
      },
    });
    const running = await looked.send(get());
    const queued = await looked.send(get());
    await expect.poll(() => looked.server.stats().queued).toBe(1);
    expect((await (await looked.send(get())).response()).status).toBe(503);
    expect((await (await looked.send(get('/livez'))).response()).status).toBe(200);
    expect(
      (await (await looked.send('GET / HTTP/1.1\r\nHost : a\r\n\r\n')).response()).status,
    ).toBe(400);

    const snapshot = await looked.json();
    const stats = looked.server.stats();
    expect(snapshot).toMatchObject({
      state: 'serving',
      close: null,
      requests: { total: 3, started: 1, refused: 1, probes: 1 },
      limiter: {
        limit: 1,
        inFlight: 1,
        parked: 0,
        queued: 1,
        queuedBy: { critical: 1, default: 0, sheddable: 0 },
        refusedBy: { queueFull: 1, waited: 0 },
      },
      connections: { accepted: 5, refused: 0, handshakes: 0, byPhase: stats.connections },
      memory: { bytesMax: stats.bytesMax },
    });
    expect(snapshot.connections.byState.writing).toMatchObject({ pending: 1, queued: 1 });
    expect(snapshot.faults).toMatchObject({
      total: 1,
      last: [{ code: 'SLUICE_FAULT_FIELD_NAME_SPACE', remoteAddress: '127.0.0.1', status: 400 }],
    });
    held.open();
    for (const client of [running, queued]) expect((await client.response()).text).toBe('done');
  });

  test('has times and transitions of what came while somebody looked', async () => {
    const looked = await servedAndLookedAt({ fetch: () => reply('x') });
    expect((await looked.json()).latencyMs).toBeNull();
    const client = await looked.connect();
    for (let i = 0; i < 20; i++) {
      client.send(get());
      await client.response();
    }
    await expect.poll(async () => (await looked.json()).latencyMs?.requests).toBe(20);
    const { duration, handler } = (await looked.json()).latencyMs!;
    expect(duration.max).toBeGreaterThan(0);
    expect(handler.max).toBeLessThanOrEqual(duration.max * 1.05);
    await expect
      .poll(async () => (await looked.json()).transitionsPerSecond, { timeout: 5000 })
      .not.toBeNull();
  });

  test('masks credentials in the bytes of a fault, as onFault does', async () => {
    const looked = await servedAndLookedAt({ fetch: () => reply('x') });
    const client = await looked.send(
      'GET / HTTP/1.1\r\nHost: a\r\nCookie: sid=topsecret\r\nA : b\r\n\r\n',
    );
    await client.response();
    const [fault] = (await looked.json()).faults.last;
    expect(fault?.bytes).toBe(looked.faults[0]?.bytes);
    expect(fault?.bytes).not.toContain('topsecret');
  });
});

describe('the page', () => {
  test('may be shown nowhere else, and runs only its own script', async () => {
    const { status } = await servedAndLookedAt({ fetch: () => reply('x') });
    const response = await fetch(status.origin, { headers: { Origin: 'http://evil.example' } });
    const policy = response.headers.get('content-security-policy');
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[\w+/=]{44}'; style-src 'sha256-/,
    );
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(
      [...response.headers.keys()].filter((name) => name.startsWith('access-control')),
    ).toEqual([]);
  });

  test('shows what a hostile client has sent as text', async () => {
    const looked = await servedAndLookedAt({ fetch: () => reply('x') });
    const evil = '<script>alert(1)</script><img src=x onerror=alert(2)>';
    for (const bytes of [
      `GET /${evil} HTTP/1.1\r\nHost: a\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: ${evil}\r\n\r\n`,
      `${evil}\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: a\r\n${evil}\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: a\r\n"'\`&\u0000\u001b[2J: ${evil}\r\n\r\n`,
    ]) {
      await (await looked.send(bytes)).response();
    }
    const page = await (await fetch(looked.status.origin)).text();
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img src=x');
    expect(page).not.toContain('\u001b');
  });

  test('is where it is, and only read', async () => {
    const { status } = await servedAndLookedAt({ fetch: () => reply('x') });
    const statusOf = async (path: string, init?: RequestInit): Promise<number> =>
      (await fetch(`${status.origin}${path}`, init)).status;
    expect(await statusOf('/?a=b')).toBe(200);
    expect(await statusOf('/favicon.ico')).toBe(404);
    expect(await statusOf('//status.json')).toBe(404);
    expect(await statusOf('/status.json/')).toBe(404);
    expect(await statusOf('/none', { method: 'POST' })).toBe(404);
    for (const path of ['/', '/status.json', '/stub_status', '/events']) {
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
        const response = await fetch(`${status.origin}${path}`, { method });
        expect(response.status).toBe(405);
        expect(response.headers.get('allow')).toBe('GET, HEAD');
      }
      const head = await fetch(`${status.origin}${path}`, { method: 'HEAD' });
      expect(head.status).toBe(200);
      expect(await head.text()).toBe('');
    }
  });

  test('is not for a name that leads here and is not known', async () => {
    const { status } = await servedAndLookedAt(
      { fetch: () => reply('x') },
      { hosts: ['ops.example'] },
    );
    const answerTo = async (host: string, path = '/status.json'): Promise<number> =>
      (await (await status.send(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).response())
        .status;
    expect(await answerTo('evil.example')).toBe(421);
    expect(await answerTo('evil.example', '/none')).toBe(421);
    expect(await answerTo(`localhost:${status.port}`)).toBe(200);
    expect(await answerTo('ops.example')).toBe(200);
  });

  test('is not for scripts of other sites', async () => {
    const { status } = await servedAndLookedAt({ fetch: () => reply('x') });
    const client = await status.send(
      ask('/events', 'Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\n'),
    );
    expect((await client.response()).status).toBe(403);
  });
});

test('/stub_status is what nginx writes, to the byte', async () => {
  const looked = await servedAndLookedAt({ fetch: () => reply('x') });
  const [idle, heading] = [await looked.send(get()), await looked.send('GET / HTTP/1.1\r\n')];
  await idle?.response();
  await expect.poll(() => looked.server.stats().connections['reading-headers']).toBe(1);
  const response = await fetch(`${looked.status.origin}/stub_status`);
  expect(response.headers.get('content-type')).toBe('text/plain');
  expect(await response.text()).toBe(
    'Active connections: 2 \nserver accepts handled requests\n 2 2 1 \nReading: 1 Writing: 0 Waiting: 1 \n',
  );
  heading?.reset();
});

describe('/events', () => {
  test('begins at once, and goes on with what has changed', async () => {
    const looked = await servedAndLookedAt({ fetch: () => reply('x') });
    const client = await watching(looked);
    expect((await frameFrom(client)).started).toBe('0');
    const visitor = await looked.connect();
    for (let i = 0; i < 5; i++) {
      visitor.send(get());
      await visitor.response();
    }
    let frame = await frameFrom(client);
    while (frame.started !== '5') frame = await frameFrom(client);
    expect(frame.open).toBe('1');
    expect(Number(frame['chart-requests-started'])).toBeGreaterThan(0);
  });

  test('has a bound, and room again when somebody has left', async () => {
    const looked = await servedAndLookedAt({ fetch: () => reply('x') }, { streamsMax: 2 });
    const { status } = looked;
    const clients = [await watching(looked), await watching(looked)];
    const refused = await (await status.send(ask('/events'))).response();
    expect(refused.status).toBe(503);
    expect(refused.get('retry-after')).toBe('5');
    clients[0]?.reset();
    await expect
      .poll(async () => {
        const response = await fetch(`${status.origin}/events`);
        await response.body?.cancel();
        return response.status;
      })
      .toBe(200);
  });

  test('ends when the server of the page drains', async () => {
    const looked = await servedAndLookedAt({ fetch: () => reply('x') });
    const client = await watching(looked);
    const report = looked.status.server.close({ graceMs: 60_000 });
    expect(await client.ended).toBe('fin');
    client.finish();
    expect(await report).toMatchObject({ cutOff: 0 });
  });

  test('goes on while the server that it shows drains, to its end', async () => {
    const held = gate();
    const looked = await servedAndLookedAt({ fetch: () => held.promise.then(() => reply('x')) });
    const visitor = await looked.send(post('a'));
    await expect.poll(() => looked.server.stats().inFlight).toBe(1);
    const client = await watching(looked);
    expect((await frameFrom(client)).state).toBe('Serving');
    const report = looked.server.close({ graceMs: 60_000 });
    let frame = await frameFrom(client);
    while (frame.state !== 'Draining') frame = await frameFrom(client);
    expect(frame['state-more']).toMatch(
      /^1 connections are left: 0 finished, 0 refused, 0 cut off\. The rest is cut off in \d\d s\.$/,
    );
    held.open();
    await visitor.response();
    visitor.finish();
    await report;
    while (frame.state !== 'Closed') frame = await frameFrom(client);
    expect(frame['state-more']).toBe(
      'All connections are closed: 1 finished, 0 refused, 0 cut off.',
    );
  });
});

test('a server of sluice/node is shown, too', async () => {
  const server = createNodeServer((_, response) => response.end('x'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestEnd(() => server.close());
  const status = await serve({ fetch: statusPage({ server }) });
  const { port } = server.address() as { port: number };
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('x');
  const snapshot = (await (await fetch(`${status.origin}/status.json`)).json()) as Snapshot;
  expect(snapshot.requests.started).toBe(1);
  expect(snapshot.connections.open).toBe(1);
});
