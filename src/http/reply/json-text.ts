// The content of `reply.json()`.

import { inWords } from '../../options/in-words.js';
import { shown } from '../../options/shown.js';
import { ReplyError } from './reply-error.js';

/** @throws ReplyError if the value has no JSON text */
export function jsonText(value: unknown): string {
  let text: unknown;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : inWords(cause);
    throw new ReplyError(
      'SLUICE_REPLY_BODY_INVALID',
      `reply.json() found no JSON for the value: ${why}`,
      { cause },
    );
  }
  if (typeof text === 'string') return text;
  throw new ReplyError(
    'SLUICE_REPLY_BODY_INVALID',
    `reply.json() takes what JSON can say: an object, an array, a string, a number, a boolean or null; got ${shown(value)}`,
  );
}
