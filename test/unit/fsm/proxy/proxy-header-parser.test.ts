import { describe, expect, test } from 'vitest';
import type { ProxyHeader } from '../../../../src/fsm/proxy/proxy-header.js';
import { PROXY_MORE, ProxyHeaderParser } from '../../../../src/fsm/proxy/proxy-header-parser.js';
import { observeProxyHeader } from '../../../support/proxy-agreement.js';
import { bytesOf, everyWay } from '../../../support/split-bytes.js';

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const REST = 'GET / HTTP/1.1\r\n';

/** One line for what the parser tells of `text`, which is the same however it is cut. */
function told(text: string): string {
  const bytes = bytesOf(text);
  let first: string | undefined;
  for (const [name, pieces] of everyWay(bytes)) {
    const { header, end, fault, faultOffset } = observeProxyHeader(pieces);
    const line =
      header !== undefined
        ? `${shown(header)} to ${end}`
        : fault === 'none'
          ? 'more'
          : `${fault} @${faultOffset}`;
    first ??= line;
    if (line !== first) throw new Error(`${name}: ${line}, but whole: ${first}`);
  }
  return first ?? '';
}

function shown({ version, kind, source, destination }: ProxyHeader): string {
  if (source === undefined) return `${version} ${kind}`;
  return `${version} ${kind} ${source.address} ${source.port} ${destination?.address} ${destination?.port}`;
}

function block(command: number, family: number, rest: string, length = rest.length): string {
  return SIGNATURE + String.fromCharCode(command, family, length >> 8, length & 255) + rest;
}

const IPV4 = '\xc0\0\x02\x01\xc6\x33\x64\x02\x10\xe1\x01\xbb';
const IPV6 =
  '\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\x02\x07\x10\xe1\x01\xbb';

