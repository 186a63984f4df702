// What is said of a simulated run, in a handful of figures.

import { capacityAt, changesAt, computingCapacity } from './scenarios.mjs';

/** How long after the change the limit has to find its place. */
const settlesInSeconds = 3;

/**
 * @returns shares of what could have been served (the lesser of what was asked for and the capacity):
 * of the whole run, and of the time from 3 s after the change on; the 99th percentile of the good ones,
 * of the first second after the change and of the last five; and the mean limit of the last five
 */
export function measure(scenario, { answers, limits }) {
  const { seconds, deadlineMs } = scenario;
  const good = answers.filter(({ ok, latencyMs }) => ok && latencyMs <= deadlineMs);
  const from = Math.max(0, seconds - 5);
  return {
    whole: share(scenario, good, 0, seconds),
    settled: share(scenario, good, changesAt + settlesInSeconds, seconds),
    stepP99Ms: p99(within(answers, changesAt, changesAt + 1)),
    lastP99Ms: p99(within(answers, from, seconds)),
    refused: 1 - good.length / answers.length,
    lastLimit: mean(limits.slice(from * 100)),
  };
}

/**
 * @returns of a run at one load, without its first second: goodput, of the capacity; the share that was
 * refused; and the 99th percentile of what was answered with 200
 */
export function measureComputing({ seconds, deadlineMs }, { answers }) {
  const steady = within(answers, 1, seconds);
  const good = steady.filter(({ ok, latencyMs }) => ok && latencyMs <= deadlineMs);
  return {
    goodput: good.length / (computingCapacity * (seconds - 1)),
    refused: steady.filter(({ ok }) => !ok).length / steady.length,
    p99Ms: p99(steady),
  };
}

function share(scenario, good, from, to) {
  const stepSeconds = 0.01;
  let possible = 0;
  for (let second = from; second < to; second += stepSeconds) {
    possible += Math.min(scenario.rate(second), capacityAt(scenario, second)) * stepSeconds;
  }
  return within(good, from, to).length / possible;
}

function within(answers, from, to) {
  return answers.filter(({ at }) => at >= from * 1000 && at < to * 1000);
}

function p99(answers) {
  const sorted = answers
    .flatMap(({ ok, latencyMs }) => (ok ? [latencyMs] : []))
    .sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
