// Makes a Reply from a standard Response. The Response may be of this realm, or of a framework with
// its own class.

import { shown } from '../../options/shown.js';
import { dropIfPromise } from '../../options/thenable.js';
import { leaveUncancelled } from './body-source.js';
import { isReadableStream } from './bytes-of.js';
import { hasOwnReply, OWN_REPLY } from './own-reply.js';
import { Reply, replyOfBody } from './reply.js';
import { ReplyError } from './reply-error.js';
import type { ReplyFields } from './reply-fields.js';
import { responseFields } from './response-fields.js';
import { StreamedContent } from './streamed-content.js';

/**
 * The value that a handler gave, as a Reply.
 *
 * @throws ReplyError if it is neither a Reply nor a Response, or can't be sent
 */
export function toReply(value: unknown): Reply {
  if (Reply.isOne(value)) return value;
  if (hasOwnReply(value)) return value[OWN_REPLY]();
  if (isResponse(value)) return fromResponse(value);
  // A promise that a promise gave, or that seems none: nobody else hears how it ends.
  dropIfPromise(value);
  throw new ReplyError(
    'SLUICE_REPLY_NONE',
    `a handler must return a Reply or a Response, or a promise of one; got ${shown(value)}${whyNoResponse(value)}`,
  );
}

/** True if a handler may give this value. Frameworks also throw such values, as their answer. */
export function isAnswer(value: unknown): boolean {
  try {
    return Reply.isOne(value) || hasOwnReply(value) || isResponse(value);
  } catch {
    // Reading the value threw.
    return false;
  }
}

/**
 * Drops the content of an answer that is not sent. Any other value is ignored, and a promise is dropped.
 *
 * @param onError gets the error of the content's source
 */
export function dropAnswer(value: unknown, onError: (error: unknown) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (!isAnswer(value)) {
    dropIfPromise(value);
    return;
  }
  try {
    toReply(value).discard(undefined, onError);
  } catch (error) {
    onError(error);
  }
}

/** Adapts a standard Response. Only its stream can give the length of its body. */
export function fromResponse(response: Response): Reply {
  const { status, body } = response;
  if (status === 0 || response.type === 'error') {
    throw new ReplyError(
      'SLUICE_REPLY_STATUS_INVALID',
      'a network error (Response.error()) or an opaque response can be sent to nobody',
    );
  }
  if (response.bodyUsed || body?.locked === true) {
    throw new ReplyError(
      'SLUICE_REPLY_BODY_USED',
      'the body of the Response was read already, or a reader holds it',
    );
  }
  const list: string[] = [];
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie') list.push(name, value);
  }
  // Cookies are added one by one: implementations of Headers differ in how they iterate them.
  for (const cookie of response.headers.getSetCookie()) list.push('set-cookie', cookie);
  // Only a Response from the network has a URL.
  const facts = { status, streamed: body !== null, fetched: response.url !== '' };
  return replyOfStream(body, status, response.statusText, responseFields(list, facts));
}

/** The reply of a Response whose body is a stream or null. */
export function replyOfStream(
  body: ReadableStream<Uint8Array> | null,
  status: number,
  statusText: string,
  fields: ReplyFields,
): Reply {
  // The platform's own boundary: it has made the content of a FormData.
  if (body !== null && fields.text.includes('boundary=----formdata-undici-'))
    leaveUncancelled(body);
  const content = body === null ? null : new StreamedContent(body, -1, '', true);
  return replyOfBody(content, status, statusText, fields, undefined);
}

/** Checks the members, because frameworks and other realms have their own classes. */
function isResponse(value: unknown): value is Response {
  return hasStatusAndHeaders(value) && missingOf(value) === undefined;
}

/**
 * The member that is missing in this implementation of Response, in words; undefined if none is
 * missing.
 */
function missingOf(value: ResponseLike): string | undefined {
  const { headers, body } = value;
  if (!('bodyUsed' in value) || body === undefined) return 'it has no `body`';
  if (body !== null && !isReadableStream(body)) return 'its `body` is no ReadableStream';
  if (!(Symbol.iterator in headers)) return 'its `headers` can’t be iterated';
  if (!('getSetCookie' in headers)) return 'its `headers` have no getSetCookie()';
  return undefined;
}

/**
 * Text for the error: the Response of node-fetch and of some polyfills is not as the standard says.
 */
function whyNoResponse(value: unknown): string {
  if (!hasStatusAndHeaders(value)) return '';
  if (isForeignReply(value))
    return ' of another copy of sluice in this process. Import `reply` from the copy whose server runs';
  const missing = missingOf(value);
  if (missing === undefined) return '';
  return ` that is not as the Fetch standard has it: ${missing}. Make one of Node's own: new Response(content, { status, headers })`;
}

/** Has the members of a Reply, and is none that this module made. */
function isForeignReply(value: ResponseLike): boolean {
  return 'fields' in value && typeof value.fields === 'string' && 'with' in value;
}

interface ResponseLike {
  readonly headers: object;
  readonly body?: unknown;
}

function hasStatusAndHeaders(value: unknown): value is ResponseLike {
  return (
    typeof value === 'object' &&
    value !== null &&
    'status' in value &&
    typeof value.status === 'number' &&
    'headers' in value &&
    typeof value.headers === 'object' &&
    value.headers !== null
  );
}
