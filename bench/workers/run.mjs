// `npm run bench:workers -- [--node path] [--rounds n] [--seconds n]`
//
// Two workers beside one: responses a second, and responses for a second of the workers' CPU time. The second figure says
// what more processors would give: on a machine with two, the generator takes a part of what the workers would have.

import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chosenNode, fail, wholeNumber } from '../lib/arguments.mjs';
import { helloText } from '../speed/content.mjs';
import { checkAnswers } from '../speed/load/check.mjs';
import { drive, requireWrk, writeRequests } from '../speed/load/wrk.mjs';
import { cpuMsOf, lineOf, start, stop } from '../speed/process.mjs';
import { get } from '../speed/requests.mjs';
import { temporaryFolder } from '../speed/session.mjs';
import { spread } from '../speed/summary.mjs';

const { values: given } = parseArgs({
  options: {
    node: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
  },
});
const node = chosenNode(given.node);
const rounds = wholeNumber('rounds', given.rounds, 5);
const secondsEach = wholeNumber('seconds', given.seconds, 3);
const COUNTS = [1, 2];
const one = {
  name: 'workers',
  requests: [get('/')],
  answers: [{ body: helloText, type: 'text/plain' }],
  connections: 64,
};

if (process.platform !== 'linux') fail('CPU time is read from /proc: this needs Linux');
requireWrk();
const files = writeRequests(temporaryFolder(), one);
const server = fileURLToPath(new URL('server.mjs', import.meta.url));
const cores = cpus().length;
/** On one core of three or more the generator is alone. With two, all share them. */
const isApart = cores >= 3;

/** @returns responses a second, and for a second of the workers' CPU time */
async function measure(count) {
  const workersOn = isApart
    ? Array.from({ length: count }, (_, i) => i).join(',')
    : `0-${cores - 1}`;
  const child = start([node, server, String(count)], { core: workersOn });
  try {
    const port = await lineOf(child, 'port');
    await checkAnswers(port, one);
    const core = isApart ? cores - 1 : `0-${cores - 1}`;
    const load = { port, connections: one.connections, files, core };
    await drive({ ...load, seconds: 1 });
    const before = cpuMsOf(child.pid);
    const startedBefore = (await figuresOf(child)).started;
    const { requests, seconds } = await drive({ ...load, seconds: secondsEach });
    const cpuMs = cpuMsOf(child.pid) - before;
    const { started, each } = await figuresOf(child);
    // Those that were under way at the end are no responses.
    if (started - startedBefore < requests) throw new Error('the workers have not counted all');
    const shares = each.map((figure) => `${Math.round((100 * figure) / started)} %`);
    return { rate: requests / seconds, perCpuSecond: (1000 * requests) / cpuMs, shares };
  } finally {
    await stop(child);
  }
}

function figuresOf(child) {
  const figures = lineOf(child, 'figures');
  child.stdin.write('stats\n');
  return figures;
}

const ratios = { rate: [], perCpuSecond: [] };
for (let round = 0; round < rounds; round++) {
  const results = [];
  for (const [i, count] of COUNTS.entries()) {
    results[i] = await measure(count);
    const { rate, perCpuSecond, shares } = results[i];
    console.log(
      `${count}: ${rate.toFixed(0)}/s, ${perCpuSecond.toFixed(0)} for a second of CPU time, shares ${shares.join(', ')}`,
    );
  }
  for (const name of Object.keys(ratios)) ratios[name].push(results[1][name] / results[0][name]);
}
console.log(`\ntwo workers beside one, medians of ${given.rounds} rounds:`);
console.log(`  ${spread(ratios.rate).median.toFixed(2)} times the responses a second`);
console.log(
  `  ${(2 * spread(ratios.perCpuSecond).median).toFixed(2)} times what one gives, where each worker has a core of its own`,
);
console.log(
  isApart
    ? `the generator has core ${cores - 1} of ${cores}`
    : `${cores} cores: the generator shares them with the workers, so the first figure is too small`,
);
process.exit();
