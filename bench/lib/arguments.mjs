// The arguments of the benchmarks. A wrong one ends the run before it has measured or written anything.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export function fail(why) {
  console.error(why);
  process.exit(1);
}

/** The arguments of every run. @param others - those that only this one has, for `parseArgs` */
export function givenArguments(others = {}) {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      node: { type: 'string' },
      rounds: { type: 'string' },
      out: { type: 'string' },
      ...others,
    },
  });
  return values;
}

/**
 * The names that an argument gives; without it, all.
 *
 * @param what - of which kind they are, for who gives another one
 * @param isMeant - whether a name is one that was asked for
 */
export function chosenNames(text, known, what, isMeant = (name, asked) => name === asked) {
  if (text === undefined) return known;
  const asked = text.split(',');
  for (const one of asked) {
    if (!known.some((name) => isMeant(name, one)))
      fail(`there is no '${one}' among the ${what}: ${known.join(', ')}`);
  }
  return known.filter((name) => asked.some((one) => isMeant(name, one)));
}

/** @param text - undefined where it was not given */
export function wholeNumber(name, text, byDefault) {
  if (text === undefined) return byDefault;
  if (!/^[1-9][0-9]*$/.test(text)) fail(`--${name} takes a whole number from 1 on; got '${text}'`);
  return Number(text);
}

/** Node 24 where it is installed beside the benchmarks, else the one that runs this. */
export function chosenNode(given) {
  const node24 = fileURLToPath(new URL('../node_modules/node24/bin/node', import.meta.url));
  if (given !== undefined) return resolve(given);
  return existsSync(node24) ? node24 : process.execPath;
}
