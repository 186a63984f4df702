// The bar charts of the page: which cases stand together, and which colour is whose.

import { barChart } from '../charts.mjs';
import { precise } from '../lib/markdown.mjs';
import { cases } from './cases/index.mjs';
import { figures } from './summary.mjs';

const charts = {
  'speed-small': {
    title: 'CPU time a request: small requests',
    names: ['small', 'browser', 'async', 'json'],
  },
  'speed-connections': {
    title: 'CPU time a request: pipelined, and on short connections',
    names: ['pipelined', 'fresh', 'ten'],
  },
  'speed-handlers': { title: 'CPU time a request: Hono', names: ['hono', 'hono-json'] },
  'speed-bodies': {
    title: 'CPU time a request: a mebibyte either way',
    names: ['memory', 'stream', 'upload', 'static'],
  },
  'speed-arena': {
    title: 'CPU time a request: the profiles of HttpArena',
    names: [
      ...['arena-baseline', 'arena-pipelined', 'arena-limited', 'arena-json', 'arena-static'],
    ],
  },
};

// Of the styles of bench/charts: sluice in one colour, node:http and what stands on it in another.
const styles = {
  ...{ sluice: 0, 'sluice-response': 0, 'sluice-globals': 0, 'sluice-before': 0 },
  ...{ 'hono-sluice': 0, 'hono-sluice-globals': 0 },
  ...{ 'node-http': 1, fastify: 1, 'hono-node-server': 1, 'hono-srvx': 1 },
  ...{ bun: 2, deno: 3, nginx: 4, raw: 5 },
};
const pale = ['sluice-response', 'sluice-before', 'hono-sluice', 'fastify', 'hono-srvx'];

/** @returns charts by name, `{ title, svg }`: those of which anything was measured */
export function barCharts(summary) {
  const { results } = summary;
  const { node, processor } = results;
  const drawn = {};
  for (const [name, { title, names }] of Object.entries(charts)) {
    const groups = names.flatMap((caseName) => groupOf(summary, caseName));
    if (groups.length === 0) continue;
    const subtitle = `user and system, µs, less is better; Node.js ${node}, ${processor}, one core`;
    drawn[name] = {
      title,
      svg: barChart({ title, subtitle, x: { label: 'µs a request', format: precise }, groups }),
    };
  }
  return drawn;
}

function groupOf(summary, name) {
  const one = cases.find((found) => found.name === name);
  const { of } = figures[one.kind];
  const bars = Object.entries(summary.results.servers).flatMap(([server, { label }]) => {
    const value = summary.of(name, server, of);
    if (value === undefined) return [];
    const { median, low, high } = value;
    const isPale = pale.includes(server);
    return [{ label, value: median, low, high, style: styles[server] ?? 5, isPale }];
  });
  return bars.length === 0 ? [] : [{ label: one.what, bars }];
}
