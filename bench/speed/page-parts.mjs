// The part of the page about what watching a server costs, and each kind of answer.

import { markdownTable, precise } from '../lib/markdown.mjs';
import { Summary } from './summary.mjs';

const HEADS = { watching: 'watched by', answers: 'the handler gives' };

/** @param results - of `npm run bench:parts`, one a release of Node; the part is empty where there are none */
export function partsPart(all) {
  if (all.length === 0) return '';
  const summaries = all.map((results) => new Summary(results));
  const [first] = all;
  const tables = Object.entries(HEADS).map(([group, what]) => {
    const names = Object.keys(first.servers).filter((name) => name.startsWith(`${group}/`));
    const rows = names.map((name) => [
      first.servers[name].label,
      ...summaries.map((summary) => cell(summary, group, name.slice(group.length + 1))),
    ]);
    const heads = all.map(({ node }) => `Node.js ${node}`);
    return markdownTable([what, ...heads], rows);
  });
  const runs = all
    .map(
      ({ command, commit, node, processor, pace }) =>
        `\`${command}\`, Node.js ${node}, ${pace.rounds} rounds, commit ${commit}, ${processor}`,
    )
    .join('; ');
  return `## What watching costs

The CPU time of a small GET through a server in memory: without the kernel, and on one processor. After it stands the median of the
differences to the first row in the same round, and their range. Through a socket, a request costs three to ten times the first row.

${tables[0]}

Where nobody watches, nothing is paid. The first two rows run the same code: they differ as two measurements do.

## What a Response costs

The same for the answers of a handler. Node makes a stream of the content of a \`Response\`, and most of its cost is that it is made:
the third row makes one and drops it. With \`sluice/globals\`, this is not paid.

${tables[1]}

Measured with ${runs}.

`;
}

function cell(summary, group, part) {
  const us = summary.of(group, part, ({ cpuUs }) => cpuUs);
  if (us === undefined) return '–';
  if (part === 'none') return `${precise(us.median)} µs`;
  const more = summary.difference(group, part, 'none', ({ cpuUs }) => cpuUs);
  return `${precise(us.median)} µs; ${signed(more.median)} (${signed(more.low)} to ${signed(more.high)})`;
}

function signed(us) {
  return `${us < 0 ? '−' : '+'}${Math.abs(us).toFixed(1)}`;
}
