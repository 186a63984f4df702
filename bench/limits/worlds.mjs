// What a server may meet: a whole event loop, its clients and a backend (see world/loop.mjs). Each says by its
// `kind` what is looked at: see figures.mjs.

const overheadMs = 0.045;
/** Requests a second, where each computes for as long. */
const capacityOf = (ms) => 1000 / (ms + overheadMs);
const computing = (ms) => () => ({ cpuMs: ms });
const exponential = (ms) => (random) => ({ cpuMs: -ms * Math.log(1 - random()) });
const inAsync = () => ({ cpuMs: 2, isAsync: true });
const afterWait = () => ({ waitMs: 1, afterMs: 2 });
const waiting = (ms) => () => ({ waitMs: ms, afterMs: 0.02 });
const toBackend = () => ({ toBackend: true });

const usual = { servers: 20, ms: 10 };
const backendCapacity = 2000;
const cpu2 = capacityOf(2);
const common = { backend: () => usual };

const openGroup = (capacity, times, work, model, connections) => ({
  tag: 'short',
  rate: typeof times === 'function' ? (s) => times(s) * capacity : () => times * capacity,
  work,
  model,
  connections: connections ?? Math.max(200, Math.ceil(maxOf(times) * capacity * 0.6)),
});
const maxOf = (times) => (typeof times === 'function' ? 5 : times);

function open(what, capacity, work, times, model, more = {}) {
  const { connections, ...rest } = more;
  return {
    ...common,
    kind: 'open',
    what: `${what}, ${model}, ${times}×`,
    seconds: 6,
    capacity: () => capacity,
    clients: [openGroup(capacity, times, work, model, connections)],
    ...rest,
  };
}

function burst(what, capacity, work, times, model) {
  const load = (second) => (second >= 3 && second < 6 ? times : 0.5);
  return {
    ...open(what, capacity, work, times, model),
    kind: 'burst',
    what: `${what}, ${model}, 0.5, ${times}, 0.5×`,
    seconds: 9,
    burstEndsAt: 6,
    clients: [openGroup(capacity, load, work, model, Math.ceil(times * capacity * 0.6))],
  };
}

const closed = (what, count, work, more = {}, client = {}) => ({
  ...common,
  kind: 'closed',
  what: `closed loop: ${what} × ${count}`,
  seconds: 5,
  isCold: true,
  clients: [{ tag: 'short', closed: count, work, ...client }],
  ...more,
});

const pollsBeside = (what, polls, times, more = {}) => ({
  ...common,
  kind: 'polls',
  what: `${what}, short ones ${times}×`,
  seconds: 12,
  capacity: () => backendCapacity,
  clients: [{ ms: 30_000, ...polls }, openGroup(backendCapacity, times, toBackend, 'established')],
  ...more,
});

const inVain = (what, clients, more = {}) => ({
  ...common,
  kind: 'in vain',
  what,
  seconds: 6,
  clients,
  ...more,
});

const stealing = { everyMs: 400, minMs: 50, maxMs: 200 };
const shortOpen = (capacity, times, work) => openGroup(capacity, times, work, 'established');

