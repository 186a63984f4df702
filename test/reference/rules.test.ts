import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Rule } from './abnf.js';
import * as abnf from './abnf.js';
import * as chunked from './chunked.js';
import { productionCounts } from './coverage.js';
import * as fields from './fields.js';
import { hostText } from './generate-text.js';
import * as line from './request-line.js';
import * as uri from './uri.js';

/** A rule, the texts that it is to match wholly, and those that it is not. */
type Case = readonly [name: string, rule: Rule, yes: readonly string[], no: readonly string[]];

const CASES: readonly Case[] = [
  ['ALPHA', abnf.ALPHA, ['a', 'Z'], ['', '1', '[', '\xe4', 'ab']],
  ['DIGIT', abnf.DIGIT, ['0', '9'], ['', 'a', '/', ':', '\xb2', '00']],
  ['HEXDIG', abnf.HEXDIG, ['0', 'a', 'F'], ['', 'g', 'G', '@', '`']],
  ['SP', abnf.SP, [' '], ['', '\t', '  ', '\xa0']],
  ['HTAB', abnf.HTAB, ['\t'], ['', ' ', '\x0b']],
  ['VCHAR', abnf.VCHAR, ['!', '~'], ['', ' ', '\x7f', '\x80']],
  ['DQUOTE', abnf.DQUOTE, ['"'], ['', "'"]],
  ['CRLF', abnf.CRLF, ['\r\n'], ['', '\n', '\r', '\n\r', '\r\r\n']],

  ['unreserved', uri.unreserved, ['a', '0', '-', '.', '_', '~'], ['', '%', '!', '/', '\xe4']],
  ['pct-encoded', uri.pctEncoded, ['%00', '%aF'], ['%', '%0', '%0g', '00', '%000']],
  ['sub-delims', uri.subDelims, [..."!$&'()*+,;="], ['', ':', '/', '?', '#', '[', ']', '@', '"']],
  ['scheme', uri.scheme, ['http', 'a+b-c.1', 'H'], ['', '1a', '+a', 'a_b', 'a:']],
  ['userinfo', uri.userinfo, ['', 'a:b', '%41', ':', "!$&'"], ['@', 'a b', '%4', '[', '/']],
  [
    'dec-octet',
    uri.decOctet,
    ['0', '9', '10', '99', '100', '199', '200', '249', '250', '255'],
    ['', '00', '01', '256', '260', '300', '1000', '-1'],
  ],
  [
    'IPv4address',
    uri.IPv4address,
    ['0.0.0.0', '255.1.20.3'],
    ['1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.'],
  ],
  ['h16', uri.h16, ['0', 'ffff', '00aB'], ['', '00000', 'g']],
  ['ls32', uri.ls32, ['0:0', 'ffff:1', '1.2.3.4'], ['1', '1:', '1:2:3', '1.2.3']],
  [
    'IPv6address',
    uri.IPv6address,
    [
      '::',
      '::1',
      '1::',
      '1:2:3:4:5:6:7:8',
      '1:2:3:4:5:6:1.2.3.4',
      '::1.2.3.4',
      '1::8',
      '1:2:3:4:5:6:7::',
      '::2:3:4:5:6:7:8',
      '1::3:4:5:6:1.2.3.4',
    ],
    [
      '',
      ':',
      ':::',
      '1',
      '1:2',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '12345::',
      '::1.2.3',
      '1:2::3:4:5:6:1.2.3.4',
      '1.2.3.4::',
      '::%eth0',
      '1:2:3:4:5:6:7:8::',
      '1:2:3:4::5:6:7:8:9',
      ':1',
      '1:',
    ],
  ],
  [
    'IPvFuture',
    uri.IPvFuture,
    ['v1.a', 'VfF.:', 'v0.a:b!'],
    ['v.a', 'v1.', 'vg.a', '1.a', 'v1.%41', 'v1.a/'],
  ],
  ['IP-literal', uri.IPLiteral, ['[::1]', '[v1.a]'], ['[]', '::1', '[::1', '[1.2.3.4]', '[a]']],
  [
    'reg-name',
    uri.regName,
    ['a', 'a.b', '%41', '1.2.3.4', 'a_b', '!'],
    ['', 'a b', '%4', 'a:b', 'a/b', 'a@b', '\xe4', '[a]'],
  ],
  [
    'host',
    uri.host,
    ['a', '1.2.3.4', '999.1.1.1', '[::1]', '[v1.a]'],
    ['', '::1', '[::1', '[::1]a'],
  ],
  ['port', uri.port, ['', '0', '80', '99999'], ['a', '+1', '8 0']],

  ['OWS', fields.OWS, ['', ' ', '\t', ' \t '], ['\r\n ', '\x0b', '\xa0']],
  ['BWS', fields.BWS, ['', ' ', '\t'], ['\n']],
  [
    'tchar',
    fields.tchar,
    [..."!#$%&'*+-.^_`|~", 'a', 'Z', '0'],
    ['', ...'"(),/:;<=>?@[\\]{} ', '\t', '\x7f', '\x80', '\0'],
  ],
  ['token', fields.token, ['a', 'a-b', '!#1'], ['', 'a b', 'a:', '\xe4']],
  ['obs-text', fields.obsText, ['\x80', '\xff'], ['', '\x7f', 'a']],
  [
    'qdtext',
    fields.qdtext,
    ['\t', ' ', '!', '#', '[', ']', '~', '\x80'],
    ['', '"', '\\', '\x7f', '\r', '\0'],
  ],
  [
    'quoted-pair',
    fields.quotedPair,
    ['\\"', '\\\\', '\\\t', '\\\xff', '\\a'],
    ['\\', '\\\n', '\\\0', 'a', '\\\x7f'],
  ],
  [
    'quoted-string',
    fields.quotedString,
    ['""', '"a b"', '"\\""', '"\\\\"', '"\xe4"'],
    ['', '"', '"\\"', '"a"b"', '"\r"', "'a'"],
  ],
  ['field-name', fields.fieldName, ['Host', 'x_y'], ['', 'a ', ' a', 'a:']],
  ['field-vchar', fields.fieldVchar, ['a', '~', '\x80'], ['', ' ', '\t', '\x7f', '\0']],
  [
    'field-content',
    fields.fieldContent,
    ['a', 'a b', 'a\t\tb', 'abc'],
    ['', ' a', 'a ', 'a\rb', 'ab'],
  ],
  [
    'field-value',
    fields.fieldValue,
    ['', 'a', 'ab', 'a b', '\xff'],
    [' ', 'a ', '\ta', 'a\0b', 'a\nb', 'a\r\n b', '\x7f'],
  ],
  [
    'field-line',
    fields.fieldLine,
    ['a:', 'a: ', 'a:b', 'a: b c\t', 'a::b', 'a:\xe4'],
    ['a', ':', ' a:b', 'a :b', 'a:b\r\n c', 'a\0:b', '\xe4:a'],
  ],
  ['uri-host', fields.uriHost, ['a', '[::1]'], ['', 'a:80']],
  [
    'Host',
    fields.Host,
    ['a', 'a:', 'a:80', '[::1]:80', 'a,b', '0.0.0.0=5000'],
    ['', ':80', 'a b', 'a/b', 'u@a', 'a:b', 'http://a', '::1'],
  ],
  [
    'Content-Length',
    fields.ContentLength,
    ['0', '007', '5'],
    ['', '+5', '-0', '5,5', '5 ', '0x5', '5.0', '\xb9'],
  ],
  [
    'transfer-parameter',
    fields.transferParameter,
    ['a=b', 'a = "b"', 'a\t=\tb'],
    ['a', 'a=', '=b', 'a b'],
  ],
  [
    'transfer-coding',
    fields.transferCoding,
    ['chunked', 'a;b=c', 'a ; b = "c;d"'],
    ['', 'a;', 'a b', ';a=b', 'a;b'],
  ],
  [
    'Transfer-Encoding',
    fields.TransferEncoding,
    ['', 'a', 'a,b', ',', ', ,a ,', 'a;b="c,d", e'],
    ['a b', 'a;', '"a"', 'a,b;'],
  ],

  ['method', line.method, ['GET', 'get', 'X-Y', '-bl'], ['', 'G ET', 'G(T']],
  ['HTTP-name', line.HTTPName, ['HTTP'], ['http', 'HTTPS', '']],
  [
    'HTTP-version',
    line.HTTPVersion,
    ['HTTP/1.1', 'HTTP/9.0'],
    ['HTTP/1', 'HTTP/1.', 'HTTP/11.1', 'HTTP/1.10', 'http/1.1', 'HTTP/a.1', 'HTTP /1.1'],
  ],
  [
    'target-character',
    line.targetCharacter,
    ['!', '"', '$', '~', '{', '|'],
    ['', '#', ' ', '\x7f', '\x80', '\t'],
  ],
  [
    'origin-form',
    line.originForm,
    ['/', '//', '/a?b', '/%zz', '/"<>[]^`{|}\\'],
    ['', 'a', '?', '/#', '/a b', '/\xe4', '/\0'],
  ],
  [
    'absolute-form',
    line.absoluteForm,
    [
      'http://a',
      'https://a/',
      'HTTP://a?b',
      'x://a:80/b',
      'http://u:p@a',
      'http://[::1]:80/',
      'http://@a',
      'http://a:',
    ],
    [
      'http:',
      'http:/a',
      'http://',
      'http:///a',
      'http://:80',
      'http://a#b',
      'http://u@',
      'http://a@b@c',
      'http://a b',
      '://a',
      'a:80',
      'mailto:a',
    ],
  ],
  [
    'authority-form',
    line.authorityForm,
    ['a:80', '[::1]:443', '1.2.3.4:0', '*:1'],
    ['a', 'a:', ':80', 'u@a:80', 'a:80/', '[::1]'],
  ],
  ['asterisk-form', line.asteriskForm, ['*'], ['', '**', '/*']],
  ['request-target', line.requestTarget, ['/', 'http://a', 'a:80', '*'], ['', 'a', '?a', '#']],
  [
    'request-line',
    line.requestLine,
    ['GET / HTTP/1.1', 'X * HTTP/2.0', 'GET a:80 HTTP/1.0'],
    [
      'GET  / HTTP/1.1',
      'GET / HTTP/1.1 ',
      ' GET / HTTP/1.1',
      'GET\t/ HTTP/1.1',
      'GET /',
      'GET /  HTTP/1.1',
      'GET / a HTTP/1.1',
      'GET HTTP/1.1',
    ],
  ],

  [
    'chunk-size',
    chunked.chunkSize,
    ['0', '00', 'fF', '9'.repeat(40)],
    ['', '0x1', '+1', '-1', '1_0', ' 1', 'g'],
  ],
  ['chunk-ext-name', chunked.chunkExtName, ['a'], ['', 'a b', '"a"']],
  ['chunk-ext-val', chunked.chunkExtVal, ['a', '"a b"'], ['', 'a b', '"a']],
  [
    'chunk-ext',
    chunked.chunkExt,
    ['', ';a', ' ; a', '\t;a\t=\tb', ';a="b;c"', ';a;b=c', ';a="\\""'],
    [' ', ';', ';a ', ';a=', ';a b', ';a="b', ';=b', ';a=b ', ';a;;b', ';a=\nb'],
  ],
  [
    'chunk',
    chunked.chunkLine,
    ['5', '0', '5;a', '5 ;a=b'],
    ['', '5 ', ';a', '5;', '5;a ', ' 5', '5 a'],
  ],
  [
    'last-chunk',
    chunked.lastChunkLine,
    ['0', '000', '0;a', '00 ; a="b"'],
    ['', '1', '01', '0 ', '0;'],
  ],
];

