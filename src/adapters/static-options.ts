// The options of `staticFiles`: what may be given, and what is said of a mistake.

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

const NAMES: readonly string[] = [
  'index',
  'notFoundPage',
  'cacheControl',
  'cacheBytesMax',
  'cacheFileBytesMax',
] satisfies readonly (keyof StaticFilesOptions)[];

/** @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'`: the option's name, what came, what fits */
export function settingsFrom(options: StaticFilesOptions): StaticFilesSettings {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalid(TypeError, 'options', options, 'expected an object');
  }
  for (const [name, value] of Object.entries(options)) {
    if (NAMES.includes(name)) continue;
    const there = `but there is no such option; there are ${NAMES.join(', ')}`;
    throw invalid(TypeError, name, value, there);
  }
  return {
    index: stringAt('index', options.index) ?? 'index.html',
    notFoundPage: stringAt('notFoundPage', options.notFoundPage) ?? '404.html',
    cacheControl: stringAt('cacheControl', options.cacheControl),
    cacheBytesMax: bytesAt('cacheBytesMax', options.cacheBytesMax) ?? 32 * MIB,
    cacheFileBytesMax: bytesAt('cacheFileBytesMax', options.cacheFileBytesMax) ?? 2 * MIB,
  };
}

function stringAt(name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw invalid(TypeError, name, value, 'expected a string');
}

function bytesAt(name: string, value: unknown): number | undefined {
  const fits = `expected an integer from 0 to ${Number.MAX_SAFE_INTEGER}`;
  if (value === undefined) return undefined;
  if (typeof value !== 'number') throw invalid(TypeError, name, value, fits);
  if (!Number.isSafeInteger(value) || value < 0) throw invalid(RangeError, name, value, fits);
  return value;
}

function invalid(
  Kind: typeof TypeError | typeof RangeError,
  name: string,
  came: unknown,
  rest: string,
): Error {
  const error = new Kind(`${name}: got ${shown(came)}, ${rest}`);
  return Object.assign(error, { code: 'SLUICE_OPTION_INVALID' });
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.slice(0, 60)}'`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
