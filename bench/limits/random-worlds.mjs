// Worlds that nobody thought of: one to four routes, drawn from a seed, that take 20 to 85 % of the processor together
// and wait for what is not scarce, or for a backend that has time. Nobody need be refused in any of them.

import { randomFrom } from '../lib/random.mjs';

const waits = [5, 20, 50, 100, 200, 300, 400, 500, 700, 1000, 2000, 5000];
const cpuTimes = [0.1, 0.5, 1, 2, 5, 10];
/** What a request costs the loop beside its handler, in milliseconds: about, and where it opens its connection. */
const requestMs = 0.045;
const waitingRequestMs = 0.11;
const rateMax = 1500;
/** More handlers that wait than a server begins with would be another matter. */
const waitingMax = 900;
const seconds = 10;

const durations = {
  fixed: (ms) => () => ms,
  uniform: (ms) => (random) => ms * (0.5 + random()),
  exponential: (ms) => (random) => -ms * Math.log(1 - random()),
};

/** By what a handler does: what it is asked for at most, in requests a second, and its work. */
const routes = {
  computes: (ms) => ({ rate: 1000 / (ms + requestMs), of: (took) => ({ cpuMs: took }) }),
  'computes in an async function': (ms) => ({
    rate: 1000 / (ms + requestMs),
    of: (took) => ({ cpuMs: took, isAsync: true }),
  }),
  'waits a little, then computes': (ms) => ({
    rate: 1000 / (ms + requestMs),
    of: (took, random) => ({ waitMs: 1 + 3 * random(), afterMs: took }),
  }),
  waits: () => ({
    rate: 1000 / waitingRequestMs,
    of: (took) => ({ waitMs: took, afterMs: 0.02 }),
  }),
  'asks the backend': (_ms, { servers, ms }) => ({
    rate: Math.min(1000 / waitingRequestMs, (0.7 * servers * 1000) / ms),
    of: () => ({ toBackend: true }),
  }),
};

/** A world in which nobody need be refused: one of worlds.mjs. */
export function calmWorld(seed) {
  const random = randomFrom(seed);
  const oneOf = (list) => list[Math.floor(random() * list.length)];
  const backend = { servers: oneOf([4, 20, 64]), ms: oneOf([2, 5, 10, 40]) };
  const busy = 0.2 + 0.65 * random();
  const isOneRoute = random() < 0.5;
  const count = 1 + Math.floor(4 * random());
  const shares = Array.from({ length: count }, () => 0.2 + random());
  const sum = shares.reduce((all, share) => all + share, 0);
  let waiting = waitingMax;
  const told = [];
  const clients = [];
  for (const [i, share] of shares.entries()) {
    const does = oneOf([...Object.keys(routes), 'waits', 'waits']);
    if (does === 'asks the backend' && told.some((one) => one.startsWith(does))) continue;
    const ms = oneOf(does === 'waits' ? waits : cpuTimes);
    const spread = oneOf(Object.keys(durations));
    const { rate: most, of } = routes[does](ms, backend);
    let rate = Math.max(5, ((busy * share) / sum) * most);
    if (does === 'waits') {
      rate = Math.min(rate, rateMax, (1000 * waiting * (0.2 + 0.8 * random())) / ms);
      waiting -= (rate * ms) / 1000;
    }
    const from = random() < 0.3 ? Math.floor(5 * random()) : 0;
    const take = durations[spread](ms);
    clients.push({
      tag: 'short',
      rate: (second) => (second >= from ? rate : 0),
      work: (draw) => ({ ...of(take(draw), draw), kind: isOneRoute ? 2 : 2 + i }),
      model: oneOf(['established', 'pool']),
      connections: 3000,
    });
    told.push(`${does} ${ms} ms (${spread}) at ${rate.toFixed(0)}/s from ${from} s`);
  }
  const what = `seed ${seed}, ${isOneRoute ? 'one route' : 'routes'}: ${told.join('; ')}`;
  return { kind: 'in vain', what, seconds, backend: () => backend, clients };
}
