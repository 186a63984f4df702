import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RequestParser } from '../../../src/fsm/index.js';
import { type Limits, limitsFrom } from '../../../src/fsm/limits.js';
import {
  READ_FAULT,
  READ_HEAD,
  READ_MORE,
  RequestReader,
} from '../../../src/fsm/parse/request-reader.js';
import { samples } from '../../reference/generators.js';
import { bytesOf } from '../../support/split-bytes.js';

const LIMITS: Limits = limitsFrom({ headBytesMax: 100, trailerBytesMax: 60, bodyBytesMax: 50 });

/** The most that is held of an incomplete head or trailer section. */
const HELD_MAX = Math.max(LIMITS.headBytesMax, LIMITS.trailerBytesMax);

const pieces = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    samples.map(({ text }) => bytesOf(text)),
    samples.chain(({ text }) =>
      fc
        .tuple(fc.nat({ max: text.length }), fc.nat({ max: text.length }))
        .map(([a, b]) => bytesOf(text.slice(Math.min(a, b), Math.max(a, b)))),
    ),
  ),
  { maxLength: 12 },
);

// For any bytes: no throw, an answer to each call, and nothing held beyond the limits.
test('any bytes are read without a throw, and held within the limits', () => {
  fc.assert(
    fc.property(pieces, (all) => {
      const reader = new RequestReader(LIMITS);
      for (const piece of all) {
        // Two signals at most stand between two bytes: an end and, of nothing, more.
        let left = 2 * piece.length + 2;
        for (let at = 0, signal = -1; signal !== READ_MORE && signal !== READ_FAULT; ) {
          signal = reader.read(piece, at, piece.length);
          expect(reader.at).toBeGreaterThanOrEqual(at);
          expect(reader.at).toBeLessThanOrEqual(piece.length);
          at = reader.at;
          expect(left--).toBeGreaterThan(0);
          expect(reader.carriedBytes).toBeLessThanOrEqual(HELD_MAX);
          if (signal === READ_HEAD) expect(reader.head.bytes.length).toBeLessThanOrEqual(1024);
        }
      }
    }),
    { numRuns: 500 },
  );
});

// For any bytes: a parser tells at most one fault, as the last thing, and no more content than allowed.
test('any bytes are parsed without a throw, and content stays within its limit', () => {
  fc.assert(
    fc.property(pieces, (all) => {
      const told: string[] = [];
      let body = 0;
      const parser = new RequestParser(LIMITS, {
        head: () => {
          told.push('head');
          body = 0;
        },
        body: (_bytes, from, to) => {
          body += to - from;
          expect(to).toBeGreaterThan(from);
          expect(body).toBeLessThanOrEqual(LIMITS.bodyBytesMax);
        },
        trailers: () => told.push('trailers'),
        fault: () => told.push('fault'),
        end: () => told.push('end'),
      });
      for (const piece of all) parser.feed(piece);
      parser.end();
      expect(told.indexOf('fault')).toBe(told.includes('fault') ? told.length - 1 : -1);
      expect(parser.open).toBe(false);
      // Each head has its end, but perhaps the last.
      const order = told.join(' ').replaceAll('trailers ', '');
      expect(order).toMatch(/^(head end ?)*(head ?)?(fault)?$/);
    }),
    { numRuns: 500 },
  );
});

// What never ends is held within the limits, however long it goes on.
test.each<[string, string, string]>([
  ['empty lines', '', '\r\n'],
  ['a method', '', 'M'],
  ['a target', 'GET /', 't'],
  ['a field name', 'GET / HTTP/1.1\r\n', 'n'],
  ['blanks before a value', 'GET / HTTP/1.1\r\nA:', ' '],
  ['a field value', 'GET / HTTP/1.1\r\nA:', 'v'],
  ['field lines', 'GET / HTTP/1.1\r\n', 'A: b\r\n'],
  ['content', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9007199254740991\r\n\r\n', 'x'],
  ['a chunk size', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n', '0'],
  ['tiny chunks', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\na\r\n'],
  ['an extension', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;', 'a'],
  ['trailers', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n', 'A: b\r\n'],
])('%s without end', (_name, start, again) => {
  const limits = limitsFrom({ fieldCountMax: 1_000_000, chunkOverheadBytesMax: 1_000 });
  const reader = new RequestReader(limits);
  const endless = bytesOf(again.repeat(100));
  const before = bytesOf(start);
  let signal: number = READ_MORE;
  for (let n = 0; n < 2_000 && signal !== READ_FAULT; n++) {
    const bytes = n === 0 ? before : endless;
    let at = 0;
    do {
      signal = reader.read(bytes, at, bytes.length);
      at = reader.at;
    } while (signal !== READ_MORE && signal !== READ_FAULT);
    expect(reader.carriedBytes).toBeLessThanOrEqual(limits.headBytesMax);
    // The memory itself: at most twice of what the limit lets it hold.
    if (reader.midHead)
      expect(reader.head.bytes.length).toBeLessThanOrEqual(2 * limits.headBytesMax);
  }
  expect(reader.carriedBytes).toBe(0);
});
