// Reads the bytes of a connection as a sequence of requests: head, content, trailers, then the next
// head. Each call of `read` goes to the next signal. The caller can stop between any two signals.
// This file joins the parsers. It does not decide what happens to a request.

import { Fault, type FaultId } from '../faults.js';
import type { Limits } from '../limits.js';
import { Carry } from './carry.js';
import { CHUNK_DATA, CHUNK_FAULT, CHUNK_MORE, ChunkParser } from './chunk-parser.js';
import { FieldSectionParser, SECTION_DONE, SECTION_FAULT } from './field-section-parser.js';
import {
  FRAMING_CHUNKED,
  FRAMING_LENGTH,
  type Head,
  NAME_OF_HOST,
  NAME_OF_TARGET,
  TARGET_FORMS,
} from './head.js';
import { checkHead, type HeadRules, STRICT_RULES } from './head-check.js';
import { HEAD_DONE, HEAD_FAULT, type HeadOutcome, HeadParser } from './head-parser.js';
import { latin1 } from './latin1.js';

/** All bytes are consumed, and nothing is complete. */
export const READ_MORE = 0;
/** `head` is complete and valid. With framing none, the message ends here. */
export const READ_HEAD = 1;
/** Content is `[contentFrom, contentTo)` of the given bytes. */
export const READ_CONTENT = 2;
/** A message with content is complete; `trailers` has its trailer section. */
export const READ_END = 3;
/** A rule is broken: `fault` at `faultOffset`. Nothing more can be read. */
export const READ_FAULT = 4;
export type ReadSignal =
  | typeof READ_MORE
  | typeof READ_HEAD
  | typeof READ_CONTENT
  | typeof READ_END
  | typeof READ_FAULT;

const AUTHORITY = TARGET_FORMS.indexOf('authority');

const STAGE_HEAD = 0;
const STAGE_LENGTH = 1;
const STAGE_CHUNKS = 2;
const STAGE_TRAILERS = 3;
const STAGE_FAULT = 4;

const NO_TRAILERS: readonly string[] = Object.freeze([]);

export class RequestReader {
  /** The place in the given bytes where reading stopped. */
  at = 0;
  contentFrom = 0;
  contentTo = 0;
  /** A flat list: name, value, name, value, …, in the order and case received. */
  trailers: readonly string[] = NO_TRAILERS;
  fault: FaultId = Fault.none;
  /** Offset of the fault from the first byte of the connection. */
  faultOffset = 0;
  /** The section that was carried, as far as it came, and the place of the fault in it; undefined where none was. */
  carriedFault: { readonly bytes: Uint8Array; readonly at: number } | undefined = undefined;
  #stage = STAGE_HEAD;
  /** `READ_HEAD` was given for this head: the next head begins anew. */
  #headGiven = false;
  /** Bytes of a declared length that are still to come. */
  #contentLeft = 0;
  /** Bytes consumed since the start of the connection. */
  #consumed = 0;
  readonly #limits: Limits;
  readonly #takesUrl: ((url: string) => boolean) | undefined;
  readonly #rules: HeadRules;
  readonly #heads: HeadParser;
  readonly #carry: Carry = new Carry();
  // Made for the first chunked message: most connections never get one.
  #chunks: ChunkParser | undefined = undefined;
  #section: FieldSectionParser | undefined = undefined;

  /**
   * @param takesUrl says whether a URL is valid. It is asked about hosts with a punycode label or
   * an encoded character. Unicode decides these, and its tables are not here. Without this
   * function, such a host is accepted.
   */
  constructor(
    limits: Limits,
    takesUrl?: (url: string) => boolean,
    rules: HeadRules = STRICT_RULES,
  ) {
    this.#limits = limits;
    this.#takesUrl = takesUrl;
    this.#rules = rules;
    this.#heads = new HeadParser(limits);
  }

  /** The head of the last `READ_HEAD`. */
  get head(): Head {
    return this.#heads.head;
  }

  /** A message has begun and is not complete: an end of the connection would truncate it. */
  get midMessage(): boolean {
    return this.midHead || this.midContent;
  }

  get midHead(): boolean {
    return this.#stage === STAGE_HEAD && this.#heads.started && !this.#headGiven;
  }

  get midContent(): boolean {
    return this.#stage > STAGE_HEAD && this.#stage < STAGE_FAULT;
  }

  /** The reader holds nothing of a message. It may read another connection next. */
  get between(): boolean {
    return this.#stage === STAGE_HEAD && (this.#headGiven || this.#heads.untouched);
  }

