// What a parsed request head is: offsets into the bytes it came in, no strings.
// Parsers fill it, `head-check.ts` notes its lines and concludes from them;
// whoever wants strings decodes them from the bytes.

/** The four forms of a request target (RFC 9112 §3.2). */
export const TARGET_FORMS = ['origin', 'absolute', 'authority', 'asterisk'] as const;
export type TargetForm = (typeof TARGET_FORMS)[number];

/** How the end of the content is known (RFC 9112 §6.3). */
export const FRAMING_NONE = 0;
export const FRAMING_LENGTH = 1;
export const FRAMING_CHUNKED = 2;
export type Framing = typeof FRAMING_NONE | typeof FRAMING_LENGTH | typeof FRAMING_CHUNKED;

/** The host of an absolute-form target, and that of Host, in `Head.internationalNames`. */
export const NAME_OF_TARGET = 1;
export const NAME_OF_HOST = 2;

/** Integers in a field line's record: nameFrom, nameTo, valueFrom, valueTo. */
export const FIELD_STRIDE = 4;

const NO_FIELDS: number[] = [];

/** A request head. Offsets are absolute in `bytes`; a `…To` is one past the last byte. */
export class Head {
  /** The memory that all offsets point into. */
  bytes: Uint8Array;
  /** The method's first byte; it ends at `methodTo`. */
  from = 0;
  /** One past the empty line that ends the head. */
  to = 0;
  methodTo = 0;
  /** The method is HEAD: the response has no content (RFC 9110 §9.3.2). */
  isHead = false;
  targetFrom = 0;
  targetTo = 0;
  /** Index into {@link TARGET_FORMS}. */
  targetForm = 0;
  /** The x of HTTP/1.x as received. */
  versionMinor = 0;
  /** Four integers a field line: nameFrom, nameTo, valueFrom, valueTo, white space around the value left out. */
  fields: number[] = NO_FIELDS;

  /** Hosts that are valid if Unicode allows their names, as bits: {@link NAME_OF_TARGET}, {@link NAME_OF_HOST}. */
  internationalNames = 0;

  // Noted by `noteField` at the end of each field line.
  /** Index into `fields` of the Host line, or -1. */
  hostField = -1;
  /** Index into `fields` of the Content-Length line, or -1. */
  contentLengthField = -1;
  /** Transfer codings, options of Connection, expectations, as bits that `framing.ts` and `head-check.ts` name. */
  codings = 0;
  connectionOptions = 0;
  expectations = 0;

  // Concluded by `checkHead` at the end of the head; `upgrade` is noted before.
  framing: Framing = FRAMING_NONE;
  /** Bytes of content under `FRAMING_LENGTH`, else 0. */
  contentLength = 0;
  /** The client is willing to go on with this connection (RFC 9112 §9.3). */
  persistent = true;
  /** `Connection: keep-alive`, and it goes on. */
  keepAliveAsked = false;
  /** `Expect: 100-continue` from a client that understands it (RFC 9110 §10.1.1). */
  expectsContinue = false;
  /** An upgrade is asked for: `Connection: upgrade` and `Upgrade` (RFC 9110 §7.8). */
  upgrade = false;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Moves to other memory in which the same bytes stand `shift` further down. */
  relocate(bytes: Uint8Array, shift: number): void {
    this.bytes = bytes;
    this.from -= shift;
    this.to -= shift;
    this.methodTo -= shift;
    this.targetFrom -= shift;
    this.targetTo -= shift;
    const fields = this.fields;
    for (let i = 0; i < fields.length; i++) fields[i] = (fields[i] as number) - shift;
  }
}

/** Whether `bytes[from, to)` is the method HEAD. */
export function isHeadMethod(bytes: Uint8Array, from: number, to: number): boolean {
  return (
    to - from === 4 &&
    bytes[from] === 0x48 &&
    bytes[from + 1] === 0x45 &&
    bytes[from + 2] === 0x41 &&
    bytes[from + 3] === 0x44
  );
}
