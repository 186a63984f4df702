// What a request is measured with: what watches a server, and the kinds of answers. Each makes the options of a
// server. It loads only what it needs.

const dist = process.env.SLUICE_DIST ?? new URL('../../dist/', import.meta.url).href;
const load = (entry) => import(new URL(entry, dist).href);
const { reply } = await load('index.js');

const headers = { 'content-type': 'text/plain' };
const hello = () => reply('Hello, World!', { headers });
let sink;

/** What comes to nothing, at no cost. */
const nowhere = {
  write(text) {
    sink = text;
  },
};

async function log(format) {
  const { accessLog } = await load('adapters/access-log/index.js');
  return { fetch: hello, observer: accessLog({ format, stream: nowhere }) };
}

/** Adds up what it is told, and exports nothing for as long as is measured. */
async function meterProvider() {
  const sdk = await import('@opentelemetry/sdk-metrics');
  const exporter = new sdk.InMemoryMetricExporter(sdk.AggregationTemporality.CUMULATIVE);
  const exportIntervalMillis = 2 ** 30;
  const reader = new sdk.PeriodicExportingMetricReader({ exporter, exportIntervalMillis });
  return new sdk.MeterProvider({ readers: [reader] });
}

async function tracerProvider() {
  const sdk = await import('@opentelemetry/sdk-trace-base');
  const nowhereElse = {
    onStart() {},
    onEnd(span) {
      sink = span;
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  return new sdk.BasicTracerProvider({ spanProcessors: [nowhereElse] });
}

export const parts = {
  watching: {
    what: 'what watches',
    none: { what: 'nothing', make: () => ({ fetch: hello }) },
    empty: {
      what: 'an observer without methods',
      make: () => ({ fetch: hello, observer: {} }),
    },
    observer: {
      what: 'an observer of requests that counts',
      make() {
        let bytes = 0;
        const count = (record) => {
          bytes += record.responseBytes;
          sink = bytes;
        };
        return {
          fetch: hello,
          observer: { requestStarted: count, requestCompleted: count, requestRefused: count },
        };
      },
    },
    'log-text': { what: '`sluice/access-log`, text', make: () => log('text') },
    'log-combined': { what: '`sluice/access-log`, combined', make: () => log('combined') },
    'log-json': { what: '`sluice/access-log`, JSON', make: () => log('json') },
    channel: {
      what: 'the channel `sluice:request` with a subscriber',
      async make() {
        const { tracingChannel } = await import('node:diagnostics_channel');
        const note = (event) => {
          sink = event;
        };
        const all = { start: note, end: note, asyncStart: note, asyncEnd: note, error: note };
        tracingChannel('sluice:request').subscribe(all);
        return { fetch: hello };
      },
    },
    prometheus: {
      what: '`sluice/prometheus`',
      async make() {
        const { prometheus } = await load('adapters/prometheus/index.js');
        return { fetch: hello, observer: prometheus().observer };
      },
    },
    'otel-metrics': {
      what: '`sluice/opentelemetry`, metrics (with the SDK)',
      async make() {
        const { openTelemetry } = await load('adapters/opentelemetry/index.js');
        const { observer } = openTelemetry({ meterProvider: await meterProvider() });
        return { fetch: hello, observer };
      },
    },
    'otel-spans': {
      what: '`sluice/opentelemetry`, metrics and spans (with the SDK; no span is exported)',
      async make() {
        const { context } = await import('@opentelemetry/api');
        const hooks = await import('@opentelemetry/context-async-hooks');
        context.setGlobalContextManager(new hooks.AsyncLocalStorageContextManager().enable());
        const { openTelemetry } = await load('adapters/opentelemetry/index.js');
        const { fetch, observer } = openTelemetry({
          meterProvider: await meterProvider(),
          tracerProvider: await tracerProvider(),
        });
        return { fetch: fetch(hello), observer };
      },
    },
    trace: {
      what: '`trace: { connections: 100 }`',
      make: () => ({ fetch: hello, trace: { connections: 100 } }),
    },
  },
  answers: {
    what: 'what the handler gives',
    none: { what: '`reply(text)`', make: () => ({ fetch: hello }) },
    later: {
      what: 'the same, some promises later',
      make: () => ({ fetch: async () => hello(await promises()) }),
    },
    made: {
      what: 'the same, and a `Response` is made for nothing',
      make: () => ({
        fetch: async () => {
          sink = new Response('Hello, World!', { headers });
          return hello(await promises());
        },
      }),
    },
    response: {
      what: '`new Response(text)`',
      make: () => ({ fetch: () => new Response('Hello, World!', { headers }) }),
    },
    json: {
      what: '`Response.json(value)`',
      make: () => ({ fetch: () => Response.json({ hello: 'world' }) }),
    },
    globals: {
      what: '`new Response(text)` with `sluice/globals`',
      async make() {
        await load('globals/index.js');
        return { fetch: () => new Response('Hello, World!', { headers }) };
      },
    },
  },
};

/** As many as the content of a Response takes to be read. */
async function promises() {
  for (let i = 0; i < 4; i++) await undefined;
}

/** Keeps the compiler from leaving out what nobody uses. */
export const used = () => sink;
