// A request's head as strings: substrings of its text, made when asked for, which
// cost next to nothing.

import type { Head } from '../../fsm/parse/head.js';
import { FIELD_STRIDE, TARGET_FORMS } from '../../fsm/parse/head.js';

/** What of a parsed head is read here. It must not change while a `RequestHead` stands on it. */
export type HeadOffsets = Pick<
  Head,
  | 'from'
  | 'methodTo'
  | 'targetFrom'
  | 'targetTo'
  | 'targetForm'
  | 'versionMinor'
  | 'fields'
  | 'hostField'
>;

/** Where a request came to; asked only for what its head does not say. */
export interface Origin {
  /** `http` or `https`. */
  readonly scheme: string;
  /** The local address as an authority (`127.0.0.1:7878`, `[::1]:7878`), for a request without Host. */
  readonly fallbackHost: string;
}

const ABSOLUTE = TARGET_FORMS.indexOf('absolute');
const AUTHORITY = TARGET_FORMS.indexOf('authority');
const ASTERISK = TARGET_FORMS.indexOf('asterisk');

/** Known strings, which compare by identity. Most frequent first. */
const COMMON_METHODS = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'] as const;

/** The view of one request head. */
export class RequestHead {
  readonly #head: HeadOffsets;
  readonly #text: string;
  readonly #textFrom: number;
  #rawHeaders: readonly string[] | undefined;

  /**
   * @param text what the head's bytes say in latin1; other text may stand around it
   * @param textFrom the offset of the byte that is the first character of `text`, as `head` counts
   */
  constructor(head: HeadOffsets, text: string, textFrom: number) {
    this.#head = head;
    this.#text = text;
    this.#textFrom = textFrom;
    this.#rawHeaders = undefined;
  }

  /** As received: methods are case-sensitive (RFC 9110 §9.1). */
  get method(): string {
    const { from, methodTo } = this.#head;
    const at = from - this.#textFrom;
    for (const method of COMMON_METHODS) {
      if (methodTo - from === method.length && this.#text.startsWith(method, at)) return method;
    }
    return this.#slice(from, methodTo);
  }

  /** The request target as received. */
  get target(): string {
    return this.#slice(this.#head.targetFrom, this.#head.targetTo);
  }

  /** The version the client is served as: a 1.x beyond 1.1 is a 1.1 (RFC 9110 §2.5). */
  get httpVersion(): '1.0' | '1.1' {
    return this.#head.versionMinor >= 1 ? '1.1' : '1.0';
  }

  /** Flat: name, value, name, value, …, order and case as received. */
  get rawHeaders(): readonly string[] {
    if (this.#rawHeaders === undefined) {
      const { fields } = this.#head;
      const raw: string[] = [];
      for (let i = 0; i < fields.length; i += 2) {
        raw.push(this.#slice(fields[i] as number, fields[i + 1] as number));
      }
      this.#rawHeaders = raw;
    }
    return this.#rawHeaders;
  }

  /** How many field lines there are. */
  get fieldCount(): number {
    return this.#head.fields.length / FIELD_STRIDE;
  }

  /** The name on the field line at `index`, as received. */
  nameAt(index: number): string {
    const { fields } = this.#head;
    const at = index * FIELD_STRIDE;
    return this.#slice(fields[at] as number, fields[at + 1] as number);
  }

  /** The value on the field line at `index`. */
  valueAt(index: number): string {
    const { fields } = this.#head;
    const at = index * FIELD_STRIDE + 2;
    return this.#slice(fields[at] as number, fields[at + 1] as number);
  }

  /** The value of all field lines of a name, in any case; `null` where there is none. */
  get(name: string): string | null {
    const lowercase = name.toLowerCase();
    const { fields } = this.#head;
    let value: string | null = null;
    for (let i = 0; i < fields.length; i += FIELD_STRIDE) {
      if (!this.#isNamed(fields[i] as number, fields[i + 1] as number, lowercase)) continue;
      const line = this.#slice(fields[i + 2] as number, fields[i + 3] as number);
      value = value === null ? line : value + separatorOf(lowercase) + line;
    }
    return value;
  }

  /** True where there is a field line of that name, in any case. */
  has(name: string): boolean {
    const lowercase = name.toLowerCase();
    const { fields } = this.#head;
    for (let i = 0; i < fields.length; i += FIELD_STRIDE) {
      if (this.#isNamed(fields[i] as number, fields[i + 1] as number, lowercase)) return true;
    }
    return false;
  }

  /**
   * The URL that was asked for (RFC 9112 §3.3), concatenated and never resolved:
   * resolving `//evil.example/x` would turn a path into another host.
   *
   * @param origin its scheme, and the authority where the request has no Host (HTTP/1.0)
   */
  url(origin: Origin): string {
    const { scheme } = origin;
    const { targetForm, hostField, fields } = this.#head;
    if (targetForm === ABSOLUTE) return this.target;
    if (targetForm === AUTHORITY) return `${scheme}://${this.target}`;
    const host =
      hostField < 0
        ? origin.fallbackHost
        : this.#slice(fields[hostField + 2] as number, fields[hostField + 3] as number);
    // Path and query are empty: `*` is no path, and `/*` is one (RFC 9112 §3.2.4).
    if (targetForm === ASTERISK) return `${scheme}://${host}`;
    return `${scheme}://${host}${this.target}`;
  }

  #slice(from: number, to: number): string {
    return this.#text.substring(from - this.#textFrom, to - this.#textFrom);
  }

  /** True where `[from, to)`, with A–Z folded and nothing else, is `lowercase`. */
  #isNamed(from: number, to: number, lowercase: string): boolean {
    if (to - from !== lowercase.length) return false;
    const at = from - this.#textFrom;
    for (let i = 0; i < lowercase.length; i++) {
      const c = this.#text.charCodeAt(at + i);
      const folded = c >= 0x41 && c <= 0x5a ? c + 0x20 : c;
      if (folded !== lowercase.charCodeAt(i)) return false;
    }
    return true;
  }
}

/** Cookies are pairs joined by semicolons (RFC 6265 §4.2.1), all else is a list (RFC 9110 §5.3). */
export function separatorOf(lowercaseName: string): '; ' | ', ' {
  return lowercaseName === 'cookie' ? '; ' : ', ';
}
