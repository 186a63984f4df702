// The part of the page about the parser alone.

import { markdownTable, precise } from '../lib/markdown.mjs';
import { workloads } from '../micro/workloads.mjs';
import { Summary } from './summary.mjs';

/** @param results - of `npm run bench:micro`; undefined where there are none */
export function microPart(results) {
  if (results === undefined) return '';
  const summary = new Summary(results);
  const names = Object.keys(results.servers);
  const rows = Object.entries(workloads)
    .filter(([name]) => names.some((parser) => summary.has(name, parser)))
    .map(([name, { what }]) => [what, ...names.map((parser) => cell(summary, name, parser))]);
  return `## The parser alone

Measured without sockets, in a separate process: nanoseconds of CPU for each message, and megabytes of heads a second. llhttp is called
through Node's binding, as in node:http, so it makes the strings of every head. sluice makes only the strings that are used.

${markdownTable(['fed', ...names.map((name) => results.servers[name].label)], rows)}

Measured with \`${results.command}\`, medians of ${results.pace.rounds} round${results.pace.rounds === 1 ? '' : 's'}, commit ${results.commit}, Node.js ${results.node}.

`;
}

function cell(summary, workload, parser) {
  const ns = summary.of(workload, parser, ({ nsPerHead }) => nsPerHead);
  if (ns === undefined) return '–';
  const mb = summary.of(workload, parser, ({ mbPerSecond }) => mbPerSecond).median;
  const shown = ns.median < 10_000 ? `${precise(ns.median)} ns` : `${precise(ns.median / 1000)} µs`;
  // Most of a chunk is skipped, not read, so megabytes a second would mean nothing.
  if (workload.startsWith('chunks')) return shown;
  return `${shown}, ${Math.round(mb).toLocaleString('en')} MB/s`;
}
