// The head of a response that somebody has written by hand: as a listener of 'upgrade' or 'clientError' does.

import { latin1 } from '../http/latin1.js';

const STATUS_LINE = /^HTTP\/1\.[01] ([1-9]\d\d)[ \r\n]/;
/** Nobody writes longer ones by hand. */
const HEAD_BYTES_MAX = 16 * 1024;

export interface RawHead {
  readonly status: number;
  readonly bytes: number;
}

/** The head that `piece` begins with; undefined for anything else. A 1xx but 101 is not the response yet. */
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
