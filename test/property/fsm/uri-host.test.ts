import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isHost } from '../../../src/fsm/uri-host.js';
import { hostValue } from '../../reference/generate-text.js';
import { bytesOf } from '../../support/split.js';

function host(text: string): boolean {
  return isHost(bytesOf(`:${text}:`), 1, 1 + text.length);
}

const group = fc.oneof(
  { weight: 5, arbitrary: fc.nat({ max: 0xffff }).map((n) => n.toString(16)) },
  fc.constantFrom(
    '',
    '',
    '0',
    '0000',
    '00000',
    'g',
    '1.2.3.4',
    '255.255.255.255',
    '1.2.3.256',
    '01.2.3.4',
  ),
);
const address = fc.array(group, { minLength: 1, maxLength: 10 }).map((groups) => groups.join(':'));

// For any text that looks like one: an IPv6address is what Node takes for one. (Node knows zones, RFC 3986 does not.)
test('an IPv6 literal is what Node takes for an address', () => {
  let valid = 0;
  fc.assert(
    fc.property(fc.oneof(address, fc.ipV6()), (text) => {
      expect(host(`[${text}]`)).toBe(isIPv6(text));
      if (isIPv6(text)) valid++;
    }),
    { numRuns: 3000 },
  );
  expect(valid).toBeGreaterThan(300);
});

// For any four numbers: dec-octet is what Node takes for one.
test('an IPv4 tail is what Node takes for an address', () => {
  const octet = fc.oneof(
    fc.nat({ max: 300 }).map(String),
    fc.constantFrom('', '00', '01', 'a', '0'),
  );
  fc.assert(
    fc.property(fc.array(octet, { minLength: 3, maxLength: 5 }), (octets) => {
      const text = octets.join('.');
      expect(host(`[::${text}]`)).toBe(isIPv4(text));
    }),
    { numRuns: 1000 },
  );
});

// For any Host that the grammar makes: it is taken.
test('every host of the grammar is one', () => {
  fc.assert(
    fc.property(hostValue, (text) => {
      expect(host(text.trim())).toBe(true);
    }),
  );
});
