// The worlds, each under first in, first out, the settings of old, and the default, as a table.

import { chosenNames } from '../lib/arguments.mjs';
import { randomFrom } from '../lib/random.mjs';
import { baselineOf, figuresOf } from './figures.mjs';
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