describe('version 1', () => {
  test.each([
    ['PROXY TCP4 192.0.2.1 198.51.100.2 4321 443', '1 proxy 192.0.2.1 4321 198.51.100.2 443'],
    ['PROXY TCP4 255.255.255.255 0.0.0.0 65535 0', '1 proxy 255.255.255.255 65535 0.0.0.0 0'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 0 9876', '1 proxy 192.0.2.1 0 192.0.2.2 9876'],
    ['PROXY TCP6 2001:DB8::1 ::1 4321 443', '1 proxy 2001:db8::1 4321 ::1 443'],
    ['PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2', '1 proxy 192.0.2.1 1 ::1 2'],
    [
      `PROXY TCP6 ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535`,
      `1 proxy ${'ffff:'.repeat(7)}ffff 65535 ${'ffff:'.repeat(7)}ffff 65535`,
    ],
    ['PROXY UNKNOWN', '1 unknown'],
    ['PROXY UNKNOWN ', '1 unknown'],
    [`PROXY UNKNOWN ${'\0x\xff\t '.repeat(18)}x`, '1 unknown'],
  ])('reads %j', (line, expected) => {
    expect(told(`${line}\r\n${REST}`)).toBe(`${expected} to ${line.length + 2}`);
    expect(told(`${line}\r`)).toBe('more');
  });

  test.each([
    // One byte too long, with its CRLF.
    [`PROXY UNKNOWN ${'f'.repeat(92)}\r\n`, 'proxyHeaderInvalid @106'],
    [`PROXY UNKNOWN ${'f'.repeat(93)}`, 'proxyHeaderInvalid @106'],
    ['PROXY UNKNOWNX\r\n', 'proxyHeaderInvalid @13'],
    ['PROXY unknown\r\n', 'proxyHeaderInvalid @6'],
    ['PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n', 'proxyHeaderInvalid @6'],
    ['PROXY TCP\r\n', 'proxyHeaderInvalid @6'],
    ['PROXY \r\n', 'proxyHeaderInvalid @6'],
    ['PROXY\tTCP4', 'proxyHeaderInvalid @5'],
    ['PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n', 'proxyHeaderInvalid @6'],
    ['PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n', 'proxyHeaderInvalid @11'],
    ['PROXY TCP4 192.0.2.1  192.0.2.2 1 2\r\n', 'proxyHeaderInvalid @21'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2  1 2\r\n', 'proxyHeaderInvalid @31'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 1  2\r\n', 'proxyHeaderInvalid @33'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n', 'proxyHeaderInvalid @33'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n', 'proxyHeaderInvalid @33'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n', 'proxyHeaderInvalid @32'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2\r\n', 'proxyHeaderInvalid @30'],
    ['PROXY TCP4 192.0.2.1\r\n', 'proxyHeaderInvalid @20'],
    ['PROXY TCP4 \r\n', 'proxyHeaderInvalid @11'],
    ['PROXY TCP4 ::1 ::1 1 2\r\n', 'proxyHeaderInvalid @11'],
    ['PROXY TCP6 192.0.2.1 ::1 1 2\r\n', 'proxyHeaderInvalid @11'],
    ['PROXY TCP6 ::1 192.0.2.1 1 2\r\n', 'proxyHeaderInvalid @15'],
    ['PROXY TCP4 192.0.02.1 192.0.2.2 1 2\r\n', 'proxyHeaderInvalid @11'],
    ['PROXY TCP6 fe80::1%lo ::1 1 2\r\n', 'proxyHeaderInvalid @11'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n', 'proxyHeaderInvalid @31'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n', 'proxyHeaderInvalid @31'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 1 00\r\n', 'proxyHeaderInvalid @33'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 1 123456\r\n', 'proxyHeaderInvalid @33'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 1 +2\r\n', 'proxyHeaderInvalid @33'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 1 2:\r\n', 'proxyHeaderInvalid @33'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 / 2\r\n', 'proxyHeaderInvalid @31'],
    ['PROXY UNKNOWN\n', 'proxyHeaderInvalid @13'],
    ['PROXY UNKNOWN\r\r\n', 'proxyHeaderInvalid @14'],
    ['PROXY UNKNOWN\rx', 'proxyHeaderInvalid @14'],
  ])('refuses %j', (text, expected) => {
    expect(told(text)).toBe(expected);
  });
});

describe('version 2', () => {
  test.each([
    ['IPv4', block(0x21, 0x11, IPV4), '2 proxy 192.0.2.1 4321 198.51.100.2 443'],
    ['IPv4 datagrams', block(0x21, 0x12, IPV4), '2 proxy 192.0.2.1 4321 198.51.100.2 443'],
    [
      'IPv4 with TLVs',
      block(0x21, 0x11, `${IPV4}\x04\0\x03abc`),
      '2 proxy 192.0.2.1 4321 198.51.100.2 443',
    ],
    ['what is no TLV', block(0x21, 0x11, `${IPV4}x`), '2 proxy 192.0.2.1 4321 198.51.100.2 443'],
    ['IPv6', block(0x21, 0x21, IPV6), '2 proxy 2001:db8::1 4321 192.0.2.7 443'],
    [
      'IPv6 with TLVs',
      block(0x21, 0x21, IPV6 + '\x04\0\0'.repeat(100)),
      '2 proxy 2001:db8::1 4321 192.0.2.7 443',
    ],
    ['Unix', block(0x21, 0x31, 'u'.repeat(216)), '2 proxy  0  0'],
    ['Unix with TLVs', block(0x21, 0x32, 'u'.repeat(217)), '2 proxy  0  0'],
    ['LOCAL', block(0x20, 0, ''), '2 local'],
    ['LOCAL with addresses', block(0x20, 0x11, IPV4), '2 local'],
    ['LOCAL of any family', block(0x20, 0xff, 'xyz'), '2 local'],
    ['LOCAL of a family that needs more', block(0x20, 0x31, 'xyz'), '2 local'],
    ['an unspecified family', block(0x21, 0, ''), '2 unknown'],
    ['an unspecified family with bytes', block(0x21, 0x01, 'xyz'), '2 unknown'],
    ['an unspecified protocol', block(0x21, 0x10, ''), '2 unknown'],
  ])('reads %s', (_name, text, expected) => {
    expect(told(text + REST)).toBe(`${expected} to ${text.length}`);
    expect(told(text.slice(0, -1))).toBe('more');
  });

  test.each([
    ['version 1', block(0x11, 0x11, IPV4), 'proxyHeaderInvalid @12'],
    ['version 3', block(0x31, 0x11, IPV4), 'proxyHeaderInvalid @12'],
    ['an unknown command', block(0x22, 0x11, IPV4), 'proxyHeaderInvalid @12'],
    ['an unknown family', block(0x21, 0x41, IPV4), 'proxyHeaderInvalid @13'],
    ['an unknown protocol', block(0x21, 0x13, IPV4), 'proxyHeaderInvalid @13'],
    ['too few bytes for IPv4', block(0x21, 0x11, IPV4, 11), 'proxyHeaderInvalid @14'],
    ['too few bytes for IPv6', block(0x21, 0x21, IPV6, 35), 'proxyHeaderInvalid @14'],
    ['too few bytes for Unix', block(0x21, 0x31, '', 215), 'proxyHeaderInvalid @14'],
    ['another signature', `${SIGNATURE.slice(0, -1)}\r`, 'proxyHeaderMissing @11'],
  ])('refuses %s', (_name, text, expected) => {
    expect(told(text)).toBe(expected);
  });

  test('the longest block is skipped without being held', () => {
    const parser = new ProxyHeaderParser();
    const text = block(0x21, 0x11, IPV4 + 'x'.repeat(65_535 - IPV4.length));
    const bytes = bytesOf(text);
    expect(parser.read(bytes, 0, bytes.length - 1)).toBe(PROXY_MORE);
    expect(observeProxyHeader([bytes]).end).toBe(16 + 65_535);
  });
});

test.each([
  ['GET / HTTP/1.1\r\n', 'proxyHeaderMissing @0'],
  ['\x16\x03\x01\x02\0', 'proxyHeaderMissing @0'],
  ['\r\nGET', 'proxyHeaderMissing @2'],
  ['POST / HTTP/1.1', 'proxyHeaderMissing @1'],
  ['PRI * HTTP/2.0', 'proxyHeaderMissing @2'],
  ['PROXX', 'proxyHeaderMissing @4'],
])('%j begins with no header', (text, expected) => {
  expect(told(text)).toBe(expected);
});

test('says whether a header has begun', () => {
  const parser = new ProxyHeaderParser();
  expect(parser.begun).toBe(false);
  expect(parser.read(bytesOf('PRO'), 0, 0)).toBe(PROXY_MORE);
  expect(parser.begun).toBe(false);
  expect(parser.read(bytesOf('PRO'), 0, 3)).toBe(PROXY_MORE);
  expect(parser.begun).toBe(true);
});
