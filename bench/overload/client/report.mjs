// From what became of each request to figures.

import { fate } from './open-loop.mjs';

export const bucketMs = 100;

/**
 * @param loop - an OpenLoop that has run
 * @param from - counted are those that were to be sent from here
 * @param to - up to here
 */
export function reportOf(loop, job, from, to) {
  const all = windowOf(loop, from, to, () => true);
  const byLabel = {};
  for (const label of new Set(job.mix.map((kind) => kind.label).filter(Boolean))) {
    byLabel[label] = windowOf(
      loop,
      from,
      to,
      (i) => job.mix[loop.arrivals.kind[i]].label === label,
    );
  }
  return { ...all, byLabel, buckets: job.wantsBuckets ? bucketsOf(loop) : undefined };
}

function windowOf(loop, from, to, isCounted) {
  const { at } = loop.arrivals;
  const good = [];
  const refused = [];
  const late = [];
  let gaveUp = 0;
  let failed = 0;
  for (let i = 0; i < at.length; i++) {
    if (at[i] < from || at[i] >= to || !isCounted(i)) continue;
    const status = loop.status[i];
    late.push(loop.lateMs[i]);
    if (status === 200) good.push(loop.latencyMs[i]);
    else if (status === 503) refused.push(loop.latencyMs[i]);
    else if (status === fate.gaveUp) gaveUp++;
    else failed++;
  }
  const seconds = (to - from) / 1000;
  return {
    seconds,
    offered: late.length,
    good: good.length,
    refused: refused.length,
    gaveUp,
    failed,
    goodput: good.length / seconds,
    goodMs: percentilesOf(good),
    refusedMs: percentilesOf(refused),
    lateP99Ms: percentilesOf(late).p99,
  };
}

/** What was asked for in each bucket of time, what of it went well, and what came in the bucket. */
function bucketsOf(loop) {
  const { at, endsAt } = loop.arrivals;
  const count = Math.ceil(endsAt / bucketMs);
  const zeros = () => new Array(count).fill(0);
  const buckets = { asked: zeros(), served: zeros(), came: zeros() };
  for (let i = 0; i < at.length; i++) {
    const asked = Math.floor(at[i] / bucketMs);
    buckets.asked[asked]++;
    if (loop.status[i] !== 200) continue;
    buckets.served[asked]++;
    const came = Math.floor((at[i] + loop.latencyMs[i]) / bucketMs);
    if (came < count) buckets.came[came]++;
  }
  return buckets;
}

export function percentilesOf(values) {
  const sorted = Float64Array.from(values).sort();
  const at = (share) =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

function round(value) {
  return value === undefined ? null : Math.round(value * 1000) / 1000;
}
