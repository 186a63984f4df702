// Checks of single options: each gives the value, typed, or throws an error that names the option,
// what came and what fits.

export function integerAt(
  path: string,
  value: unknown,
  min = 1,
  max: number = Number.MAX_SAFE_INTEGER,
): number {
  const fits = `an integer from ${min} to ${max}`;
  if (typeof value !== 'number') throw invalid(TypeError, path, value, fits);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw invalid(RangeError, path, value, fits);
  }
  return value;
}

export function msAt(path: string, value: unknown): number {
  const fits = 'a finite number of milliseconds above 0';
  if (typeof value !== 'number') throw invalid(TypeError, path, value, fits);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw invalid(RangeError, path, value, fits);
  return value;
}

export function stringAt(path: string, value: unknown): string {
  if (typeof value !== 'string') throw invalid(TypeError, path, value, 'a string');
  return value;
}

export function oneOf<const T extends string>(
  path: string,
  value: unknown,
  words: readonly T[],
  otherwise: T,
): T {
  if (value === undefined) return otherwise;
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  const fits = words.map((word) => `'${word}'`).join(' or ');
  throw invalid(typeof value === 'string' ? RangeError : TypeError, path, value, fits);
}

export function objectAt(path: string, value: unknown, fits: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    // The boundary: an object of unknown make, of which each member is checked where it is read.
    return value as Record<string, unknown>;
  }
  throw invalid(typeof value === 'string' ? RangeError : TypeError, path, value, fits);
}

export function refuseOthers(
  path: string,
  given: Record<string, unknown>,
  known: readonly string[],
): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const full = path === '' ? name : `${path}.${name}`;
    const there = `but there is no such option; there are ${known.join(', ')}`;
    throw optionError(TypeError, full, given[name], there);
  }
}

export function invalid(
  Kind: typeof TypeError | typeof RangeError,
  path: string,
  came: unknown,
  fits: string,
): Error {
  return optionError(Kind, path, came, `expected ${fits}`);
}

function optionError(
  Kind: typeof TypeError | typeof RangeError,
  path: string,
  came: unknown,
  rest: string,
): Error {
  const error = new Kind(`${path}: got ${shown(came)}, ${rest}`);
  return Object.assign(error, { code: 'SLUICE_OPTION_INVALID' });
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.slice(0, 60)}'`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}
