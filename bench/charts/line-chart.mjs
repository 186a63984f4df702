// Lines over a number: goodput over load, latency over load, anything in time.

import { roundUp, scaleFor, ticksOf } from './scale.mjs';
import { area, ink, line, mark, path, sheet, styles, text } from './svg.mjs';

const width = 760;
const plot = { left: 72, right: 20, top: 64, bottom: 52 };
const plotHeight = 280;
const legendRow = 20;
const legendColumns = 3;

/**
 * @param chart - `title`, `subtitle`; `x` and `y`: `{ label, scale, min, max, ticks, format }`, of which
 * label alone is needed; `series`: `{ label, style, marks, points }`, points `{ x, y, low, high }` in
 * order, where a y of null leaves a gap; `bands`: `{ from, to, label }` on the x axis; `lines`:
 * `{ y, label }`
 * @returns an SVG document
 */
export function lineChart({ title, subtitle, x, y, series, bands = [], lines = [] }) {
  const legendRows = Math.ceil(series.length / legendColumns);
  const height = plot.top + plotHeight + plot.bottom + legendRows * legendRow;
  const bottom = plot.top + plotHeight;
  const right = width - plot.right;
  const all = series.flatMap(({ points }) => points);
  const xAxis = withRange(
    x,
    all.map((point) => point.x),
  );
  const yAxis = withRange(
    y,
    all.map((point) => point.high ?? point.y).filter((v) => v !== null),
  );
  const placeX = scaleFor(xAxis, plot.left, right);
  const placeY = scaleFor(yAxis, bottom, plot.top);
  const parts = [
    ...bands.map(({ from, to, label }) => {
      const left = placeX(from);
      const rect = `<rect x="${left}" y="${plot.top}" width="${placeX(to) - left}" height="${plotHeight}" fill="#f2f2f2"/>`;
      return (
        rect +
        text((left + placeX(to)) / 2, plot.top + 16, label, { anchor: 'middle', colour: '#666666' })
      );
    }),
    ...ticksOf(yAxis).map((value) => {
      const at = placeY(value);
      return (
        line(plot.left, at, right, at) +
        text(plot.left - 8, at + 4, formatted(y, value), { anchor: 'end' })
      );
    }),
    ...ticksOf(xAxis, 8).map((value) => {
      const at = placeX(value);
      return (
        line(at, bottom, at, bottom + 5, { colour: ink }) +
        text(at, bottom + 19, formatted(x, value), { anchor: 'middle' })
      );
    }),
    line(plot.left, bottom, right, bottom, { colour: ink }),
    text((plot.left + right) / 2, bottom + 40, x.label, { anchor: 'middle' }),
    text(18, (plot.top + bottom) / 2, y.label, { anchor: 'middle', turned: true }),
    ...lines.map(({ y: value, label }) => {
      const at = placeY(value);
      return (
        line(plot.left, at, right, at, { colour: '#888888', dash: '3 3' }) +
        text(right, at - 5, label, { anchor: 'end', colour: '#666666' })
      );
    }),
    // The first is what the chart is about: drawn last, it lies on top.
    ...series.map((one, i) => drawn(one, styleOf(one, i), placeX, placeY)).reverse(),
    ...series.map((one, i) => legendEntry(one, styleOf(one, i), i, bottom + plot.bottom + 12)),
  ];
  return sheet({ width, height, title, subtitle }, parts.join('\n'));
}

function withRange(axis, values) {
  const isLog = axis.scale === 'log';
  const min = axis.min ?? (isLog ? Math.min(...values.filter((value) => value > 0)) : 0);
  return {
    ...axis,
    min,
    max: axis.max ?? (isLog ? Math.max(...values) : roundUp(Math.max(...values))),
  };
}

function formatted(axis, value) {
  return axis.format?.(value) ?? value.toLocaleString('en');
}

function styleOf({ style }, i) {
  return styles[(style ?? i) % styles.length];
}

function drawn({ points, marks = true }, style, placeX, placeY) {
  const runs = [[]];
  for (const point of points) {
    if (point.y === null) runs.push([]);
    else runs.at(-1).push(point);
  }
  return runs
    .filter((run) => run.length > 0)
    .map((run) => {
      const at = run.map((point) => [placeX(point.x), placeY(point.y)]);
      const spread = run.some(({ low, high }) => low !== undefined && low !== high)
        ? area(
            [
              ...run.map((point) => [placeX(point.x), placeY(point.high)]),
              ...run.toReversed().map((point) => [placeX(point.x), placeY(point.low)]),
            ],
            style,
          )
        : '';
      return (
        spread + path(at, style) + (marks ? at.map(([px, py]) => mark(px, py, style)).join('') : '')
      );
    })
    .join('');
}

function legendEntry({ label, marks = true }, style, i, top) {
  const left = plot.left + (i % legendColumns) * 225;
  const y = top + Math.floor(i / legendColumns) * legendRow;
  const key = path(
    [
      [left, y],
      [left + 34, y],
    ],
    style,
  );
  return key + (marks ? mark(left + 17, y, style) : '') + text(left + 42, y + 4, label);
}
