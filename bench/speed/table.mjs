// What a run found, for the terminal: a line a case, and how its targets stand.

import { cases } from './cases/index.mjs';
import { figures, isDisturbed, judged, othersShareMax, Summary, subjectOf } from './summary.mjs';

export function printTable(results) {
  const summary = new Summary(results);
  console.log('\nmedians of CPU a request (or memory, or time), and ratios in the same round');
  for (const one of cases) {
    const names = Object.keys(results.servers).filter((name) => summary.has(one.name, name));
    if (names.length === 0) continue;
    const { of, unit } = figures[one.kind];
    console.log(`\n${one.name}: ${one.what}`);
    const subject = subjectOf(one, summary);
    for (const name of names) {
      const median = summary.of(one.name, name, of).median;
      const p99 = summary.of(one.name, name, ({ ms }) => ms?.p99);
      const ratio = name === subject ? undefined : summary.ratio(one.name, subject, name, of);
      const latency = p99 === undefined ? '' : `p99 ${p99.median.toFixed(2)} ms`;
      const against = ratio === undefined ? '' : `ratio ${shown(ratio)}`;
      const verdict = verdictOf(judged(one, summary).find(({ other }) => other === name));
      console.log(
        `  ${name.padEnd(20)} ${median.toFixed(2).padStart(9)} ${unit}  ${latency.padEnd(16)} ${against}  ${verdict}`,
      );
    }
  }
  const disturbed = summary.valid.filter(isDisturbed).length;
  if (disturbed > 0) {
    console.log(
      `\n${disturbed} of ${summary.valid.length} measurements were disturbed: something else used more than ` +
        `${100 * othersShareMax} % of the server's core.`,
    );
  }
}

function verdictOf(one) {
  if (one?.measured === undefined) return '';
  const { isPlus, most, measured, isReached } = one;
  const found = isPlus ? `+${shown(measured)} KiB, ` : '';
  return `${found}target ${isPlus ? '+' : ''}${most} ${isReached ? '✓' : '✗'}`;
}

const shown = ({ median, low, high }) =>
  `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
