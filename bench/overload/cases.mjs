// What is measured: each case gives its measurements for a server, in the order in which they run.

/** Clients wait so long and no longer. */
export const deadlineMs = 500;
/** A core that offers more than this is late itself. */
export const rateMax = { established: 20_000, pool: 20_000, 'bounded pool': 20_000, fresh: 10_000 };
const shares = (paths) => paths.map(([path, share]) => ({ path, share }));

/**
 * The handlers: what they do for a request, `clients` that are enough to keep them busy when each
 * waits for its answer, and the connection models they are measured with. `warmUpMs` where more than the first
 * second passes before a limit can be right: what is not counted.
 */
export const handlers = {
  cpu2: {
    what: '2 ms of computing',
    mix: shares([['/cpu2', 1]]),
    clients: 4,
    models: ['established', 'pool', 'bounded pool', 'fresh'],
  },
  'cpu2-async': {
    what: '2 ms of computing in an async function',
    mix: shares([['/cpu2-async', 1]]),
    clients: 4,
    models: ['established', 'fresh'],
  },
  'cpu2-after-io': {
    what: '1 ms of waiting, then 2 ms of computing',
    mix: shares([['/cpu2-after-io', 1]]),
    clients: 6,
    models: ['established'],
  },
  cpu02: {
    what: '0.2 ms of computing',
    mix: shares([['/cpu02', 1]]),
    clients: 8,
    models: ['established'],
  },
  backend20: {
    what: 'a backend of 10 ms that serves 20 at once',
    mix: shares([['/backend20', 1]]),
    clients: 40,
    models: ['established', 'pool', 'bounded pool', 'fresh'],
  },
  backend100: {
    what: 'a backend of 10 ms that serves 100 at once',
    mix: shares([['/backend100', 1]]),
    clients: 200,
    models: ['established'],
  },
  'backend-slow': {
    what: 'a backend of 100 ms that serves 20 at once',
    mix: shares([['/backend-slow', 1]]),
    clients: 40,
    models: ['established', 'pool', 'fresh'],
    warmUpMs: 5000,
  },
  mixed: {
    what: '2 ms (a tenth), 0.2 ms (four tenths), the backend of 20 (half)',
    mix: shares([
      ['/cpu2', 0.1],
      ['/cpu02', 0.4],
      ['/backend20', 0.5],
    ]),
    clients: 40,
    models: ['established'],
  },
};

/** Clients who wait for their answer and ask again at once: the path, and how many there are. */
export const patientLoops = [
  // A whole turn of all clients takes 0.5 s at most: nobody is refused.
  ...[
    ['/compute/0.025', 512],
    ['/compute/0.2', 256],
    ['/compute/2', 64],
    ['/compute/5', 16],
    ['/compute/5', 64],
    ['/await/20', 256],
    ['/compute/60', 6],
    ['/compute/120', 4],
    ['/compute/20', 20],
  ].map(([path, clients]) => ({ path, clients, isShort: true })),
  { path: '/compute/2', clients: 512, isShort: false },
  { path: '/compute/5', clients: 256, isShort: false },
  { path: '/compute/5', clients: 1000, isShort: false },
];

/** Long polls beside the load: before it, at once with it, or over four seconds of it. */
export const pollRuns = [
  ...[0.5, 2, 5].flatMap((load) =>
    [0, 4000].map((overMs) => ({
      pollCount: 500,
      overMs,
      load,
      key: `500 over ${overMs} ms, ${load}×`,
    })),
  ),
  { pollCount: 2000, overMs: 0, load: 0.5, key: '2000 over 0 ms, 0.5×' },
];
/** Long enough that none of them ends while it is measured. */
const pollPath = '/await/30000';

/** How long things take: `quick` shows that it works, `full` is for publication. */
export const paces = {
  quick: {
    warmUpMs: 1200,
    ms: 1500,
    loads: [0.9, 2, 5],
    handlers: ['cpu2', 'cpu2-async', 'backend20'],
    models: ['established', 'fresh'],
    step: [1000, 1500, 1500],
    shift: [2500, 4500],
    readers: 1000,
    readersMs: 4000,
    rounds: 1,
  },
  full: {
    warmUpMs: 1300,
    ms: 2500,
    loads: [0.5, 0.9, 1, 2, 5, 10],
    handlers: Object.keys(handlers),
    models: ['established', 'pool', 'bounded pool', 'fresh'],
    step: [2000, 4000, 5000],
    shift: [4000, 6000],
    readers: 10_000,
    readersMs: 15_000,
    rounds: 5,
  },
};

