// The head of a request: empty lines before it, its request line, its field lines (RFC 9112 §2.1,
// §3, §5). The parser is resumable at any byte, and scans no byte twice. It finds where each part
// stands. `head-check.ts` decides the meaning of the fields.

import type { FaultId } from '../faults.js';
import { Fault } from '../faults.js';
import type { Limits } from '../limits.js';
import { isText, TARGET, TCHAR } from './bytes.js';
import { FieldSectionParser, SECTION_DONE, SECTION_MORE } from './field-section-parser.js';
import { Head, isHeadMethod, NAME_OF_TARGET } from './head.js';
import { TARGET_FORM_NONE, TARGET_INTERNATIONAL, targetFormOf } from './target.js';

/** More bytes are needed. */
export const HEAD_MORE = 0;
/** `head` is complete; `at` is one past it. */
export const HEAD_DONE = 1;
/** A rule is broken: `fault`, at the byte `faultAt`. */
export const HEAD_FAULT = 2;
export type HeadOutcome = typeof HEAD_MORE | typeof HEAD_DONE | typeof HEAD_FAULT;

const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const ONE = 0x31;

/** The content type 'handshake', the first byte of every TLS connection (RFC 8446 §5.1). */
const TLS_HANDSHAKE = 0x16;

/** The words that may follow "PROXY " (the PROXY protocol, §2.1). */
const PROXY_FAMILIES: readonly string[] = ['TCP4', 'TCP6', 'UNKNOWN'];

/** "HTTP/", the first five bytes of HTTP-version. */
const LETTER_H = 0x48;
const LETTER_T = 0x54;
const LETTER_P = 0x50;
const SLASH = 0x2f;
const HTTP_SLASH: readonly number[] = [LETTER_H, LETTER_T, LETTER_T, LETTER_P, SLASH];
const MAJOR_AT = 5;
const DOT_AT = 6;
const MINOR_AT = 7;
const VERSION_BYTES = 8;

const START = 0;
const START_LF = 1;
const METHOD = 2;
const TARGET_BYTES = 3;
const VERSION = 4;
const LINE_LF = 5;
const FIELDS = 6;

/** request-line = method SP request-target SP HTTP-version, CRLF, then the field section. */
export class HeadParser {
  head: Head;
  at = 0;
  fault: FaultId = Fault.none;
  faultAt = 0;
  #state = START;
  /** Empty lines before the request line. */
  #emptyLines = 0;
  readonly #section: FieldSectionParser;
  /**
   * The field lines are recorded here first. The head then gets an array of exactly the right size.
   */
  readonly #fields: number[] = [];
  readonly #headBytesMax: number;
  readonly #targetBytesMax: number;

  constructor(limits: Limits) {
    this.head = NO_HEAD;
    this.#section = new FieldSectionParser(limits.fieldCountMax, Fault.headTooLarge);
    this.#headBytesMax = limits.headBytesMax;
    this.#targetBytesMax = limits.targetBytesMax;
  }

  /**
   * True from the first byte of a request line to the end of its head. Empty lines before it don't
   * count.
   */
  get started(): boolean {
    return this.#state >= METHOD;
  }

  /** True where no byte of a request line, nor of an empty line before it, was read. */
  get untouched(): boolean {
    return this.#state === START && this.#emptyLines === 0;
  }

  /** Begins the next head. The last head stays unchanged: it belongs to its request. */
  reset(): void {
    this.head = NO_HEAD;
    this.fault = Fault.none;
    this.#state = START;
    this.#emptyLines = 0;
  }