  /**
   * Continues a connection of which `consumed` bytes were read before. Allowed only if `between` is
   * true.
   */
  continueFrom(consumed: number): void {
    this.#consumed = consumed;
  }

  /** Content bytes of a declared length that are still to come, else 0. */
  get contentLeft(): number {
    return this.#contentLeft;
  }

  /** All content of a declared length was read, but `READ_END` is still to come. */
  get declaredOver(): boolean {
    return this.#stage === STAGE_LENGTH && this.#contentLeft === 0;
  }

  /** Bytes consumed since the start of the connection. */
  get consumedBytes(): number {
    return this.#consumed;
  }

  /** Bytes of an incomplete head or trailer section that are held here. */
  get carriedBytes(): number {
    return this.#carry.length;
  }

  /** The size of the memory for the carried bytes. The memory grows in steps. */
  get carriedMemoryBytes(): number {
    return this.#carry.bytes.length;
  }

  /** Continues in `bytes[at, to)` to the next signal. `this.at` is the place reached. */
  read(bytes: Uint8Array, at: number, to: number): ReadSignal {
    this.at = at;
    let signal: ReadSignal;
    switch (this.#stage) {
      case STAGE_HEAD:
        signal = this.#readHead(bytes, at, to);
        break;
      case STAGE_LENGTH:
        signal = this.#readLength(at, to);
        break;
      case STAGE_CHUNKS:
        signal = this.#readChunks(bytes, at, to);
        break;
      case STAGE_TRAILERS:
        signal = this.#readTrailers(bytes, at, to);
        break;
      default:
        return READ_FAULT;
    }
    this.#consumed += this.at - at;
    return signal;
  }

  #readHead(bytes: Uint8Array, at: number, to: number): ReadSignal {
    const heads = this.#heads;
    if (this.#headGiven) {
      heads.reset();
      this.#headGiven = false;
    }
    let outcome: HeadOutcome;
    if (this.#carry.active) {
      outcome = this.#continueHead(bytes, at, to);
    } else {
      outcome = heads.parse(bytes, at, to);
      if (outcome === HEAD_FAULT)
        return this.#refuse(heads.fault, this.#consumed + heads.faultAt - at);
      this.at = heads.at;
    }
    if (outcome === HEAD_DONE) return this.#endHead(at);
    if (outcome === HEAD_FAULT) return READ_FAULT;
    if (heads.started && !this.#carry.active) {
      const head = heads.head;
      this.#carry.begin(bytes, head.from, to);
      head.relocate(this.#carry.bytes, head.from);
    }
    return READ_MORE;
  }

  #continueHead(bytes: Uint8Array, at: number, to: number): HeadOutcome {
    const heads = this.#heads;
    const carry = this.#carry;
    const carried = carry.length;
    const headOffset = this.#consumed - carried;
    const appendTo = Math.min(to, at + this.#limits.headBytesMax - carried);
    if (carry.append(bytes, at, appendTo)) heads.head.bytes = carry.bytes;
    const outcome = heads.parse(carry.bytes, carried, carry.length);
    if (outcome === HEAD_FAULT) {
      this.#noteCarried(heads.faultAt);
      this.#refuse(heads.fault, headOffset + heads.faultAt);
      return outcome;
    }
    this.at = at + heads.at - carried;
    return outcome;
  }

  #endHead(readFrom: number): ReadSignal {
    this.#headGiven = true;
    const head = this.#heads.head;
    let fault = checkHead(head, this.#rules);
    if (fault === Fault.none && head.internationalNames !== 0) fault = this.#checkNames(head);
    if (fault !== Fault.none) this.#noteCarried(head.to);
    this.#carry.release();
    // A missing field is found at the end of the head, however the bytes were cut.
    if (fault !== Fault.none) return this.#refuse(fault, this.#consumed + this.at - readFrom);
    this.trailers = NO_TRAILERS;
    if (head.framing === FRAMING_LENGTH) {
      this.#stage = STAGE_LENGTH;
      this.#contentLeft = head.contentLength;
    } else if (head.framing === FRAMING_CHUNKED) {
      this.#stage = STAGE_CHUNKS;
      this.#chunks ??= new ChunkParser(this.#limits);
      this.#chunks.reset();
    }
    return READ_HEAD;
  }

