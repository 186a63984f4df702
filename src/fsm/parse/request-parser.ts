// The parser for programs that embed it: bytes in, calls out. It is a thin loop over
// `RequestReader`, which the server itself uses.

import { bytesAt, functionAt, objectAt, wholeNumberAt } from '../../options/checks.js';
import { Fault, type FaultId, faultCode, faultRow } from '../faults.js';
import { type Limits, limitsFrom } from '../limits.js';
import {
  FRAMING_CHUNKED,
  FRAMING_LENGTH,
  FRAMING_NONE,
  type Head,
  TARGET_FORMS,
  type TargetForm,
} from './head.js';
import { latin1 } from './latin1.js';
import {
  READ_CONTENT,
  READ_END,
  type READ_FAULT,
  READ_HEAD,
  READ_MORE,
  RequestReader,
} from './request-reader.js';

/**
 * A request head as strings. The first use of a string decodes the whole head. Use one while the
 * memory that you gave to `feed` still has the head.
 */
export class ParsedHead {
  /** The offsets behind the strings, in `head.bytes`. */
  readonly head: Head;
  #text: string | undefined = undefined;

  constructor(head: Head) {
    this.head = head;
  }

  /** As received: methods are case-sensitive (RFC 9110 §9.1). */
  get method(): string {
    return this.#slice(this.head.from, this.head.methodTo);
  }

  get target(): string {
    return this.#slice(this.head.targetFrom, this.head.targetTo);
  }

  get targetForm(): TargetForm {
    return TARGET_FORMS[this.head.targetForm] as TargetForm;
  }

  /** '1.0' or '1.1'; a higher minor version is served as 1.1 (RFC 9110 §2.5). */
  get httpVersion(): '1.0' | '1.1' {
    return this.head.versionMinor === 0 ? '1.0' : '1.1';
  }

  /** A flat list: name, value, name, value, …, in the order and case received. */
  get rawHeaders(): string[] {
    const { fields } = this.head;
    const flat: string[] = [];
    for (let i = 0; i < fields.length; i += 2)
      flat.push(this.#slice(fields[i] as number, fields[i + 1] as number));
    return flat;
  }

  /** How the end of the content is known (RFC 9112 §6.3). */
  get framing(): 'none' | 'length' | 'chunked' {
    if (this.head.framing === FRAMING_CHUNKED) return 'chunked';
    return this.head.framing === FRAMING_LENGTH ? 'length' : 'none';
  }

  /** The number of content bytes where the length is declared, else 0. */
  get contentLength(): number {
    return this.head.contentLength;
  }

  /** Whether another request may follow on this connection (RFC 9112 §9.3). */
  get persistent(): boolean {
    return this.head.persistent;
  }

  /** `Expect: 100-continue` from a client that understands it (RFC 9110 §10.1.1). */
  get expectsContinue(): boolean {
    return this.head.expectsContinue;
  }

  #slice(from: number, to: number): string {
    const { head } = this;
    this.#text ??= latin1(head.bytes, head.from, head.to);
    return this.#text.slice(from - head.from, to - head.from);
  }
}

/** A rule that the peer broke. */
export interface ParsedFault {
  /** `SLUICE_FAULT_…`, from the table in docs/http-support.md. */
  readonly code: string;
  /** The status to answer with, before the connection closes. */
  readonly status: number;
  /** The section of the rule, such as `RFC 9112 §5.1`. */
  readonly section: string;
  /** One plain sentence. */
  readonly text: string;
  /** The place of the fault, counted from the first byte of the connection. */
  readonly offset: number;
  readonly id: FaultId;
}

const SINK_NAMES: readonly string[] = ['head', 'body', 'trailers', 'fault'];

function isRange(from: number, to: number, length: number): boolean {
  return Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= length;
}

function throwRange(from: unknown, to: unknown, length: number): void {
  const checked = wholeNumberAt('from', from, { least: 0, most: length });
  wholeNumberAt('to', to, { least: checked, most: length });
}

/** @throws TypeError with `code: 'SLUICE_OPTION_INVALID'` where a method is missing */
function checkSink(sink: unknown): void {
  const given = objectAt('sink', sink, `an object with the methods ${SINK_NAMES.join(', ')}`);
  for (const name of SINK_NAMES) functionAt(`sink.${name}`, given[name]);
  if (given.end !== undefined) functionAt('sink.end', given.end);
}

