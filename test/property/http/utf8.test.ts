import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8 } from '../../../src/http/utf8.js';

const MARK = [0xef, 0xbb, 0xbf];

/** Bytes that begin a sequence, that go on with one, that are none, and a mark in pieces and whole. */
const piece = fc.oneof(
  fc.constantFrom<number[]>(MARK, [0xef], [0xbb, 0xbf], [0xed, 0xa0, 0x80], [0xf4, 0x90], [0]),
  fc.string({ unit: 'binary', maxLength: 4 }).map((text) => [...new TextEncoder().encode(text)]),
  fc.array(fc.integer({ min: 0, max: 0xff }), { maxLength: 4 }),
);
const content = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.flat());

test('content is the text that a TextDecoder makes of it, whatever stands around it', () => {
  const decoder = new TextDecoder();
  fc.assert(
    fc.property(content, content, content, (before, own, behind) => {
      const bytes = new Uint8Array([...before, ...own, ...behind]);
      const to = before.length + own.length;
      expect(utf8(bytes, before.length, to)).toBe(decoder.decode(new Uint8Array(own)));
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ['no bytes', [], ''],
  ['a mark alone', MARK, ''],
  ['two marks, of which the second is text', [...MARK, ...MARK], '\ufeff'],
  ['a part of a mark', MARK.slice(0, 2), '\ufffd'],
  ['a mark behind text', [0x61, ...MARK], 'a\ufeff'],
  ['half a surrogate', [0xed, 0xa0, 0x80], '\ufffd\ufffd\ufffd'],
])('of %s', (_what, bytes, text) => {
  expect(utf8(new Uint8Array(bytes), 0, bytes.length)).toBe(text);
});
