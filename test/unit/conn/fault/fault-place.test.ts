// A fault is shown in the bytes that were read last, or in what was carried of its section.

import { expect, test } from 'vitest';
import { placeOfFault } from '../../../../src/conn/fault/fault-place.js';
import { DEFAULT_LIMITS } from '../../../../src/fsm/limits.js';
import { READ_FAULT, RequestReader } from '../../../../src/fsm/parse/request-reader.js';

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');

function faultyReader(...pieces: readonly string[]): RequestReader {
  const reader = new RequestReader(DEFAULT_LIMITS);
  reader.continueFrom(1000);
  const signals = pieces.map((piece) => {
    const bytes = bytesOf(piece);
    return reader.read(bytes, 0, bytes.length);
  });
  expect(signals.at(-1)).toBe(READ_FAULT);
  return reader;
}

test('a fault in one piece stands in that piece, which is not copied', () => {
  const text = 'GET / HTTP/1.1\r\nHo st: a\r\n\r\n';
  const bytes = bytesOf(text);
  const place = placeOfFault(faultyReader(text), bytes, 3, bytes.length);
  expect(place).toEqual({ bytes, from: 3, at: text.indexOf(' st'), to: bytes.length });
  expect(place.bytes).toBe(bytes);
});

test('a fault in a section that came in pieces is shown in all of the section', () => {
  const place = placeOfFault(faultyReader('GET / HTTP/1.1\r\nHost: a\r', 'x'), bytesOf('x'), 0, 1);
  expect(Buffer.from(place.bytes).toString('latin1', 0, place.to)).toMatch(/^GET .*: a\rx$/s);
  expect([place.from, place.at]).toEqual([0, 24]);
});

test('a fault that stands before the bytes at hand is shown at the first of them', () => {
  // The reader's fault is where its head begins, and those bytes are another's by now.
  const reader = faultyReader('GET / HTTP/1.1\r\nHo st: a\r\n\r\n');
  const gone = {
    carriedFault: undefined,
    at: reader.at,
    faultOffset: 5,
    consumedBytes: 1000 + reader.at,
  };
  const place = placeOfFault(gone as unknown as RequestReader, bytesOf('x'), 0, 1);
  expect(place.at).toBe(0);
});
