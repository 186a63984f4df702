// From the measurements of all rounds to medians and ranges. A void or failed measurement counts nowhere.

import { bucketMs } from './client/report.mjs';

export class Summary {
  constructor(results) {
    this.results = results;
    this.valid = results.measurements.filter(({ isVoid, error }) => !isVoid && error === undefined);
  }

  get voided() {
    return this.results.measurements.filter(({ isVoid }) => isVoid).length;
  }

  get failed() {
    return this.results.measurements.filter(({ error }) => error !== undefined).length;
  }

  /** All rounds of a measurement. */
  rounds(caseName, server, where) {
    return this.valid.filter(
      (one) =>
        one.case === caseName &&
        one.server === server &&
        Object.entries(where).every(([key, value]) => one[key] === value),
    );
  }

  /** Median and range of what `value` gives for each round; undefined where there are none. */
  of(caseName, server, where, value) {
    return spread(this.rounds(caseName, server, where).map(value));
  }

  /** The most that a server was seen to do with a handler. */
  peak(server, handler, model) {
    const capacity = this.of('capacity', server, { handler, model }, ({ rate }) => rate);
    const loads = this.loads(handler, model).map((load) =>
      this.of('loads', server, { handler, model, load }, ({ goodput }) => goodput),
    );
    const medians = [capacity, ...loads].flatMap((one) => (one === undefined ? [] : [one.median]));
    return medians.length === 0 ? undefined : Math.max(...medians);
  }

  loads(handler, model) {
    const own = this.valid.filter(
      (one) => one.case === 'loads' && one.handler === handler && one.model === model,
    );
    return [...new Set(own.map(({ load }) => load))].sort((a, b) => a - b);
  }

  /** Goodput at a load, of the server's own peak. */
  goodputShare(server, handler, model, load) {
    const peak = this.peak(server, handler, model);
    return this.of('loads', server, { handler, model, load }, ({ goodput }) => goodput / peak);
  }

  has(caseName) {
    return this.valid.some((one) => one.case === caseName);
  }
}

export function spread(values) {
  const known = values.filter(
    (value) => value !== undefined && value !== null && !Number.isNaN(value),
  );
  if (known.length === 0) return undefined;
  const sorted = known.sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, low: sorted[0], high: sorted.at(-1) };
}

/** Of the requests of a bucket so many have to go well for it to count as normal. */
const normalShare = 0.9;

/** How long after `ms` requests still failed, in whole buckets; Infinity where they did to the end. */
export function recoveryMs({ buckets: { asked, served } }, ms) {
  const from = ms / bucketMs;
  let normalFrom = from;
  for (let i = from; i < asked.length; i++) {
    if (served[i] < normalShare * asked[i]) normalFrom = i + 1;
  }
  return normalFrom >= asked.length - 2 ? Number.POSITIVE_INFINITY : (normalFrom - from) * bucketMs;
}

/** Buckets without a single answer, from the first to the last request. */
export function deadBuckets({ buckets: { asked, came } }, ms) {
  return came.filter((count, i) => count === 0 && asked[i] > 0 && i >= ms / bucketMs).length;
}

/** What was served from `ms` on, of what `capacity` could have. */
export function servedShareFrom({ buckets: { came } }, ms, capacity) {
  const from = came.slice(ms / bucketMs);
  const answers = from.reduce((sum, count) => sum + count, 0);
  return answers / ((capacity * from.length * bucketMs) / 1000);
}

/** Goodput, of what was offered or, where that is more, of the capacity. */
export function goodShareOf({ goodput, offered, seconds, capacity }) {
  return goodput / Math.min(offered / seconds, capacity);
}

/**
 * Jain's index over what each client got of its fair share: 1 where all got the same part of it. The
 * fair share is the max-min one: who asks for less than an equal part has a right to all of it.
 */
export function fairness({ byLabel, goodput, seconds }) {
  const clients = Object.values(byLabel);
  const demands = clients.map(({ offered }) => offered / seconds);
  const fair = maxMinShares(demands, goodput);
  const got = clients.map((client, i) => client.goodput / fair[i]);
  const sum = got.reduce((a, b) => a + b, 0);
  return sum === 0 ? 0 : sum ** 2 / (got.length * got.reduce((a, b) => a + b * b, 0));
}

function maxMinShares(demands, total) {
  const shares = demands.map(() => 0);
  let open = demands.map((_, i) => i).sort((a, b) => demands[a] - demands[b]);
  let left = total;
  while (open.length > 0) {
    const [least, ...others] = open;
    shares[least] = Math.min(demands[least], left / open.length);
    left -= shares[least];
    open = others;
  }
  return shares;
}
