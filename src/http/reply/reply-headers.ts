// The headers of a finished reply: to read, and to change in a copy.

import { addFields, type FieldsInit, type FieldValue } from './field-lines.js';
import { ReplyFields } from './reply-fields.js';

/** The headers of a reply that are not in its lines. */
export interface DeclaredFields {
  readonly closes: boolean;
  /** The declared Content-Length, or −1. */
  readonly contentLength: number;
}

/** The headers of `lines`. They can be read but not changed. */
export function readableHeaders(lines: string, declared: DeclaredFields): Headers {
  const headers = new Headers();
  for (const [name, value] of pairsOf(lines)) headers.append(name, value);
  if (declared.contentLength >= 0) headers.set('content-length', String(declared.contentLength));
  if (declared.closes) headers.append('connection', 'close');
  for (const name of ['append', 'delete', 'set'] as const) {
    Object.defineProperty(headers, name, { value: refuseChange });
  }
  return headers;
}

/** The fields of `lines`, where fields of `init` replace those with the same names. */
export function changedFields(
  lines: string,
  declared: DeclaredFields,
  init: FieldsInit | undefined,
): ReplyFields {
  // Collected first: an iterable can be read only once, and all names are needed before the values.
  const given: [name: string, value: FieldValue][] = [];
  if (init !== undefined) addFields({ add: (name, value) => given.push([name, value]) }, init);
  const named = new Set(given.map(([name]) => String(name).toLowerCase()));
  const fields = new ReplyFields();
  for (const [name, value] of pairsOf(lines)) {
    if (!named.has(name.toLowerCase())) fields.add(name, value);
  }
  if (!named.has('content-length')) fields.contentLength = declared.contentLength;
  if (!named.has('connection')) fields.closes = declared.closes;
  for (const [name, value] of given) fields.add(name, value);
  return fields;
}

function* pairsOf(lines: string): Generator<[name: string, value: string]> {
  for (const line of lines.split('\r\n')) {
    if (line === '') continue;
    const colon = line.indexOf(': ');
    yield [line.slice(0, colon), line.slice(colon + 2)];
  }
}

function refuseChange(): never {
  throw new TypeError(
    'the headers of a Reply can be read, not changed: reply.with({ headers }) gives a changed copy',
  );
}