/** Enough for all that can be waiting at once, unless they are more than a core can look after. */
export function connectionsFor(rate) {
  return Math.min(4000, Math.max(200, Math.ceil((rate * deadlineMs * 1.2) / 1000)));
}

function openJob(model, mix, rate, pace, more = {}) {
  return {
    kind: 'open',
    model,
    mix,
    deadlineMs,
    connections: connectionsFor(rate),
    warmUpMs: pace.warmUpMs,
    phases: [{ ms: pace.warmUpMs + pace.ms, rate }],
    ...more,
  };
}

function withShares(kinds, path) {
  return kinds.map(({ label, share, headers }) => ({ label, share, headers, path }));
}

function critical(share) {
  return withShares(
    [
      { label: 'critical', share, headers: { 'X-Class': 'critical' } },
      { label: 'default', share: 1 - share },
    ],
    '/cpu2',
  );
}

export const greedyClient = 'client 0';
const clientCount = 10;
/** One client sends nine tenths. */
const clients = withShares(
  Array.from({ length: clientCount }, (_, i) => ({
    label: `client ${i}`,
    share: i === 0 ? 0.9 : 0.1 / (clientCount - 1),
    headers: { 'X-Client': `client ${i}` },
  })),
  '/cpu2',
);

/**
 * Each case: `of(pace)` gives measurements `{ key, handler, model, load }`, which are made for every
 * server (or those that `servers` names) side by side. `job(measurement, capacity, pace)` is what the
 * generator does; `server` are options of the server for this case.
 */