/** The calls of a {@link RequestParser}, in the order of the bytes. */
export interface RequestSink {
  /** A head is complete and valid. Content follows unless its framing is 'none'. */
  head(head: ParsedHead): void;
  /** Content is `bytes[from, to)`. The memory is the one that you gave to `feed`. */
  body(bytes: Uint8Array, from: number, to: number): void;
  /**
   * The trailer section of a chunked message, flat as `rawHeaders`. Not called for an empty
   * section.
   */
  trailers(trailers: readonly string[]): void;
  /**
   * A rule was broken. No call follows: the parser can't tell where the next message would begin.
   */
  fault(fault: ParsedFault): void;
  /** The message is complete. */
  end?(): void;
}

/**
 * A strict, resumable parser of HTTP/1.1 requests. It makes the same calls for every way in which
 * the bytes are cut. It holds one incomplete head or trailer section at most. It never throws
 * because of bytes that a peer sent.
 *
 * @example
 * const parser = new RequestParser({}, {
 *   head: (head) => console.log(head.method, head.target),
 *   body: (bytes, from, to) => console.log(to - from, 'bytes'),
 *   trailers: (trailers) => console.log(trailers),
 *   fault: (fault) => console.log(fault.status, fault.text),
 * });
 * parser.feed(bytes);
 * parser.end();
 */
export class RequestParser {
  readonly #reader: RequestReader;
  readonly #sink: RequestSink;
  readonly #bodyBytesMax: number;
  #bodyBytes = 0;
  #fed = 0;
  #over = false;

  /**
   * @throws with `code: 'SLUICE_OPTION_INVALID'` for an unknown limit, or a value that does not
   * fit.
   */
  constructor(limits: Partial<Limits>, sink: RequestSink) {
    const all = limitsFrom(limits);
    checkSink(sink);
    this.#reader = new RequestReader(all);
    this.#sink = sink;
    this.#bodyBytesMax = all.bodyBytesMax;
  }

  /** False after a fault or after `end()`: further bytes are ignored. */
  get open(): boolean {
    return !this.#over;
  }

  /**
   * The number of bytes read since the start of the connection. In `end` of the sink it is the end
   * of the message.
   */
  get offset(): number {
    return this.#reader.consumedBytes;
  }

  /**
   * Parses `bytes[from, to)`. The caller may reuse the memory afterwards.
   *
   * @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'` if `bytes` is no
   * Uint8Array, or `from` or `to` is outside it
   */
  feed(bytes: Uint8Array, from: number = 0, to: number = bytes?.length): void {
    bytesAt('bytes', bytes);
    if (!isRange(from, to, bytes.length)) throwRange(from, to, bytes.length);
    const reader = this.#reader;
    const fedBefore = this.#fed;
    this.#fed += to - from;
    let at = from;
    while (!this.#over) {
      const signal = reader.read(bytes, at, to);
      at = reader.at;
      switch (signal) {
        case READ_MORE:
          return;
        case READ_HEAD:
          this.#bodyBytes = 0;
          this.#headRead(reader.head, fedBefore + at - from);
          break;
        case READ_CONTENT:
          this.#contentRead(bytes, reader.contentFrom, reader.contentTo, fedBefore - from);
          break;
        case READ_END:
          if (reader.trailers.length > 0) this.#sink.trailers(reader.trailers);
          this.#sink.end?.();
          break;
        default:
          signal satisfies typeof READ_FAULT;
          this.#refuse(reader.fault, reader.faultOffset);
      }
    }
  }

  /** The peer sent FIN. Within a message that is a fault. */
  end(): void {
    if (this.#over) return;
    if (this.#reader.midHead) this.#refuse(Fault.headTruncated, this.#fed);
    else if (this.#reader.midContent) this.#refuse(Fault.bodyTruncated, this.#fed);
    this.#over = true;
  }

  #headRead(head: Head, offset: number): void {
    if (head.contentLength > this.#bodyBytesMax) {
      this.#refuse(Fault.bodyTooLarge, offset);
      return;
    }
    this.#sink.head(new ParsedHead(head));
    if (head.framing === FRAMING_NONE) this.#sink.end?.();
  }

  /**
   * Gives content up to the limit to the sink. The first byte beyond the limit is the fault.
   * `bytes[0]` has the offset `base`.
   */
  #contentRead(bytes: Uint8Array, from: number, to: number, base: number): void {
    const allowedTo = Math.min(to, from + this.#bodyBytesMax - this.#bodyBytes);
    this.#bodyBytes += allowedTo - from;
    if (allowedTo > from) this.#sink.body(bytes, from, allowedTo);
    if (allowedTo < to) this.#refuse(Fault.bodyTooLarge, base + allowedTo);
  }

  #refuse(id: FaultId, offset: number): void {
    this.#over = true;
    const { status, section, text } = faultRow(id);
    this.#sink.fault({ code: faultCode(id), status, section, text, offset, id });
  }
}
