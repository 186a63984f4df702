// Checks of the parts of a reply, before the reply is made.

import { isObject, meantBy } from '../../options/checks.js';
import { REPLY_OTHER_NAMES } from '../../options/other-names.js';
import { shown } from '../../options/shown.js';
import { isFieldValue } from './field-check.js';
import { ReplyError } from './reply-error.js';

const INIT_KEYS = ['status', 'statusText', 'headers', 'trailers'] as const;
const CHANGE_KEYS = ['status', 'statusText', 'headers'] as const;

/** @throws ReplyError unless `init` is an object without unknown keys */
export function checkInit(init: object): void {
  checkObject('reply()', 'the second argument', INIT_KEYS, init);
  // A loop, because a list of keys would be allocated.
  for (const key in init) {
    if (isInitKey(key)) continue;
    // An inherited key comes from a library that changed Object.prototype.
    if (Object.hasOwn(init, key)) throw unknownKey('reply()', INIT_KEYS, key);
  }
}

/** @throws ReplyError unless `change` fits `reply.with()` */
export function checkChange(change: object): void {
  checkObject('reply.with()', 'the argument', CHANGE_KEYS, change);
  for (const key of Object.keys(change)) {
    if (!CHANGE_KEYS.includes(key as (typeof CHANGE_KEYS)[number])) {
      throw unknownKey('reply.with()', CHANGE_KEYS, key);
    }
  }
}

export function checkStatus(status: number): void {
  if (Number.isInteger(status) && status >= 200 && status <= 599) return;
  throw new ReplyError(
    'SLUICE_REPLY_STATUS_INVALID',
    `status must be an integer from 200 to 599; got ${shown(status)}`,
  );
}

export function checkStatusText(statusText: string): void {
  if (typeof statusText === 'string' && isFieldValue(statusText)) return;
  throw new ReplyError(
    'SLUICE_REPLY_STATUS_TEXT_INVALID',
    `statusText must be a string of latin1 characters without control characters; got ${shown(statusText)}`,
  );
}

/**
 * @throws ReplyError if the declared Content-Length differs from the known length of the content
 */
export function checkDeclared(declared: number, length: number, hasTrailers: boolean): void {
  if (declared !== length) {
    throw new ReplyError(
      'SLUICE_REPLY_LENGTH_INVALID',
      `Content-Length must be the body's ${length} bytes, or be left out; got ${declared}`,
    );
  }
  if (hasTrailers) {
    throw new ReplyError(
      'SLUICE_REPLY_LENGTH_INVALID',
      'trailers need the chunked coding, which excludes a Content-Length: leave out one of them',
    );
  }
}

/**
 * True for one of {@link INIT_KEYS}. It runs for each reply: searching the list would cost more.
 */
function isInitKey(key: string): boolean {
  return key === 'headers' || key === 'status' || key === 'statusText' || key === 'trailers';
}

function checkObject(taker: string, place: string, known: readonly string[], given: unknown): void {
  if (typeof given === 'object' && given !== null) {
    // Most are literals. In Headers, and in a Map, nothing would be found.
    if (Object.getPrototypeOf(given) === Object.prototype || isObject(given)) return;
  }
  throw new ReplyError(
    'SLUICE_REPLY_OPTION_UNKNOWN',
    `${place} of ${taker} must be an object with ${known.join(', ')}; got ${shown(given)}`,
  );
}

function unknownKey(taker: string, known: readonly string[], key: string): ReplyError {
  const meant = meantBy('', key, known, REPLY_OTHER_NAMES);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return new ReplyError(
    'SLUICE_REPLY_OPTION_UNKNOWN',
    `${taker} takes ${known.join(', ')}; got ${shown(key)}${hint}`,
  );
}
