// The chunked transfer coding (RFC 9112 §7.1), resumable at any byte. It gives chunk data as
// offsets into the bytes, without a copy. It does not know the reader of the data. The trailer section
// after the last chunk is parsed by `FieldSectionParser`.

import type { FaultId } from '../faults.js';
import { Fault } from '../faults.js';
import type { Limits } from '../limits.js';
import { HEX_VALUE, QDTEXT, TCHAR } from './bytes.js';

/** More bytes are needed. */
export const CHUNK_MORE = 0;
/** Chunk data is `[dataFrom, dataTo)`; `at` is one past it. */
export const CHUNK_DATA = 1;
/** The line of the last chunk is complete; the trailer section begins at `at`. */
export const CHUNK_LAST = 2;
/** A rule is broken: `fault`, at the byte `faultAt`. */
export const CHUNK_FAULT = 3;
export type ChunkOutcome =
  | typeof CHUNK_MORE
  | typeof CHUNK_DATA
  | typeof CHUNK_LAST
  | typeof CHUNK_FAULT;

const HTAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const DQUOTE = 0x22;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;

const NOT_HEX = 255;

// chunk = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
const SIZE_FIRST = 0;
const SIZE = 1;
/** After blanks behind a size or a value: only another extension may follow. */
const EXT_BLANKS = 2;
const EXT_NAME_FIRST = 3;
const EXT_NAME = 4;
const EXT_NAME_BLANKS = 5;
const EXT_VALUE_FIRST = 6;
const EXT_VALUE = 7;
const EXT_QUOTED = 8;
const EXT_QUOTED_PAIR = 9;
const EXT_QUOTED_END = 10;
const LINE_LF = 11;
const DATA = 12;
const DATA_CR = 13;
const DATA_LF = 14;

/** The CRLF of the chunk line and the CRLF after the data. */
const LINE_ENDS_BYTES = 4;
/** Framing may be three times as large as the content before the rest counts as overhead. */
const OVERHEAD_PER_BYTE = 3;

export class ChunkParser {
  at = 0;
  dataFrom = 0;
  dataTo = 0;
  fault: FaultId = Fault.none;
  faultAt = 0;
  #state = SIZE_FIRST;
  /** The size of the chunk while its line is read; then the bytes of it that are still to come: 0 at its end. */
  #chunkBytes = 0;
  #lineBytes = 0;
  #extensionBytes = 0;
  /** Framing bytes so far, minus three times the content bytes. */
  #overheadBytes = 0;
  readonly #chunkLineBytesMax: number;
  readonly #chunkExtBytesMax: number;
  readonly #chunkOverheadBytesMax: number;

  constructor(limits: Limits) {
    this.#chunkLineBytesMax = limits.chunkLineBytesMax;
    this.#chunkExtBytesMax = limits.chunkExtBytesMax;
    this.#chunkOverheadBytesMax = limits.chunkOverheadBytesMax;
  }

  /** Begins the content of the next message. */
  reset(): void {
    this.fault = Fault.none;
    this.#state = SIZE_FIRST;
    this.#chunkBytes = 0;
    this.#lineBytes = 0;
    this.#extensionBytes = 0;
    this.#overheadBytes = 0;
  }

