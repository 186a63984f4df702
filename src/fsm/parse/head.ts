// A parsed request head: offsets into the bytes, no strings. The parsers fill it. `head-check.ts`
// notes its lines and checks it. Code that needs a string decodes the string from the bytes.

/** The four forms of a request target (RFC 9112 §3.2). */
export const TARGET_FORMS = ['origin', 'absolute', 'authority', 'asterisk'] as const;
export type TargetForm = (typeof TARGET_FORMS)[number];

/** How the end of the content is known (RFC 9112 §6.3). */
export const FRAMING_NONE = 0;
export const FRAMING_LENGTH = 1;
export const FRAMING_CHUNKED = 2;
export type Framing = typeof FRAMING_NONE | typeof FRAMING_LENGTH | typeof FRAMING_CHUNKED;

/**
 * The bits of `Head.internationalNames`: the host of an absolute-form target, and the host in Host.
 */
export const NAME_OF_TARGET = 1;
export const NAME_OF_HOST = 2;

/** Integers for each field line: nameFrom, nameTo, valueFrom, valueTo. */
export const FIELD_STRIDE = 4;

const NO_FIELDS: number[] = [];

/** A request head. Offsets are absolute in `bytes`; a `…To` is one past the last byte. */
export class Head {
  /** The memory that all offsets point into. */
  bytes: Uint8Array;
  /** The first byte of the method; the method ends at `methodTo`. */
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
  /** The minor version as received: the x of HTTP/1.x. */
  versionMinor = 0;
  /**
   * Four integers for each field line: nameFrom, nameTo, valueFrom, valueTo. White space around the
   * value is not part of it.
   */
  fields: number[] = NO_FIELDS;

  /**
   * Hosts that are valid if Unicode allows their names. The bits are {@link NAME_OF_TARGET} and
   * {@link NAME_OF_HOST}.
   */
  internationalNames = 0;

  // `noteField` sets these at the end of each field line.
  /** Index into `fields` of the Host line, or -1. */
  hostField = -1;
  /** Index into `fields` of the Content-Length line, or -1. */
  contentLengthField = -1;
  /**
   * Bits for transfer codings, options of Connection and expectations. `framing.ts` and
   * `head-check.ts` name the bits.
   */
  codings = 0;
  connectionOptions = 0;
  expectations = 0;

  // `checkHead` sets these at the end of the head; `noteField` sets `upgrade` earlier.
  framing: Framing = FRAMING_NONE;
  /** Bytes of content under `FRAMING_LENGTH`, else 0. */
  contentLength = 0;
  /** The client allows another request on this connection (RFC 9112 §9.3). */
  persistent = true;
  /** The client sent `Connection: keep-alive`, and the connection persists. */
  keepAliveAsked = false;
  /** `Expect: 100-continue` from a client that understands it (RFC 9110 §10.1.1). */
  expectsContinue = false;
  /** The client asks for an upgrade: `Connection: upgrade` and `Upgrade` (RFC 9110 §7.8). */
  upgrade = false;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Points the head to other memory, where the same bytes stand `shift` places earlier. */
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

/** True where `bytes[from, to)` is the method HEAD. */
export function isHeadMethod(bytes: Uint8Array, from: number, to: number): boolean {
  return (
    to - from === 4 &&
    bytes[from] === 0x48 &&
    bytes[from + 1] === 0x45 &&
    bytes[from + 2] === 0x41 &&
    bytes[from + 3] === 0x44
  );
}
