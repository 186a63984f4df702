// How far a connection reads ahead of whoever asks for its bytes: less where memory is tight. More where the
// response is silent, because the peer's FIN may lie behind bytes that nobody asks for. What is read is kept.

import { FULL_READ_BYTES } from '../transport.js';
import { type Ledger, SCARCE, TIGHT } from './ledger.js';

/** Maximum of bytes read ahead while memory is tight. */
const TIGHT_BYTES_MAX = 16 * 1024;

/** Maximum of bytes read ahead at a level of memory that is tight or worse. */
export function tightReadAhead(usualBytesMax: number, level: number, isContent: boolean): number {
  // While memory is scarce, content is read one piece at a time.
  return level >= SCARCE && isContent ? 1 : Math.min(usualBytesMax, TIGHT_BYTES_MAX);
}

/** How far was looked since the response has last moved. */
export const Look = {
  /** No further than usual. */
  none: 0,
  /** There is room to look further. */
  further: 1,
  /** As far as may be. */
  all: 2,
} as const;

/** Each look holds no more than this many times what the one before it held. */
const GROWTH = 8;
/** The share of all memory that one connection may fill in this way. */
const AHEAD_SHARE = 1 / 16;
/** Room for what frames the content, and for the last two reads. */
const FRAMING_BYTES = 2 * FULL_READ_BYTES;

/** The most that may be held: all content that the handler may read, if memory allows. */
export function aheadBytesMost(bodyBytesMax: number, bufferedBytesMax: number): number {
  return Math.min(bodyBytesMax + FRAMING_BYTES, bufferedBytesMax * AHEAD_SHARE);
}

/** The bytes that the next look may hold. 0 if memory might become tight should all connections look at once. */
export function nextAheadBytes(heldBytes: number, mostBytes: number, ledger: Ledger): number {
  if (!ledger.fits((GROWTH - 1) * ledger.bytes, TIGHT)) return 0;
  return Math.min(mostBytes, GROWTH * Math.max(heldBytes, FULL_READ_BYTES));
}
