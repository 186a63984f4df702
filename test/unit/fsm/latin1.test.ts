import { expect, test } from 'vitest';
import { latin1 } from '../../../src/fsm/latin1.js';

test('gives one character for each of the 256 bytes', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const text = latin1(bytes, 0, 256);
  expect(Array.from(text, (c) => c.charCodeAt(0))).toEqual([...bytes]);
  expect(latin1(bytes, 0x41, 0x44)).toBe('ABC');
  expect(latin1(bytes, 7, 7)).toBe('');
});

test.each([4095, 4096, 4097, 8192, 8193, 300_000])('decodes %i bytes', (length) => {
  const bytes = Uint8Array.from({ length: length + 2 }, (_, i) => 0x61 + (i % 26));
  expect(latin1(bytes, 1, length + 1)).toBe(Buffer.from(bytes.slice(1, -1)).toString('latin1'));
});
