// Arbitraries of the texts of which requests are made: tokens, values, hosts, targets. All are
// latin1: one character is one octet.

import fc from 'fast-check';
import { isUrlHost } from './url-host.js';

const DIGITS = [...'0123456789'];
const LETTERS = [...'abcXYZ'];
const HEXDIGITS = [...'0123456789abcdefABCDEF'];
const TCHARS = [...LETTERS, ...DIGITS.slice(0, 3), ..."!#$%&'*+-.^_`|~"];
const REG_NAME_UNITS = [...LETTERS, '1', ..."-._~!$&'()*+,;=", '%41', '%fF', '%2E'];
const TARGET_UNITS = characters(0x21, 0x7e).filter((one) => one !== '#');
export const VALUE_UNITS: readonly string[] = [
  ...characters(0x21, 0x7e),
  ...characters(0x80, 0xff),
];

export function characters(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i));
}

/** A text of units out of a list. */
export function textOf(
  units: readonly string[],
  minLength: number,
  maxLength: number,
): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...units), minLength, maxLength });
}

/** Texts one after the other. */
export function concat(...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map((texts) => texts.join(''));
}

/** '' about once in two. */
export function maybe(part: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(fc.constant(''), part);
}

/** Some ASCII letters of a text in the other case. */
export function anyCase(text: string): fc.Arbitrary<string> {
  return fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((flips) =>
      [...text].map((one, i) => (flips[i] === true ? one.toUpperCase() : one)).join(''),
    );
}

export const tokenText: fc.Arbitrary<string> = textOf(TCHARS, 1, 8);

/** OWS, mostly the one space that is usual. */
export const blanks: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(' ', '') },
  { weight: 1, arbitrary: textOf([' ', '\t'], 0, 3) },
);

const h16Text = textOf(HEXDIGITS, 1, 4);

/** dec-octet, each of its alternatives. */
const decOctetText: fc.Arbitrary<string> = fc
  .oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(9, 10, 99, 100, 199, 200, 249, 250, 255))
  .map(String);

const ipv4Text: fc.Arbitrary<string> = fc
  .tuple(decOctetText, decOctetText, decOctetText, decOctetText)
  .map((octets) => octets.join('.'));

/** A group of 16 bits less takes an IPv4 address's place at the end: it counts for two. */
function tailOf(count: number): fc.Arbitrary<string> {
  const groups = (n: number): fc.Arbitrary<string[]> =>
    fc.array(h16Text, { minLength: n, maxLength: n });
  const plain = groups(count).map((all) => all.join(':'));
  if (count < 2) return plain;
  const mixed = fc
    .tuple(groups(count - 2), ipv4Text)
    .map(([all, four]) => [...all, four].join(':'));
  return fc.oneof(plain, mixed);
}

/**
 * Each alternative of IPv6address: `after` groups behind the "::", up to `7 - after` in front of
 * it.
 */
const ipv6Text: fc.Arbitrary<string> = fc.oneof(
  tailOf(8),
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((after) =>
    fc
      .tuple(fc.array(h16Text, { maxLength: 7 - after }), tailOf(after))
      .map(([front, tail]) => `${front.join(':')}::${tail}`),
  ),
);

export const ipvFutureText: fc.Arbitrary<string> = concat(
  fc.constantFrom('v', 'V'),
  textOf(HEXDIGITS, 1, 3),
  fc.constant('.'),
  textOf([...LETTERS, ...DIGITS, ..."-._~!$&'()*+,;=:"], 1, 6),
);

/** Labels whose punycode decodes. */
const aceText: fc.Arbitrary<string> = fc.constantFrom(
  'xn--mnchen-3ya',
  'XN--Tda',
  'xn--fiqs8s',
  'xn--4gbrim',
);

/** Numbers that make an address where they are few and small. */
const numbersText: fc.Arbitrary<string> = fc
  .array(fc.oneof(decOctetText, fc.constantFrom('0x', '0xfF', '017', '08', '256', '%30', 'a')), {
    minLength: 1,
    maxLength: 5,
  })
  .map((numbers) => numbers.join('.'));

export const hostText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'example.com', 'localhost') },
  { weight: 2, arbitrary: textOf(REG_NAME_UNITS, 1, 8).filter(isUrlHost) },
  { weight: 1, arbitrary: ipv4Text },
  { weight: 1, arbitrary: numbersText.filter(isUrlHost) },
  { weight: 1, arbitrary: concat(aceText, maybe(fc.constantFrom('.', '.example', '%2e'))) },
  { weight: 2, arbitrary: ipv6Text.map((text) => `[${text}]`) },
);

/** Hosts of the grammar that no URL has. */
export const urllessHostText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('256.256.256.256', '1.2.3.4.5', 'foo.0x4', '08', 'a%2fb', 'a%00', '%7F', 'a%25'),
  fc.constantFrom('xn--', 'xn--a', 'a.xn--a.', 'xn--%61', 'xn--mnchen-3y', 'xn--999999999'),
  numbersText.filter((text) => !isUrlHost(text)),
  ipvFutureText.map((text) => `[${text}]`),
);

export const portText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('80', '0', '65535', '00443'),
  fc.integer({ min: 0, max: 65535 }).map(String),
);

export const hostValue: fc.Arbitrary<string> = concat(
  hostText,
  fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom('', ':') },
    { weight: 1, arbitrary: portText.map((text) => `:${text}`) },
  ),
);

export const originText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('/', '/index.html', '/a?b=c'),
  textOf(TARGET_UNITS, 0, 12).map((text) => `/${text}`),
);

export const absoluteText: fc.Arbitrary<string> = concat(
  fc.oneof(anyCase('http'), anyCase('https')),
  fc.constant('://'),
  maybe(textOf([...REG_NAME_UNITS, ':'], 0, 6).map((text) => `${text}@`)),
  hostValue,
  fc.oneof(
    fc.constant(''),
    originText,
    textOf(TARGET_UNITS, 0, 8).map((text) => `?${text}`),
  ),
);
