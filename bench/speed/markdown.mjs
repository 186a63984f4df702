// Figures and tables in Markdown.

export const precise = (value) =>
  value < 9.995 ? value.toFixed(2) : value.toFixed(value < 99.95 ? 1 : 0);

/** Median (and range). */
export function ranged(value) {
  if (value === undefined) return '–';
  const { median, low, high } = value;
  return low === high ? precise(median) : `${precise(median)} (${precise(low)}–${precise(high)})`;
}

export function markdownTable(head, lines) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n');
}
