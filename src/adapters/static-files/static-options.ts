// The options of `staticFiles`, and the errors for wrong ones.

import { realpathSync, statSync } from 'node:fs';
import {
  entriesOf,
  invalid,
  namesOf,
  objectAt,
  orDefault,
  refuseOthers,
  stringAt,
  wholeNumberAt,
} from '../../options/checks.js';
import { STATIC_OTHER_NAMES } from '../../options/other-names.js';
import { decodeName, isEntryName, isPlainName } from './static-path.js';

export interface StaticFilesOptions {
  /**
   * The path of the files in the URL. With `/assets`, `/assets/a.css` is the file `a.css`. A URL
   * outside of it is a 404. Default: `/`.
   */
  readonly prefix?: string;
  /** Names that begin with a dot but are served, at any depth: `['.well-known']`. Default: none. */
  readonly dotfiles?: readonly string[];
  /** The file that is served for its directory. Default `index.html`. */
  readonly index?: string;
  /** The file of the root that is sent with a 404, if it exists. Default `404.html`. */
  readonly notFoundPage?: string;
  /**
   * Cache-Control for files that are found, for example `public, max-age=3600`. Default: not sent.
   */
  readonly cacheControl?: string;
  /**
   * Maximum memory for whole files, in bytes. Removed files that are still being sent count too.
   * The least recently used files are removed first. Default 32 MiB; 0 keeps none.
   */
  readonly cacheBytesMax?: number;
  /**
   * The longest file that is kept in memory, in bytes. A longer file is read piece by piece.
   * Default 2 MiB.
   */
  readonly cacheFileBytesMax?: number;
}

export type StaticFilesSettings = Required<Omit<StaticFilesOptions, 'cacheControl' | 'prefix'>> & {
  readonly cacheControl: string | undefined;
  /** The names of the prefix, in order. */
  readonly prefix: readonly string[];
};

const MIB = 1024 * 1024;

/** The names of the options. A missing name does not compile. */
export const STATIC_FILES_NAMES: readonly string[] = namesOf<StaticFilesOptions>({
  prefix: true,
  dotfiles: true,
  index: true,
  notFoundPage: true,
  cacheControl: true,
  cacheBytesMax: true,
  cacheFileBytesMax: true,
});

/** @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'` */
export function settingsFrom(options: StaticFilesOptions): StaticFilesSettings {
  const given = objectAt('options', options);
  refuseOthers('', given, STATIC_FILES_NAMES, STATIC_OTHER_NAMES);
  const { cacheControl } = given;
  const dotfiles = dotfilesAt('dotfiles', orDefault(given.dotfiles, []));
  return {
    prefix: prefixAt('prefix', orDefault(given.prefix, '/')),
    dotfiles,
    index: fileAt('index', orDefault(given.index, 'index.html'), dotfiles),
    notFoundPage: fileAt('notFoundPage', orDefault(given.notFoundPage, '404.html'), dotfiles),
    cacheControl: cacheControl === undefined ? undefined : stringAt('cacheControl', cacheControl),
    cacheBytesMax: bytesAt('cacheBytesMax', orDefault(given.cacheBytesMax, 32 * MIB)),
    cacheFileBytesMax: bytesAt('cacheFileBytesMax', orDefault(given.cacheFileBytesMax, 2 * MIB)),
  };
}

/**
 * The directory itself, without symlinks.
 *
 * @throws as {@link settingsFrom}; the error of the file system if it does not exist
 */
export function rootAt(root: unknown): string {
  const path = stringAt('root', root, 'the path of a directory');
  // Node takes an empty path as the working directory. Here it is probably an unset variable.
  if (path === '') throw invalid(RangeError, 'root', root, 'the path of a directory');
  const real = realpathSync(path);
  if (!statSync(real).isDirectory())
    throw invalid(RangeError, 'root', root, 'the path of a directory, and this is none');
  return real;
}

function bytesAt(name: string, value: unknown): number {
  return wholeNumberAt(name, value, { least: 0, unit: 'bytes' });
}

/** The names of a path in a URL. They are compared decoded, so the option may be encoded or not. */
function prefixAt(name: string, value: unknown): readonly string[] {
  const fits = "a path such as '/assets', without query, empty names, '.' or '..'";
  const path = stringAt(name, value, fits);
  if (!path.startsWith('/')) throw invalid(RangeError, name, value, fits);
  const names = path.replace(/\/$/, '').split('/').slice(1).map(decodeName);
  if (!names.every((one) => one !== undefined && isPrefixName(one)))
    throw invalid(RangeError, name, value, fits);
  return names as string[];
}

function isPrefixName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && isEntryName(name) && !/[?#]/.test(name);
}

/** The name of a file that is looked for in a directory. Any other could never be found. */
function fileAt(name: string, value: unknown, dotfiles: readonly string[]): string {
  const fits =
    'the name of a file, without a path; one that begins with a dot has to be in dotfiles';
  const file = stringAt(name, value, fits);
  if (file === '' || !isPlainName(file, dotfiles)) throw invalid(RangeError, name, value, fits);
  return file;
}

function dotfilesAt(name: string, value: unknown): readonly string[] {
  const fits = "an array of names that begin with a dot, such as ['.well-known']";
  if (!Array.isArray(value)) throw invalid(TypeError, name, value, fits);
  return entriesOf(value).map((one, i) => {
    const path = `${name}[${i}]`;
    const file = stringAt(path, one, 'a name that begins with a dot');
    const valid = file.startsWith('.') && file !== '.' && file !== '..' && isEntryName(file);
    if (!valid) throw invalid(RangeError, path, one, 'one name that begins with a dot');
    return file;
  });
}
