import { describe, expect, test } from 'vitest';
import {
  HOST_INTERNATIONAL,
  HOST_NONE,
  HOST_PLAIN,
  hostKind,
  hostWithPortKind,
} from '../../../../src/fsm/parse/uri-host.js';
import { bytesOf } from '../../../support/split-bytes.js';

/** Among bytes that would lengthen it: a host ends where it is said to end. */
function host(text: string): boolean {
  return hostKind(bytesOf(`1${text}1`), 1, 1 + text.length) !== HOST_NONE;
}

function hostWithPort(text: string): boolean {
  return hostWithPortKind(bytesOf(`1${text}1`), 1, 1 + text.length) !== HOST_NONE;
}

function alone(text: string): boolean {
  return hostKind(bytesOf(text), 0, text.length) !== HOST_NONE;
}

const BYTES: readonly string[] = Array.from({ length: 256 }, (_, c) => String.fromCharCode(c));

describe('reg-name (RFC 3986 §3.2.2)', () => {
  test.each([
    'a',
    'example.com',
    'EXAMPLE.com.',
    '127.0.0.1',
    'xn--nxasmq6b',
    'a_b',
    '-',
    '.',
    "!$&'()*+,;=",
    'a,b',
    '%41',
    '%aF%Fa',
  ])('%s is one', (text) => {
    expect([host(text), alone(text)]).toEqual([true, true]);
  });

  test.each([
    '',
    ' ',
    'a b',
    'a ',
    ' a',
    '%',
    '%4',
    '%4g',
    '%g4',
    'a%',
    '%%41',
    'a/b',
    'a?b',
    'a@b',
    'a\\b',
    'a#b',
    '[',
    ']',
    'a[b]',
    '{a}',
    '"a"',
    'a|b',
    '<a>',
    'é',
    'a\0',
  ])('%j is none', (text) => {
    expect([host(text), alone(text)]).toEqual([false, false]);
  });

  test('a percent triple is not completed by bytes beyond the end', () => {
    expect(hostKind(bytesOf('%41'), 0, 2)).toBe(HOST_NONE);
    expect(hostKind(bytesOf('%41'), 0, 1)).toBe(HOST_NONE);
  });

  test('every single byte is judged by the rule', () => {
    for (const c of BYTES) expect([c, host(c)]).toEqual([c, /[\w.~!$&'()*+,;=-]/.test(c)]);
  });
});

describe('port = *DIGIT, up to 65535', () => {
  test.each(['a:', 'a:0', 'a:80', 'a:00080', 'a:65535', '[::1]:', '[::1]:443'])(
    '%s is one',
    (text) => expect(host(text)).toBe(true),
  );

  test.each([
    'a:65536',
    'a:70000',
    'a:99999999999999999999',
    'a:-1',
    'a:+1',
    'a:0x50',
    'a:1.0',
    'a: 80',
    'a:80 ',
    'a:8:0',
    'a::80',
    'a:http',
    ':80',
    ':',
    '[::1]:65536',
    '[::1]:a',
    '[::1]80',
    '[::1]a:80',
    '[::1]]',
  ])('%s is none', (text) => {
    expect(host(text)).toBe(false);
  });

  test('every single byte behind the colon is judged by the rule', () => {
    for (const c of BYTES) expect([c, host(`a:${c}`)]).toEqual([c, /[0-9]/.test(c)]);
  });
});

describe('uri-host ":" port, both needed (RFC 9112 §3.2.3)', () => {
  test.each(['a:1', 'a:9', 'a:65535', '[::1]:1', 'a%41:0'])('%s is one', (text) => {
    expect(hostWithPort(text)).toBe(true);
  });

  test.each([
    '',
    'a',
    'a1',
    '127.0.0.1',
    'a:',
    ':1',
    ':',
    '[::1]',
    '[::1]:',
    'a:65536',
    'a:x',
    'a b:1',
    'u@a:1',
  ])('%j is none', (text) => expect(hostWithPort(text)).toBe(false));
});

describe('a name that no URL can have', () => {
  test.each([
    ...[
      '256.256.256.256',
      '999.999.999.999',
      '1.2.3.4.5',
      'foo.0x4',
      'foo.0X',
      'a.1',
      'a.1.',
      '08',
      '1.09',
    ],
    ...[
      '4294967296',
      '1.16777216',
      '1.2.65536',
      '1.2.3.256',
      '256.1',
      '1..2',
      '.1',
      '1.2.3.4.5.',
      '0x100000000',
    ],
    ...[
      'a%2fb',
      'a%00',
      'a%1f',
      'a%20b',
      '%23',
      '%25',
      '%3A',
      '%3c',
      '%3e',
      '%3f',
      '%40',
      '%5b',
      '%5c',
      '%5d',
    ],
    ...[
      '%5e',
      '%7c',
      '%7f',
      '%31.%32.3.4.5',
      'a%2e1',
      ...['a.%30', 'a.%31', 'a.%39', '%c3%bc.1'],
      'xn--',
      'XN--',
      'xn--a',
      'xn--a.b',
      'a.xn--',
      'xn--abc-',
    ],
    ...[
      'xn---',
      'xn--a%',
      'xn--0',
      'xn--99999999',
      'xn--mnchen-3y',
      '%78n--a',
      'xn--%61',
      'x%6e%2d%2d',
    ],
    // Punycode beside Unicode in one label.
    ...['xn--a%ffxn--0xxa', 'a.xn--%c3%bcxn--0xxa', 'b%2e%78n--a%c3%bc-0xxa.c'],
    ...['xn%2d-a%ffxn--0xxa', 'x%6e--a%ffxn--0xxa'],
    // Capitals, a private character, half of one, a space, none at all.
    ...[
      'xn--2ng',
      'xn--0y0c',
      'xn--ib9b',
      'xn--p0a',
      'xn--rug',
      'xn--dn32g',
      'xn--1ch%22',
      'xn--_3ya',
    ],
  ])('%s is none', (text) => {
    expect([host(text), alone(text)]).toEqual([false, false]);
  });

  test.each([
    ...[
      '0',
      '1',
      '00',
      '0x',
      '0xF',
      '127.1',
      '1.2.3',
      '1.2.3.4',
      '1.2.3.4.',
      '255.255.255.255',
      '017.1',
    ],
    ...[
      '4294967295',
      '0xffffffff',
      '1.16777215',
      '1.2.65535',
      '1.2.3.0xFf',
      '1.2.3.255',
      'a..',
      'a.1..',
      '1.a',
    ],
    ...[
      '0x1g',
      '0a',
      '1x',
      'a.0xg',
      '1-',
      'a%22b',
      'a%60',
      'a%7b%7d',
      '%c3%bc',
      'a%2eb',
      '%31',
      'xn-',
      'xnn--a',
    ],
    ...[
      'yn--a',
      'axn--a',
      'x--n',
      'xn--mnchen-3ya',
      'XN--MNCHEN-3YA',
      'a.xn--4gbrim.b',
      'xn--zca',
      'xn--tda',
    ],
  ])('%s is one', (text) => {
    expect([host(text), alone(text)]).toEqual([true, true]);
  });

  test('Unicode has to allow what is punycode or encodes more than US-ASCII', () => {
    const kinds = [
      'a.b',
      '%41',
      'xn--tda',
      'a.xn--tda.',
      '%78n--tda',
      '%c3%bc',
      'a%80',
      'xn--tda.%41',
    ];
    expect(kinds.map((text) => hostKind(bytesOf(text), 0, text.length))).toEqual([
      HOST_PLAIN,
      HOST_PLAIN,
      ...Array.from({ length: 6 }, () => HOST_INTERNATIONAL),
    ]);
  });
});

describe('IP-literal', () => {
  test.each(['[::1', '[', '[::1:80', '[]', '[]:80', '[::1]x', '[[::1]]', 'a[::1]'])(
    '%s is none',
    (text) => expect([host(text), alone(text)]).toEqual([false, false]),
  );

  test('a bracket beyond the end does not close it', () => {
    expect(hostKind(bytesOf('[::1]'), 0, 4)).toBe(HOST_NONE);
    expect(hostKind(bytesOf('[]'), 0, 1)).toBe(HOST_NONE);
  });
});

describe('IPv6address (RFC 3986 §3.2.2)', () => {
  test.each([
    '::',
    '::1',
    '1::',
    '1::8',
    'fe80::0:1',
    '2001:db8::a:B:c',
    '1:2:3:4:5:6:7:8',
    'abcd:EF01:2345:6789:0:00:000:0000',
    '1:2:3:4:5:6:7::',
    '::2:3:4:5:6:7:8',
    '1::3:4:5:6:7:8',
    '1:2:3::7:8',
    '::1.2.3.4',
    '::ffff:255.255.255.255',
    '1:2:3:4:5:6:0.0.0.0',
    '1:2:3:4:5::9.10.99.100',
    '::5:6:7:8:9:1.2.3.4',
    '1::199.200.249.250',
  ])('[%s] is one', (text) => {
    expect(host(`[${text}]`)).toBe(true);
  });

  test.each([
    ':',
    ':::',
    '1',
    '1:',
    ':1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    '1:2:3:4::5:6:7:8',
    '1::2::3',
    '::1::',
    '1:::2',
    '12345::',
    '::12345',
    '::g',
    'g::',
    '::1 ',
    ' ::1',
    '::%1',
    'fe80::1%25eth0',
    'fe80::1%eth0',
    '1.2.3.4',
    '1:2:3:4:5:1.2.3.4',
    '1:2:3:4:5:6:7:1.2.3.4',
    '1:2:3:4:5:6::1.2.3.4',
    '::1.2.3.4:5',
    '::1.2.3.4::',
    '::1.2.3',
    '::1.2.3.',
    '::1.2.3.4.',
    '::1.2.3.4.5',
    '::1..3.4',
    '::.1.2.3',
    '::1.2.3.256',
    '::1.2.3.1000',
    '::01.2.3.4',
    '::1.2.3.00',
    '::1.2.3.a',
    '::a.2.3.4',
    '::1234.2.3.4',
    '::1,2',
  ])('[%s] is none', (text) => {
    expect(host(`[${text}]`)).toBe(false);
  });
});

describe('IPvFuture (RFC 3986 §3.2.2)', () => {
  test.each(['v1.a', 'V1.a', 'vAf09.a', "v1.-._~!$&'()*+,;=:", 'v1.::', 'v', 'v1.', 'w1.a', '6.a'])(
    '[%s] is none: no URL takes one',
    (text) => expect(host(`[${text}]`)).toBe(false),
  );
});
