/**
 * Charts as SVG documents, for all benchmarks. ECharts draws them; what is decided here is how they look alike.
 *
 * @module
 */

import * as echarts from 'echarts';

const width = 760;
const font = 'system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif';

// The colours are those of Okabe and Ito, which the colour-blind can tell apart. Dashes and marks tell
// the lines apart in grey.
export const styles = [
  { color: '#0072b2', type: 'solid', symbol: 'circle', width: 3 },
  { color: '#d55e00', type: [7, 4], symbol: 'rect', width: 2 },
  { color: '#009e73', type: [2, 3], symbol: 'triangle', width: 2 },
  { color: '#7a4fa3', type: [10, 3, 2, 3], symbol: 'diamond', width: 2 },
  { color: '#8a6d00', type: [4, 2], symbol: 'roundRect', width: 2 },
  { color: '#444444', type: [1, 2], symbol: 'circle', width: 2 },
];
const styleOf = ({ style }, i) => styles[(style ?? i) % styles.length];
const shownNumber = (value) => value.toLocaleString('en');

/**
 * Lines over a number: goodput over load, latency over load, anything in time.
 *
 * @param chart - `title`, `subtitle`; `x` and `y`: `{ label, scale, min, max, ticks, format }`, of which
 * label alone is needed; `series`: `{ label, style, marks, points }`, points `{ x, y, low, high }` in
 * order, where a y of null leaves a gap; `bands`: `{ from, to, label }` on the x axis; `lines`: `{ y, label }`
 * @returns an SVG document
 */
export function lineChart({ title, subtitle, x, y, series, bands = [], lines = [] }) {
  const legendRows = Math.ceil(series.length / 3);
  return drawn(400 + legendRows * 20, {
    ...heading(title, subtitle),
    legend: {
      data: series.map(({ label }) => label),
      bottom: 0,
      left: 72,
      itemWidth: 34,
      formatter: (name) => name.padEnd(28),
    },
    grid: { left: 72, right: 20, top: 64, bottom: 60 + legendRows * 20 },
    xAxis: axis(x, { splitLine: { show: false }, nameGap: 28 }),
    yAxis: axis(y, { nameGap: 48 }),
    // The first is what the chart is about: drawn last, it lies on top.
    series: series.flatMap((one, i) => [
      ...rangeOf(one, styleOf(one, i)),
      lineOf(one, styleOf(one, i), series.length - i, i === 0 ? marksOf(bands, lines) : {}),
    ]),
  });
}

function lineOf({ label, marks = true, points }, { color, type, symbol, width }, z, marked) {
  return {
    type: 'line',
    name: label,
    data: points.map((point) => [point.x, point.y]),
    symbol: marks ? symbol : 'none',
    symbolSize: 8,
    itemStyle: { color },
    lineStyle: { color, type, width },
    z: 2 + z,
    ...marked,
  };
}

/** The range of the rounds: a band between two lines, one stacked on the other. */
function rangeOf({ label, points }, { color }) {
  if (!points.some(({ low, high }) => low !== undefined && low !== high)) return [];
  const edge = { type: 'line', stack: label, stackStrategy: 'all', symbol: 'none', silent: true };
  const data = (of) =>
    points.map((point) => [
      point.x,
      point.y === null || point.low === undefined ? null : of(point),
    ]);
  const hidden = { lineStyle: { opacity: 0 }, itemStyle: { color } };
  return [
    { ...edge, ...hidden, data: data(({ low }) => low) },
    {
      ...edge,
      ...hidden,
      data: data(({ low, high }) => high - low),
      areaStyle: { color, opacity: 0.14 },
    },
  ];
}

function marksOf(bands, lines) {
  return {
    markArea: {
      silent: true,
      itemStyle: { color: '#f2f2f2' },
      label: { color: '#666666', position: 'insideTop' },
      data: bands.map(({ from, to, label }) => [{ name: label, xAxis: from }, { xAxis: to }]),
    },
    markLine: {
      silent: true,
      symbol: 'none',
      lineStyle: { color: '#888888', type: [3, 3] },
      label: { color: '#666666', position: 'insideEndTop', formatter: '{b}' },
      data: lines.map(({ y, label }) => ({ name: label, yAxis: y })),
    },
  };
}

/**
 * Bars side by side: one row a server, in groups, with the range of the rounds as a whisker.
 *
 * @param chart - `title`, `subtitle`; `x`: `{ label, max, format }`, where format is that of the figures;
 * `groups`: `{ label, bars }`, bars `{ label, value, low, high, style, isPale }`, where a value of null is
 * said to be missing
 * @returns an SVG document
 */
