// Heads as text: decoded once, together where they came together.

import { expect, test } from 'vitest';
import { HeadText } from '../../../../src/conn/read/head-text.js';
import { FRAMING_LENGTH, FRAMING_NONE, type Head } from '../../../../src/fsm/parse/head.js';

const bytes = Buffer.from('AAAABBBBCCCC');

// A boundary: of a head, no more is looked at.
const head = (from: number, to: number, framing: number = FRAMING_NONE, of = bytes): Head =>
  ({ bytes: of, from, to, framing }) as unknown as Head;

test('heads that came together are decoded together', () => {
  const text = new HeadText();
  text.decode(head(0, 4), 12);
  expect([text.text, text.from]).toEqual(['AAAABBBBCCCC', 0]);
  text.decode(head(4, 8), 12);
  expect([text.text, text.from]).toEqual(['AAAABBBBCCCC', 0]);
});

test('what follows a head with content may be content, and is left alone', () => {
  const text = new HeadText();
  text.decode(head(0, 4, FRAMING_LENGTH), 12);
  expect(text.text).toBe('AAAA');
  text.decode(head(8, 12), 12);
  expect([text.text, text.from]).toEqual(['CCCC', 8]);
  text.decode(head(4, 8, FRAMING_LENGTH), 12);
  expect([text.text, text.from]).toEqual(['BBBB', 4]);
});

test('memory that was another’s meanwhile is decoded anew, and so is other memory', () => {
  const memory = Buffer.from('AAAA');
  const text = new HeadText();
  text.decode(head(0, 4, FRAMING_NONE, memory), 4);
  memory.fill('B');
  text.forget();
  text.decode(head(0, 4, FRAMING_NONE, memory), 4);
  expect(text.text).toBe('BBBB');
  text.decode(head(0, 4), 4);
  expect(text.text).toBe('AAAA');
});

test('no more than 4 KiB behind a head are decoded with it', () => {
  const long = Buffer.alloc(10_000, 'x');
  const text = new HeadText();
  text.decode(head(0, 4, FRAMING_NONE, long), 10_000);
  expect(text.text).toHaveLength(4 + 4096);
});

test('a head within what was decoded is not decoded again, up to both of its ends', () => {
  const memory = Buffer.from('AAAABBBB');
  const text = new HeadText();
  text.decode(head(0, 4, FRAMING_NONE, memory), 8);
  // Nobody changes memory without `forget`; here it shows who reads it.
  memory.fill('x');
  text.decode(head(0, 4, FRAMING_NONE, memory), 8);
  text.decode(head(4, 8, FRAMING_NONE, memory), 8);
  expect([text.text, text.from]).toEqual(['AAAABBBB', 0]);
});
