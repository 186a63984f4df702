// The options of `staticFiles`: what may be given, and what is said of a mistake.

import {
  invalid,
  namesOf,
  objectAt,
  orDefault,
  refuseOthers,
  stringAt,
  wholeNumberAt,
} from '../options/checks.js';
import { STATIC_OTHER_NAMES } from '../options/other-names.js';

export interface StaticFilesOptions {
  /** The file that stands for its directory. Default `index.html`. */
  readonly index?: string;
  /** The file of the root that is sent with a 404, if there is one. Default `404.html`. */
  readonly notFoundPage?: string;
  /** Cache-Control of what is found, for example `public, max-age=3600`. Default: none is sent. */
  readonly cacheControl?: string;
  /**
   * How much memory may hold whole files, in bytes, with those that have been given up and are
   * still being sent; the least recently used are given up first. Default 32 MiB; 0 keeps none.
   */
  readonly cacheBytesMax?: number;
  /** The longest file that is kept in memory, in bytes; a longer one is read piece by piece. Default 2 MiB. */
  readonly cacheFileBytesMax?: number;
}

export type StaticFilesSettings = Required<Omit<StaticFilesOptions, 'cacheControl'>> & {
  readonly cacheControl: string | undefined;
};

const MIB = 1024 * 1024;

/** The names of the options; the compiler refuses one that is forgotten here. */
export const STATIC_FILES_NAMES: readonly string[] = namesOf<StaticFilesOptions>({
  index: true,
  notFoundPage: true,
  cacheControl: true,
  cacheBytesMax: true,
  cacheFileBytesMax: true,
});

/** @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'`: the option's name, what came, what fits */
export function settingsFrom(options: StaticFilesOptions): StaticFilesSettings {
  const given = objectAt('options', options);
  refuseOthers('', given, STATIC_FILES_NAMES, STATIC_OTHER_NAMES);
  const { cacheControl } = given;
  return {
    index: stringAt('index', orDefault(given.index, 'index.html')),
    notFoundPage: stringAt('notFoundPage', orDefault(given.notFoundPage, '404.html')),
    cacheControl: cacheControl === undefined ? undefined : stringAt('cacheControl', cacheControl),
    cacheBytesMax: bytesAt('cacheBytesMax', orDefault(given.cacheBytesMax, 32 * MIB)),
    cacheFileBytesMax: bytesAt('cacheFileBytesMax', orDefault(given.cacheFileBytesMax, 2 * MIB)),
  };
}

/** The directory itself. @throws as {@link settingsFrom} */
export function rootAt(root: unknown): string {
  const path = stringAt('root', root, 'the path of a directory');
  // An empty path is the working directory to Node: hardly what was meant where a variable was not set.
  if (path === '') throw invalid(RangeError, 'root', root, 'the path of a directory');
  return path;
}

function bytesAt(name: string, value: unknown): number {
  return wholeNumberAt(name, value, { least: 0, unit: 'bytes' });
}