  /** An absolute-form target is a URL itself, authority-form a part of one. Otherwise Host is part of the URL (RFC 9112 §3.3). */
  #checkNames(head: Head): FaultId {
    const takesUrl = this.#takesUrl;
    if (takesUrl === undefined) return Fault.none;
    const { bytes, fields, hostField, internationalNames } = head;
    if ((internationalNames & NAME_OF_TARGET) !== 0) {
      const target = latin1(bytes, head.targetFrom, head.targetTo);
      const url = head.targetForm === AUTHORITY ? `http://${target}/` : target;
      if (!takesUrl(url)) return Fault.targetInvalid;
    }
    if ((internationalNames & NAME_OF_HOST) !== 0) {
      const host = latin1(bytes, fields[hostField + 2] as number, fields[hostField + 3] as number);
      if (!takesUrl(`http://${host}/`)) return Fault.hostInvalid;
    }
    return Fault.none;
  }

  #readLength(at: number, to: number): ReadSignal {
    if (this.#contentLeft === 0) return this.#endMessage();
    if (at === to) return READ_MORE;
    this.contentFrom = at;
    this.contentTo = to - at < this.#contentLeft ? to : at + this.#contentLeft;
    this.#contentLeft -= this.contentTo - at;
    this.at = this.contentTo;
    return READ_CONTENT;
  }

  #readChunks(bytes: Uint8Array, at: number, to: number): ReadSignal {
    const chunks = this.#chunks as ChunkParser;
    const outcome = chunks.parse(bytes, at, to);
    if (outcome === CHUNK_FAULT)
      return this.#refuse(chunks.fault, this.#consumed + chunks.faultAt - at);
    this.at = chunks.at;
    if (outcome === CHUNK_MORE) return READ_MORE;
    if (outcome === CHUNK_DATA) {
      this.contentFrom = chunks.dataFrom;
      this.contentTo = chunks.dataTo;
      return READ_CONTENT;
    }
    this.#stage = STAGE_TRAILERS;
    this.#section ??= new FieldSectionParser(this.#limits.fieldCountMax, Fault.trailersTooLarge);
    this.#section.start([]);
    this.#consumed += chunks.at - at;
    const signal = this.#readTrailers(bytes, chunks.at, to);
    this.#consumed -= chunks.at - at;
    return signal;
  }

  #readTrailers(bytes: Uint8Array, at: number, to: number): ReadSignal {
    const section = this.#section as FieldSectionParser;
    const carry = this.#carry;
    const max = this.#limits.trailerBytesMax;
    if (!carry.active) {
      // No carried bytes: the section begins here.
      const outcome = section.parse(bytes, at, to, at + max);
      if (outcome === SECTION_FAULT)
        return this.#refuse(section.fault, this.#consumed + section.faultAt - at);
      this.at = section.at;
      if (outcome === SECTION_DONE) return this.#endTrailers(bytes);
      if (to > at) {
        carry.begin(bytes, at, to);
        shift(section.fields, at);
      }
      return READ_MORE;
    }
    const carried = carry.length;
    const sectionOffset = this.#consumed - carried;
    carry.append(bytes, at, Math.min(to, at + max - carried));
    const outcome = section.parse(carry.bytes, carried, carry.length, max);
    if (outcome === SECTION_FAULT) {
      this.#noteCarried(section.faultAt);
      return this.#refuse(section.fault, sectionOffset + section.faultAt);
    }
    this.at = at + section.at - carried;
    return outcome === SECTION_DONE ? this.#endTrailers(carry.bytes) : READ_MORE;
  }

  #endTrailers(bytes: Uint8Array): ReadSignal {
    const { fields } = this.#section as FieldSectionParser;
    if (fields.length > 0) {
      const trailers: string[] = [];
      for (let i = 0; i < fields.length; i += 2)
        trailers.push(latin1(bytes, fields[i] as number, fields[i + 1] as number));
      this.trailers = trailers;
    }
    this.#carry.release();
    return this.#endMessage();
  }

  #endMessage(): ReadSignal {
    this.#stage = STAGE_HEAD;
    return READ_END;
  }

  #noteCarried(at: number): void {
    const { active, bytes, length } = this.#carry;
    if (active) this.carriedFault = { bytes: bytes.subarray(0, length), at };
  }

  #refuse(fault: FaultId, offset: number): ReadSignal {
    this.#stage = STAGE_FAULT;
    this.fault = fault;
    this.faultOffset = offset;
    this.#carry.release();
    return READ_FAULT;
  }
}

function shift(fields: number[], by: number): void {
  for (let i = 0; i < fields.length; i++) fields[i] = (fields[i] as number) - by;
}
