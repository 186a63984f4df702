// The head of a response that a listener of 'upgrade' or 'clientError' writes to the socket as text or bytes.

import { latin1 } from '../../http/latin1.js';

const STATUS_LINE = /^HTTP\/1\.[01] ([1-9]\d\d)[ \r\n]/;
/** A longer head is measured up to here. */
const HEAD_BYTES_MAX = 16 * 1024;

export interface RawHead {
  readonly status: number;
  readonly bytes: number;
}

/**
 * The head at the beginning of `piece`; undefined if there is none. A 1xx other than 101 is not counted: the response
 * comes behind it.
 */
export function rawHead(piece: Uint8Array | string): RawHead | undefined {
  const text =
    typeof piece === 'string'
      ? piece.slice(0, HEAD_BYTES_MAX)
      : latin1(piece, 0, Math.min(piece.length, HEAD_BYTES_MAX));
  const status = Number(STATUS_LINE.exec(text)?.[1] ?? 0);
  if (status !== 101 && status < 200) return undefined;
  const end = text.indexOf('\r\n\r\n');
  return { status, bytes: end < 0 ? text.length : end + 4 };
}
