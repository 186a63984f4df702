// Changes to an input: what a sender could get wrong, and what an attacker tries.

import type { Random } from '../src/testing/index.js';

/** Pieces of the grammar, and of attacks on it: bytes that no random change would put together. */
const TOKENS: readonly string[] = [
  ...['\r\n', '\r\n\r\n', '\n', '\r', '\0', ' ', '\t', ':', ': ', ',', ';', '=', '"', '\\', '#'],
  ...['GET ', 'POST ', 'HEAD ', 'OPTIONS ', 'CONNECT ', 'PRI * HTTP/2.0\r\n', ' HTTP/1.1\r\n'],
  ...[' HTTP/1.0\r\n', ' HTTP/1.2\r\n', ' HTTP/2.0\r\n', 'HTTP/', '/', '*', 'http://a', '@', '?'],
  ...['/e', '/t', '/c', '/d', '/s', '[::1]', ':80', ':65536', '%41', '127.0.0.1', 'v1.a'],
  ...['Host: a\r\n', 'Host:', 'Content-Length: 5\r\n', 'Content-Length: ', 'content-length:0\r\n'],
  ...['Transfer-Encoding: chunked\r\n', 'Transfer-Encoding:', 'chunked', 'identity', 'gzip'],
  ...['Connection: close\r\n', 'Connection: keep-alive\r\n', 'Connection: upgrade\r\n', 'close'],
  ...['Upgrade: h2c\r\n', 'Expect: 100-continue\r\n', 'Expect:', 'Trailer: X\r\n', 'X: y\r\n'],
  ...['GET / HTTP/1.1\r\nHost: a\r\n\r\n', '0\r\n\r\n', '1\r\nx\r\n', '5\r\nhello\r\n', ';a=b'],
  ...[
    ';a="b"',
    ' ; a = b',
    '0',
    '00',
    '1',
    '-1',
    '+1',
    '0x1',
    '9007199254740991',
    '1fffffffffffff',
  ],
  ...[
    '9007199254740992',
    '18446744073709551616',
    'ffffffffffffffff',
    '\x7f',
    '\x80',
    '\xa0',
    '\xff',
  ],
];

const BYTES_MAX = 1024;

type Change = (text: string, random: Random, other: string) => string;

const CHANGES: readonly Change[] = [
  // A bit, a byte, a piece of grammar.
  (text, random) => replaced(text, random, (c) => c ^ (1 << random.integer(0, 7))),
  (text, random) => replaced(text, random, () => random.integer(0, 255)),
  (text, random) => inserted(text, random, random.pick(TOKENS)),
  (text, random) => inserted(text, random, random.pick(TOKENS)),
  (text, random) => {
    const [from, to] = span(text, random);
    return text.slice(0, from) + random.pick(TOKENS) + text.slice(to);
  },
  // A piece less, twice, elsewhere.
  (text, random) => {
    const [from, to] = span(text, random);
    return text.slice(0, from) + text.slice(to);
  },
  (text, random) => inserted(text, random, text.slice(...span(text, random))),
  (text, random) => {
    const [from, to] = span(text, random);
    return inserted(text.slice(0, from) + text.slice(to), random, text.slice(from, to));
  },
  // A line less, twice, of another input.
  (text, random) => changedLines(text, random, (lines, at) => lines.toSpliced(at, 1)),
  (text, random) =>
    changedLines(text, random, (lines, at) => lines.toSpliced(at, 0, lines[at] ?? '')),
  (text, random, other) =>
    changedLines(text, random, (lines, at) =>
      lines.toSpliced(at, 0, random.pick(other.split('\r\n'))),
    ),
  // The beginning of one and the end of another.
  (text, random, other) =>
    text.slice(0, random.integer(0, text.length)) + other.slice(random.integer(0, other.length)),
  (text, random) => text.slice(0, random.integer(0, text.length)),
  // A letter in the other case; a digit counted on.
  (text, random) => replaced(text, random, (c) => (isLetter(c) ? c ^ 0x20 : c)),
  (text, random) => {
    const digits = [...text.matchAll(/[0-9a-f]+/g)];
    if (digits.length === 0) return text;
    const { index, 0: found } = random.pick(digits);
    const next = (Number.parseInt(found, 16) + random.integer(-2, 2)).toString(16);
    return text.slice(0, index) + next + text.slice(index + found.length);
  },
  // One byte many times: what limits are for.
  (text, random) => inserted(text, random, textAt(text, random).repeat(random.integer(2, 200))),
];

/** `bytes` after one to six changes; `other` lends pieces. */
export function mutate(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let text = Buffer.from(bytes).toString('latin1');
  const lender = Buffer.from(other).toString('latin1');
  const changes = 1 << random.integer(0, 2);
  for (let i = 0; i < changes; i++) text = random.pick(CHANGES)(text, random, lender);
  return Buffer.from(text.slice(0, BYTES_MAX), 'latin1');
}

function span(text: string, random: Random): [from: number, to: number] {
  const from = random.integer(0, text.length);
  const most = random.chance(0.7) ? 8 : text.length;
  return [from, Math.min(text.length, from + random.integer(0, most))];
}

function textAt(text: string, random: Random): string {
  return text.charAt(random.integer(0, text.length - 1)) || 'x';
}

function inserted(text: string, random: Random, piece: string): string {
  const at = random.integer(0, text.length);
  return text.slice(0, at) + piece + text.slice(at);
}

function replaced(text: string, random: Random, by: (code: number) => number): string {
  if (text === '') return text;
  const at = random.integer(0, text.length - 1);
  return (
    text.slice(0, at) + String.fromCharCode(by(text.charCodeAt(at)) & 0xff) + text.slice(at + 1)
  );
}

function changedLines(
  text: string,
  random: Random,
  change: (lines: readonly string[], at: number) => readonly string[],
): string {
  const lines = text.split('\r\n');
  return change(lines, random.integer(0, lines.length - 1)).join('\r\n');
}

function isLetter(c: number): boolean {
  return (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a);
}
