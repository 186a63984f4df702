// `npm run bench -- [--only cases] [--peers names] [--quick] [--node path] [--rounds n] [--out file]`
//
// Measures, round by round and case by case, sluice and its peers side by side, and writes what came out as
// it goes, so that a run that is stopped keeps what it has. `node bench/speed/page.mjs` makes the page.

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installed } from '../lib/install.mjs';
import { machineFacts } from '../lib/machine.mjs';
import { cases } from './cases/index.mjs';
import { writeFiles } from './content.mjs';
import { installPackage } from './load/start.mjs';
import { requireWrk, writeRequests } from './load/wrk.mjs';
import { measure } from './measure.mjs';
import { hasTaskset } from './process.mjs';
import { servers } from './servers/index.mjs';
import { figures } from './summary.mjs';
import { printTable } from './table.mjs';

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    peers: { type: 'string' },
    node: { type: 'string' },
    rounds: { type: 'string' },
    out: { type: 'string' },
  },
});
const paces = {
  full: { name: 'full', rounds: 5, warmUpSeconds: 1, seconds: 2 },
  // The figures of a quick run say whether all is in order, not how fast it is.
  quick: {
    name: 'quick',
    rounds: 2,
    warmUpSeconds: 1,
    seconds: 1,
    without: ['deno', 'fastify', 'nginx'],
  },
};

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));
if (process.platform !== 'linux')
  fail('the CPU time of a process is read from /proc: this needs Linux');
installed({ runtimes: true });
const pace = given.quick ? paces.quick : paces.full;
const rounds = Number(given.rounds ?? pace.rounds);
const node24 = pathOf('../node_modules/node24/bin/node');
const node = given.node ? resolve(given.node) : existsSync(node24) ? node24 : process.execPath;
const facts = machineFacts(node);
const peers = given.peers?.split(',');
for (const name of peers ?? []) {
  if (!servers[name])
    fail(`there is no server ${name}; there are ${Object.keys(servers).join(', ')}`);
}
const chosen = chosenCases();
const missing = {};
const plan = chosen.map((one) => ({ one, names: serversOf(one) }));
if (chosen.some(({ kind }) => kind === 'load')) requireWrk();
const out = resolve(given.out ?? pathOf(`../results/${defaultName()}.json`));

const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const bench = { node, pace, root: folder, files: new Map(), app: undefined };
writeFiles(folder);
for (const one of chosen) {
  if (one.kind === 'load') bench.files.set(one.name, writeRequests(folder, one));
  if (one.kind === 'start') bench.app = installPackage(folder);
}

const named = [...new Set(plan.flatMap(({ names }) => names))];
const results = {
  ...facts,
  command: ['npm run bench --', ...process.argv.slice(2)].join(' '),
  pace: { ...pace, rounds },
  isPinned: hasTaskset,
  servers: Object.fromEntries(
    Object.keys(servers)
      .filter((name) => named.includes(name))
      .map((name) => {
        const { label, setup, version } = servers[name];
        return [name, { label, setup, version }];
      }),
  ),
  missing,
  measurements: [],
};
const total = rounds * plan.reduce((sum, { names }) => sum + names.length, 0);
const beganAt = Date.now();
let done = 0;

console.log(
  `Node.js ${facts.node}, ${total} measurements, about ${expectedMinutes()} min → ${out}`,
);
for (const [name, why] of Object.entries(missing)) console.log(`missing: ${name}: ${why}`);
if (!hasTaskset) console.log('taskset is missing: nothing is pinned to a core');
for (let round = 1; round <= rounds; round++) {
  for (const { one, names } of plan) {
    // Not always the same first.
    const at = (round - 1) % names.length;
    for (const name of [...names.slice(at), ...names.slice(0, at)]) await run(one, name, round);
    save();
  }
}
printTable(results);
console.log(`\n${out}`);
process.exit();

async function run(one, name, round) {
  done++;
  let report;
  try {
    report = await measure(one, name, bench);
  } catch (error) {
    // A server that failed is a result; it must not end the run.
    report = { error: error.message };
  }
  results.measurements.push({ case: one.name, server: name, round, ...report });
  const minutes = ((Date.now() - beganAt) / 60_000).toFixed(1);
  const count = `${String(done).padStart(String(total).length)}/${total}`;
  console.log(`${count} ${minutes} min  ${one.name} ${name}: ${inBrief(one, report)}`);
}

function inBrief({ kind }, report) {
  if (report.error !== undefined) return `FAILED: ${report.error}`;
  const { of, unit } = figures[kind];
  const figure = `${of(report).toFixed(2)} ${unit}`;
  if (kind !== 'load') return figure;
  const { rate, ms, busy } = report;
  return `${figure}, ${rate.toFixed(0)}/s, p50 ${ms.p50} ms, p99 ${ms.p99} ms, ${(100 * busy).toFixed(0)} % busy`;
}

function chosenCases() {
  const only = given.only?.split(',');
  const found = cases.filter(
    ({ name }) =>
      only === undefined || only.some((word) => name === word || name.startsWith(`${word}-`)),
  );
  if (found.length === 0) fail(`there are the cases ${cases.map(({ name }) => name).join(', ')}`);
  return found;
}

/** Those of a case that are there, and were not left out: its subject, and of the peers those asked for. */
function serversOf(one) {
  const own = one.subject === 'sluice' ? ['sluice', 'sluice-before'] : [one.subject, 'hono-sluice'];
  const others = one.peers.filter((name) =>
    peers === undefined ? !pace.without?.includes(name) : peers.includes(name),
  );
  return [...new Set([...own, ...others])].filter((name) => {
    const { missing: why, isOptional } = servers[name];
    if (why !== undefined && (!isOptional || peers?.includes(name))) missing[name] = why;
    return why === undefined;
  });
}

/** Another Node's results, or quick ones, don't replace those of the page. */
function defaultName() {
  const major = facts.node.split('.', 1)[0];
  return `speed${major === '24' ? '' : `-node${major}`}${given.quick ? '-quick' : ''}`;
}

function expectedMinutes() {
  const load = pace.warmUpSeconds + pace.seconds + 0.9;
  const seconds = { load, idle: 6, start: 2 };
  const all = plan.reduce((sum, { one, names }) => sum + names.length * seconds[one.kind], 0);
  return Math.ceil((rounds * all) / 60);
}

function save() {
  mkdirSync(dirname(out), { recursive: true });
  const minutes = (Date.now() - beganAt) / 60_000;
  writeFileSync(out, `${JSON.stringify({ ...results, minutes }, null, 1)}\n`);
}

function fail(why) {
  console.error(why);
  process.exit(1);
}
