// `npm run bench:scale -- [--only curves] [--quick] [--node path] [--rounds n] [--out file]`
//
// How the cost of a request grows with what it is made of, on sluice and on node:http.

import { execFileSync } from 'node:child_process';
import { chosenNames, chosenNode, fail, givenArguments, wholeNumber } from '../lib/arguments.mjs';
import { installed } from '../lib/install.mjs';
import { requireWrk, writeRequests } from '../speed/load/wrk.mjs';
import { measure } from '../speed/measure.mjs';
import { hasTaskset } from '../speed/process.mjs';
import { serverFacts } from '../speed/servers/index.mjs';
import { factsOf, outPath, runRounds, temporaryFolder } from '../speed/session.mjs';
import { isDisturbed } from '../speed/summary.mjs';
import { curves } from './curves.mjs';

const given = givenArguments();
const names = ['sluice', 'node-http'];
const pace = given.quick
  ? { name: 'quick', rounds: 1, warmUpSeconds: 1, seconds: 1 }
  : { name: 'full', rounds: 3, warmUpSeconds: 1, seconds: 2 };
const rounds = wholeNumber('rounds', given.rounds, pace.rounds);

if (process.platform !== 'linux') fail('CPU time is read from /proc: this needs Linux');
requireWrk();
installed({ runtimes: true });
const node = chosenNode(given.node);
const facts = factsOf(node, 'bench:scale');
const folder = temporaryFolder();
const bench = { node, pace, root: folder, files: new Map() };
const results = {
  ...facts,
  pace: { ...pace, rounds },
  isPinned: hasTaskset,
  servers: serverFacts(names),
  measurements: [],
};
const plan = points().map((one) => {
  bench.files.set(one.name, writeRequests(folder, one));
  return { one, names };
});
const out = outPath(given.out, 'speed-scale', { node: facts.node, quick: given.quick });
await runRounds({
  plan,
  rounds,
  results,
  out,
  measureOne: async (one, name) => ({
    curve: one.curve,
    x: one.x,
    ...(await measure(one, name, bench)),
  }),
  brief: (_one, report) =>
    `${report.cpuUs.toFixed(2)} µs, ${report.rate.toFixed(0)}/s, p99 ${report.ms.p99} ms${isDisturbed(report) ? ', DISTURBED' : ''}`,
  seconds: () => pace.warmUpSeconds + pace.seconds + 0.9,
});
console.log(`\n${out}`);
process.exit();

function points() {
  const only = chosenNames(given.only, Object.keys(curves), 'curves');
  // Beside its connections a process has a few files open.
  const openMax = Number(execFileSync('sh', ['-c', 'ulimit -n'])) - 100;
  return only.flatMap((curve) =>
    curves[curve].at.flatMap((x) => {
      const one = curves[curve].of(x);
      if (one.connections > openMax) {
        console.log(`left out: ${one.connections} connections; ulimit -n allows ${openMax}`);
        return [];
      }
      const { settings } = curves[curve];
      return [{ name: `${curve}-${x}`, kind: 'load', curve, x, settings, ...one }];
    }),
  );
}
