// The one checker for everything a user sets: options, properties, arguments. Each check gives the
// typed value, or throws an error with the full name of the option, the value that came and the
// values that fit. The checker knows no option. Each user of it gives the names and bounds.

import { nearest } from './meant.js';
import type { OtherNames } from './other-names.js';
import { shown, shownName } from './shown.js';

export type OptionErrorKind = typeof TypeError | typeof RangeError;

/** The bounds of a whole number. */
export interface WholeNumberBounds {
  readonly least: number;
  /** Default: the largest exact integer. */
  readonly most?: number;
  readonly unit?: string;
  /** The meaning of 0, if 0 has a special meaning. */
  readonly zero?: string;
}

const EXACT_MAX = Number.MAX_SAFE_INTEGER;
/** Node's timers fire at once for a longer time. */
export const TIMER_MS_MAX: number = 2 ** 31 - 1;

export function wholeNumberAt(path: string, value: unknown, bounds: WholeNumberBounds): number {
  const { least, most = EXACT_MAX } = bounds;
  const fits = typeof value === 'number' && Number.isInteger(value);
  if (fits && value >= least && value <= most) return value;
  throw invalid(kindFor('number', value), path, value, wholeNumberWords(bounds));
}

/** A time in milliseconds. `Infinity` never fits, and 0 fits only if `least` is 0. */
export function msAt(path: string, value: unknown, least: 0 | 'above 0' = 'above 0'): number {
  if (typeof value === 'number' && value < Number.POSITIVE_INFINITY) {
    if (least === 0 ? value >= 0 : value > 0) return value;
  }
  const from = least === 0 ? '0 or more' : 'above 0';
  throw invalid(kindFor('number', value), path, value, `a finite number of milliseconds, ${from}`);
}

/** A number that may have a fraction: a probability, a rate. */
export function numberAt(path: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw invalid(kindFor('number', value), path, value, `a number from ${least} to ${most}`);
}

export function stringAt(path: string, value: unknown, fits = 'a string'): string {
  if (typeof value === 'string') return value;
  throw invalid(TypeError, path, value, fits);
}

export function booleanAt(path: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(TypeError, path, value, 'true or false');
}

/** A Uint8Array of any realm. A Buffer is one. */
export function bytesAt(path: string, value: unknown, fits = 'a Uint8Array'): Uint8Array {
  if (isBytes(value)) return value;
  throw invalid(TypeError, path, value, fits);
}

/** True for a Uint8Array of any realm. No other kind of view has its tag. */
export function isBytes(value: unknown): value is Uint8Array {
  if (value instanceof Uint8Array) return true;
  return ArrayBuffer.isView(value) && tagOf(value) === '[object Uint8Array]';
}

/** All entries of a list. `map` and `forEach` skip the holes of `[, 1]`, so nobody would check them. */
export function entriesOf(list: readonly unknown[]): unknown[] {
  return Array.from(list);
}

/** One of a few words; `otherwise` for `undefined`. */
export function oneOf<const T extends string>(
  path: string,
  value: unknown,
  words: readonly T[],
  otherwise: T,
): T {
  if (value === undefined) return otherwise;
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw invalid(kindFor('string', value), path, value, wordsOf(words));
}

/** The words as `'a', 'b' or 'c'`. */
export function wordsOf(words: readonly string[]): string {
  const quoted = words.map((word) => `'${word}'`);
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}

/** @returns the value unchanged; the caller knows its parameters */
export function functionAt<T>(path: string, value: T, fits = 'a function'): T {
  if (typeof value === 'function') return value;
  throw invalid(TypeError, path, value, fits);
}

/** Only `undefined` means "not given". `null` is a value, and fits only where it is named. */
export function orDefault<T>(value: unknown, otherwise: T): unknown {
  return value === undefined ? otherwise : value;
}

/**
 * The names of options, from an object with a key for each. If the type has another option, this
 * call does not compile until the name is added.
 */
export function namesOf<T extends object>(
  names: Readonly<Record<keyof T & string, true>>,
): readonly (keyof T & string)[] {
  return Object.keys(names) as (keyof T & string)[];
}

