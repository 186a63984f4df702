// Headers as a flat list, the form in which a response is written. They answer as the platform's
// Headers do. For invalid values, the platform's Headers throw their own error.

import { trimmed } from '../http/blanks.js';
import { showAs } from '../http/inspect.js';
import { isFieldValue, isToken } from '../http/reply/field-check.js';
import { separatorOf } from '../http/request/request-head.js';
import { type HeadersInit, isInstanceOf, PlatformHeaders, standIn } from './platform.js';

type Entry = [name: string, value: string];

const SET_COOKIE = 'set-cookie';
/**
 * Characters that no field value may have (WHATWG Fetch §2.2.2, 'header value'), or that no
 * ByteString has.
 */
const FORBIDDEN_IN_VALUE = /[\0\n\r]|[^\0-\xff]/;

/** The lowercase form of each name: programs set the same few names again and again. */
const lowercase = new Map<string, string>();
/**
 * Names may come from a request's content, so there is a bound on the number that is remembered.
 */
const LOWERCASE_NAMES_MAX = 512;

/** Name, value, name, value, …: lowercase, combined, in the order in which they were added. */
export let listOf: (headers: LightHeaders) => readonly string[];

export class LightHeaders implements Headers {
  #list: string[];
  /** The result of 'sort and combine', until the next change. */
  #sorted: readonly Entry[] | undefined;

  static {
    listOf = (headers) => headers.#list;
  }

  constructor(init: HeadersInit | undefined = undefined) {
    this.#list = [];
    this.#sorted = undefined;
    if (init !== undefined) this.#fill(init);
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a class that extends this one inherits the method.
    return isInstanceOf(value, this, LightHeaders, PlatformHeaders);
  }

  append(name: string, value: string): void {
    const key = keyOf(name);
    const checked = checkedValue(value);
    if (key === undefined || checked === undefined) refuse('append', name, value);
    this.#append(key, checked);
  }

  set(name: string, value: string): void {
    const key = keyOf(name);
    const checked = checkedValue(value);
    if (key === undefined || checked === undefined) refuse('set', name, value);
    this.#sorted = undefined;
    const at = this.#indexOf(key);
    if (at < 0) {
      this.#list.push(key, checked);
      return;
    }
    this.#list[at + 1] = checked;
    if (key === SET_COOKIE) this.#remove(key, at + 2);
  }

  delete(name: string): void {
    const key = keyOf(name);
    if (key === undefined) refuse('delete', name);
    this.#sorted = undefined;
    this.#remove(key, 0);
  }

  get(name: string): string | null {
    const key = keyOf(name);
    if (key === undefined) return refuse('get', name);
    if (key === SET_COOKIE) {
      const cookies = this.getSetCookie();
      return cookies.length === 0 ? null : cookies.join(', ');
    }
    const at = this.#indexOf(key);
    return at < 0 ? null : (this.#list[at + 1] ?? null);
  }

  has(name: string): boolean {
    const key = keyOf(name);
    if (key === undefined) return refuse('has', name);
    return this.#indexOf(key) >= 0;
  }

  getSetCookie(): string[] {
    const list = this.#list;
    const cookies: string[] = [];
    for (let i = 0; i < list.length; i += 2) {
      if (list[i] === SET_COOKIE) cookies.push(list[i + 1] as string);
    }
    return cookies;
  }

  forEach(
    callback: (value: string, key: string, headers: Headers) => void,
    thisArgument?: unknown,
  ): void {
    if (typeof callback !== 'function') refuse('forEach', callback);
    for (const [name, value] of this) callback.call(thisArgument, value, name, this);
  }

  *keys(): Generator<string, undefined> {
    for (const [name] of this) yield name;
  }

  *values(): Generator<string, undefined> {
    for (const [, value] of this) yield value;
  }

  /** Sees changes during the iteration, as iterators of the platform do. */
  *entries(): Generator<Entry, undefined> {
    for (let i = 0; ; i++) {
      const entry = this.#inOrder()[i];
      if (entry === undefined) return;
      yield [entry[0], entry[1]];
    }
  }

  #append(key: string, value: string): void {
    this.#sorted = undefined;
    const at = key === SET_COOKIE ? -1 : this.#indexOf(key);
    if (at < 0) this.#list.push(key, value);
    else this.#list[at + 1] += separatorOf(key) + value;
  }

