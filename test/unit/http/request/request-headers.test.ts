import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { RequestHeaders } from '../../../../src/http/request/request-headers.js';
import { headOf } from '../../../support/request-of.js';

const LINES =
  'B: 1\r\na: 2\r\nSet-Cookie: x=1\r\nCookie: c=1\r\nb: 3\r\nset-cookie: y=2\r\ncookie: d=2\r\n';

function headers(lines = LINES): RequestHeaders {
  return new RequestHeaders(headOf(`GET / HTTP/1.0\r\n${lines}\r\n`));
}

const SORTED = [
  ['a', '2'],
  ['b', '1, 3'],
  ['cookie', 'c=1; d=2'],
  ['set-cookie', 'x=1'],
  ['set-cookie', 'y=2'],
];

describe('request headers', () => {
  test('are Headers', () => {
    expect(headers()).toBeInstanceOf(Headers);
    expect(Object.prototype.toString.call(headers())).toBe('[object Headers]');
  });

  test('iterate in the order of WHATWG, each Set-Cookie by itself', () => {
    expect([...headers()]).toEqual(SORTED);
    expect([...headers().entries()]).toEqual(SORTED);
    expect([...headers().keys()]).toEqual(SORTED.map(([name]) => name));
    expect([...headers().values()]).toEqual(SORTED.map(([, value]) => value));
  });

  test('pass value, name and themselves to forEach', () => {
    const of = headers('A: 1\r\n');
    const seen: unknown[] = [];
    const self = {};
    of.forEach(function (this: unknown, value, name, all) {
      seen.push(this, value, name, all);
    }, self);
    expect(seen).toEqual([self, '1', 'a', of]);
    expect(seen[0]).toBe(self);
    expect(seen[3]).toBe(of);
    expect(() => of.forEach(undefined as never)).toThrow(TypeError);
  });

  test('answer get, has and getSetCookie', () => {
    const of = headers();
    expect(of.get('B')).toBe('1, 3');
    expect(of.get('nope')).toBe(null);
    expect(of.get('set-cookie')).toBe('x=1, y=2');
    expect(of.has('COOKIE')).toBe(true);
    expect(of.has('nope')).toBe(false);
    expect(of.getSetCookie()).toEqual(['x=1', 'y=2']);
  });

  test.each(['get', 'has'] as const)(
    '%s throws for what is no name, as native ones do',
    (method) => {
      expect(() => headers()[method]('a b')).toThrow(TypeError);
      expect(() => headers()[method]('')).toThrow(TypeError);
      expect(() => headers()[method]('\u212a')).toThrow(TypeError);
    },
  );

  test('can be altered, and answer as altered from then on', () => {
    const of = headers();
    of.append('a', '9');
    of.set('new', '1');
    of.delete('b');
    const expected = new Headers(SORTED as [string, string][]);
    expected.append('a', '9');
    expected.set('new', '1');
    expected.delete('b');
    expect([...of]).toEqual([...expected]);
    expect(of.get('a')).toBe('2, 9');
    expect(of.has('b')).toBe(false);
    expect(of.getSetCookie()).toEqual(['x=1', 'y=2']);
    expect(() => of.append('a b', '1')).toThrow(TypeError);
  });

  test('are copied by new Headers, new Request and new Response', () => {
    expect([...new Headers(headers())]).toEqual(SORTED);
    const request = new Request('http://a/', { headers: headers() });
    expect([...request.headers]).toEqual(SORTED);
    const response = new Response(null, { headers: headers() });
    expect([...response.headers]).toEqual(SORTED);
  });

  test('entries that were handed out are the caller’s to alter', () => {
    const of = headers('A: 1\r\n');
    for (const entry of of) entry[1] = 'changed';
    expect(of.get('a')).toBe('1');
    expect([...of]).toEqual([['a', '1']]);
  });

  test('are shown with what they hold', () => {
    expect(inspect(headers('A: 1\r\n'))).toBe("Headers { a: '1' }");
  });

  test('have every member of Headers.prototype', () => {
    const of = headers() as unknown as Record<string, unknown>;
    for (const name of Object.getOwnPropertyNames(Headers.prototype)) {
      if (name === 'constructor') continue;
      expect(Object.hasOwn(RequestHeaders.prototype, name), name).toBe(true);
      expect(typeof of[name], name).toBe('function');
    }
  });
});
