import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { type Limits, limitsFrom } from '../../../src/fsm/limits.js';
import { READ_FAULT, READ_MORE, RequestReader } from '../../../src/fsm/parse/request-reader.js';
import { samples } from '../../reference/generators.js';
import { CountingBytes, CountingView } from '../../support/counting-bytes.js';
import { byteByByte, bytesOf, cutAt } from '../../support/split-bytes.js';

interface Work {
  readonly examined: number;
  readonly copied: number;
  /** Bytes that reached the reader: after a fault it takes none. */
  readonly bytes: number;
}

function workOf(pieces: readonly Uint8Array[], limits: Partial<Limits> = {}): Work {
  const counted = pieces.map((piece) => new CountingBytes(piece));
  const reader = new RequestReader(limitsFrom(limits));
  CountingBytes.reset();
  // What the parsers make for themselves is made of the global, and counted too.
  vi.stubGlobal('Uint8Array', CountingBytes);
  vi.stubGlobal('DataView', CountingView);
  try {
    const bytes = readAll(reader, counted);
    return { examined: CountingBytes.examined, copied: CountingBytes.copied, bytes };
  } finally {
    vi.unstubAllGlobals();
  }
}

function readAll(reader: RequestReader, pieces: readonly CountingBytes[]): number {
  let bytes = 0;
  for (const piece of pieces) {
    bytes += piece.length;
    for (let at = 0, signal = -1; signal !== READ_MORE; at = reader.at) {
      signal = reader.read(piece.asBytes, at, piece.length);
      if (signal === READ_FAULT) return bytes;
    }
  }
  return bytes;
}

/** Heads of one kind of line, a part of a message that grows: what a quadratic step would show in. */
const LONG: readonly (readonly [string, (length: number) => string])[] = [
  ['a long method', (n) => 'M'.repeat(n)],
  ['a long target', (n) => `GET /${'t'.repeat(n)} HTTP/1.1\r\nHost: a\r\n\r\n`],
  ['a long host in the target', (n) => `GET http://${'h'.repeat(n)}/ HTTP/1.1\r\nHost: a\r\n\r\n`],
  ['a target of at signs', (n) => `GET http://${'u'.repeat(n)}@a/ HTTP/1.1\r\nHost: a\r\n\r\n`],
  ['a long name', (n) => `GET / HTTP/1.1\r\nHost: a\r\n${'n'.repeat(n)}: v\r\n\r\n`],
  ['blanks before a value', (n) => `GET / HTTP/1.1\r\nHost: a\r\nA:${' '.repeat(n)}v\r\n\r\n`],
  ['a long value', (n) => `GET / HTTP/1.1\r\nHost: a\r\nA: ${'v'.repeat(n)}\r\n\r\n`],
  ['blanks behind a value', (n) => `GET / HTTP/1.1\r\nHost: a\r\nA: v${' '.repeat(n)}\r\n\r\n`],
  [
    'blanks within a value',
    (n) => `GET / HTTP/1.1\r\nHost: a\r\nA: ${'v '.repeat(n / 2)}v\r\n\r\n`,
  ],
  [
    'many lines',
    (n) => `GET / HTTP/1.1\r\nHost: a\r\n${'A:b\r\n'.repeat(Math.min(n / 5, 99))}\r\n`,
  ],
  [
    'lines of Expect',
    (n) => `GET / HTTP/1.1\r\nHost: a\r\n${'Expect:\r\n'.repeat(Math.min(n / 9, 99))}\r\n`,
  ],
  [
    'members of Connection',
    (n) => `GET / HTTP/1.1\r\nHost: a\r\nConnection: ${', '.repeat(n / 2)}\r\n\r\n`,
  ],
  [
    'transfer codings',
    (n) =>
      `GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ${'x;"a,b",'.repeat(n / 8)}chunked\r\n\r\n`,
  ],
  ['empty lines', (n) => '\r\n'.repeat(n / 2)],
  [
    'a big chunk',
    (n) =>
      `GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${n.toString(16)}\r\n${'x'.repeat(n)}\r\n`,
  ],
  [
    'tiny chunks',
    (n) =>
      `GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(n / 6)}`,
  ],
  [
    'a long extension',
    (n) =>
      `GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0;${'e'.repeat(Math.min(n, 250))}\r\n`,
  ],
  [
    'a long trailer',
    (n) =>
      `GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: ${'v'.repeat(n)}\r\n\r\n`,
  ],
];

