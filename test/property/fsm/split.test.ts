import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FAULT_NAMES } from '../../../src/fsm/faults.js';
import { type Limits, limitsFrom } from '../../../src/fsm/limits.js';
import {
  CHUNK_DATA,
  CHUNK_FAULT,
  CHUNK_LAST,
  CHUNK_MORE,
  ChunkParser,
} from '../../../src/fsm/parse/chunk-parser.js';
import { HEAD_DONE, HEAD_FAULT, HeadParser } from '../../../src/fsm/parse/head-parser.js';
import { chunkedText } from '../../reference/generate-valid.js';
import { samples } from '../../reference/generators.js';
import { bytesOf, cutAt, parserLog, readerLog } from '../../support/split-bytes.js';

const places = fc.array(fc.nat({ max: 10_000 }), { maxLength: 40 });

/** Small limits, so that each of them is met; undefined leaves the default. */
const limits: fc.Arbitrary<Partial<Limits>> = fc.record(
  {
    headBytesMax: fc.integer({ min: 64, max: 200 }),
    fieldCountMax: fc.integer({ min: 1, max: 5 }),
    targetBytesMax: fc.integer({ min: 1, max: 12 }),
    bodyBytesMax: fc.nat({ max: 20 }),
    chunkLineBytesMax: fc.integer({ min: 16, max: 30 }),
    chunkExtBytesMax: fc.nat({ max: 20 }),
    chunkOverheadBytesMax: fc.nat({ max: 30 }),
    trailerBytesMax: fc.integer({ min: 2, max: 40 }),
  },
  { requiredKeys: [] },
);

/** Bytes of any value, and such as have a meaning to a parser. */
const anyBytes: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.nat({ max: 255 }).map((c) => String.fromCharCode(c)),
      fc.constantFrom(
        ...'\r\n \t:;=",/0a',
        '\r\n',
        '\r\n\r\n',
        'GET / HTTP/1.1\r\n',
        'Host: a\r\n',
      ),
      fc.constantFrom('Transfer-Encoding: chunked\r\n', 'Content-Length: 3\r\n', '1\r\na\r\n'),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

const input: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: samples.map(({ text }) => text) },
  { weight: 2, arbitrary: anyBytes },
  // Valid, then nonsense.
  { weight: 2, arbitrary: fc.tuple(samples, anyBytes).map(([{ text }, rest]) => text + rest) },
);

function scaled(to: number, wanted: readonly number[]): number[] {
  return wanted.map((place) => place % (to + 1));
}

// For any bytes, limits and split: the reader and the parser tell what they tell of the whole.
test('what is told does not depend on how the bytes are cut: events, faults and their offsets', () => {
  const met = new Set<string>();
  fc.assert(
    fc.property(input, limits, places, (text, some, wanted) => {
      const bytes = bytesOf(text);
      const pieces = cutAt(bytes, scaled(bytes.length, wanted));
      const read = readerLog([bytes], some);
      expect(readerLog(pieces, some)).toEqual(read);
      const parsed = parserLog([bytes], some);
      expect(parserLog(pieces, some)).toEqual(parsed);
      for (const line of parsed)
        met.add(/fault (\w+)/.exec(line)?.[1] ?? (line.split(' ')[1] as string));
    }),
    { numRuns: 4000 },
  );
  // A property that never meets a fault says nothing about it. (Time-outs are no parser's, and a handshake and
  // a header of the PROXY protocol have parsers of their own.)
  const faults = FAULT_NAMES.filter(
    (name) => !/Timeout$|^handshake|^plainOnTls$|^proxy.+/.test(name),
  );
  expect(faults.filter((name) => met.has(name)).length).toBeGreaterThan(faults.length * 0.8);
});

// For any bytes and any stops: a head parser that is stopped and continued in the same memory
// comes to the same offsets.
test('a head parser continues where it stopped', () => {
  fc.assert(
    fc.property(input, places, (text, wanted) => {
      const bytes = bytesOf(text);
      expect(headIn(bytes, [...scaled(bytes.length, wanted), bytes.length])).toEqual(
        headIn(bytes, [bytes.length]),
      );
    }),
  );
});

// For any chunked content, be it whole or broken, and any split: the same content, and the same end.
test('a chunk parser continues where it stopped', () => {
  const broken = fc
    .tuple(chunkedText, fc.nat(), fc.constantFrom('', '\r', '\n', ' ', ';', '"', '-', 'g', '\0'))
    .map(([text, at, insert]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + insert + text.slice(place + (at % 2));
    });
  fc.assert(
    fc.property(fc.oneof(chunkedText, broken, anyBytes), places, (text, wanted) => {
      const bytes = bytesOf(text);
      expect(chunksIn(cutAt(bytes, scaled(bytes.length, wanted)))).toEqual(chunksIn([bytes]));
    }),
    { numRuns: 500 },
  );
});

function headIn(bytes: Uint8Array, stops: number[]): unknown {
  const parser = new HeadParser(limitsFrom());
  let at = 0;
  for (const to of stops.sort((a, b) => a - b)) {
    const outcome = parser.parse(bytes, at, to);
    if (outcome === HEAD_FAULT) return [parser.fault, parser.faultAt];
    if (outcome === HEAD_DONE) return { ...parser.head, at: parser.at };
    at = parser.at;
    expect(at).toBe(to);
  }
  return { ...parser.head, at };
}

function chunksIn(pieces: readonly Uint8Array[]): unknown {
  const parser = new ChunkParser(limitsFrom());
  const content: number[] = [];
  let base = 0;
  for (const piece of pieces) {
    for (let at = 0, outcome = -1; outcome !== CHUNK_MORE; at = parser.at) {
      outcome = parser.parse(piece, at, piece.length);
      if (outcome === CHUNK_FAULT) return [content, parser.fault, base + parser.faultAt];
      if (outcome === CHUNK_LAST) return [content, 'last', base + parser.at];
      if (outcome === CHUNK_DATA) content.push(...piece.subarray(parser.dataFrom, parser.dataTo));
    }
    base += piece.length;
  }
  return [content, 'more', base];
}
