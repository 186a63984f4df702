import { describe, expect, test } from 'vitest';
import { isHost, isHostWithPort } from '../../../src/fsm/uri-host.js';
import { bytesOf } from '../../support/split.js';

/** Among bytes that would lengthen it: a host ends where it is said to end. */
function host(text: string): boolean {
  return isHost(bytesOf(`1${text}1`), 1, 1 + text.length);
}

function hostWithPort(text: string): boolean {
  return isHostWithPort(bytesOf(`1${text}1`), 1, 1 + text.length);
}

function alone(text: string): boolean {
  return isHost(bytesOf(text), 0, text.length);
}

const BYTES: readonly string[] = Array.from({ length: 256 }, (_, c) => String.fromCharCode(c));

describe('reg-name (RFC 3986 §3.2.2)', () => {
  test.each([
    'a',
    'example.com',
    'EXAMPLE.com.',
    '127.0.0.1',
    '999.999.999.999',
    'xn--nxasmq6b',
    'a_b',
    '-',
    '.',
    "!$&'()*+,;=",
    'a,b',
    '%41',
    '%aF%Fa',
    'a%20b',
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
    expect(isHost(bytesOf('%41'), 0, 2)).toBe(false);
    expect(isHost(bytesOf('%41'), 0, 1)).toBe(false);
  });

  test('every single byte is judged by the rule', () => {
    for (const c of BYTES) expect([c, host(c)]).toEqual([c, /[\w.~!$&'()*+,;=-]/.test(c)]);
  });
});

describe('port = *DIGIT, up to 65535', () => {
  test.each(['a:', 'a:0', 'a:80', 'a:00080', 'a:65535', '[::1]:', '[::1]:443', '[v1.a]:1'])(
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
  test.each(['a:1', 'a:65535', '[::1]:1', 'a%41:0'])('%s is one', (text) => {
    expect(hostWithPort(text)).toBe(true);
  });

  test.each(['', 'a', 'a:', ':1', ':', '[::1]', '[::1]:', 'a:65536', 'a:x', 'a b:1', 'u@a:1'])(
    '%j is none',
    (text) => expect(hostWithPort(text)).toBe(false),
  );
});

describe('IP-literal', () => {
  test.each(['[::1', '[', '[::1:80', '[]', '[]:80', '[::1]x', '[[::1]]', 'a[::1]'])(
    '%s is none',
    (text) => expect([host(text), alone(text)]).toEqual([false, false]),
  );

  test('a bracket beyond the end does not close it', () => {
    expect(isHost(bytesOf('[::1]'), 0, 4)).toBe(false);
    expect(isHost(bytesOf('[]'), 0, 1)).toBe(false);
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
  test.each(['v1.a', 'V1.a', 'vAf09.a', "v1.-._~!$&'()*+,;=:", 'v1.::', 'v1..'])(
    '[%s] is one',
    (text) => expect(host(`[${text}]`)).toBe(true),
  );

  test.each([
    'v',
    'v1',
    'v1.',
    'v.a',
    'v.',
    'vg.a',
    'v1a',
    'v1 .a',
    'v1.a b',
    'v1.%41',
    'v1.[',
    'w1.a',
    '6.a',
  ])('[%s] is none', (text) => expect(host(`[${text}]`)).toBe(false));

  test('every single byte behind the dot is judged by the rule', () => {
    for (const c of BYTES)
      expect([c, host(`[v1.${c}]`)]).toEqual([c, /[\w.~!$&'()*+,;=:-]/.test(c)]);
  });
});
