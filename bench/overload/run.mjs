// `npm run bench:overload -- [--quick] [--only cases,handlers] [--servers names] [--rounds n]
//   [--node path] [--out file]`
//
// Measures, round by round, every case for every server side by side, and writes what came out as it
// goes, so that a run that is stopped keeps what it has. `node bench/overload/page.mjs` makes the page.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chosenNames, chosenNode, givenArguments, wholeNumber } from '../lib/arguments.mjs';
import { installed } from '../lib/install.mjs';
import { machineFacts } from '../lib/machine.mjs';
import { cases, handlers, paces } from './cases.mjs';
import { calibrated, measure } from './point.mjs';
import { servers, serversByDefault } from './servers.mjs';

const given = givenArguments({ servers: { type: 'string' } });

installed();
const pace = given.quick ? paces.quick : paces.full;
const rounds = wholeNumber('rounds', given.rounds, pace.rounds);
const node = chosenNode(given.node);
const chosen =
  given.servers === undefined
    ? serversByDefault
    : chosenNames(given.servers, Object.keys(servers), 'servers');
const only = chosenNames(given.only, [...Object.keys(cases), ...Object.keys(handlers)], 'cases');
const out = resolve(
  given.out ??
    fileURLToPath(
      new URL(`../results/overload${given.quick ? '-quick' : ''}.json`, import.meta.url),
    ),
);
const plan = planned();
const stepsPerMs = await calibrated(node);
const results = {
  ...machineFacts(node),
  command: ['npm run bench:overload --', ...process.argv.slice(2)].join(' '),
  pace,
  rounds,
  stepsPerMs,
  servers: Object.fromEntries(
    chosen.map((name) => [name, { label: servers[name].label, setup: servers[name].setup }]),
  ),
  measurements: [],
};
const options = {
  execPath: node,
  stepsPerMs,
  onVoid: ({ lateP99Ms }) => say(`the generator was ${lateP99Ms} ms late; once more`),
};
const capacities = new Map();
const beganAt = Date.now();
let done = 0;
const total = plan.length * rounds;
console.log(
  `${total} measurements, about ${Math.ceil((total * (pace.warmUpMs + pace.ms + 900)) / 60_000)} min`,
);
for (let round = 1; round <= rounds; round++) {
  for (const unit of plan) {
    await run(unit, round);
    save();
  }
}
console.log(`\n${out}`);

/** Measurement by measurement, and within it server by server: what drifts, drifts for all. */
function planned() {
  const units = [];
  for (const [caseName, one] of Object.entries(cases)) {
    for (const measurement of one.of(pace)) {
      const isWanted =
        caseName === 'capacity' || only.includes(caseName) || only.includes(measurement.handler);
      if (!isWanted) continue;
      for (const server of one.servers ?? chosen) {
        if (one.servers === undefined || server === 'uncapped' || chosen.includes(server)) {
          units.push({ caseName, server, measurement });
        }
      }
    }
  }
  return units.filter((unit) => unit.caseName !== 'capacity' || isAskedFor(unit, units));
}

/** Of the capacities only those that something else is measured by. */
function isAskedFor({ server, measurement: { handler, model } }, units) {
  return units.some(
    (unit) =>
      unit.caseName !== 'capacity' &&
      unit.server === server &&
      unit.measurement.handler === handler &&
      unit.measurement.model === model,
  );
}

async function run({ caseName, server, measurement }, round) {
  const { handler, model } = measurement;
  const one = cases[caseName];
  const capacity = capacities.get(`${server} ${handler} ${model} ${round}`);
  const job = one.job(measurement, capacity, pace);
  done++;
  if (job === undefined) return;
  const { module, options: base } = servers[server];
  let report;
  try {
    report = await measure(
      { module, options: { ...base, ...one.server } },
      { ...job, seed: 7919 * round + done },
      options,
    );
  } catch (error) {
    // A server that died is a result; it must not end the run.
    report = { error: error.message };
  }
  if (caseName === 'capacity') {
    capacities.set(`${server} ${handler} ${model} ${round}`, report.rate);
  }
  results.measurements.push({ case: caseName, server, round, ...measurement, capacity, ...report });
  say(`${caseName} ${measurement.key} ${server}: ${inBrief(report, capacity)}`);
}

function inBrief(report, capacity) {
  if (report.error !== undefined) return report.error;
  if (report.readers !== undefined) {
    return `RSS ${mb(report.rssBytes)}, held ${mb(report.heldBytes)}, lost ${report.lost}`;
  }
  if (report.uploads !== undefined) {
    return `${report.served} served, ${report.refused} refused, in ${report.doneMs.toFixed(0)} ms`;
  }
  const p99 = `p99 ${(report.ms ?? report.goodMs).p99?.toFixed(1) ?? '–'} ms`;
  if (report.rate !== undefined) {
    return `${report.rate.toFixed(0)}/s, ${p99}, ${report.others} refused or lost`;
  }
  const share =
    capacity === undefined ? '' : ` (${((100 * report.goodput) / capacity).toFixed(0)} %)`;
  const probe = report.probe === undefined ? '' : `, probe p99 ${report.probe.ms.p99} ms`;
  return `goodput ${report.goodput.toFixed(0)}/s${share}, ${p99}${probe}${report.isVoid ? ', VOID' : ''}`;
}

function mb(bytes) {
  return bytes === undefined ? '–' : `${(bytes / 1e6).toFixed(0)} MB`;
}

function say(text) {
  const minutes = ((Date.now() - beganAt) / 60_000).toFixed(1);
  console.log(`${String(done).padStart(String(total).length)}/${total} ${minutes} min  ${text}`);
}

function save() {
  mkdirSync(dirname(out), { recursive: true });
  const text = JSON.stringify({ ...results, minutes: (Date.now() - beganAt) / 60_000 }, null, 1);
  writeFileSync(out, `${text}\n`);
}
