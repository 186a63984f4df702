// The charts of the page: what they show, from a summary. How it is drawn, bench/charts knows.

import { cases, deadlineMs, handlers } from './cases.mjs';
import { spread } from './summary.mjs';

const loadAxis = {
  label: 'offered load, multiples of the capacity',
  scale: 'log',
  min: 0.5,
  max: 10,
  ticks: [0.5, 1, 2, 5, 10],
  format: (value) => `${value}×`,
};

function seriesOver(summary, handler, model, y) {
  const names = Object.keys(summary.results.servers);
  const loads = summary.loads(handler, model);
  if (loads.length === 0) return undefined;
  return names.map((name, style) => ({
    label: summary.results.servers[name].label,
    style,
    points: loads.map((load) => {
      const value = y(name, load);
      return { x: load, y: value?.median ?? null, low: value?.low, high: value?.high };
    }),
  }));
}

function subtitleOf(handler, model) {
  const clients = { established: 'established clients', fresh: 'a fresh connection each' }[model];
  return `${handlers[handler].what}; ${clients}; a client waits ${deadlineMs} ms`;
}

export function goodputChart(summary, handler, model) {
  const series = seriesOver(summary, handler, model, (name, load) => {
    const share = summary.goodputShare(name, handler, model, load);
    return share && { median: 100 * share.median, low: 100 * share.low, high: 100 * share.high };
  });
  return (
    series && {
      title: 'Goodput over offered load',
      subtitle: subtitleOf(handler, model),
      x: loadAxis,
      y: { label: 'goodput, % of own peak', min: 0, max: 110, ticks: [0, 25, 50, 75, 100] },
      series,
    }
  );
}

export function p99Chart(summary, handler, model) {
  const series = seriesOver(summary, handler, model, (name, load) =>
    summary.of('loads', name, { handler, model, load }, ({ goodMs }) => goodMs.p99),
  );
  return (
    series && {
      title: 'Latency of what was answered in time, 99th percentile',
      subtitle: subtitleOf(handler, model),
      x: loadAxis,
      y: { label: 'p99, ms', scale: 'log', min: 1, max: 1000, ticks: [1, 10, 100, 1000] },
      lines: [{ y: deadlineMs, label: 'the client gives up' }],
      series,
    }
  );
}

export function stepChart(summary, handler, model) {
  const { results } = summary;
  const { step } = results.pace;
  const names = Object.keys(results.servers);
  const series = names.flatMap((name, style) => {
    const rounds = summary.rounds('step', name, { handler, model });
    if (rounds.length === 0) return [];
    const points = rounds[0].buckets.came.map((_, i) => ({
      x: (i + 0.5) / 10,
      y: spread(rounds.map(({ buckets }) => buckets.came[i] * 10)).median,
    }));
    return [{ label: results.servers[name].label, style, marks: false, points }];
  });
  if (series.length === 0) return undefined;
  return {
    title: `A burst, and after it: ${cases.step.what.split(': ')[1]}`,
    subtitle: subtitleOf(handler, model),
    x: { label: 'seconds', max: step.reduce((a, b) => a + b) / 1000 },
    y: { label: 'goodput, answers a second' },
    bands: [
      { from: step[0] / 1000, to: (step[0] + step[1]) / 1000, label: 'five times the capacity' },
    ],
    series,
  };
}
