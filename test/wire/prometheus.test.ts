import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Counter, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { prometheus } from '../../src/adapters/prometheus/index.js';
import { reply } from '../../src/index.js';
import { gate, get, post, serve } from '../support/test-server.js';

/** The value of a sample: `name{labels}` as it is written. */
function sample(text: string, name: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

describe('the metrics', () => {
  test('say what clients got', async () => {
    const metrics = prometheus();
    const server = await serve({
      fetch: async (request, context) => {
        context.route = '/items/:id';
        return reply(`${(await request.text()).length}`);
      },
      observer: metrics.observer,
    });
    const client = await server.connect();
    client.send(post('hello', '', '/items/7'));
    expect((await client.response()).body.toString()).toBe('5');
    client.send(post('hello', '', '/items/8'));
    await client.response();
    client.socket.destroy();
    await expect
      .poll(async () => sample(await metrics.text(), 'sluice_active_connections'))
      .toBe(0);

    const text = await metrics.text();
    const labels =
      '{http_request_method="POST",url_scheme="http",http_response_status_code="200",network_protocol_version="1.1",http_route="/items/:id"}';
    expect(sample(text, `http_server_request_duration_seconds_count${labels}`)).toBe(2);
    expect(sample(text, `http_server_request_body_size_bytes_sum${labels}`)).toBe(10);
    expect(sample(text, `http_server_response_body_size_bytes_sum${labels}`)).toBe(2);
    expect(
      sample(text, 'http_server_active_requests{http_request_method="POST",url_scheme="http"}'),
    ).toBe(0);
    expect(sample(text, 'sluice_requests_total{sluice_result="acquired"}')).toBe(2);
    expect(text).not.toContain('/items/7');
  });

  test('count a method that nobody knows as another one', async () => {
    const metrics = prometheus();
    const server = await serve({ fetch: () => reply('x'), observer: metrics.observer });
    const client = await server.send('BREW / HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.response();
    await expect
      .poll(async () => await metrics.text())
      .toContain('http_request_method="_OTHER",url_scheme="http",http_response_status_code="200"');
    expect(await metrics.text()).not.toContain('BREW');
  });

  test('say why requests were refused, and what clients did wrong', async () => {
    const metrics = prometheus();
    const held = gate();
    const server = await serve({
      concurrency: 1,
      queue: { law: 'timed', entriesMax: 1, waitMs: 60_000 },
      fetch: () => held.promise.then(() => reply('done')),
      observer: metrics.observer,
    });
    metrics.watch(server.server);
    const clients = [];
    for (let i = 0; i < 3; i++) clients.push(await server.send(get()));
    expect((await clients[2]?.response())?.head.status).toBe(503);
    expect((await (await server.send('GET\r\n\r\n')).response()).head.status).toBe(400);

    await expect
      .poll(async () =>
        sample(await metrics.text(), 'sluice_requests_total{sluice_result="queueFull"}'),
      )
      .toBe(1);
    const text = await metrics.text();
    expect(sample(text, 'sluice_queued_requests')).toBe(1);
    expect(sample(text, 'sluice_active_request_leases')).toBe(1);
    expect(sample(text, 'sluice_request_limit')).toBe(1);
    expect(sample(text, 'sluice_connections{sluice_connection_state="writing"}')).toBe(2);
    expect(text).toMatch(/^sluice_faults_total\{sluice_reason="SLUICE_FAULT_\w+"\} 1$/m);
    held.open();
    for (const client of clients.slice(0, 2)) {
      expect((await client.response()).head.status).toBe(200);
    }
    expect(sample(await metrics.text(), 'sluice_queued_requests')).toBe(0);
  });

  test.skipIf(!hasPromtool)('pass promtool', async () => {
    const metrics = prometheus({ prefix: 'shop_' });
    const server = await serve({ fetch: () => reply('x'), observer: metrics.observer });
    metrics.watch(server.server);
    await (await server.send(get())).response();
    const { status, stderr, stdout } = spawnSync('promtool', ['check', 'metrics'], {
      input: await metrics.text(),
      encoding: 'utf8',
    });
    expect(stderr + stdout).toBe('');
    expect(status).toBe(0);
  });
});

test('the page has all of them, and no other', async () => {
  const metrics = prometheus();
  metrics.watch({ stats: () => ({}) as never });
  const names = metrics.registry.getMetricsAsArray().map(({ name }) => name);
  const page = readFileSync(new URL('../../docs/telemetry.md', import.meta.url), 'utf8');
  const rows = page.matchAll(/^\| `([a-z_.]+)` \| `([a-z_]+)` \|/gm);
  expect([...rows].map(([, , name]) => name).sort()).toEqual(names.sort());
});

describe('the registry', () => {
  test('may be one of the application', async () => {
    const registry = new Registry();
    new Counter({ name: 'orders_total', help: 'Orders.', registers: [registry] }).inc();
    const metrics = prometheus({ registry });
    expect(metrics.registry).toBe(registry);
    expect(await metrics.text()).toContain('orders_total 1');
  });

  test('asks a server once for each text', async () => {
    const { server } = await serve({ fetch: () => reply() });
    const metrics = prometheus();
    let asked = 0;
    metrics.watch({
      stats: () => {
        asked++;
        return server.stats();
      },
    });
    expect(sample(await metrics.text(), 'sluice_request_limit')).toBe(server.stats().limit);
    expect(asked).toBe(1);
    await metrics.text();
    expect(asked).toBe(2);
  });

  test('of one server adds up several', async () => {
    const metrics = prometheus();
    for (let i = 0; i < 2; i++) {
      const { server } = await serve({
        concurrency: 4,
        fetch: () => reply('x'),
        observer: metrics.observer,
      });
      metrics.watch(server);
    }
    expect(sample(await metrics.text(), 'sluice_request_limit')).toBe(8);
  });
});

test.each([
  [{ registery: {} }, /did you mean.*registry/],
  [{ prefix: 'a-b' }, /prefix: got "a-b", expected the beginning of a metric/],
  [{ registry: {} }, /registry\.registerMetric: got undefined, expected a Registry/],
])('a wrong option is named: %j', (options, message) => {
  expect(() => prometheus(options as object)).toThrow(message);
});
