import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ipText,
  ipValue,
  isIpv4Value,
  readIpv4,
  readIpv6,
} from '../../../../src/fsm/parse/ip-address.js';
import { bytesOf } from '../../../support/split-bytes.js';

const ADDRESSES: readonly (readonly [text: string, canonical: string])[] = [
  ['192.0.2.1', '192.0.2.1'],
  ['0.0.0.0', '0.0.0.0'],
  ['255.255.255.255', '255.255.255.255'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:C000:0201', '192.0.2.1'],
  ['0:0:0:0:0:ffff:c000:201', '192.0.2.1'],
  ['::192.0.2.1', '::c000:201'],
  ['1::ffff:192.0.2.1', '1::ffff:c000:201'],
  ['::fffe:192.0.2.1', '::fffe:c000:201'],
  ['::ff:c000:201', '::ff:c000:201'],
  ['::ff00:c000:201', '::ff00:c000:201'],
  ['::1:ffff:c000:201', '::1:ffff:c000:201'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:0db8::0001', '2001:db8::1'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['1:0:0:2:3:0:0:4', '1::2:3:0:0:4'],
  ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ['0:1:2:3:4:5:6:7', '0:1:2:3:4:5:6:7'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['1:2:3:4:5:6:0:0', '1:2:3:4:5:6::'],
  ['1:2:3:4:5:6:255.255.255.255', '1:2:3:4:5:6:ffff:ffff'],
  ['ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
];

test.each(ADDRESSES)('%s is written %s', (text, canonical) => {
  const value = ipValue(text);
  expect(value && ipText(value)).toBe(canonical);
});

test.each([
  '',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.4 ',
  '1.2.3.256',
  '01.2.3.4',
  '1.2.3.0004',
  '1..3.4',
  '1:2.3.4',
  '1x2x3x4',
  '1.2.3-4',
  '1.2.3.',
  ':',
  ':::',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7:8::',
  '::1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7:1.2.3.4',
  '::2:3:4:5:6:7:1.2.3.4',
  '::1.2.3.4:5',
  '::1.2.3',
  '1::2::3',
  '12345::',
  '1:',
  ':1',
  'g::',
  '[::1]',
  'fe80::1%eth0',
  '\u0661.2.3.4',
  // The low byte of the first character is that of "1".
  '\u0131.2.3.4',
  `${'0'.repeat(40)}1.2.3.4`,
])('%j is no address', (text) => {
  expect(ipValue(text)).toBeUndefined();
});

describe('what stands behind an address', () => {
  test.each([
    ['1.2.3.4', '5', true],
    ['1.2.3.', '4', false],
    ['1.2.3', '.4', false],
  ])('%j is read as IPv4 without %j: %j', (text, behind, isOne) => {
    const bytes = bytesOf(text + behind);
    expect(readIpv4(bytes, 0, text.length, new Uint8Array(16), 12)).toBe(isOne);
  });

  test.each([
    [':', ':', false],
    ['::1', '.', true],
    ['::1', '2', true],
    ['1:2:3:4:5:6:7:', ':', false],
    ['1:2:3:4:5:6:7', '::', false],
  ])('%j is read as IPv6 without %j: %j', (text, behind, isOne) => {
    const bytes = bytesOf(text + behind);
    expect(readIpv6(bytes, 0, text.length, new Uint8Array(16))).toBe(isOne);
  });
});

test('a value has 16 bytes, and says whether it is IPv4', () => {
  expect(ipValue('192.0.2.1')).toEqual(
    Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 1),
  );
  expect(ipValue('1:203::4:5.6.7.8')).toEqual(
    Uint8Array.of(0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 4, 5, 6, 7, 8),
  );
  expect(isIpv4Value(ipValue('::ffff:1.2.3.4') ?? new Uint8Array(16))).toBe(true);
  expect(isIpv4Value(ipValue('::1.2.3.4') ?? new Uint8Array(16))).toBe(false);
});

describe('for any address', () => {
  // Law: Node takes the same texts (it knows zones, which are no part of an address here).
  test('what is read is what Node takes for one', () => {
    const group = fc.oneof(
      fc.nat({ max: 0xffff }).map((n) => n.toString(16)),
      fc.constantFrom('', '', '0', '0000', '00000', '1.2.3.4', '1.2.3.256'),
    );
    const text = fc.array(group, { minLength: 1, maxLength: 9 }).map((groups) => groups.join(':'));
    fc.assert(
      fc.property(fc.oneof(text, fc.ipV6(), fc.ipV4()), (one) => {
        expect(ipValue(one) !== undefined).toBe(isIPv4(one) || isIPv6(one));
      }),
      { numRuns: 1000 },
    );
  });

  // Law: the URL Standard writes addresses by the same rule, and the text has the same value.
  test('what is written is canonical', () => {
    fc.assert(
      fc.property(fc.ipV6(), (one) => {
        const value = ipValue(one) ?? new Uint8Array(0);
        const text = ipText(value);
        if (!isIpv4Value(value)) expect(`[${text}]`).toBe(new URL(`http://[${one}]`).hostname);
        expect(ipValue(text)).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });
});
