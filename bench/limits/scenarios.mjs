// What a limit has to cope with. Unless said otherwise the backend is 20 servers of 10 ms, which makes
// 2000 requests a second, and is asked for five times as much. A change comes at `changesAt`.

const backend = (servers, ms, spread) => () => ({ servers, ms, spread });
const changing = (before, after) => (second) => (second < changesAt ? before : after);

export const changesAt = 12;
const normal = { servers: 20, ms: 10 };
const capacity = 2000;

const common = {
  seconds: 24,
  rate: () => 5 * capacity,
  cpuMs: () => 0.02,
  deadlineMs: 500,
  options: { queue: { law: 'sojourn' } },
};

export const scenarios = {
  saturated: { ...common, what: 'saturated, from the first moment', backend: backend(20, 10) },
  slower: {
    ...common,
    what: 'latency × 3',
    backend: changing(normal, { servers: 20, ms: 30 }),
  },
  wider: {
    ...common,
    what: 'parallelism × 3',
    backend: changing(normal, { servers: 60, ms: 10 }),
  },
  'slower and wider': {
    ...common,
    what: 'latency × 3 and parallelism × 3',
    backend: changing(normal, { servers: 60, ms: 30 }),
  },
  faster: {
    ...common,
    what: 'latency ÷ 3',
    backend: changing({ servers: 20, ms: 30 }, normal),
  },
  narrower: {
    ...common,
    what: 'parallelism ÷ 3',
    backend: changing({ servers: 60, ms: 10 }, normal),
  },
  uneven: { ...common, what: 'uneven service times (σ of ln = 1)', backend: backend(20, 10, 1) },
  single: {
    ...common,
    what: 'one server of 2 ms, as a core that computes after waiting',
    backend: backend(1, 2),
    rate: () => 2500,
  },
  step: {
    ...common,
    what: 'a burst: 0.5, 5, 0.5 times the capacity',
    backend: backend(20, 10),
    rate: (second) => (second >= changesAt - 4 && second < changesAt ? 5 : 0.5) * capacity,
  },
  half: {
    ...common,
    what: 'half its capacity',
    backend: backend(20, 10),
    rate: () => 0.5 * capacity,
  },
};

/** Handlers that compute for 2 ms and wait for nothing: how many a second the loop gets done. */
export const computingCapacity = 1000 / 2.02;

const computingCommon = { deadlineMs: 500, options: { queue: { law: 'sojourn' } } };

/** By how a handler's time is spread. {@link atLoad} makes a scenario of it. */
export const computing = {
  even: { ...computingCommon, what: '2 ms of computing', cpuMs: () => 2 },
  uneven: {
    ...computingCommon,
    what: '2 ms of computing in the mean, exponentially distributed',
    cpuMs: (random) => -2 * Math.log(1 - random()),
  },
};

/** Asked all the time for `load` times the capacity. */
export function atLoad(handler, load, seconds) {
  return { ...handler, seconds, rate: () => load * computingCapacity };
}

/** The same in less time: the change comes early, and little is seen of the time after it. */
export function shortened(scenario, seconds) {
  return { ...scenario, seconds };
}

/** Requests a second that the backend of a scenario can serve at a time. */
export function capacityAt(scenario, second) {
  const { servers, ms } = scenario.backend(second);
  return (servers / ms) * 1000;
}
