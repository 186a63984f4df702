import { describe, expect, test } from 'vitest';
import { RequestHead } from '../../../../src/http/request/request-head.js';
import { headOf } from '../../../support/request-of.js';

describe('the request line', () => {
  test.each(['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'QUERY', 'get', 'GEX'])(
    'gives the method %s as received',
    (method) => {
      expect(headOf(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`).method).toBe(method);
    },
  );

  test('gives the target as received', () => {
    const head = headOf('GET /%7e/../a?b HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(head.target).toBe('/%7e/../a?b');
  });

  test.each([
    ['HTTP/1.0', '1.0'],
    ['HTTP/1.1', '1.1'],
    ['HTTP/1.7', '1.1'],
  ])('serves %s as %s', (version, served) => {
    expect(headOf(`GET / ${version}\r\nHost: a\r\n\r\n`).httpVersion).toBe(served);
  });
});

describe('the field lines', () => {
  const head = headOf(
    'GET / HTTP/1.1\r\nHost: a\r\nX-A:  1\t\r\nCookie: a=1\r\nx-a: 2\r\ncookie: b=2\r\nEmpty:\r\n' +
      'T~: tilde\r\nLatin: \xe9\r\n\r\n',
  );

  test('are flat in rawHeaders, order and case as received', () => {
    expect(head.rawHeaders).toEqual([
      ...['Host', 'a', 'X-A', '1', 'Cookie', 'a=1', 'x-a', '2', 'cookie', 'b=2', 'Empty', ''],
      ...['T~', 'tilde', 'Latin', '\xe9'],
    ]);
  });

  test('are combined by name in any case, and cookies by semicolons', () => {
    expect(head.get('X-a')).toBe('1, 2');
    expect(head.get('cookie')).toBe('a=1; b=2');
    expect(head.get('COOKIE')).toBe('a=1; b=2');
    expect(head.get('empty')).toBe('');
    expect(head.get('latin')).toBe('\xe9');
    expect(head.get('none')).toBe(null);
  });

  test('are compared by letters alone: "~" is not the lower case of "^"', () => {
    expect(head.has('t~')).toBe(true);
    expect(head.has('t^')).toBe(false);
  });

  test('are found by index too', () => {
    expect(head.fieldCount).toBe(8);
    expect([head.nameAt(1), head.valueAt(1)]).toEqual(['X-A', '1']);
  });
});

describe('the URL', () => {
  const url = (line: string, host = 'Host: a:1\r\n'): string =>
    headOf(`${line}\r\n${host}\r\n`).url({ scheme: 'http', fallbackHost: '127.0.0.1:7878' });

  test.each([
    ['GET /x?y HTTP/1.1', 'http://a:1/x?y'],
    ['GET //evil.example/x HTTP/1.1', 'http://a:1//evil.example/x'],
    ['GET /a/../b HTTP/1.1', 'http://a:1/a/../b'],
    ['GET http://b/c?d HTTP/1.1', 'http://b/c?d'],
    // Not the path /*: the target URI of the whole server has no path (RFC 9112 §3.3).
    ['OPTIONS * HTTP/1.1', 'http://a:1'],
    ['OPTIONS /* HTTP/1.1', 'http://a:1/*'],
    ['CONNECT b:443 HTTP/1.1', 'http://b:443'],
  ])('of %s is %s', (line, expected) => {
    expect(url(line)).toBe(expected);
  });

  test('has the local address where an HTTP/1.0 request has no Host', () => {
    expect(url('GET /x HTTP/1.0', '')).toBe('http://127.0.0.1:7878/x');
  });

  test('stays on its host when it is parsed', () => {
    expect(new URL(url('GET //evil.example/x HTTP/1.1')).host).toBe('a:1');
  });
});

test('offsets count from where the text begins in its bytes', () => {
  const parsed = {
    from: 100,
    methodTo: 105,
    targetFrom: 106,
    targetTo: 108,
    targetForm: 0,
    versionMinor: 1,
    fields: [119, 123, 125, 126],
    hostField: 0,
  };
  const head = new RequestHead(parsed, '..PURGE /x HTTP/1.1\r\nHost: a\r\n\r\n', 98);
  expect([head.method, head.target, head.get('host')]).toEqual(['PURGE', '/x', 'a']);
});