/**
 * An object with members (no array, Map, Date, promise, …). Each member is checked where it is
 * read.
 */
export function objectAt(
  path: string,
  value: unknown,
  fits = 'an object',
): Record<string, unknown> {
  // The boundary: an object of unknown kind. (A revoked proxy throws at each access.)
  if (isObject(value)) return value as Record<string, unknown>;
  throw invalid(TypeError, path, value, fits);
}

/**
 * Refuses own members that are no options. Members of the prototype are ignored: an instance of a
 * class may be given, and a library may extend `Object.prototype`.
 *
 * @param path the place of `given`; '' for the options themselves
 */
export function refuseOthers(
  path: string,
  given: object,
  known: readonly string[],
  otherNames: OtherNames = {},
): void {
  for (const name of Object.keys(given)) {
    if (!known.includes(name))
      throw unknownOption(path, name, ownValue(given, name), known, otherNames);
  }
}

/**
 * An error for an unknown option: the value that came, the option that was probably meant, and all
 * options.
 */
export function unknownOption(
  path: string,
  name: string,
  came: unknown,
  known: readonly string[],
  otherNames: OtherNames = {},
): Error {
  const full = path === '' ? shownName(name) : `${path}.${shownName(name)}`;
  const meant = meantBy(path, name, known, otherNames);
  const hint = meant === undefined ? 'got' : `did you mean ${meant}? Got`;
  return optionError(
    TypeError,
    `${full}: unknown option; ${hint} ${shown(came)}; there are ${known.join(', ')}`,
  );
}

/** An error for a value that fits but comes too late to have an effect. */
export function tooLate(path: string, came: unknown, what: string): Error {
  return optionError(TypeError, `${path}: got ${shown(came)} after ${what}, expected it before`);
}

/**
 * An error for a value that does not fit. TypeError: another type; RangeError: the right type,
 * outside the bounds.
 */
export function invalid(Kind: OptionErrorKind, path: string, came: unknown, fits: string): Error {
  return optionError(Kind, `${path}: got ${shown(came)}, expected ${fits}`);
}

/** An error for a value that must not be shown, or that fits by itself but not beside another. */
export function refuse(Kind: OptionErrorKind, path: string, why: string): Error {
  return optionError(Kind, `${path}: ${why}`);
}

function kindFor(type: 'number' | 'string', value: unknown): OptionErrorKind {
  return typeof value === type ? RangeError : TypeError;
}

function wholeNumberWords({ least, most = EXACT_MAX, unit, zero }: WholeNumberBounds): string {
  const what = unit === undefined ? 'a whole number' : `a whole number of ${unit}`;
  const range = most === EXACT_MAX ? `, ${least} or more` : ` from ${least} to ${most}`;
  return `${what}${range}${zero === undefined ? '' : ` (0: ${zero})`}`;
}

/** The option that was probably meant by the unknown `name`, with its path; undefined where none is near. */
export function meantBy(
  path: string,
  name: string,
  known: readonly string[],
  otherNames: OtherNames,
): string | undefined {
  const lower = name.toLowerCase();
  if (!known.includes(lower) && Object.hasOwn(otherNames, lower)) return otherNames[lower];
  const near = nearest(name, known);
  return near === undefined || path === '' ? near : `${path}.${near}`;
}

// Classes that keep their content elsewhere than in members. Options in such an object would be
// ignored.
const noOptions: ReadonlySet<string> = new Set(
  [
    'Headers',
    'URLSearchParams',
    'FormData',
    'Array',
    'Map',
    'Set',
    'Date',
    'Promise',
    'RegExp',
    'String',
    'Number',
    'Boolean',
    'ArrayBuffer',
  ].map((name) => `[object ${name}]`),
);

/** True for an object that has its content in members, so that it can be options. */
export function isObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return !Array.isArray(value) && !noOptions.has(tagOf(value));
  } catch {
    // A revoked proxy, or a tag that can't be read.
    return false;
  }
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}

/** The value for the message only. No getter is called. */
function ownValue(given: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(given, name)?.value;
}

function optionError(Kind: OptionErrorKind, message: string): Error {
  return Object.assign(new Kind(message), { code: 'SLUICE_OPTION_INVALID' });
}
