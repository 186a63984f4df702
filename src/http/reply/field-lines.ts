// A handler's headers to field lines, checked: what comes out can stand in a head
// and can't end it.

import { describe } from '../describe.js';
import { isFieldValue, isToken, trimValue } from './field-check.js';
import { ReplyError } from './reply-error.js';

/** One field's value; of a list, each item becomes a field line of its own. */
export type FieldValue = string | number | readonly (string | number)[];

/** Fields as a handler gives them: an object, pairs, or `Headers`. */
export type FieldsInit =
  | Headers
  | Iterable<readonly [name: string, value: FieldValue]>
  | { readonly [name: string]: FieldValue };

/** Where fields are collected. */
export interface FieldSink {
  /** Takes a field, or refuses it. Neither name nor value were checked. */
  add(name: string, value: FieldValue): void;
}

/** Gives `sink` each of a handler's fields. */
export function addFields(sink: FieldSink, init: FieldsInit): void {
  if (typeof init !== 'object' || init === null) {
    throw new ReplyError(
      'SLUICE_REPLY_FIELD_VALUE_INVALID',
      `headers must be an object, an array of pairs or Headers; got ${describe(init)}`,
    );
  }
  if (Symbol.iterator in init) {
    for (const pair of init as Iterable<readonly [string, FieldValue]>) addPair(sink, pair);
    return;
  }
  for (const name of Object.keys(init)) sink.add(name, init[name] as FieldValue);
}

function addPair(sink: FieldSink, pair: readonly [string, FieldValue]): void {
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new ReplyError(
      'SLUICE_REPLY_FIELD_VALUE_INVALID',
      `an item of headers must be a pair of name and value; got ${describe(pair)}`,
    );
  }
  sink.add(pair[0], pair[1]);
}

/** Collects field lines. What a name means where they will stand is the subclass's to say. */
export abstract class FieldLines implements FieldSink {
  /** All lines, each with its CRLF. */
  text: string;

  constructor() {
    this.text = '';
  }

  add(name: string, value: FieldValue): void {
    if (!Array.isArray(value)) {
      this.addLine(name, checkedValue(name, value));
      return;
    }
    for (const item of value) this.addLine(name, checkedValue(name, item));
  }

  /** Adds one line or refuses it. `value` is checked, `name` is not. */
  protected abstract addLine(name: string, value: string): void;
}

/** @throws ReplyError if `name` is no token: anything else would end the name early, or the line. */
export function checkFieldName(name: string): void {
  if (typeof name === 'string' && isToken(name)) return;
  throw new ReplyError(
    'SLUICE_REPLY_FIELD_NAME_INVALID',
    `a header's name must be a token (letters, digits and !#$%&'*+-.^_\`|~); got ${describe(name)}`,
  );
}

/** Why `name` may not be sent, as an error to throw. */
export function forbiddenField(name: string, why: string): ReplyError {
  return new ReplyError('SLUICE_REPLY_FIELD_FORBIDDEN', `${name} can't be set: ${why}`);
}

/** `value` as it may stand in a line. */
export function checkedValue(name: string, value: unknown): string {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value === 'string' && isFieldValue(value)) return trimValue(value);
  throw new ReplyError(
    'SLUICE_REPLY_FIELD_VALUE_INVALID',
    `the value of ${describe(name)} must be a number, or a string of latin1 characters without control characters but HTAB, or an array of these; got ${describe(value)}`,
  );
}
