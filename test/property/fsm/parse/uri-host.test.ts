import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  HOST_INTERNATIONAL,
  HOST_NONE,
  HOST_PLAIN,
  type HostKind,
  hostKind,
} from '../../../../src/fsm/parse/uri-host.js';
import { matches } from '../../../reference/abnf.js';
import { Host } from '../../../reference/fields.js';
import { hostValue } from '../../../reference/generate-text.js';
import { isUrlHost } from '../../../reference/url-host.js';
import { bytesOf } from '../../../support/split-bytes.js';

function kindOf(text: string): HostKind {
  return hostKind(bytesOf(`:${text}:`), 1, 1 + text.length);
}

function host(text: string): boolean {
  return kindOf(text) !== HOST_NONE;
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

/** Pieces of which names, numbers, addresses and near misses are made. */
const UNITS: readonly string[] = [
  ...[
    'a',
    'A',
    'x',
    'f',
    '1',
    '0',
    '9',
    '256',
    '255',
    '08',
    '4294967295',
    '4294967296',
    '0x',
    '0X1',
  ],
  ...[
    '.',
    '.',
    '.',
    '-',
    '_',
    '!',
    '*',
    "'",
    '(',
    '~',
    ':',
    '80',
    '65536',
    '%',
    '%4',
    '@',
    '/',
    ' ',
  ],
  ...[
    '%31',
    '%2e',
    '%41',
    '%2f',
    '%00',
    '%7f',
    '%c3%bc',
    '%ff',
    '%25',
    '%22',
    '%78',
    '\xe9',
    '^',
    '|',
  ],
  ...['xn--', 'xn--a', 'mnchen-3ya', '3ya', '[::1]', '[v1.a]', '[', ']', '::'],
];
const near = fc.oneof(
  fc.array(fc.constantFrom(...UNITS), { minLength: 1, maxLength: 8 }).map((all) => all.join('')),
  hostValue,
);
const isAce = (text: string): boolean => /xn--/i.test(text.replace(/%78/g, 'x'));

// For any text: a host is one that the grammar of RFC 3986 and the URL Standard both take. With punycode, which
// Node's releases judge differently, and with Unicode, it is none where either refuses it by its octets.
test('a host is what both the grammar and the platform take, so `new URL` does not throw', () => {
  const seen = { plain: 0, refused: 0, international: 0 };
  fc.assert(
    fc.property(near, (text) => {
      const kind = kindOf(text);
      const port = Number(/:([0-9]+)$/.exec(text)?.[1] ?? 0);
      const grammatical = matches(Host, text) && port <= 65535;
      if (kind !== HOST_NONE) expect(grammatical).toBe(true);
      if (kind === HOST_PLAIN) expect(URL.canParse(`http://${text}/`)).toBe(true);
      if (kind === HOST_INTERNATIONAL) expect(isAce(text) || /%[89a-f]/i.test(text)).toBe(true);
      if (grammatical) expect(kind !== HOST_NONE).toBe(isUrlHost(text));
      if (grammatical && !isAce(text) && URL.canParse(`http://${text}/`)) {
        expect(kind).not.toBe(HOST_NONE);
      }
      if (kind === HOST_PLAIN) seen.plain++;
      else if (kind === HOST_INTERNATIONAL) seen.international++;
      else if (grammatical) seen.refused++;
    }),
    { numRuns: 10_000 },
  );
  expect(seen.plain).toBeGreaterThan(500);
  expect(seen.international).toBeGreaterThan(100);
  expect(seen.refused).toBeGreaterThan(100);
});

// For any text after "xn--": it is a label where RFC 3492 decodes it to something that a name may have.
test('a punycode label is what RFC 3492 decodes', () => {
  const digits = fc.string({ unit: fc.constantFrom(...'abcdkz0159-_A'), maxLength: 9 });
  // domainToASCII of the platform makes real ones.
  const real = fc
    .string({ unit: fc.constantFrom(...'aüßéяж中文日本🙂'), minLength: 1, maxLength: 6 })
    .map((text) => new URL(`http://${text}/`).hostname.slice(4))
    .filter((text) => text !== '');
  let taken = 0;
  fc.assert(
    fc.property(fc.oneof(digits, real), (text) => {
      const valid = isUrlHost(`xn--${text}`);
      expect(kindOf(`xn--${text}`)).toBe(valid ? HOST_INTERNATIONAL : HOST_NONE);
      if (valid) taken++;
    }),
    { numRuns: 5000 },
  );
  expect(taken).toBeGreaterThan(500);
});
