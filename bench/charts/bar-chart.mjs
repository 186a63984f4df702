// Bars side by side: one row a server, in groups, with the range of the rounds as a whisker.

import { roundUp, scaleFor, ticksOf } from './scale.mjs';
import { escaped, ink, line, n, sheet, styles, text } from './svg.mjs';

const width = 760;
const left = 190;
const right = width - 70;
const top = 64;
const barHeight = 16;
const groupGap = 16;

/**
 * @param chart - `title`, `subtitle`; `x`: `{ label, max, format }`, where format is that of the figures;
 * `groups`: `{ label, bars }`, bars `{ label, value, low, high, style, isPale }`, where a value of null is
 * said to be missing
 * @returns an SVG document
 */
export function barChart({ title, subtitle, x, groups }) {
  const bars = groups.flatMap((group) => group.bars);
  const bottom = groups.reduce((y, group) => y + groupHeight(group) + groupGap, top);
  const max = x.max ?? roundUp(Math.max(...bars.map((bar) => bar.high ?? bar.value ?? 0)));
  const place = scaleFor({ min: 0, max }, left, right);
  const format = x.format ?? ((value) => value.toLocaleString('en'));
  const ticks = ticksOf({ min: 0, max });
  const parts = ticks.map((value) =>
    text(place(value), bottom + 18, value.toLocaleString('en'), { anchor: 'middle' }),
  );
  parts.push(text((left + right) / 2, bottom + 40, x.label, { anchor: 'middle' }));
  let y = top;
  for (const group of groups) {
    if (group.label !== undefined) parts.push(text(16, y + 12, group.label, { weight: 600 }));
    y += group.label === undefined ? 0 : barHeight + 2;
    // Beside the bars only: a group's label stands above them, from the page's left edge.
    const to = y + group.bars.length * (barHeight + 3);
    for (const value of ticks) parts.push(line(place(value), y - 2, place(value), to));
    group.bars.forEach((bar, i) => {
      parts.push(drawn(bar, styles[(bar.style ?? i) % styles.length], y, place, format));
      y += barHeight + 3;
    });
    parts.push(line(left, y - group.bars.length * (barHeight + 3) - 2, left, y, { colour: ink }));
    y += groupGap;
  }
  return sheet({ width, height: bottom + 56, title, subtitle }, parts.join('\n'));
}

function groupHeight({ label, bars }) {
  return (label === undefined ? 0 : barHeight + 2) + bars.length * (barHeight + 3);
}

function drawn({ label, value, low, high, isPale = false }, { colour }, y, place, format) {
  const middle = y + barHeight / 2;
  const name = text(left - 8, middle + 4, label, { anchor: 'end' });
  if (value === null)
    return name + text(left + 6, middle + 4, 'not measured', { colour: '#777777' });
  const end = place(value);
  const bar = `<rect x="${left}" y="${n(y)}" width="${n(end - left)}" height="${barHeight}" fill="${colour}"${isPale ? ' opacity="0.5"' : ''}><title>${escaped(`${label}: ${format(value)}`)}</title></rect>`;
  const hasRange = low !== undefined && high !== undefined && low !== high;
  const whisker = hasRange
    ? line(place(low), middle, place(high), middle, { colour: ink, width: 1.5 })
    : '';
  const figureAt = Math.max(end, hasRange ? place(high) : 0) + 6;
  return name + bar + whisker + text(figureAt, middle + 4, format(value));
}
