// The head of a request as strings. Each string is a substring of the text of the head, made at its
// first use. A substring costs almost nothing.

import type { Head } from '../../fsm/parse/head.js';
import { FIELD_STRIDE, TARGET_FORMS } from '../../fsm/parse/head.js';

/**
 * The part of a parsed head that is used here. It must not change while a `RequestHead` uses it.
 */
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

/** The address at which a request arrived. Used only where the head does not give it. */
export interface Origin {
  /** `http` or `https`. */
  readonly scheme: string;
  /** The local address as an authority (`127.0.0.1:7878`, `[::1]:7878`), for a request without Host. */
  readonly fallbackHost: string;
  /** The host that a trusted proxy names. It takes the place of Host. */
  readonly toldHost?: string | undefined;
}

const ABSOLUTE = TARGET_FORMS.indexOf('absolute');
const AUTHORITY = TARGET_FORMS.indexOf('authority');
const ASTERISK = TARGET_FORMS.indexOf('asterisk');

/** Known strings compare by identity. The most frequent come first. */
const COMMON_METHODS = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'] as const;

/** The view of one request head. */
export class RequestHead {
  readonly #head: HeadOffsets;
  readonly #text: string;
  readonly #textFrom: number;
  #rawHeaders: readonly string[] | undefined;

  /**
   * @param text the bytes of the head in latin1; more text may stand around it
   * @param textFrom the offset, in the numbers of `head`, of the first character of `text`
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

  /** The path of the target, without scheme, host and query. An absolute-form target may have none: `/`. */
  get path(): string {
    const { target } = this;
    const isAbsolute = this.#head.targetForm === ABSOLUTE;
    const from = isAbsolute ? authorityTo(target) : 0;
    const query = target.indexOf('?', from);
    const path = target.slice(from, query < 0 ? target.length : query);
    return isAbsolute && path === '' ? '/' : path;
  }

  /** The version used for the response: a 1.x above 1.1 counts as 1.1 (RFC 9110 §2.5). */
  get httpVersion(): '1.0' | '1.1' {
    return this.#head.versionMinor >= 1 ? '1.1' : '1.0';
  }

  /** A flat list: name, value, name, value, …, in the order and case received. */
  get rawHeaders(): readonly string[] {
    if (this.#rawHeaders === undefined) {
      const { fields } = this.#head;
      // At its size from the start: an array that grows begins with room for 17.
      const raw = new Array<string>(fields.length / 2);
      for (let i = 0; i < raw.length; i++) {
        raw[i] = this.#slice(fields[2 * i] as number, fields[2 * i + 1] as number);
      }
      this.#rawHeaders = raw;
    }
    return this.#rawHeaders;
  }

  /** The number of field lines. */
  get fieldCount(): number {
    return this.#head.fields.length / FIELD_STRIDE;
  }

  /** The name of the field line at `index`, as received. */
  nameAt(index: number): string {
    const { fields } = this.#head;
    const at = index * FIELD_STRIDE;
    return this.#slice(fields[at] as number, fields[at + 1] as number);
  }

  /** The value of the field line at `index`. */
  valueAt(index: number): string {
    const { fields } = this.#head;
    const at = index * FIELD_STRIDE + 2;
    return this.#slice(fields[at] as number, fields[at + 1] as number);
  }

  /**
   * The joined value of all field lines with this name, in any case; `null` without such a line.
   */
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

  /** True if there is a field line with this name, in any case. */
  has(name: string): boolean {
    const lowercase = name.toLowerCase();
    const { fields } = this.#head;
    for (let i = 0; i < fields.length; i += FIELD_STRIDE) {
      if (this.#isNamed(fields[i] as number, fields[i + 1] as number, lowercase)) return true;
    }
    return false;
  }

  /** The values of all field lines with this lowercase name, in any case, first to last. */
  valuesOf(lowercase: string): string[] {
    const { fields } = this.#head;
    const values: string[] = [];
    for (let i = 0; i < fields.length; i += FIELD_STRIDE) {
      if (this.#isNamed(fields[i] as number, fields[i + 1] as number, lowercase))
        values.push(this.#slice(fields[i + 2] as number, fields[i + 3] as number));
    }
    return values;
  }

  /** The scheme that an absolute-form target names; undefined for any other form. */
  get targetScheme(): 'http' | 'https' | undefined {
    const { targetForm, targetFrom } = this.#head;
    if (targetForm !== ABSOLUTE) return undefined;
    return this.#text[targetFrom - this.#textFrom + 4] === ':' ? 'http' : 'https';
  }

  /**
   * The URL of the request (RFC 9112 §3.3). It is concatenated and never resolved: resolving
   * `//evil.example/x` would turn a path into another host.
   *
   * @param origin gives the scheme, and the authority for a request without Host (HTTP/1.0)
   */
  url(origin: Origin): string {
    const { targetForm, hostField } = this.#head;
    if (targetForm === ABSOLUTE) return this.#absoluteUrl(origin);
    const { scheme } = origin;
    if (targetForm === AUTHORITY) return `${scheme}://${this.target}`;
    const host = origin.toldHost ?? (hostField < 0 ? origin.fallbackHost : this.#hostField);
    // Path and query are empty. `*` is not a path, but `/*` is one (RFC 9112 §3.2.4).
    if (targetForm === ASTERISK) return `${scheme}://${host}`;
    return `${scheme}://${host}${this.target}`;
  }

  /**
   * The host that the client asked for, with its port if it has one. That of the target counts before Host
   * (RFC 9112 §3.2.2). Empty where nobody names one.
   *
   * @param told the host that a trusted proxy names
   */
  host(told: string | undefined): string {
    const { targetForm, hostField } = this.#head;
    if (targetForm === AUTHORITY) return this.target;
    if (told !== undefined) return told;
    if (targetForm !== ABSOLUTE) return hostField < 0 ? '' : this.#hostField;
    const { target } = this;
    const authority = target.slice(authorityFrom(target), authorityTo(target));
    // Before an @ stands who asks, and perhaps a password (RFC 9110 §4.2.4).
    return authority.slice(authority.indexOf('@') + 1);
  }

  get #hostField(): string {
    const { hostField, fields } = this.#head;
    return this.#slice(fields[hostField + 2] as number, fields[hostField + 3] as number);
  }

  /**
   * The target is the URL. Its scheme and its host give way to what is known better. A scheme has small letters, as in every
   * URL of the web: applications look whether the URL begins with `https:`.
   */
  #absoluteUrl({ scheme, toldHost }: Origin): string {
    const { target } = this;
    if (toldHost === undefined && target.startsWith(`${scheme}:`)) return target;
    if (toldHost === undefined) return `${scheme}://${target.slice(authorityFrom(target))}`;
    return `${scheme}://${toldHost}${target.slice(authorityTo(target))}`;
  }

  #slice(from: number, to: number): string {
    return this.#text.substring(from - this.#textFrom, to - this.#textFrom);
  }

  /** True if `[from, to)` equals `lowercase`, where A–Z match a–z. */
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

/** Where the authority of an absolute-form target begins. */
function authorityFrom(target: string): number {
  return target.indexOf('://') + 3;
}

/** Where it ends. */
function authorityTo(target: string): number {
  let at = authorityFrom(target);
  while (at < target.length && !'/?'.includes(target[at] as string)) at++;
  return at;
}

/**
 * The separator of joined values. Cookies are joined by semicolons (RFC 6265 §4.2.1), all others
 * are lists (RFC 9110 §5.3).
 */
export function separatorOf(lowercaseName: string): '; ' | ', ' {
  return lowercaseName === 'cookie' ? '; ' : ', ';
}