  /** Continues at `at`, where the last call stopped. */
  parse(bytes: Uint8Array, at: number, to: number): ChunkOutcome {
    let i = at;
    while (i < to) {
      if (this.#state === DATA) {
        this.dataFrom = i;
        this.dataTo = to - i < this.#chunkBytes ? to : i + this.#chunkBytes;
        this.#chunkBytes -= this.dataTo - i;
        if (this.#chunkBytes === 0) this.#state = DATA_CR;
        this.at = this.dataTo;
        return CHUNK_DATA;
      }
      const c = bytes[i] as number;
      if (this.#state > DATA) {
        // Data that is longer or shorter than its size is the sign of a CL.TE attack. Only CRLF is
        // accepted here.
        if (c !== (this.#state === DATA_CR ? CR : LF))
          return this.#refuse(Fault.chunkDataEndMissing, i);
        this.#state = this.#state === DATA_CR ? DATA_LF : SIZE_FIRST;
        i++;
        continue;
      }
      if (this.#state === LINE_LF) {
        if (c !== LF) return this.#refuse(Fault.bareCr, i);
        const fault = this.#endLine();
        if (fault !== Fault.none) return this.#refuse(fault, i);
        i++;
        if (this.#chunkBytes === 0) {
          this.at = i;
          return CHUNK_LAST;
        }
        continue;
      }
      const fault = this.#lineByte(c);
      if (fault !== Fault.none) return this.#refuse(fault, i);
      i++;
    }
    this.at = i;
    return CHUNK_MORE;
  }

  /** One byte of a chunk line, up to its CR. */
  #lineByte(c: number): FaultId {
    if (++this.#lineBytes > this.#chunkLineBytesMax && c !== CR) return Fault.chunkLineTooLong;
    if (this.#state <= SIZE) return this.#sizeByte(c);
    if (c === CR && endsExtension(this.#state)) {
      this.#state = LINE_LF;
      return Fault.none;
    }
    if (++this.#extensionBytes > this.#chunkExtBytesMax) return Fault.chunkExtensionsTooLarge;
    const next = afterExtensionByte(this.#state, c);
    // A bare LF in an extension ended the line for one server and not for another (CVE-2025-55315).
    if (next < 0) return c === LF ? Fault.bareLf : Fault.chunkExtensionInvalid;
    this.#state = next;
    return Fault.none;
  }

  /** chunk-size = 1*HEXDIG, up to 2^53 - 1: no sign, no 0x, no underscore, no blanks. */
  #sizeByte(c: number): FaultId {
    const digit = HEX_VALUE[c] as number;
    if (digit !== NOT_HEX) {
      const size = this.#chunkBytes * 16 + digit;
      if (size > Number.MAX_SAFE_INTEGER) return Fault.chunkSizeInvalid;
      this.#chunkBytes = size;
      this.#state = SIZE;
      return Fault.none;
    }
    if (this.#state === SIZE_FIRST) return c === LF ? Fault.bareLf : Fault.chunkSizeInvalid;
    if (c === CR) {
      this.#state = LINE_LF;
      return Fault.none;
    }
    const next = c === SEMICOLON ? EXT_NAME_FIRST : isBlank(c) ? EXT_BLANKS : -1;
    if (next < 0) return c === LF ? Fault.bareLf : Fault.chunkSizeInvalid;
    if (++this.#extensionBytes > this.#chunkExtBytesMax) return Fault.chunkExtensionsTooLarge;
    this.#state = next;
    return Fault.none;
  }

  #endLine(): FaultId {
    this.#overheadBytes +=
      this.#lineBytes - 1 + LINE_ENDS_BYTES - OVERHEAD_PER_BYTE * this.#chunkBytes;
    if (this.#overheadBytes > this.#chunkOverheadBytesMax) return Fault.chunkOverhead;
    // Large chunks earn no credit for tiny chunks later.
    if (this.#overheadBytes < 0) this.#overheadBytes = 0;
    this.#lineBytes = 0;
    this.#state = DATA;
    return Fault.none;
  }

  #refuse(fault: FaultId, at: number): ChunkOutcome {
    this.fault = fault;
    this.faultAt = at;
    return CHUNK_FAULT;
  }
}

/** The states of an extension in which its line may end. */
function endsExtension(state: number): boolean {
  return state === EXT_NAME || state === EXT_VALUE || state === EXT_QUOTED_END;
}

/**
 * The state after byte `c` of an extension, or -1 where `c` is not allowed (RFC 9112 §7.1.1):
 * chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
 */
function afterExtensionByte(state: number, c: number): number {
  switch (state) {
    case EXT_BLANKS:
      if (isBlank(c)) return EXT_BLANKS;
      return c === SEMICOLON ? EXT_NAME_FIRST : -1;
    case EXT_NAME_FIRST:
      if (isBlank(c)) return EXT_NAME_FIRST;
      return TCHAR[c] === 1 ? EXT_NAME : -1;
    case EXT_NAME:
      if (TCHAR[c] === 1) return EXT_NAME;
      return isBlank(c) ? EXT_NAME_BLANKS : afterName(c);
    case EXT_NAME_BLANKS:
      return isBlank(c) ? EXT_NAME_BLANKS : afterName(c);
    case EXT_VALUE_FIRST:
      if (isBlank(c)) return EXT_VALUE_FIRST;
      if (c === DQUOTE) return EXT_QUOTED;
      return TCHAR[c] === 1 ? EXT_VALUE : -1;
    case EXT_VALUE:
      return TCHAR[c] === 1 ? EXT_VALUE : afterValue(c);
    case EXT_QUOTED:
      if (QDTEXT[c] === 1) return EXT_QUOTED;
      if (c === BACKSLASH) return EXT_QUOTED_PAIR;
      return c === DQUOTE ? EXT_QUOTED_END : -1;
    case EXT_QUOTED_PAIR:
      // quoted-pair = "\" ( HTAB / SP / VCHAR / obs-text )
      return QDTEXT[c] === 1 || c === DQUOTE || c === BACKSLASH ? EXT_QUOTED : -1;
    default:
      return afterValue(c);
  }
}

function afterName(c: number): number {
  if (c === EQUALS) return EXT_VALUE_FIRST;
  return c === SEMICOLON ? EXT_NAME_FIRST : -1;
}

function afterValue(c: number): number {
  if (c === SEMICOLON) return EXT_NAME_FIRST;
  return isBlank(c) ? EXT_BLANKS : -1;
}

function isBlank(c: number): boolean {
  return c === SP || c === HTAB;
}
