// Content that its handler leaves unread: how far sluice reads past it in search of the peer's FIN, and when
// it is too much to read past.

import type { Ledger } from '../memory/ledger.js';
import { aheadBytesMost, Look, nextAheadBytes } from '../memory/look-ahead.js';

/** The request, as its unread content is looked at. */
export interface UnreadRequest {
  readonly bodyBytesMax: number;
  /** The client was told to send its content, or never asked. */
  readonly continued: boolean;
  readonly body: { readonly cancelled: boolean } | null;
}

/** Reads on, as far as memory allows, and keeps what comes for whoever asks for it. */
export function lookFurther(
  { bodyBytesMax }: UnreadRequest,
  receiver: {
    readonly input: { readonly length: number };
    lookAhead(bytesMax: number, look: number): void;
  },
  { limits, ledger }: { readonly limits: { bufferedBytesMax: number }; readonly ledger: Ledger },
): void {
  const most = aheadBytesMost(bodyBytesMax, limits.bufferedBytesMax);
  const bytes = nextAheadBytes(receiver.input.length, most, ledger);
  receiver.lookAhead(bytes, bytes === 0 || bytes === most ? Look.all : Look.further);
}

/**
 * Whether the content that is still to come is too much, or too uncertain, to read past it.
 *
 * @param contentLeft bytes of a declared length that are still to come
 * @param mayReadOn the content may still be read behind the head: a streamed reply, as an echo, begins when its head
 * is out. A whole reply ends the reading, so what its handler has read before changes nothing.
 */
export function isTooMuch(
  { continued, body }: UnreadRequest,
  contentLeft: number,
  mayReadOn: boolean,
  drainBytesMax: number,
): boolean {
  // Nobody knows whether content will follow that was to follow a 100 (RFC 9110 §10.1.1).
  if (!continued) return true;
  if (contentLeft <= drainBytesMax || body === null) return false;
  return body.cancelled || !mayReadOn;
}