export const cases = {
  capacity: {
    what: 'capacity, by clients that wait for each answer',
    of: (pace) =>
      handlersAndModels(pace).map(({ handler, model }) => ({
        key: `${handler} ${model}`,
        handler,
        model,
      })),
    job: ({ handler, model }, _capacity, pace) => ({
      kind: 'closed',
      model,
      mix: handlers[handler].mix,
      connections: handlers[handler].clients,
      warmUpMs: 700,
      ms: pace.ms,
    }),
  },
  loads: {
    what: 'goodput and latency over the offered load',
    of: (pace) =>
      handlersAndModels(pace).flatMap(({ handler, model }) =>
        pace.loads.map((load) => ({ key: `${handler} ${model} ${load}×`, handler, model, load })),
      ),
    job: ({ handler, model, load }, capacity, pace) => {
      const rate = capacity * load;
      if (rate > 1.05 * rateMax[model]) return undefined;
      const { mix, warmUpMs = pace.warmUpMs } = handlers[handler];
      return openJob(model, mix, rate, { ...pace, warmUpMs });
    },
  },
  step: {
    what: 'a burst: 0.5, 5, 0.5 times the capacity',
    of: () =>
      ['cpu2', 'backend20'].flatMap((handler) =>
        ['established', 'fresh'].map((model) => ({ key: `${handler} ${model}`, handler, model })),
      ),
    job: ({ handler, model }, capacity, pace) => {
      const rates = [0.5, 5, 0.5].map((load) => load * capacity);
      if (rates[1] > rateMax[model]) return undefined;
      return openJob(model, handlers[handler].mix, rates[1], pace, {
        phases: pace.step.map((ms, i) => ({ ms, rate: rates[i] })),
        warmUpMs: 0,
        wantsBuckets: true,
      });
    },
  },
  shift: {
    what: 'the backend becomes three times as slow and three times as wide, at twice its capacity',
    of: () => [{ key: 'backend20', handler: 'backend20', model: 'established' }],
    job: ({ handler, model }, capacity, pace) => ({
      ...openJob(model, handlers[handler].mix, 2 * capacity, pace),
      phases: [{ ms: pace.shift[0] + pace.shift[1], rate: 2 * capacity }],
      warmUpMs: 0,
      wantsBuckets: true,
      marks: [{ at: pace.shift[0], name: 'shift' }],
      onMark: (_name, server) => server.send({ backend: { ms: 30, slots: 60 } }),
    }),
  },
  classes: {
    what: 'a critical class, at five times the capacity',
    servers: ['sluice'],
    server: { asks: 'classes' },
    of: () =>
      [0.04, 0.1, 0.2].map((share) => ({
        key: `${share}`,
        handler: 'cpu2',
        model: 'established',
        load: 5,
        share,
      })),
    job: ({ model, share }, capacity, pace) =>
      openJob(model, critical(share), 5 * capacity, { ...pace, ms: 2 * pace.ms }),
  },
  clients: {
    what: 'ten clients, one of which sends nine tenths of five times the capacity',
    server: { asks: 'clients' },
    of: () => [{ key: 'cpu2', handler: 'cpu2', model: 'established', load: 5 }],
    job: ({ model }, capacity, pace) =>
      openJob(model, clients, 5 * capacity, { ...pace, ms: 2 * pace.ms }),
  },
  probe: {
    what: 'a health probe every 50 ms, at ten times the capacity',
    server: { asks: 'health' },
    of: () => [{ key: 'cpu2', handler: 'cpu2', model: 'established', load: 10 }],
    job: ({ handler, model }, capacity, pace) =>
      openJob(model, handlers[handler].mix, 10 * capacity, pace, {
        probe: { path: '/live', everyMs: 50, timeoutMs: 2000 },
      }),
  },
  refusals: {
    what: 'what a refusal costs',
    server: { refuses: true },
    of: () => [
      { key: 'established', model: 'established', rate: 4000 },
      { key: 'fresh', model: 'fresh', rate: 1500 },
    ],
    job: ({ model, rate }, _capacity, pace) =>
      openJob(model, shares([['/hello', 1]]), rate, pace, { parks: true }),
  },
  cost: {
    what: 'what admission costs below saturation, against sluice without a limit',
    servers: ['sluice', 'uncapped'],
    of: () => [
      { key: 'throughput', model: 'established' },
      { key: 'latency', model: 'established', rate: 5000 },
    ],
    job: ({ model, rate }, _capacity, pace) =>
      rate === undefined
        ? {
            kind: 'closed',
            model,
            mix: shares([['/hello', 1]]),
            connections: 64,
            warmUpMs: 1000,
            ms: pace.ms,
          }
        : openJob(model, shares([['/hello', 1]]), rate, pace),
  },
  patient: {
    what: 'clients who wait for their answer and ask again at once',
    servers: ['sluice', 'node-http'],
    of: () =>
      patientLoops.map(({ path, clients }) => ({
        key: `${path} × ${clients}`,
        model: 'established',
        path,
        clients,
      })),
    // The first second is uncounted but for what was refused in it.
    job: ({ model, path, clients: connections }, _capacity, pace) => ({
      kind: 'closed',
      model,
      mix: shares([[path, 1]]),
      connections,
      returnMs: 0,
      warmUpMs: 1000,
      ms: pace.ms + 1500,
    }),
  },
  polls: {
    what: 'short requests to the backend, beside long polls of 30 s',
    servers: ['sluice', 'node-http'],
    of: () => pollRuns.map((run) => ({ ...run, handler: 'backend20', model: 'established' })),
    job: ({ model, load, pollCount: count, overMs }, capacity, pace) =>
      openJob(model, handlers.backend20.mix, load * capacity, pace, {
        phases: [{ ms: 6000, rate: load * capacity }],
        polls: { count, path: pollPath, overMs },
      }),
  },
  stall: {
    what: 'the backend answers nobody for 4 s, at half and at twice its capacity',
    servers: ['sluice', 'node-http'],
    of: () =>
      [0.5, 2].map((load) => ({
        key: `backend20 ${load}×`,
        handler: 'backend20',
        model: 'established',
        load,
      })),
    job: ({ handler, model, load }, capacity, pace) => ({
      ...openJob(model, handlers[handler].mix, load * capacity, pace),
      phases: [{ ms: 12_000, rate: load * capacity }],
      warmUpMs: 0,
      wantsBuckets: true,
      marks: [{ at: 3000, name: 'stall' }],
      onMark: (_name, server) => server.send({ backend: { stallMs: 4000 } }),
    }),
  },
  uploads: {
    what: 'content of 900 kB from 200 clients and of 100 kB from 100, all at once',
    servers: ['sluice', 'node-http'],
    of: () => [
      { key: '200 × 900 kB', uploads: 200, bytes: 900_000 },
      { key: '100 × 100 kB', uploads: 100, bytes: 100_000 },
    ],
    job: ({ uploads, bytes }) => ({ kind: 'uploads', uploads, bytes }),
  },
  readers: {
    what: 'readers that take a long body slowly',
    server: { concurrency: 1024 },
    // The kernel's buffers hold a megabyte each on loopback; of eight, most is left to the server.
    of: (pace) => [
      { key: '1 MB', readers: pace.readers, path: '/big1' },
      { key: '8 MB', readers: pace.readers / 10, path: '/big8' },
    ],
    job: ({ readers, path }, _capacity, pace) => ({
      kind: 'readers',
      readers,
      path,
      bytesPerSecond: 8192,
      ms: pace.readersMs,
      watchesStats: true,
    }),
  },
};

function handlersAndModels(pace) {
  return pace.handlers.flatMap((handler) =>
    handlers[handler].models
      .filter((model) => pace.models.includes(model))
      .map((model) => ({ handler, model })),
  );
}