  #indexOf(key: string): number {
    const list = this.#list;
    for (let i = 0; i < list.length; i += 2) if (list[i] === key) return i;
    return -1;
  }

  #remove(key: string, from: number): void {
    const list = this.#list;
    for (let i = from; i < list.length; ) {
      if (list[i] === key) list.splice(i, 2);
      else i += 2;
    }
  }

  #inOrder(): readonly Entry[] {
    if (this.#sorted === undefined) {
      const entries: Entry[] = [];
      const list = this.#list;
      for (let i = 0; i < list.length; i += 2) {
        entries.push([list[i] as string, list[i + 1] as string]);
      }
      this.#sorted = entries.sort(byName);
    }
    return this.#sorted;
  }

  /** Takes every value that the platform takes, and throws where the platform throws. */
  #fill(init: HeadersInit): void {
    if (typeof init !== 'object' || init === null) {
      this.#fillBySpec(init);
      return;
    }
    if (#list in init) this.#list = init.#list.slice();
    else if (Array.isArray(init)) this.#fillFromPairs(init);
    else if (isPlain(init)) this.#fillFromRecord(init);
    else this.#fillBySpec(init);
  }

  #fillFromRecord(record: Readonly<Record<string, unknown>>): void {
    for (const name of Object.keys(record)) {
      const key = keyOf(name);
      const value = checkedValue(record[name]);
      if (key === undefined || value === undefined) {
        this.#fillBySpec(record);
        return;
      }
      this.#append(key, value);
    }
  }

  #fillFromPairs(pairs: readonly unknown[]): void {
    for (const pair of pairs) {
      if (!Array.isArray(pair) || pair.length !== 2) {
        this.#fillBySpec(pairs);
        return;
      }
      const key = keyOf(pair[0]);
      const value = checkedValue(pair[1]);
      if (key === undefined || value === undefined) {
        this.#fillBySpec(pairs);
        return;
      }
      this.#append(key, value);
    }
  }

  #fillBySpec(init: unknown): void {
    this.#list = [];
    // Boundary: the platform finds out whether it is a HeadersInit.
    for (const [name, value] of new PlatformHeaders(init as HeadersInit)) {
      this.#list.push(name, value);
    }
  }

  declare [Symbol.iterator]: () => Generator<Entry, undefined>;
}

standIn(LightHeaders, PlatformHeaders, 'Headers');
// One function with two names, as WHATWG requires.
Object.defineProperty(LightHeaders.prototype, Symbol.iterator, {
  configurable: true,
  writable: true,
  value: LightHeaders.prototype.entries,
});
showAs(LightHeaders.prototype, 'Headers', (headers) => Object.fromEntries(headers.entries()));

/** The name in lowercase, or `undefined` if it is no valid name. */
function keyOf(name: unknown): string | undefined {
  const text = typeof name === 'string' ? name : `${name}`;
  const before = lowercase.get(text);
  if (before !== undefined) return before;
  if (!isToken(text)) return undefined;
  const key = text.toLowerCase();
  if (lowercase.size < LOWERCASE_NAMES_MAX) lowercase.set(text, key);
  return key;
}

/** The value without blanks at its ends, or `undefined` if it is no valid value. */
function checkedValue(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value : `${value}`;
  const bare = trimmed(text, isHttpBlank);
  return isFieldValue(bare) || !FORBIDDEN_IN_VALUE.test(bare) ? bare : undefined;
}

/** HTTP whitespace (WHATWG Fetch §2.2): HTAB, LF, CR, SP. */
function isHttpBlank(c: number): boolean {
  return c === 0x20 || c === 0x09 || c === 0x0a || c === 0x0d;
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  // The platform refuses a symbol as a key. The symbol may be Symbol.iterator.
  return (
    (prototype === Object.prototype || prototype === null) &&
    Object.getOwnPropertySymbols(value).length === 0
  );
}

/** Lets the platform throw its error. */
function refuse(
  method: 'append' | 'delete' | 'forEach' | 'get' | 'has' | 'set',
  ...given: unknown[]
): never {
  Reflect.apply(PlatformHeaders.prototype[method], new PlatformHeaders(), given);
  throw new TypeError(`Headers.${method}: what was given is neither a name nor a value of a field`);
}

/** Sorts by code unit. The sort is stable, so cookies keep their order. */
function byName(a: Entry, b: Entry): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
