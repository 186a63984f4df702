// The fields of a standard Response, as sluice sends them. A `reply()` is written for sluice, so a
// forbidden field throws. A Response is written by a framework for any server, or came from another
// server by `fetch()`. Its fields for a connection are dropped.

import { forbiddenField } from './field-lines.js';
import { ReplyFields } from './reply-fields.js';

/** Further facts of a Response that decide about its fields. */
export interface ResponseFacts {
  readonly status: number;
  /** The content is a stream, so only the field tells its length. */
  readonly streamed: boolean;
  /** The Response came from `fetch()`. */
  readonly fetched: boolean;
}

/**
 * Fields of one connection (RFC 9110 §7.6.1), which sluice sets itself. `Trailer` announces fields
 * that a Response can't have.
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

/** @param list name, value, name, value, …: lowercase names, each once except set-cookie */
export function responseFields(list: readonly string[], facts: ResponseFacts): ReplyFields {
  const fields = new ReplyFields();
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i] as string;
    // Few Responses have such a field. For the others, this loop is enough.
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
    // In a Response of `fetch()`, the option is about the connection to the other server.
    if (name === 'close' && !facts.fetched) fields.closes = true;
  }
  // A server MUST send Upgrade in a 426 (RFC 9110 §15.5.22).
  if (facts.status === 426) dropped.delete('upgrade');
  const coding = fieldOf(list, 'content-encoding');
  if (coding !== null && facts.streamed) {
    if (facts.fetched && isUndone(coding)) dropped.add('content-encoding');
    // `fetch()` decodes the content, but keeps the length of the encoded content. `new
    // Response(r.body, r)` does not show this. A wrong length would cut the content.
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

/** True for codings that `fetch()` decodes. Content with any other coding stays as it came. */
function isUndone(codings: string): boolean {
  if (/\bzstd\b/i.test(codings)) {
    // The fetch of Node 24 decodes zstd. In Node 20 and 22 it does not, and the Response does not
    // show which.
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
