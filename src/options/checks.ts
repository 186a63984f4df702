// The one checker of what a user sets: options, properties, arguments. Each check gives the value, typed, or
// throws an error that says the option's full name, what came and what fits. It knows no option: who has
// options says their names and bounds.

import { nearest } from './meant.js';
import type { OtherNames } from './other-names.js';
import { shown, shownName } from './shown.js';

export type OptionErrorKind = typeof TypeError | typeof RangeError;

/** What a whole number may be. */
export interface WholeNumberBounds {
  readonly least: number;
  /** Default: as far as numbers are exact. */
  readonly most?: number;
  readonly unit?: string;
  /** What 0 stands for, where that is something of its own. */
  readonly zero?: string;
}

const EXACT_MAX = Number.MAX_SAFE_INTEGER;
/** Node's timers fire at once where they are told to wait longer. */
export const TIMER_MS_MAX: number = 2 ** 31 - 1;

export function wholeNumberAt(path: string, value: unknown, bounds: WholeNumberBounds): number {
  const { least, most = EXACT_MAX } = bounds;
  const fits = typeof value === 'number' && Number.isInteger(value);
  if (fits && value >= least && value <= most) return value;
  throw invalid(kindFor('number', value), path, value, wholeNumberWords(bounds));
}

/** `Infinity` and 0 are no time to wait, but where `least` is 0. */
export function msAt(path: string, value: unknown, least: 0 | 'above 0' = 'above 0'): number {
  if (typeof value === 'number' && value < Number.POSITIVE_INFINITY) {
    if (least === 0 ? value >= 0 : value > 0) return value;
  }
  const from = least === 0 ? '0 or more' : 'above 0';
  throw invalid(kindFor('number', value), path, value, `a finite number of milliseconds, ${from}`);
}

/** Numbers with fractions: chances, rates. */
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

/** A Uint8Array, of whatever realm; a Buffer is one. */
export function bytesAt(path: string, value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  const foreign = ArrayBuffer.isView(value) && tagOf(value) === '[object Uint8Array]';
  if (!foreign) throw invalid(TypeError, path, value, 'a Uint8Array');
  // The boundary: a tag that no other kind of view has.
  return value as Uint8Array;
}

/** One of a few words; `otherwise` where there is none. */
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

/** `'a', 'b' or 'c'`. */
export function wordsOf(words: readonly string[]): string {
  const quoted = words.map((word) => `'${word}'`);
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}

/** @returns the value as it is; the caller knows its parameters */
export function functionAt<T>(path: string, value: T, fits = 'a function'): T {
  if (typeof value === 'function') return value;
  throw invalid(TypeError, path, value, fits);
}

/** Only `undefined` stands for "not given": `null` is a value, and fits nowhere that it isn't named. */
export function orDefault<T>(value: unknown, otherwise: T): unknown {
  return value === undefined ? otherwise : value;
}

/**
 * The names of options, from an object that has each of them: a type with an option more doesn't
 * compile until it is there.
 */
export function namesOf<T extends object>(
  names: Readonly<Record<keyof T & string, true>>,
): readonly (keyof T & string)[] {
  return Object.keys(names) as (keyof T & string)[];
}

/** An object with members (no array, Map, Date, promise, …); each of its members is checked where it is read. */
export function objectAt(
  path: string,
  value: unknown,
  fits = 'an object',
): Record<string, unknown> {
  // The boundary: an object of unknown make. (A proxy that was revoked throws when it is looked at.)
  if (isObject(value)) return value as Record<string, unknown>;
  throw invalid(TypeError, path, value, fits);
}

/**
 * Refuses own members that are no options. What stands on a prototype is not looked at, so that an
 * instance of a class can be given, and a library that extends `Object.prototype` hurts nobody.
 *
 * @param path where `given` stands; '' for the options themselves
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

/** An error for an option that there is not: what came, what was probably meant, and what there is. */
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

/** An error for a value that fits, and comes when it has no effect any more. */
export function tooLate(path: string, came: unknown, what: string): Error {
  return optionError(TypeError, `${path}: got ${shown(came)} after ${what}, expected it before`);
}

/** An error for a value that doesn't fit. TypeError: of another type; RangeError: of the type, and outside. */
export function invalid(Kind: OptionErrorKind, path: string, came: unknown, fits: string): Error {
  return optionError(Kind, `${path}: got ${shown(came)}, expected ${fits}`);
}

function kindFor(type: 'number' | 'string', value: unknown): OptionErrorKind {
  return typeof value === type ? RangeError : TypeError;
}

function wholeNumberWords({ least, most = EXACT_MAX, unit, zero }: WholeNumberBounds): string {
  const what = unit === undefined ? 'a whole number' : `a whole number of ${unit}`;
  const range = most === EXACT_MAX ? `, ${least} or more` : ` from ${least} to ${most}`;
  return `${what}${range}${zero === undefined ? '' : ` (0: ${zero})`}`;
}

function meantBy(
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

// What holds its content elsewhere than in members, so that options given as one would be ignored.
const noOptions: ReadonlySet<string> = new Set(
  [
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

function isObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return !Array.isArray(value) && !noOptions.has(tagOf(value));
  } catch {
    // A proxy that was revoked, or a tag that can't be read.
    return false;
  }
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}

/** For the message alone: what a getter would give is not asked for. */
function ownValue(given: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(given, name)?.value;
}

function optionError(Kind: OptionErrorKind, message: string): Error {
  return Object.assign(new Kind(message), { code: 'SLUICE_OPTION_INVALID' });
}