export function barChart({ title, subtitle, x, groups }) {
  const rows = groups.flatMap(({ label, bars }) => [{ group: label }, ...bars]);
  const format = x.format ?? shownNumber;
  const figure = ({ value }) => (value === null ? 'not measured' : format(value));
  return drawn(130 + rows.length * 19, {
    ...heading(title, subtitle),
    grid: { left: 190, right: 70, top: 60, bottom: 56 },
    xAxis: axis({ ...x, format: undefined }, { nameGap: 28 }),
    yAxis: {
      type: 'category',
      inverse: true,
      // ECharts takes equal names for one row.
      data: rows.map(({ label = '' }, i) => `${i}:${label}`),
      axisTick: { show: false },
      axisLabel: {
        interval: 0,
        color: '#222222',
        formatter: (name) => name.replace(/^\d+:/, ''),
      },
    },
    series: [
      {
        type: 'bar',
        barWidth: 15,
        data: rows.map((row, i) => ({
          value: row.value ?? 0,
          itemStyle: { color: styleOf(row, i).color, opacity: row.isPale ? 0.5 : 1 },
        })),
      },
      {
        type: 'custom',
        data: rows.map(({ value, low, high }, i) => [i, low ?? value ?? 0, high ?? value ?? 0]),
        renderItem: (_, api) => {
          const row = rows[api.value(0)];
          return row.group === undefined ? whisker(api, figure(row)) : groupName(api, row.group);
        },
        encode: { y: 0, x: [1, 2] },
        z: 5,
      },
    ],
  });
}

/** A group's name stands above its bars, from the page's left edge. */
function groupName(api, words) {
  const [, y] = api.coord([0, api.value(0)]);
  const style = { text: words, x: 16, y, textVerticalAlign: 'middle', font: `600 13px ${font}` };
  return { type: 'text', style: { ...style, fill: '#222222' } };
}

/** The range as a line, and the figure behind it. */
function whisker(api, words) {
  const [from, y] = api.coord([api.value(1), api.value(0)]);
  const [to] = api.coord([api.value(2), api.value(0)]);
  const style = { text: words, x: to + 6, y, textVerticalAlign: 'middle', font: `13px ${font}` };
  const range = { x1: from, y1: y, x2: to, y2: y };
  return {
    type: 'group',
    children: [
      { type: 'line', shape: range, style: { stroke: '#222222', lineWidth: to > from ? 1.5 : 0 } },
      { type: 'text', style: { ...style, fill: '#222222' } },
    ],
  };
}

function heading(title, subtitle) {
  return {
    backgroundColor: '#ffffff',
    animation: false,
    aria: { enabled: false },
    textStyle: { fontFamily: font, fontSize: 13, color: '#222222' },
    title: {
      text: title,
      subtext: subtitle ?? '',
      left: 12,
      top: 6,
      itemGap: 6,
      textStyle: { fontSize: 17, fontWeight: 600, color: '#222222' },
      subtextStyle: { fontSize: 13, color: '#555555' },
    },
  };
}

function axis({ label, scale, min, max, ticks: given, format }, look) {
  const ticks = given ?? (scale === 'log' ? logTicks(min, max) : undefined);
  return {
    type: scale === 'log' ? 'log' : 'value',
    name: label,
    nameLocation: 'middle',
    nameTextStyle: { fontSize: 13, color: '#222222' },
    min,
    max,
    axisLine: { show: true, onZero: false, lineStyle: { color: '#222222' } },
    axisLabel: { color: '#222222', formatter: format ?? shownNumber, customValues: ticks },
    axisTick: { customValues: ticks },
    splitLine: { lineStyle: { color: '#d9d9d9' } },
    ...look,
  };
}

/** 1, 2 and 5 times the powers of ten between `min` and `max`. */
function logTicks(min, max) {
  const powers = [];
  for (let power = 10 ** Math.floor(Math.log10(min)); power <= max; power *= 10) powers.push(power);
  const ticks = powers.flatMap((power) => [power, 2 * power, 5 * power]);
  return ticks.filter((tick) => tick >= min && tick <= max);
}

function drawn(height, option) {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption(option);
  const svg = chart.renderToSVGString();
  chart.dispose();
  const words = echarts.format.encodeHTML(option.title.text);
  // Its classes and styles are for a pointer that hovers. Its other names are numbered over the whole
  // process: the same chart is to be the same text.
  const names = new Map();
  const still = svg
    .replace(/<style.*?<\/style>/s, '')
    .replace(/ class="[^"]*"/g, '')
    .replace('<svg ', `<svg role="img" aria-label="${words}" `)
    .replace(/zr\d+-[a-z]+-?\d+/g, (name) => {
      if (!names.has(name)) names.set(name, `c${names.size}`);
      return names.get(name);
    });
  return `${still}\n`;
}
