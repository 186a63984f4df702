import { describe, expect, test } from 'vitest';
import { latin1 } from '../../../../src/fsm/parse/latin1.js';

test('gives one character for each of the 256 bytes', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const text = latin1(bytes, 0, 256);
  expect(Array.from(text, (c) => c.charCodeAt(0))).toEqual([...bytes]);
  expect(latin1(bytes, 0x41, 0x44)).toBe('ABC');
  expect(latin1(bytes, 7, 7)).toBe('');
});

test.each([31, 32, 33, 4095, 4096, 4097, 8192, 8193, 300_000])('decodes %i bytes', (length) => {
  const bytes = Uint8Array.from({ length: length + 2 }, (_, i) => 0x61 + (i % 26));
  expect(latin1(bytes, 1, length + 1)).toBe(Buffer.from(bytes.slice(1, -1)).toString('latin1'));
});

describe('what UTF-8 would read otherwise', () => {
  const ascii = 'a name and a value of more than 32 bytes';
  const others = {
    'two bytes that are one character': [0xc3, 0xa9],
    'three that are one': [0xe2, 0x82, 0xac],
    'four that are two units': [0xf0, 0x9f, 0x8c, 0x8a],
    'a byte that is none': [0x80],
    'a byte that ends early': [0xc3],
    'the bytes of U+FFFD': [0xef, 0xbf, 0xbd],
    'a byte order mark': [0xef, 0xbb, 0xbf],
  };

  for (const [what, bytes] of Object.entries(others)) {
    const other = Buffer.from(bytes);
    test.each([
      ['first', Buffer.concat([other, Buffer.from(ascii)])],
      ['in the middle', Buffer.concat([Buffer.from(ascii), other, Buffer.from(ascii)])],
      ['last', Buffer.concat([Buffer.from(ascii), other])],
    ])(`${what}, %s`, (_, all) => {
      expect(latin1(all, 0, all.length)).toBe(all.toString('latin1'));
    });
  }

  test('any two bytes', () => {
    const all = Buffer.from(`${ascii}..`);
    for (let pair = 0; pair < 0x10000; pair++) {
      all.writeUInt16BE(pair, ascii.length);
      if (latin1(all, 0, all.length) !== all.toString('latin1'))
        expect(pair).toBe('read as latin1');
    }
  });
});

test('reads memory that threads share', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(64)).fill(0x61);
  expect(latin1(shared, 0, 64)).toBe('a'.repeat(64));
});
