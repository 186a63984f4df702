// The options that `sluice/register` takes from the environment.

import { invalid } from '../../options/checks.js';
import type { SluiceOptions } from './server/options.js';
import { checkSluiceOptions } from './server/options.js';

const VARIABLE = 'SLUICE_OPTIONS';
const FITS = `JSON of an object such as {"concurrency":4,"limits":{"bodyBytesMax":1048576}}`;

/** @throws Error with `code: 'SLUICE_OPTION_INVALID'`; it names the variable */
export function optionsFromEnvironment(text: string | undefined): SluiceOptions {
  if (text === undefined || text === '') return {};
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw invalid(TypeError, VARIABLE, text, FITS);
  }
  return checkSluiceOptions(VARIABLE, given);
}
