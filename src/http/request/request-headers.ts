// The headers of a request: `instanceof Headers`, without constructing one. They answer from the
// head, in the order and combination of WHATWG Fetch §2.2.2 ('sort and combine'). The first change
// makes a native Headers inside.

import { showAs } from '../inspect.js';
import { isToken } from '../reply/field-check.js';
import { chainTo } from './platform-chain.js';
import type { RequestHead } from './request-head.js';
import { separatorOf } from './request-head.js';

type Entry = [name: string, value: string];

const SET_COOKIE = 'set-cookie';

export class RequestHeaders implements Headers {
  readonly #head: RequestHead;
  /** Made by the first change; from then on it answers all calls. */
  #altered: Headers | undefined;

  constructor(head: RequestHead) {
    this.#head = head;
    this.#altered = undefined;
  }

  get(name: string): string | null {
    if (this.#altered !== undefined) return this.#altered.get(name);
    const value = this.#head.get(String(name));
    // A name that was found is a token, so only other names are checked.
    if (value === null) checkName('get', name);
    return value;
  }

  has(name: string): boolean {
    if (this.#altered !== undefined) return this.#altered.has(name);
    const found = this.#head.has(String(name));
    if (!found) checkName('has', name);
    return found;
  }

  getSetCookie(): string[] {
    if (this.#altered !== undefined) return this.#altered.getSetCookie();
    const head = this.#head;
    const values: string[] = [];
    for (let i = 0; i < head.fieldCount; i++) {
      if (head.nameAt(i).toLowerCase() === SET_COOKIE) values.push(head.valueAt(i));
    }
    return values;
  }

  append(name: string, value: string): void {
    this.#alterable().append(name, value);
  }

  set(name: string, value: string): void {
    this.#alterable().set(name, value);
  }

  delete(name: string): void {
    this.#alterable().delete(name);
  }

  forEach(
    callback: (value: string, key: string, headers: Headers) => void,
    thisArgument?: unknown,
  ): void {
    if (typeof callback !== 'function') {
      throw new TypeError('Headers.forEach: the first argument must be a function');
    }
    for (const [name, value] of this.#entries()) callback.call(thisArgument, value, name, this);
  }

  keys(): ArrayIterator<string> {
    return this.#entries()
      .map(([name]) => name)
      .values();
  }

  values(): ArrayIterator<string> {
    return this.#entries()
      .map(([, value]) => value)
      .values();
  }

  entries(): ArrayIterator<Entry> {
    return this.#entries().values();
  }

  [Symbol.iterator](): ArrayIterator<Entry> {
    return this.entries();
  }

  #alterable(): Headers {
    if (this.#altered === undefined) {
      const head = this.#head;
      this.#altered = new Headers();
      for (let i = 0; i < head.fieldCount; i++)
        this.#altered.append(head.nameAt(i), head.valueAt(i));
    }
    return this.#altered;
  }

  /** A new list at each call: the caller may change its entries. */
  #entries(): Entry[] {
    return this.#altered === undefined ? sortAndCombine(this.#head) : [...this.#altered];
  }
}

// The chain is set by hand: `extends Headers` would construct a Headers for each request.
chainTo(RequestHeaders.prototype, () => Headers.prototype);
showAs(RequestHeaders.prototype, 'Headers', (headers) => Object.fromEntries(headers.entries()));

/**
 * 'sort and combine' (WHATWG Fetch §2.2.2): lowercase names, sorted and combined. Each Set-Cookie
 * stays alone.
 */
function sortAndCombine(head: RequestHead): Entry[] {
  const combined = new Map<string, Entry>();
  const cookies: Entry[] = [];
  for (let i = 0; i < head.fieldCount; i++) {
    const name = head.nameAt(i).toLowerCase();
    const value = head.valueAt(i);
    if (name === SET_COOKIE) {
      cookies.push([name, value]);
      continue;
    }
    const before = combined.get(name);
    if (before === undefined) combined.set(name, [name, value]);
    else before[1] += separatorOf(name) + value;
  }
  return [...combined.values(), ...cookies].sort(byName);
}

/** Sorts by code unit. The sort is stable, so cookies keep their order. */
function byName(a: Entry, b: Entry): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

function checkName(method: string, name: string): void {
  if (isToken(name)) return;
  throw new TypeError(`Headers.${method}: ${JSON.stringify(String(name))} is no field name`);
}
