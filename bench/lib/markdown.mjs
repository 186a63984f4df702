// Figures and tables in Markdown.

export const precise = (value) =>
  value < 9.995 ? value.toFixed(2) : value.toFixed(value < 99.95 ? 1 : 0);

/** Median (and range), as precise as its size asks for. */
export const ranged = (value) => spread(value, precise);

/** Median (and range) times `factor`, to so many digits behind the point. */
export const rangedTo = (value, digits, factor = 1) =>
  spread(value, (figure) => (figure * factor).toFixed(digits));

function spread(value, shown) {
  if (value === undefined) return '–';
  const { median, low, high } = value;
  return low === high ? shown(median) : `${shown(median)} (${shown(low)}–${shown(high)})`;
}

export function markdownTable(head, lines) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n');
}
