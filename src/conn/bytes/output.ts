// What wake-ups produced, sent in one write: responses to pipelined requests
// leave together, and a head leaves with its content.

import { ReplyError } from '../../http/reply/reply-error.js';
import type { Transport } from '../transport.js';

/** Up to here pieces are copied together: one write costs more than the copy. */
export const JOINED_BYTES_MAX: number = 16 * 1024;

export class Output {
  readonly #transport: Transport;
  /** The pieces, strings being latin1. A single string is the common case and has no array. */
  #text = '';
  #pieces: (Uint8Array | string)[] | undefined = undefined;
  #pieceBytes = 0;
  /** Handed to the transport, since the connection began. Of a write that throws nobody knows how much left. */
  sentBytes = 0;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Bytes that were not handed to the transport. */
  get unsentBytes(): number {
    return this.#text.length + this.#pieceBytes;
  }

  /** All bytes that were given since the connection began, handed to the transport or not. */
  get givenBytes(): number {
    return this.sentBytes + this.unsentBytes;
  }

  /** Bytes that have not left: those, and what the transport could not flush at once. */
  get backlogBytes(): number {
    return this.unsentBytes + this.#transport.unflushedBytes;
  }

  /** Memory that is held for what has not left: more, where a long write has left in part. */
  get heldBytes(): number {
    return this.unsentBytes + this.#transport.retainedBytes;
  }

  /** Appends latin1: one byte a character. */
  text(latin1: string): void {
    this.#text += latin1;
  }

  /** Appends bytes; they must not change until they have left. */
  bytes(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pieces ??= [];
    if (this.#text.length > 0) {
      this.#pieces.push(this.#text);
      this.#pieceBytes += this.#text.length;
      this.#text = '';
    }
    this.#pieces.push(bytes);
    this.#pieceBytes += bytes.length;
  }

  /** Hands all of it to the transport. */
  send(): void {
    const pieces = this.#pieces;
    const text = this.#text;
    if (pieces !== undefined) {
      this.#sendPieces(pieces);
      return;
    }
    if (text.length === 0) return;
    this.#text = '';
    this.#transport.write(text);
    this.sentBytes += text.length;
  }

  #sendPieces(pieces: (Uint8Array | string)[]): void {
    const text = this.#text;
    this.#text = '';
    if (text.length > 0) pieces.push(text);
    const length = this.#pieceBytes + text.length;
    this.#pieces = undefined;
    this.#pieceBytes = 0;
    checkLengths(pieces, length);
    if (length <= JOINED_BYTES_MAX) this.#transport.write(joined(pieces, length));
    else this.#transport.writeAll(pieces);
    this.sentBytes += length;
  }

  /** Forgets what has not been sent. */
  clear(): void {
    this.#text = '';
    this.#pieces = undefined;
    this.#pieceBytes = 0;
  }
}

/** The memory's own length, whatever an object of the application's says of itself. */
const { get: lengthGetter } = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  'length',
) as { get(this: Uint8Array): number };

function lengthOf(piece: Uint8Array | string): number {
  return typeof piece === 'string' ? piece.length : lengthGetter.call(piece);
}

/**
 * Memory may be transferred or resized after it was given. Then a client would take the bytes that come next for
 * those that are missing, or get memory in which other connections' bytes were.
 */
function checkLengths(pieces: readonly (Uint8Array | string)[], length: number): void {
  let found = 0;
  for (const piece of pieces) found += lengthOf(piece);
  if (found !== length) throw lengthChanged(length, found);
}

function joined(pieces: readonly (Uint8Array | string)[], length: number): Uint8Array {
  const whole = Buffer.allocUnsafe(length);
  let at = 0;
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      at += whole.write(piece, at, 'latin1');
    } else {
      whole.set(piece, at);
      at += lengthOf(piece);
    }
  }
  return whole;
}

function lengthChanged(length: number, found: number): ReplyError {
  return new ReplyError(
    'SLUICE_REPLY_LENGTH_INVALID',
    `bytes that were given have changed their length before they were sent: ${length} with all that goes with them, and now ${found}; memory must not be transferred or resized until it has left`,
  );
}