describe.each(CASES)('%s', (name, rule, yes, no) => {
  test.each(yes.map((text) => [text]))('matches %j', (text) => {
    expect(abnf.matches(rule, text)).toBe(true);
    const prefixes = Array.from({ length: text.length }, (_, i) => text.slice(0, i));
    expect(prefixes.filter((prefix) => !abnf.isPrefix(rule, prefix))).toEqual([]);
  });

  test.each(no.map((text) => [text]))('does not match %j', (text) => {
    expect(abnf.matches(rule, text), `${name} matches ${text}`).toBe(false);
  });
});

test('every production has its examples', () => {
  const alternatives = (name: string): boolean => name.startsWith('IPv6address,');
  const names = productionCounts().map((one) => one.name);
  expect(names.filter((name) => !alternatives(name)).sort()).toEqual(
    CASES.map(([name]) => name).sort(),
  );
});

test('IPv6address agrees with the address parser of the platform', () => {
  const change = fc.tuple(fc.nat({ max: 45 }), fc.constantFrom('', ':', '0', '1', '.', 'f', '::'));
  fc.assert(
    fc.property(hostText, fc.array(change, { maxLength: 2 }), (host, changes) => {
      const changed = changes.reduce(
        (text, [at, by]) => text.slice(0, at) + by + text.slice(at + (by === '' ? 1 : 0)),
        host.replace(/^\[|\]$/g, ''),
      );
      // The platform takes a zone behind a percent sign, which RFC 3986 does not know.
      const known = isIPv6(changed) && !changed.includes('%');
      expect(abnf.matches(uri.IPv6address, changed)).toBe(known);
    }),
    { numRuns: 1000 },
  );
});

test('a text that may become a match is a prefix, and one that cannot is none', () => {
  expect(abnf.isPrefix(line.requestLine, 'GET /')).toBe(true);
  expect(abnf.isPrefix(line.requestLine, 'GET / HTTP/1.1')).toBe(true);
  expect(abnf.isPrefix(line.requestLine, 'GET / HTTP/1.1x')).toBe(false);
  expect(abnf.isPrefix(line.requestLine, 'GET #')).toBe(false);
  expect(abnf.isPrefix(fields.Host, '[1:2:3:4:5:6:7:8:')).toBe(false);
});

test('the members of a list are divided by commas outside quoted strings, and empty ones left out', () => {
  expect(fields.listMembers([', a ,', 'b;c="d,\\"e"', ''])).toEqual(['a', 'b;c="d,\\"e"']);
  expect(fields.listMembers([])).toEqual([]);
});

test('the port of a target is that of its authority', () => {
  const ports = [
    'a',
    'a:80',
    '[::1]',
    '[::1]:8',
    'http://a/b:9',
    'http://u:1@a',
    'http://u@[::]:7?x',
  ];
  expect(ports.map(line.portOf)).toEqual(['', '80', '', '8', '', '', '7']);
});
