// The fields of a standard Response, as sluice sends them. A `reply()` is written for sluice, so
// what it may not say throws. A Response is written for any server, by frameworks, or came from
// another one by `fetch()`: the fields that belong to a connection are dropped.

import { forbiddenField } from './field-lines.js';
import { ReplyFields } from './reply-fields.js';

/** What else of a Response decides which of its fields are sent. */
export interface ResponseFacts {
  readonly status: number;
  /** The content is a stream, so nothing but the field tells its length. */
  readonly streamed: boolean;
  /** `fetch()` got it. */
  readonly fetched: boolean;
}

/**
 * Fields of the connection on which a Response came or will go (RFC 9110 §7.6.1), which sluice sets
 * itself. `Trailer` announces what no Response can hold.
 */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** @param list name, value, name, value, …: the names in lowercase, each but set-cookie once */
export function responseFields(list: readonly string[], facts: ResponseFacts): ReplyFields {
  const fields = new ReplyFields();
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i] as string;
    // Few Responses have such a field; the others are spared the look at all fields.
    if (CONNECTION_FIELDS.has(name) || name === 'content-encoding') {
      return remainingFields(list, facts);
    }
    fields.add(name, list[i + 1] as string);
  }
  return fields;
}

function remainingFields(list: readonly string[], facts: ResponseFacts): ReplyFields {
  const fields = new ReplyFields();
  const dropped = new Set(CONNECTION_FIELDS);
  for (const option of (fieldOf(list, 'connection') ?? '').split(',')) {
    const name = option.trim().toLowerCase();
    dropped.add(name);
    // Of a Response that `fetch()` got, the other server's connection is meant.
    if (name === 'close' && !facts.fetched) fields.closes = true;
  }
  // A server MUST send Upgrade in a 426 (RFC 9110 §15.5.22).
  if (facts.status === 426) dropped.delete('upgrade');
  const coding = fieldOf(list, 'content-encoding');
  if (coding !== null && facts.streamed) {
    if (facts.fetched && isUndone(coding)) dropped.add('content-encoding');
    // `fetch()` decodes content and leaves the length of what it decoded. `new Response(r.body, r)`
    // does not tell that it is such content, and a wrong length would cut it.
    if (mayBeUndone(coding)) dropped.add('content-length');
  }
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i] as string;
    if (!dropped.has(name)) fields.add(name, list[i + 1] as string);
  }
  return fields;
}

function fieldOf(list: readonly string[], name: string): string | null {
  for (let i = 0; i < list.length; i += 2) if (list[i] === name) return list[i + 1] as string;
  return null;
}

/** fetch decodes these, and leaves content that has any other coding as it came. */
function isUndone(codings: string): boolean {
  if (/\bzstd\b/i.test(codings)) {
    // Node 24's fetch decodes it, that of Node 20 and 22 does not, and the Response doesn't tell.
    throw forbiddenField(
      'content-encoding: zstd',
      'whether fetch() has decoded it depends on the version of Node; make a new Response with the right headers',
    );
  }
  return mayBeUndone(codings);
}

function mayBeUndone(codings: string): boolean {
  return codings
    .split(',')
    .every((coding) => /^\s*(?:x-gzip|gzip|deflate|br|zstd)\s*$/i.test(coding));
}