  /** Continues at `at`, where the last call stopped. */
  parse(bytes: Uint8Array, at: number, to: number): HeadOutcome {
    if (this.#state !== FIELDS) {
      const outcome = this.#parseRequestLine(bytes, at, to);
      if (outcome !== HEAD_DONE) return outcome;
      at = this.at;
    }
    const section = this.#section;
    const outcome = section.parse(bytes, at, to, this.head.from + this.#headBytesMax);
    this.at = section.at;
    if (outcome === SECTION_MORE) return HEAD_MORE;
    if (outcome === SECTION_DONE) {
      this.head.to = section.at;
      this.head.fields = this.#fields.slice(0, section.integers);
      return HEAD_DONE;
    }
    return this.#refuse(section.fault, section.faultAt);
  }

  #parseRequestLine(bytes: Uint8Array, at: number, to: number): HeadOutcome {
    const tchar = TCHAR;
    const target = TARGET;
    let head = this.head;
    let state = this.#state;
    let stop = state >= METHOD ? Math.min(to, head.from + this.#headBytesMax) : to;
    let i = at;
    while (i < stop) {
      let c = bytes[i] as number;
      switch (state) {
        case START:
          // A CRLF before the request line is ignored (RFC 9112 §2.2).
          if (c === CR) {
            state = START_LF;
            i++;
            continue;
          }
          if (tchar[c] === 0) return this.#refuse(this.#faultOfStart(c), i);
          head = this.head = new Head(bytes);
          head.from = i;
          stop = Math.min(to, i + this.#headBytesMax);
          state = METHOD;
          i++;
          continue;
        case START_LF:
          if (c !== LF) return this.#refuse(Fault.bareCr, i);
          this.#emptyLines++;
          state = START;
          i++;
          continue;
        case METHOD:
          while (tchar[c] === 1) {
            if (++i === stop) break;
            c = bytes[i] as number;
          }
          if (i === stop) continue;
          if (c !== SP) return this.#refuse(c === LF ? Fault.bareLf : Fault.methodInvalid, i);
          head.methodTo = i;
          head.isHead = isHeadMethod(bytes, head.from, i);
          head.targetFrom = ++i;
          state = TARGET_BYTES;
          continue;
        case TARGET_BYTES: {
          const targetEnd = Math.min(stop, head.targetFrom + this.#targetBytesMax);
          while (i < targetEnd && target[c] === 1) {
            if (++i === stop) break;
            c = bytes[i] as number;
          }
          if (i === stop) continue;
          if (target[c] === 1) return this.#refuse(Fault.targetTooLong, i);
          head.targetTo = i;
          if (c !== SP) {
            const other = c === CR ? otherProtocolOf(head) : Fault.none;
            if (other !== Fault.none) return this.#refuse(other, head.from);
            return this.#refuse(faultOfTarget(c), i);
          }
          const form = targetFormOf(bytes, head.from, head.methodTo, head.targetFrom, i);
          if (form === TARGET_FORM_NONE) {
            const other = otherProtocolOf(head);
            if (other !== Fault.none) return this.#refuse(other, head.from);
            return this.#refuse(Fault.targetInvalid, head.targetFrom);
          }
          head.targetForm = form & ~TARGET_INTERNATIONAL;
          if (form !== head.targetForm) head.internationalNames = NAME_OF_TARGET;
          i++;
          state = VERSION;
          continue;
        }
        case VERSION: {
          const place = i - head.targetTo - 1;
          if (place === 0 && i + VERSION_BYTES < stop && isHttp11(bytes, i)) {
            head.versionMinor = 1;
            i += VERSION_BYTES + 1;
            state = LINE_LF;
            continue;
          }
          if (place === VERSION_BYTES ? c !== CR : !belongsInVersion(c, place))
            return this.#refuse(c === LF ? Fault.bareLf : Fault.versionInvalid, i);
          if (place === MINOR_AT) {
            // Another major version is refused here: its line may go on in another way.
            if (bytes[i - 2] !== ONE) return this.#refuse(Fault.versionUnsupported, i - 2);
            head.versionMinor = c - ZERO;
          } else if (place === VERSION_BYTES) {
            state = LINE_LF;
          }
          i++;
          continue;
        }
        default:
          if (c !== LF) return this.#refuse(Fault.bareCr, i);
          this.#state = FIELDS;
          head.fields = this.#fields;
          this.#section.start(head.fields, head);
          this.at = i + 1;
          return HEAD_DONE;
      }
    }
    this.#state = state;
    this.at = i;
    if (state < METHOD || i < head.from + this.#headBytesMax) return HEAD_MORE;
    // No known method is as long as the limit of a whole head.
    return this.#refuse(state === METHOD ? Fault.methodInvalid : Fault.headTooLarge, i);
  }

  /** The fault for a first byte that no method has. */
  #faultOfStart(c: number): FaultId {
    if (c === LF) return Fault.bareLf;
    if (c === TLS_HANDSHAKE) return Fault.tlsHandshake;
    // The signature of PROXY 2 is "\r\n\r\n\0\r\nQUIT\n".
    return c === 0 && this.#emptyLines === 2 ? Fault.proxyHeader : Fault.methodInvalid;
  }

  #refuse(fault: FaultId, at: number): HeadOutcome {
    this.fault = fault;
    this.faultAt = at;
    return HEAD_FAULT;
  }
}

/** The head before the first one has begun. */
const NO_HEAD = new Head(new Uint8Array(0));

/**
 * The other protocol that begins with this method and target, else `none`: `PRI *` is HTTP/2,
 * `PROXY TCP4` is version 1 of the PROXY protocol.
 */
function otherProtocolOf({ bytes, from, methodTo, targetFrom, targetTo }: Head): FaultId {
  if (isText(bytes, from, methodTo, 'PRI'))
    return isText(bytes, targetFrom, targetTo, '*') ? Fault.prefaceOfHttp2 : Fault.none;
  if (!isText(bytes, from, methodTo, 'PROXY')) return Fault.none;
  for (const family of PROXY_FAMILIES)
    if (isText(bytes, targetFrom, targetTo, family)) return Fault.proxyHeader;
  return Fault.none;
}

/** "HTTP/1.1" and CR: nearly all request lines end like this. */
function isHttp11(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === LETTER_H &&
    bytes[at + 1] === LETTER_T &&
    bytes[at + 2] === LETTER_T &&
    bytes[at + 3] === LETTER_P &&
    bytes[at + 4] === SLASH &&
    bytes[at + MAJOR_AT] === ONE &&
    bytes[at + DOT_AT] === DOT &&
    bytes[at + MINOR_AT] === ONE &&
    bytes[at + VERSION_BYTES] === CR
  );
}

/** HTTP-version = "HTTP/" DIGIT "." DIGIT, in capital letters (RFC 9112 §2.3). `place` is within it. */
function belongsInVersion(c: number, place: number): boolean {
  if (place < MAJOR_AT) return c === HTTP_SLASH[place];
  if (place === DOT_AT) return c === DOT;
  return c >= ZERO && c <= NINE;
}

/** A line end directly after the target is HTTP/0.9, which has no version. */
function faultOfTarget(c: number): FaultId {
  if (c === LF) return Fault.bareLf;
  return c === CR ? Fault.versionInvalid : Fault.targetInvalid;
}
