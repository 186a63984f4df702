// The part of the page about the growth of the cost, with one chart for each curve.

import { lineChart } from '../charts.mjs';
import { curves } from '../scale/curves.mjs';
import { Summary } from './summary.mjs';

/** @param results - of `npm run bench:scale`; undefined where there are none */
export function scalePart(results) {
  if (results === undefined) return { text: '', charts: {} };
  const summary = new Summary(results);
  const charts = {};
  for (const [name, curve] of Object.entries(curves)) {
    const given = chartOf(summary, name, curve);
    if (given === undefined) continue;
    charts[`speed-scale-${name}`] = { title: given.title, svg: lineChart(given) };
  }
  const images = Object.entries(charts).map(
    ([name, { title }]) => `![${title}](charts/${name}.svg)\n`,
  );
  const failed = [...new Set(summary.failed.map((one) => `${one.case} on ${one.server}`))];
  const text = `## How cost grows

The CPU for each request, while one quantity grows and all others stay. ${settled(results)}

${images.join('\n')}
Measured with \`${results.command}\`, ${results.pace.rounds} round${results.pace.rounds === 1 ? '' : 's'}, commit ${results.commit}, Node.js ${results.node}. Failed: ${failed.length === 0 ? 'none' : failed.join('; ')}.

`;
  return { text, charts };
}

function settled({ servers }) {
  return `By default, ${servers.sluice.label} refuses requests that would wait too long. In the curve of connections, all connections ask at
once, so there it let them wait. Opening the connections is part of the cost in that curve.`;
}

function chartOf(summary, name, { what, x, at }) {
  const { servers } = summary.results;
  const series = Object.entries(servers).map(([server, { label }]) => ({
    label,
    points: at.map((value) => {
      const cpu = summary.of(`${name}-${value}`, server, ({ cpuUs }) => cpuUs);
      return { x: value, y: cpu?.median ?? null, low: cpu?.low, high: cpu?.high };
    }),
  }));
  if (series.every(({ points }) => points.every(({ y }) => y === null))) return undefined;
  const ys = series.flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high]));
  const measured = ys.filter((y) => y !== undefined);
  const [min, max] = [Math.min(...measured), Math.max(...measured)];
  // Where the cost grows with bytes, both axes are logarithmic: proportional growth is a straight line.
  const isSteep = max > 8 * min;
  return {
    title: `CPU time a request over ${what}`,
    subtitle: `user and system, µs; Node.js ${summary.results.node}`,
    x: { label: x, scale: 'log', min: at[0], max: at.at(-1), ticks: at, format: shortNumber },
    y: isSteep
      ? { label: 'µs a request', scale: 'log', min: min * 0.8, max: max * 1.1 }
      : { label: 'µs a request' },
    series,
  };
}

function shortNumber(value) {
  if (value >= 1024 * 1024) return `${value / 1024 / 1024} Mi`;
  return value >= 1024 && value % 1024 === 0 ? `${value / 1024} Ki` : value.toLocaleString('en');
}