// Parsed once, with a second look where one state hands on to the next; names, hosts, framing and
// options look at theirs again; trailers are decoded.
const LOOKS_PER_BYTE = 5;
// A head is copied when it straddles reads, and once more for each time that its memory doubles.
const COPIES_PER_BYTE = 3;

test.each(LONG)('%s is linear work, whole and byte by byte', (_name, message) => {
  for (const length of [8, 64, 512, 4096]) {
    const bytes = bytesOf(message(length));
    for (const pieces of [[bytes], cutAt(bytes, [bytes.length >> 1]), byteByByte(bytes)]) {
      const work = workOf(pieces);
      expect(work.examined).toBeLessThanOrEqual(LOOKS_PER_BYTE * work.bytes + 16);
      expect(work.copied).toBeLessThanOrEqual(COPIES_PER_BYTE * work.bytes);
    }
  }
});

test('a message that came whole is not copied', () => {
  for (const [, message] of LONG.filter(([name]) => !/method|trailer/.test(name)))
    expect(workOf([bytesOf(message(512))]).copied).toBe(0);
});

test('content is neither looked at nor copied', () => {
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n';
  const bytes = bytesOf(head + 'x'.repeat(4000));
  const [of, more] = [workOf([bytesOf(head)]), workOf(cutAt(bytes, [head.length, 2000]))];
  expect(more).toEqual({ ...of, bytes: bytes.length });
});

test('what follows a head or trailer section in its last piece is not copied beyond their limits', () => {
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n';
  const afterHead = bytesOf(head + 'x'.repeat(4000));
  expect(workOf(cutAt(afterHead, [10]), { headBytesMax: 100 }).copied).toBe(100);
  const chunked = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n';
  const afterTrailers = bytesOf(`${chunked}A: b\r\n\r\n${'\r\n'.repeat(2000)}`);
  const work = workOf(cutAt(afterTrailers, [chunked.length, chunked.length + 3]), {
    trailerBytesMax: 20,
  });
  expect(work.copied).toBe(20);
});

// For every input and every split: at most so many looks and copies a byte.
test('the work is linear in the bytes for any input and any split', () => {
  fc.assert(
    fc.property(samples, fc.array(fc.nat({ max: 600 }), { maxLength: 30 }), ({ text }, places) => {
      const bytes = bytesOf(text);
      const work = workOf(
        cutAt(
          bytes,
          places.map((place) => Math.min(place, bytes.length)),
        ),
      );
      expect(work.examined).toBeLessThanOrEqual(LOOKS_PER_BYTE * work.bytes + 16);
      expect(work.copied).toBeLessThanOrEqual(COPIES_PER_BYTE * work.bytes);
    }),
  );
});

// What was looked at before a cut is not looked at again. But where bytes are looked at in groups, a
// group that is cut is looked at one by one; and who goes on looks at the first byte to see in which
// state he is, and once more in that state. A cut adds no more than these.
const LOOKS_PER_CUT = 4 + 1;
test('a cut adds few looks', () => {
  fc.assert(
    fc.property(samples, fc.array(fc.nat({ max: 600 }), { maxLength: 8 }), ({ text }, places) => {
      const bytes = bytesOf(text);
      // The last host is remembered: all readings that are compared know it.
      workOf([bytes]);
      const cut = workOf(
        cutAt(
          bytes,
          places.map((place) => Math.min(place, bytes.length)),
        ),
      );
      expect(cut.examined).toBeLessThanOrEqual(
        workOf([bytes]).examined + LOOKS_PER_CUT * places.length,
      );
    }),
  );
});
