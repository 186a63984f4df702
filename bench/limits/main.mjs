// Compares the algorithms that find a limit, in virtual time, and then shows what the queue's law makes
// of handlers that compute, and what the default makes of whole worlds: `npm run bench:limits`. `--seeds 5` for more
// rounds than three, `--only slower,wider` for some scenarios, `--only computing` for the law, `--only worlds` for the
// worlds, `--only slow` for slow backends second by second, `--only rests` for loads behind a rest, `--worlds
// polls,closed` for those whose name holds one of these, `--calm 500` for as many random worlds in which nobody need be
// refused.

import { parseArgs } from 'node:util';
import { chosenNames, wholeNumber } from '../lib/arguments.mjs';
import { randomFrom } from '../lib/random.mjs';
import { measure, measureComputing } from './measure.mjs';
import { calmWorld } from './random-worlds.mjs';
import { atLoad, computing, scenarios } from './scenarios.mjs';
import { simulate } from './simulation.mjs';
import { runWorld } from './world/loop.mjs';
import { compareWorlds, tellRests, tellSlowBackends } from './worlds-table.mjs';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    only: { type: 'string' },
    worlds: { type: 'string' },
    calm: { type: 'string' },
  },
});

const built = async (path) => import(new URL(`../../build/limiter/${path}`, import.meta.url).href);
const [{ Limiter }, { parseLimiterOptions }, { Ticket }, { FixedLimit }] = await Promise.all(
  ['limiter.js', 'options.js', 'ticket.js', 'algorithms/fixed.js'].map(built),
);
const [{ AimdLimit }, { VegasLimit }, { EnvoyGradientLimit }, { GradientLimit }] =
  await Promise.all(
    ['aimd', 'vegas', 'envoy-gradient', 'gradient'].map((name) => built(`algorithms/${name}.js`)),
  );

const range = { initial: 20, min: 4, max: 1024 };
const algorithms = {
  'fixed 1024': () => new FixedLimit(1024),
  'fixed 20': () => new FixedLimit(20),
  'AIMD, 50 ms': () => new AimdLimit(range, 50),
  Vegas: (random) => new VegasLimit(range, random),
  'Envoy gradient': (random) => new EnvoyGradientLimit({ ...range, min: 3 }, random),
  'sluice gradient': (random) => new GradientLimit(range, random),
};

const tables = ['computing', 'worlds', 'slow', 'rests'];
const names =
  values.only === undefined
    ? namesByDefault()
    : chosenNames(values.only, [...Object.keys(scenarios), ...tables], 'scenarios');
const limiting = { Limiter, parseLimiterOptions, Ticket };
const seeds = Array.from({ length: wholeNumber('seeds', values.seeds, 3) }, (_, i) => i + 1);
const widths = [18, 9, 9, 13, 13, 9, 8];
const row = (cells) =>
  cells.map((cell, i) => cell.padStart(i === 0 ? 0 : widths[i]).padEnd(widths[i])).join(' ');
const percent = (share) => (Number.isNaN(share) ? '–' : `${(100 * share).toFixed(1)} %`);
const median = (all) => all.sort((a, b) => a - b)[all.length >> 1];

for (const name of names.filter((name) => !tables.includes(name))) {
  const scenario = scenarios[name];
  console.log(`\n${scenario.what}`);
  console.log(row(['', 'goodput', 'from 3 s', 'p99, 1st s', 'p99, last', 'refused', 'limit']));
  for (const [algorithmName, algorithm] of Object.entries(algorithms)) {
    const runs = seeds.map((seed) => {
      return measure(scenario, simulate(limiting, { ...scenario, algorithm }, seed));
    });
    const of = (key) => median(runs.map((run) => run[key]));
    console.log(
      row([
        algorithmName,
        percent(of('whole')),
        percent(of('settled')),
        `${of('stepP99Ms').toFixed(0)} ms`,
        `${of('lastP99Ms').toFixed(0)} ms`,
        percent(of('refused')),
        of('lastLimit').toFixed(1),
      ]),
    );
  }
}
if (names.some((name) => !tables.includes(name))) {
  console.log(
    '\nGoodput: answers within 500 ms, of what could have been served; over all 24 s, and from 3 s after' +
      '\nthe change (at 12 s). p99: of what was answered with 200, in the first second after the change' +
      `\nand in the last five. Medians of ${seeds.length} seeds.`,
  );
}

if (names.includes('computing')) {
  for (const handler of Object.values(computing)) {
    console.log(`\n${handler.what}, arrivals at random`);
    console.log(row(['', 'goodput', 'refused', 'p99']));
    for (const load of [0.5, 0.8, 0.9, 0.95, 1, 1.5, 2, 5, 10]) {
      const scenario = atLoad(handler, load, load > 1 ? 10 : 60);
      const runs = seeds.map((seed) =>
        measureComputing(scenario, simulate(limiting, scenario, seed)),
      );
      const of = (key) => median(runs.map((run) => run[key]));
      const shares = [percent(of('goodput')), percent(of('refused'))];
      console.log(row([`${load} × its capacity`, ...shares, `${of('p99Ms').toFixed(0)} ms`]));
    }
  }
  console.log('\nGoodput: of the capacity. Refused: of all. Without the first second.');
}

if (names.includes('worlds')) compareWorlds(limiting, seeds, values.worlds);

if (names.includes('slow')) tellSlowBackends(limiting, seeds);

if (names.includes('rests')) tellRests(limiting, seeds);

if (values.calm !== undefined) {
  const count = wholeNumber('calm', values.calm);
  let worlds = 0;
  for (let seed = 1; seed <= count; seed++) {
    const world = calmWorld(seed);
    const { records } = runWorld({ ...limiting, options: {} }, world, randomFrom(seed));
    const refused = records.filter(({ isRefused }) => isRefused).length;
    if (refused === 0) continue;
    worlds++;
    console.log(`${refused} of ${records.length} refused: ${world.what}`);
  }
  console.log(`In ${worlds} of ${count} worlds somebody was refused, and nobody need be.`);
}

/** All but the rests, which take long, unless one table is asked for by an option of its own. */
function namesByDefault() {
  if (values.worlds !== undefined) return ['worlds'];
  if (values.calm !== undefined) return [];
  return [...Object.keys(scenarios), ...tables.filter((table) => table !== 'rests')];
}
