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

describe('all values of a name', () => {
  test('stand in order, whatever the case of the name', () => {
    const head = headOf('GET / HTTP/1.1\r\nHost: a\r\nx-a: 1\r\nX-A: 2, 3\r\nX-AB: 4\r\n\r\n');
    expect(head.valuesOf('x-a')).toEqual(['1', '2, 3']);
    expect(head.valuesOf('x-b')).toEqual([]);
  });
});

describe('the URL of an absolute-form target', () => {
  test.each([
    ['http://b/c', 'http', undefined, 'http://b/c'],
    ['HTTP://u@B:1/c', 'http', undefined, 'http://u@B:1/c'],
    ['HTTPS://b', 'https', undefined, 'https://b'],
    ['https://b/c', 'http', undefined, 'http://b/c'],
    ['http://b/c', 'https', undefined, 'https://b/c'],
    ['https://b/c://d', 'http', undefined, 'http://b/c://d'],
    ['http://b/c', 'http', 'told:1', 'http://told:1/c'],
    ['https://u@b:1?d', 'http', 'told', 'http://told?d'],
    ['http://b', 'https', 'told', 'https://told'],
  ])('%s, asked by %s for %s, is %s', (target, scheme, toldHost, expected) => {
    const head = headOf(`GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expect(head.targetScheme).toBe(/^https/i.test(target) ? 'https' : 'http');
    expect(head.url({ scheme, fallbackHost: 'f', toldHost })).toBe(expected);
  });

  test('names a scheme, and no other form does', () => {
    expect(headOf('GET /https:// HTTP/1.1\r\nHost: h\r\n\r\n').targetScheme).toBeUndefined();
    expect(headOf('OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n').targetScheme).toBeUndefined();
  });
});

test.each([
  ['GET /x HTTP/1.1', 'Host: h:1', 'h:1', 'told:2'],
  ['OPTIONS * HTTP/1.1', 'Host: h', 'h', 'told:2'],
  ['GET /x HTTP/1.0', 'A: b', '', 'told:2'],
  // The target's counts before Host (RFC 9112 §3.2.2).
  ['GET http://b:1/c HTTP/1.1', 'Host: h', 'b:1', 'told:2'],
  ['GET http://b?c/d HTTP/1.1', 'Host: h', 'b', 'told:2'],
  ['GET HTTPS://[::1] HTTP/1.1', 'Host: h', '[::1]', 'told:2'],
  ['GET http://u:secret@b:1/c@d HTTP/1.1', 'Host: h', 'b:1', 'told:2'],
  // Who is let through, nobody else can say.
  ['CONNECT b:443 HTTP/1.1', 'Host: b:443', 'b:443', 'b:443'],
])('%s with %s asks for the host %j, or for %j that a proxy tells', (line, field, host, told) => {
  const head = headOf(`${line}\r\n${field}\r\n\r\n`);
  expect(head.host(undefined)).toBe(host);
  expect(head.host('told:2')).toBe(told);
});

test.each([
  ['GET /x/y?z?/ HTTP/1.1', '/x/y'],
  ['GET //x?http://b/c HTTP/1.1', '//x'],
  ['GET http://b:1/c/d?e HTTP/1.1', '/c/d'],
  ['GET http://b?/c HTTP/1.1', '/'],
  ['GET HTTPS://[::1] HTTP/1.1', '/'],
  ['OPTIONS * HTTP/1.1', '*'],
  ['CONNECT a:443 HTTP/1.1', 'a:443'],
])('%s has the path %s', (line, path) => {
  expect(headOf(`${line}\r\nHost: a:443\r\n\r\n`).path).toBe(path);
});

test('a host that a trusted proxy names takes the place of Host', () => {
  const origin = { scheme: 'https', fallbackHost: 'f', toldHost: 'told:1' };
  expect(headOf('GET /x HTTP/1.1\r\nHost: h\r\n\r\n').url(origin)).toBe('https://told:1/x');
  expect(headOf('GET /x HTTP/1.0\r\n\r\n').url(origin)).toBe('https://told:1/x');
  expect(headOf('OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n').url(origin)).toBe('https://told:1');
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
