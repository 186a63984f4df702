// `npm run bench -- [--only cases] [--peers names] [--quick] [--node path] [--rounds n] [--out file]`
//
// Measures, round by round and case by case, sluice and its peers side by side, and writes what came out as
// it goes, so that a run that is stopped keeps what it has. `node bench/speed/page.mjs` makes the page.

import { chosenNames, chosenNode, fail, givenArguments, wholeNumber } from '../lib/arguments.mjs';
import { installed } from '../lib/install.mjs';
import { cases } from './cases/index.mjs';
import { writeFiles } from './content.mjs';
import { installPackage } from './load/start.mjs';
import { requireWrk, writeRequests } from './load/wrk.mjs';
import { measure } from './measure.mjs';
import { hasTaskset } from './process.mjs';
import { serverFacts, servers } from './servers/index.mjs';
import { factsOf, outPath, runRounds, temporaryFolder } from './session.mjs';
import { figures, isDisturbed } from './summary.mjs';
import { printTable } from './table.mjs';

const given = givenArguments({ peers: { type: 'string' } });
const paces = {
  // V8 compiles for about three seconds, in threads on the server's core.
  full: { name: 'full', rounds: 5, warmUpSeconds: 3, seconds: 2 },
  // The figures of a quick run say whether all is in order, not how fast it is.
  quick: {
    name: 'quick',
    rounds: 2,
    warmUpSeconds: 1,
    seconds: 1,
    without: ['deno', 'fastify', 'nginx', 'sluice-response'],
  },
};

if (process.platform !== 'linux') fail('CPU time is read from /proc: this needs Linux');
installed({ runtimes: true });
const pace = given.quick ? paces.quick : paces.full;
const rounds = wholeNumber('rounds', given.rounds, pace.rounds);
const node = chosenNode(given.node);
const peers =
  given.peers === undefined ? undefined : chosenNames(given.peers, Object.keys(servers), 'servers');
const chosen = chosenCases();
if (chosen.some(({ kind }) => kind === 'load')) requireWrk();
const missing = {};
const plan = chosen.map((one) => ({ one, names: serversOf(one) }));
const folder = temporaryFolder();
const bench = { node, pace, root: folder, files: new Map(), app: undefined };
writeFiles(folder);
for (const one of chosen) {
  if (one.kind === 'load') bench.files.set(one.name, writeRequests(folder, one));
  if (one.kind === 'start') bench.app = installPackage(folder);
}

const facts = factsOf(node, 'bench');
const results = {
  ...facts,
  pace: { ...pace, rounds },
  isPinned: hasTaskset,
  servers: serverFacts(plan.flatMap(({ names }) => names)),
  missing,
  measurements: [],
};
const out = outPath(given.out, 'speed', { node: facts.node, quick: given.quick });
for (const [name, why] of Object.entries(missing)) console.log(`missing: ${name}: ${why}`);
if (!hasTaskset) console.log('taskset is missing: nothing is pinned to a core');
await runRounds({
  plan,
  rounds,
  results,
  out,
  measureOne: (one, name) => measure(one, name, bench),
  brief: inBrief,
  seconds: ({ kind }) =>
    ({ load: pace.warmUpSeconds + pace.seconds + 0.9, idle: 6, start: 2 })[kind],
});
printTable(results);
console.log(`\n${out}`);
process.exit();

function inBrief({ kind }, report) {
  const { of, unit } = figures[kind];
  const figure = `${of(report).toFixed(2)} ${unit}`;
  if (kind !== 'load') return figure;
  const { rate, ms, busy } = report;
  return `${figure}, ${rate.toFixed(0)}/s, p50 ${ms.p50} ms, p99 ${ms.p99} ms, ${(100 * busy).toFixed(0)} % busy${isDisturbed(report) ? ', DISTURBED' : ''}`;
}

/** By their names, or by the first word of several. */
function chosenCases() {
  const isMeant = (name, word) => name === word || name.startsWith(`${word}-`);
  const all = cases.map(({ name }) => name);
  const names = chosenNames(given.only, all, 'cases', isMeant);
  return cases.filter(({ name }) => names.includes(name));
}

function ownServers(subject) {
  if (subject === 'sluice') return ['sluice', 'sluice-before'];
  return subject.startsWith('hono-') ? [subject, 'hono-sluice'] : [subject];
}

/** Those of a case that are there, and were not left out: its subject, and of the peers those asked for. */
function serversOf(one) {
  const own = ownServers(one.subject);
  const others = one.peers.filter((name) =>
    peers === undefined ? !pace.without?.includes(name) : peers.includes(name),
  );
  return [...new Set([...own, ...others])].filter((name) => {
    const { missing: why, isOptional } = servers[name];
    if (why !== undefined && (!isOptional || peers?.includes(name))) missing[name] = why;
    return why === undefined;
  });
}
