// The worlds, each under first in, first out, the settings of old, and the default, as a table.

import { chosenNames } from '../lib/arguments.mjs';
import { randomFrom } from '../lib/random.mjs';
import { baselineOf, figuresOf } from './figures.mjs';
import { after, before, restWorld } from './rests.mjs';
import { slowBackends } from './slow-backends.mjs';
import { runWorld } from './world/loop.mjs';
import { worlds } from './worlds.mjs';

const settings = {
  'first in, first out': null,
  'sojourn, 1024': { concurrency: 1024, queue: { law: 'sojourn' } },
  'sojourn, adaptive': { concurrency: 'adaptive', queue: { law: 'sojourn' } },
  'the default': {},
};

/** @param given - parts of names; undefined for all */
export function compareWorlds(limiting, seeds, given) {
  const isMeant = (name, part) => name.includes(part);
  for (const name of chosenNames(given, Object.keys(worlds), 'worlds', isMeant)) {
    const world = worlds[name];
    console.log(`\n${name}`);
    const baselines = new Map();
    for (const [setting, options] of Object.entries(settings)) {
      const runs = seeds.map((seed) => {
        const given =
          options === null ? null : { ...limiting, options: { ...options, ...world.options } };
        const run = runWorld(given, world, randomFrom(seed));
        if (options === null) baselines.set(seed, baselineOf(world, run));
        return figuresOf(world, run, baselines.get(seed));
      });
      console.log(`  ${setting.padEnd(20)} ${shown(runs)}`);
    }
  }
  console.log(`\nMedians of ${seeds.length} seeds.`);
}

/** What the default makes of slow backends, one to a line. */
export function tellSlowBackends(limiting, seeds) {
  for (const [name, world] of Object.entries(slowBackends)) {
    const runs = seeds.map((seed) =>
      figuresOf(world, runWorld({ ...limiting, options: {} }, world, randomFrom(seed))),
    );
    const shares = Object.keys(runs[0]).map((key) => percent(median(runs.map((run) => run[key]))));
    console.log(`${name.padEnd(44)} ${shares.map((share) => share.padStart(4)).join(' ')}`);
  }
  console.log(
    '\nGoodput of the first five seconds and from the sixth on, in % of the capacity: what was answered while its' +
      `\nclient waits, half a second or two (50 × 500 ms). Medians of ${seeds.length} seeds.`,
  );
}

const restsMs = [100, 1000, 6000, 60_000, 3_600_000, 36_000_000];

/** What the default makes of a load behind a rest, by what was before it and how long it was. */
export function tellRests(limiting, seeds) {
  for (const afterName of Object.keys(after)) {
    console.log(`\n${afterName}`);
    for (const beforeName of Object.keys(before)) {
      for (const restMs of restsMs) {
        const world = restWorld(beforeName, restMs, afterName);
        const runs = seeds.map((seed) => {
          const run = runWorld({ ...limiting, options: {} }, world, randomFrom(seed));
          const refused = run.records.filter((one) => one.tag !== 'before' && one.isRefused).length;
          const { 1: first, 2: second, 3: third, 4: fourth } = figuresOf(world, run);
          return { shares: [first, second, third, fourth], refused };
        });
        const shares = [0, 1, 2, 3].map((i) => percent(median(runs.map((run) => run.shares[i]))));
        const shown = shares.map((share) => share.padStart(4)).join(' ');
        const what = `  ${beforeName}, ${restMs / 1000} s`.padEnd(44);
        console.log(`${what} ${shown}  refused ${median(runs.map((run) => run.refused))}`);
      }
    }
  }
  console.log(
    `\nGoodput of the first four seconds, in % of the capacity. Medians of ${seeds.length} seeds.`,
  );
}

function percent(share) {
  return (100 * share).toFixed(0);
}

function shown(runs) {
  return Object.keys(runs[0])
    .map((key) => `${key} ${format(median(runs.map((run) => run[key])))}`.padEnd(30))
    .join(' ');
}

/** Shares are below 2, and whole numbers are what they are. */
function format(value) {
  if (Number.isNaN(value)) return '–';
  if (value > 2 || (Number.isInteger(value) && value > 1)) return value.toFixed(0);
  return `${(100 * value).toFixed(value < 0.0995 ? 1 : 0)} %`;
}

function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1];
}
