// Makes checked field lines from a handler's headers. These lines can stand in a head and can't end
// it.

import { shown } from '../../options/shown.js';
import { isFieldValue, isToken, trimValue } from './field-check.js';
import { ReplyError } from './reply-error.js';

/** The value of one field. Each item of a list becomes its own field line. */
export type FieldValue = string | number | readonly (string | number)[];

/** Fields as a handler gives them: an object, pairs, or `Headers`. */
export type FieldsInit =
  | Headers
  | Iterable<readonly [name: string, value: FieldValue]>
  | { readonly [name: string]: FieldValue };

/** Where fields are collected. */
export interface FieldSink {
  /** Takes a field, or throws. Neither name nor value were checked before. */
  add(name: string, value: FieldValue): void;
}

/** Gives each field of a handler to `sink`. */
export function addFields(sink: FieldSink, init: FieldsInit): void {
  if (typeof init !== 'object' || init === null) {
    throw new ReplyError(
      'SLUICE_REPLY_FIELD_VALUE_INVALID',
      `headers must be an object, an array of pairs or Headers; got ${shown(init)}`,
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
      `an item of headers must be a pair of name and value; got ${shown(pair)}`,
    );
  }
  sink.add(pair[0], pair[1]);
}

/** Collects field lines. The subclass decides about each name. */
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

  /** Adds one line, or throws. `value` was checked, `name` was not. */
  protected abstract addLine(name: string, value: string): void;
}

/** @throws ReplyError if `name` is no token: another text would end the name, or the line. */
export function checkFieldName(name: string): void {
  if (typeof name === 'string' && isToken(name)) return;
  throw new ReplyError(
    'SLUICE_REPLY_FIELD_NAME_INVALID',
    `a header's name must be a token (letters, digits and !#$%&'*+-.^_\`|~); got ${shown(name)}`,
  );
}

/** The error for a name that may not be sent. */
export function forbiddenField(name: string, why: string): ReplyError {
  return new ReplyError('SLUICE_REPLY_FIELD_FORBIDDEN', `${name} can't be set: ${why}`);
}

/** `value` in the form in which it may stand in a line. */
export function checkedValue(name: string, value: unknown): string {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value === 'string' && isFieldValue(value)) return trimValue(value);
  throw new ReplyError(
    'SLUICE_REPLY_FIELD_VALUE_INVALID',
    `the value of ${shown(name)} must be a number, or a string of latin1 characters without control characters but HTAB, or an array of these; got ${shown(value)}`,
  );
}