export const worlds = Object.fromEntries(
  [
    ...['established', 'pool'].flatMap((model) =>
      [2, 5, 10].map((times) => open('2 ms', cpu2, computing(2), times, model)),
    ),
    open('2 ms', cpu2, computing(2), 2, 'fresh'),
    open('2 ms', cpu2, computing(2), 5, 'fresh'),
    open('2 ms in an async function', cpu2, inAsync, 5, 'established'),
    open('2 ms in an async function', cpu2, inAsync, 10, 'established'),
    open('2 ms', cpu2, computing(2), 1.2, 'established', { seconds: 14, settledFrom: 6 }),
    open('2 ms', cpu2, computing(2), 0.9, 'established', { seconds: 14, settledFrom: 6 }),
    open('2 ms, exponential', cpu2, exponential(2), 0.9, 'established', { seconds: 12 }),
    open('0.2 ms', capacityOf(0.2), computing(0.2), 2, 'established', { seconds: 4 }),
    open('50 ms', capacityOf(50), computing(50), 5, 'established', { seconds: 10, settledFrom: 4 }),
    ...[2, 5, 10].map((times) => open('1 ms wait, 2 ms', cpu2, afterWait, times, 'established')),
    open('1 ms wait, 2 ms', cpu2, afterWait, 5, 'pool'),
    ...[
      ['established', 2],
      ['established', 5],
      ['established', 10],
      ['pool', 2],
      ['pool', 5],
      ['pool', 10],
      ['fresh', 2],
    ].map(([model, times]) => open('backend', backendCapacity, toBackend, times, model)),
    open('uneven backend', backendCapacity, toBackend, 5, 'established', {
      backend: () => ({ servers: 20, ms: 10, spread: 1 }),
    }),
    ...[1.1, 1.5].map((times) =>
      open('backend', backendCapacity, toBackend, times, 'established', {
        seconds: 14,
        settledFrom: 6,
        connections: 1500,
      }),
    ),
    open('uneven backend', backendCapacity, toBackend, 1.3, 'established', {
      seconds: 14,
      settledFrom: 6,
      connections: 1500,
      backend: () => ({ servers: 20, ms: 10, spread: 1 }),
    }),
    ...['established', 'pool', 'fresh'].flatMap((model) =>
      [2, 5, 10].map((times) =>
        open('backend of 100 ms', 200, toBackend, times, model, {
          seconds: 12,
          settledFrom: 5,
          connections: 1500,
          backend: () => ({ servers: 20, ms: 100 }),
        }),
      ),
    ),
    // All that began together end together, as on the real server of bench/overload.
    ...['established', 'pool'].map((model) =>
      open('backend of 100 ms in lockstep', 200, toBackend, 2, model, {
        seconds: 12,
        settledFrom: 5,
        connections: 240,
        backend: () => ({ servers: 20, ms: 100, spread: 0 }),
      }),
    ),
    // As many as the generator of bench/overload looks after.
    open('backend, 4,000 connections', backendCapacity, toBackend, 10, 'established', {
      connections: 4000,
      backend: () => ({ ...usual, spread: 0 }),
    }),
    open('backend, thrice as slow from 6 s', backendCapacity, toBackend, 2.5, 'established', {
      seconds: 14,
      settledFrom: 9,
      capacity: (s) => (s < 6 ? backendCapacity : backendCapacity / 3),
      backend: (s) => (s < 6 ? usual : { servers: 20, ms: 30 }),
    }),
    open('backend', backendCapacity, toBackend, 0.9, 'established', { seconds: 8 }),
    burst('2 ms', cpu2, computing(2), 5, 'established'),
    burst('2 ms', cpu2, computing(2), 5, 'pool'),
    burst('1 ms wait, 2 ms', cpu2, afterWait, 10, 'established'),
    burst('backend', backendCapacity, toBackend, 5, 'established'),
    burst('backend', backendCapacity, toBackend, 5, 'pool'),
    pollsBeside('500 polls at once', { polls: 500 }, 0.5),
    pollsBeside('500 polls over 4 s', { polls: 500, overMs: 4000 }, 2),
    pollsBeside('500 polls at once', { polls: 500 }, 5),
    pollsBeside('500 polls over 4 s', { polls: 500, overMs: 4000 }, 5),
    {
      ...pollsBeside('500 polls before', { polls: 500, overMs: 2000 }, 5),
      clients: [
        { ms: 30_000, polls: 500, overMs: 2000 },
        openGroup(backendCapacity, (s) => (s < 3 ? 0.5 : 5), toBackend, 'established'),
      ],
    },
    pollsBeside('2000 polls at once', { polls: 2000 }, 0.5),
    pollsBeside('2000 polls alone', { polls: 2000 }, 0),
    ...[0.5, 2].map((times) => ({
      ...pollsBeside('', {}, times),
      kind: 'stall',
      what: `the backend stalls for 4 s, ${times}×`,
      stall: { from: 4000, to: 8000 },
      clients: [shortOpen(backendCapacity, times, toBackend)],
    })),
    {
      ...common,
      kind: 'stall',
      what: 'one of two routes stalls for 4 s',
      seconds: 12,
      capacity: () => 1000,
      stall: { from: 4000, to: 8000 },
      clients: [
        { ...shortOpen(1000, 1, () => ({ cpuMs: 0.2, kind: 2 })), model: 'pool' },
        {
          ...shortOpen(1000, 1, () => ({ toBackend: true, kind: 3 })),
          tag: 'other',
          model: 'pool',
        },
      ],
    },
    ...[
      [0.025, 512],
      [0.2, 256],
      [2, 64],
      [5, 16],
      [5, 64],
      [2, 512],
      [5, 256],
      [5, 1000],
    ].map(([ms, count]) => closed(`${ms} ms`, count, computing(ms))),
    closed('20 ms wait', 256, () => ({ waitMs: 20, afterMs: 0.02 })),
    closed('backend', 800, toBackend),
    closed('1 ms wait, 2 ms', 128, afterWait),
    closed('5 ms, a pause of 1.5 s', 256, computing(5), {
      seconds: 8,
      from: 4,
      pause: { at: 2000, ms: 1500 },
    }),
    // Those who had left by its end would not leave again.
    closed(
      '5 ms, 1 s of patience, a pause of 1.5 s',
      64,
      computing(5),
      { seconds: 8, from: 5, pause: { at: 2000, ms: 1500 } },
      { patienceMs: 1000 },
    ),
    closed('2 ms, after a burst of 5×', 64, computing(2), {
      seconds: 9,
      from: 4,
      clients: [
        { ...openGroup(cpu2, (s) => (s < 2 ? 5 : 0), computing(2), 'pool'), tag: 'other' },
        { tag: 'short', closed: 64, work: computing(2) },
      ],
    }),
    inVain('stolen time, 0.2 ms at 0.3×', [shortOpen(capacityOf(0.2), 0.3, computing(0.2))], {
      steal: stealing,
    }),
    inVain('stolen time, backend at 0.35×', [shortOpen(backendCapacity, 0.35, toBackend)], {
      steal: stealing,
    }),
    inVain(
      'stolen time, 64 clients of 0.2 ms',
      [{ tag: 'short', closed: 64, work: computing(0.2) }],
      {
        steal: stealing,
      },
    ),
    ...[
      [20, 20],
      [5, 64],
      [60, 6],
      [2, 256],
    ].map(([ms, count]) =>
      inVain(
        `two thirds stolen, ${count} clients of ${ms} ms`,
        [{ tag: 'short', closed: count, work: computing(ms), runsMs: 300 }],
        { steal: { everyMs: 50, minMs: 30, maxMs: 170 }, seconds: 8 },
      ),
    ),
    inVain('20 trivial clients, 4 heavy', [
      { tag: 'short', closed: 20, work: computing(0.05) },
      { tag: 'short', closed: 4, work: () => ({ cpuMs: 0.5, parseMs: 100 }) },
    ]),
    ...[
      [60, 6],
      [120, 4],
      [20, 20],
    ].map(([ms, count]) =>
      inVain(`${ms} ms × ${count} at once`, [
        { tag: 'short', closed: count, once: true, work: computing(ms) },
      ]),
    ),
    inVain(
      'four slots of 50 ms, 12 clients',
      [{ tag: 'short', closed: 12, work: () => ({ waitMs: 50, afterMs: 0.02 }) }],
      { seconds: 3, options: { concurrency: 4 } },
    ),
    // Handlers that wait for what is not scarce, after others that took less.
    inVain('12 clients of 1 ms, then 500 at once wait 100 ms', [
      { tag: 'short', closed: 12, untilMs: 3000, work: computing(1) },
      { tag: 'short', closed: 500, once: true, fromMs: 3001, work: waiting(100) },
    ]),
    ...[0.1, 2, 12].map((seconds) =>
      inVain(
        `backend at 5× for 3 s, ${seconds} s later 500 at once wait 100 ms`,
        [
          {
            ...openGroup(backendCapacity, (s) => (s < 3 ? 5 : 0), toBackend, 'pool'),
            tag: 'other',
          },
          {
            tag: 'short',
            closed: 500,
            once: true,
            fromMs: 3500 + 1000 * seconds,
            work: waiting(100),
          },
        ],
        { seconds: 6 + seconds },
      ),
    ),
    inVain(
      '300 a second, a wait of 20 ms becomes 400 ms',
      [{ ...openGroup(300, 1, (_random, s) => ({ waitMs: s < 3 ? 20 : 400 }), 'established') }],
      { seconds: 10 },
    ),
    inVain(
      '300 a second, a wait of 20 ms grows to 420 ms in 5 s',
      [
        openGroup(
          300,
          1,
          (_random, s) => ({ waitMs: 20 + 80 * Math.min(5, Math.max(0, s - 3)) }),
          'established',
        ),
      ],
      { seconds: 12 },
    ),
    inVain(
      '200 clients, a wait of 20 ms becomes 400 ms',
      [{ tag: 'short', closed: 200, work: (_random, s) => ({ waitMs: s < 3 ? 20 : 400 }) }],
      { seconds: 10 },
    ),
    inVain(
      '800 a second: three of four take 0.1 ms, one waits 300 ms',
      [
        openGroup(
          800,
          1,
          (random) => (random() < 0.75 ? { cpuMs: 0.1 } : { waitMs: 300 }),
          'established',
        ),
      ],
      { seconds: 10 },
    ),
    // The loop is busy for most of the time, and those that wait take long enough to be parked.
    ...[400, 500].map((ms) =>
      inVain(
        `900 a second: seven of ten take 1 ms, three wait ${ms} ms`,
        [
          openGroup(
            900,
            1,
            (random) => (random() < 0.7 ? { cpuMs: 1 } : { waitMs: ms, afterMs: 0.02 }),
            'established',
            1500,
          ),
        ],
        { seconds: 10 },
      ),
    ),
    inVain(
      '500 a second wait some 300 ms',
      [openGroup(500, 1, (random) => ({ waitMs: -300 * Math.log(1 - random()) }), 'established')],
      { seconds: 10 },
    ),
    // Few connections, and a queue before them that the server can't see: to it that is a closed loop.
    open('gateway of 100 connections, 2 ms', cpu2, computing(2), 5, 'established', {
      connections: 100,
    }),
    ...[2, 5, 10].map((times) =>
      open('gateway of 256, backend', backendCapacity, toBackend, times, 'bounded pool', {
        connections: 256,
        costMs: 0.0125,
      }),
    ),
    open('gateway of 500, backend', backendCapacity, toBackend, 5, 'established', {
      connections: 500,
    }),
  ].map((world) => [world.what, world]),
);
