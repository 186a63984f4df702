import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTelemetry } from '../../src/adapters/opentelemetry/index.js';
import { reply } from '../../src/index.js';
import { get, type Served, serve } from '../support/test-server.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  // The fields of W3C, as its propagator reads them: the SDK's own is set up by applications.
  propagation.setGlobalPropagator({
    inject: () => undefined,
    extract(parent, carrier, getter) {
      const found = /^00-(\w{32})-(\w{16})-01$/.exec(`${getter.get(carrier, 'traceparent')}`);
      if (found === null) return parent;
      const [, traceId = '', spanId = ''] = found;
      return trace.setSpanContext(parent, { traceId, spanId, traceFlags: 1, isRemote: true });
    },
    fields: () => ['traceparent'],
  });
});

afterAll(() => {
  context.disable();
  propagation.disable();
});

function traced(): { provider: BasicTracerProvider; spans: () => ReadableSpan[] } {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  return { provider, spans: () => exporter.getFinishedSpans() };
}

async function answered(server: Served, bytes: string): Promise<number> {
  return (await (await server.send(bytes)).response()).head.status;
}

test('a span continues the client’s trace, and is the parent of what the handler begins', async () => {
  const { provider, spans } = traced();
  const telemetry = openTelemetry({ tracerProvider: provider });
  const tracer = provider.getTracer('app');
  const server = await serve({
    fetch: telemetry.fetch(async (_request, requestContext) => {
      requestContext.route = '/items/:id';
      await null;
      tracer.startSpan('query').end();
      return reply('hello');
    }),
    observer: telemetry.observer,
  });
  const fields = `traceparent: 00-${TRACE}-${PARENT}-01\r\nUser-Agent: t\r\n`;
  expect(await answered(server, get('/items/7?a=b', fields))).toBe(200);
  await expect.poll(() => spans().length).toBe(2);

  const [query, request] = spans();
  expect(request).toMatchObject({
    name: 'GET /items/:id',
    kind: SpanKind.SERVER,
    parentSpanContext: { traceId: TRACE, spanId: PARENT },
    status: { code: SpanStatusCode.UNSET },
    attributes: {
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'http.route': '/items/:id',
      'http.response.body.size': 5,
      'url.path': '/items/7',
      'url.query': 'a=b',
      'url.scheme': 'http',
      'server.address': 'a',
      'client.address': '127.0.0.1',
      'network.protocol.version': '1.1',
      'user_agent.original': 't',
    },
  });
  expect(query?.spanContext().traceId).toBe(TRACE);
  expect(query?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
});

test('an error of the handler, a refusal and a fault are spans, too', async () => {
  const { provider, spans } = traced();
  const telemetry = openTelemetry({ tracerProvider: provider });
  const server = await serve({
    fetch: telemetry.fetch(() => {
      throw new Error('no');
    }),
    observer: telemetry.observer,
  });
  expect(await answered(server, get())).toBe(500);
  await expect.poll(() => spans().length).toBe(1);
  expect(spans()[0]).toMatchObject({
    name: 'GET',
    status: { code: SpanStatusCode.ERROR },
    attributes: { 'http.response.status_code': 500, 'error.type': '500' },
  });

  expect(await answered(server, 'BREW / HTTP/1.1\r\n\r\n')).toBe(400);
  await expect.poll(() => spans().length).toBe(2);
  const attributes = spans()[1]?.attributes;
  expect(spans()[1]?.name).toBe('HTTP');
  expect(attributes?.['http.response.status_code']).toBe(400);
  expect(attributes?.['sluice.reason']).toMatch(/^SLUICE_FAULT_/);
});

test.each([
  ['/a?b=c', 'Host: shop.example:81', '/a', 'b=c', 'shop.example', 81],
  ['/', 'Host: [::1]', '/', undefined, '::1', undefined],
  ['*', 'Host: shop.example', '*', undefined, 'shop.example', undefined],
  // RFC 9112 §3.2.2: the target's own host counts, not the field.
  ['http://shop.example:81/a?b=c', 'Host: other', '/a', 'b=c', 'shop.example', 81],
  ['HTTP://[::1]?b', 'Host: other:9', '/', 'b', '::1', undefined],
])('a span says what was asked for: %s, %s', async (target, host, path, query, address, port) => {
  const { provider, spans } = traced();
  const telemetry = openTelemetry({ tracerProvider: provider });
  const server = await serve({ fetch: () => reply('x'), observer: telemetry.observer });
  const method = target === '*' ? 'OPTIONS' : 'GET';
  expect(await answered(server, `${method} ${target} HTTP/1.1\r\n${host}\r\n\r\n`)).toBe(200);
  await expect.poll(() => spans().length).toBe(1);
  const { attributes = {} } = spans()[0] ?? {};
  expect([
    attributes['url.path'],
    attributes['url.query'],
    attributes['server.address'],
    attributes['server.port'],
  ]).toEqual([path, query, address, port]);
});

test.each([
  [
    'X-Forwarded-Host: shop.example:8443\r\nX-Forwarded-Proto: https',
    'shop.example',
    8443,
    'https',
  ],
  ['Forwarded: for=192.0.2.7;host="[2001:db8::1]:81";proto=https', '2001:db8::1', 81, 'https'],
  // Contradictions are not believed.
  ['Forwarded: host=a.example\r\nX-Forwarded-Host: b.example', 'inner', 8080, 'http'],
  ['X-Forwarded-Host: not a host', 'inner', 8080, 'http'],
])(
  'a span tells the host that a trusted proxy has told: %j',
  async (fields, address, port, scheme) => {
    const { provider, spans } = traced();
    const telemetry = openTelemetry({ tracerProvider: provider });
    const { observer } = telemetry;
    const trusting = await serve({
      fetch: () => reply('x'),
      observer,
      trustedProxies: ['loopback'],
    });
    const other = await serve({ fetch: () => reply('x'), observer: telemetry.observer });
    const request = `GET / HTTP/1.1\r\nHost: inner:8080\r\n${fields}\r\n\r\n`;
    for (const server of [trusting, other]) {
      expect(await answered(server, request)).toBe(200);
      await expect.poll(() => spans().length).toBe(server === trusting ? 1 : 2);
    }
    const told = spans().map(({ attributes }) => [
      attributes['server.address'],
      attributes['server.port'],
      attributes['url.scheme'],
    ]);
    // Nothing is believed of anybody else.
    expect(told).toEqual([
      [address, port, scheme],
      ['inner', 8080, 'http'],
    ]);
  },
);

test.each([
  ['a=b&sig=s3cret', 'a=b&sig=REDACTED'],
  ['Signature=s3cret&AWSAccessKeyId=k', 'Signature=REDACTED&AWSAccessKeyId=REDACTED'],
  ['X-Goog-Signature=s3cret==&b', 'X-Goog-Signature=REDACTED&b'],
  [
    'X-Amz-Signature=s&X-Amz-Security-Token=t',
    'X-Amz-Signature=REDACTED&X-Amz-Security-Token=REDACTED',
  ],
  ['sig=&sig=a&sig', 'sig=REDACTED&sig=REDACTED&sig'],
  // Parameters are told apart by case.
  ['SIG=a&design=b&a=sig=c', 'SIG=a&design=b&a=sig=c'],
])('a span shows no signature of a URL: %s', async (query, shown) => {
  const { provider, spans } = traced();
  const telemetry = openTelemetry({ tracerProvider: provider });
  const server = await serve({ fetch: () => reply('x'), observer: telemetry.observer });
  expect(await answered(server, get(`/a?${query}`))).toBe(200);
  await expect.poll(() => spans().length).toBe(1);
  expect(spans()[0]?.attributes['url.query']).toBe(shown);
});

test('the metrics have the names of the conventions', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const telemetry = openTelemetry({ meterProvider });
  const server = await serve({ fetch: () => reply('hello'), observer: telemetry.observer });
  telemetry.watch(server.server);
  const client = await server.send(get());
  await client.response();
  client.socket.destroy();
  const metrics = async (): Promise<Map<string, unknown>> => {
    exporter.reset();
    await reader.forceFlush();
    const scopes = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
    return new Map(
      scopes.flatMap((scope) =>
        scope.metrics.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints] as const),
      ),
    );
  };
  await expect
    .poll(async () => (await metrics()).get('sluice.active_connections'))
    .toMatchObject([{ value: 0 }]);
  const found = await metrics();
  expect(found.get('http.server.request.duration')).toMatchObject([
    {
      attributes: {
        'http.request.method': 'GET',
        'url.scheme': 'http',
        'http.response.status_code': 200,
      },
      value: { count: 1 },
    },
  ]);
  expect(found.get('http.server.active_requests')).toMatchObject([{ value: 0 }]);
  expect(found.get('sluice.request_limit')).toMatchObject([{ value: server.server.stats().limit }]);
  await meterProvider.shutdown();
});

test.each([
  [{ tracer: {} }, /unknown option/],
  [{ tracerProvider: {} }, /tracerProvider\.getTracer: got undefined, expected an object with/],
])('a wrong option is named: %j', (options, message) => {
  expect(() => openTelemetry(options as object)).toThrow(message);
});
