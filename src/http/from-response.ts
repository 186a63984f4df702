// What a handler may return besides a Reply: a standard Response, of this realm
// or of a framework that brings its own.

import { describe } from './describe.js';
import { forbiddenField } from './field-lines.js';
import { hasOwnReply, OWN_REPLY } from './own-reply.js';
import { Reply } from './reply.js';
import { ReplyError } from './reply-error.js';
import { ReplyFields } from './reply-fields.js';

/**
 * Any value a handler gave, as a Reply.
 *
 * @throws ReplyError if it is neither a Reply nor a Response, or can't be sent
 */
export function toReply(value: unknown): Reply {
  if (value instanceof Reply) return value;
  if (hasOwnReply(value)) return value[OWN_REPLY]();
  if (isResponse(value)) return fromResponse(value);
  throw new ReplyError(
    'SLUICE_REPLY_NONE',
    `a handler must return a Reply or a Response, or a promise of one; got ${describe(value)}`,
  );
}

/** Adapts a standard Response. Its body is read as a stream: its length is not to be known. */
export function fromResponse(response: Response): Reply {
  if (response.status === 0 || response.type === 'error') {
    throw new ReplyError(
      'SLUICE_REPLY_STATUS_INVALID',
      'a network error (Response.error()) or an opaque response can be sent to nobody',
    );
  }
  if (response.bodyUsed || response.body?.locked === true) {
    throw new ReplyError(
      'SLUICE_REPLY_BODY_USED',
      'the body of the Response was read already, or a reader holds it',
    );
  }
  const fields = new ReplyFields();
  const skipped = skippedOf(response);
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie' && !skipped.has(name)) fields.add(name, value);
  }
  // One by one, however the Headers of another implementation iterates them.
  for (const cookie of response.headers.getSetCookie()) fields.add('set-cookie', cookie);
  return new Reply(response.body, response.status, response.statusText, fields, undefined);
}

const NONE: ReadonlySet<string> = new Set();
/** They were between us and the other server (RFC 9110 §7.6.1). */
const HOP_BY_HOP: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/**
 * A Response that `fetch()` got still carries the fields of that connection, and
 * those of the coding that fetch has already undone: passed on, they would
 * announce a length and a coding that the content no longer has.
 */
function skippedOf(response: Response): ReadonlySet<string> {
  // Only a Response from the network has a URL.
  if (response.url === '') return NONE;
  const skipped = new Set(HOP_BY_HOP);
  const { headers } = response;
  for (const option of (headers.get('connection') ?? '').split(',')) {
    skipped.add(option.trim().toLowerCase());
  }
  const coding = headers.get('content-encoding');
  if (coding !== null && response.body !== null && isUndone(coding)) {
    skipped.add('content-encoding').add('content-length');
  }
  return skipped;
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
  return codings
    .toLowerCase()
    .split(',')
    .every((coding) => /^\s*(?:x-gzip|gzip|deflate|br)\s*$/.test(coding));
}

function isResponse(value: unknown): value is Response {
  if (value instanceof Response) return true;
  // Boundary: frameworks bring their own Response, which has the same members.
  return (
    typeof value === 'object' &&
    value !== null &&
    'status' in value &&
    typeof value.status === 'number' &&
    'headers' in value &&
    typeof value.headers === 'object' &&
    value.headers !== null &&
    'getSetCookie' in value.headers &&
    'body' in value &&
    'bodyUsed' in value
  );
}
