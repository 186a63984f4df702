// Bytes that came and were not asked for: their order, their pieces and whose memory they are in.

import { describe, expect, test } from 'vitest';
import { ReadAhead } from '../../../../src/conn/bytes/read-ahead.js';

const text = (input: ReadAhead): string => {
  let all = '';
  while (input.length > 0) {
    all += Buffer.from(input.bytes.subarray(input.at, input.to)).toString();
    input.advance(input.to);
  }
  return all;
};

test('what was lent and is still there is kept when it is taken back', () => {
  const input = new ReadAhead();
  const lent = Buffer.from('abcdef');
  input.borrow(lent, lent.length);
  input.advance(2);
  input.keep();
  lent.fill('x');
  input.push(Buffer.from('g'));
  expect(input.length).toBe(5);
  expect(text(input)).toBe('cdefg');
});

test('what was lent is kept at once where something is before it', () => {
  for (const length of [3, 3000]) {
    const input = new ReadAhead();
    const lent = Buffer.alloc(length, 'b');
    input.push(Buffer.from('a'));
    input.borrow(lent, lent.length);
    lent.fill('x');
    input.keep();
    expect(text(input)).toBe(`a${'b'.repeat(length)}`);
  }
});

test('what was not lent is not copied', () => {
  const input = new ReadAhead();
  const came = Buffer.from('ab');
  input.push(came);
  input.keep();
  expect(input.bytes).toBe(came);
});

test('what was lent and kept is lent no more, and an empty loan is let go of', () => {
  const input = new ReadAhead();
  input.borrow(Buffer.from('ab'), 2);
  expect(input.borrowed).toBe(true);
  input.keep();
  expect(input.borrowed).toBe(false);
  input.advance(2);
  input.borrow(Buffer.alloc(10), 0);
  input.keep();
  expect([input.borrowed, input.bytes.length, input.length]).toEqual([false, 0, 0]);
});

test('nothing is kept of what was used up', () => {
  const input = new ReadAhead();
  const lent = Buffer.from('ab');
  input.borrow(lent, lent.length);
  input.advance(2);
  input.keep();
  expect(input.bytes.length).toBe(0);
});

describe('bytes that wait', () => {
  /** The pieces in which they are at hand, one after the other. */
  function pieces(input: ReadAhead): Uint8Array[] {
    const all: Uint8Array[] = [];
    while (input.length > 0) {
      all.push(input.bytes.subarray(input.at, input.to));
      input.advance(input.to);
    }
    return all;
  }

  test('come out in the order in which they came, however they were cut', () => {
    const input = new ReadAhead();
    const sent = Uint8Array.from({ length: 40_000 }, (_, i) => i % 251);
    for (let from = 0, size = 1; from < sent.length; from += size, size = ((size * 7) % 2039) + 1)
      input.push(sent.slice(from, from + size));
    expect(input.length).toBe(sent.length);
    expect(Buffer.concat(pieces(input)).equals(sent)).toBe(true);
    expect(input.length).toBe(0);
  });

  test.each([
    [8192, 1],
    [8193, 2],
  ])('%i single ones cost %i pieces behind the first', (count, behind) => {
    const input = new ReadAhead();
    for (let i = 0; i <= count; i++) input.push(Uint8Array.of(i));
    expect(pieces(input).length).toBe(1 + behind);
  });

  test.each([
    [1023, false],
    [1024, true],
  ])('%i at once are not copied: %s', (length, isSame) => {
    const input = new ReadAhead();
    const piece = new Uint8Array(length);
    input.push(Uint8Array.of(1));
    input.push(piece);
    expect(pieces(input)[1]?.buffer === piece.buffer).toBe(isSame);
  });

  test('are as they came, though more are joined to them once they are at hand', () => {
    const input = new ReadAhead();
    for (const c of 'abc') input.push(Buffer.from(c));
    input.advance(1);
    const atHand = input.bytes.subarray(input.at, input.to);
    for (const c of 'defg') input.push(Buffer.from(c));
    expect(Buffer.from(atHand).toString()).toBe('bc');
    expect([text(input), atHand.buffer.byteLength]).toEqual(['bcdefg', 2]);
  });

  test('are joined to no large piece that came between', () => {
    const input = new ReadAhead();
    for (const length of [1, 2, 1024, 3]) input.push(new Uint8Array(length));
    expect(pieces(input).map((piece) => piece.length)).toEqual([1, 2, 1024, 3]);
  });

  test('are thrown away at once, and others follow', () => {
    const input = new ReadAhead();
    for (const c of 'abc') input.push(Buffer.from(c));
    expect([input.clear(), input.length, input.bytes.length]).toEqual([3, 0, 0]);
    input.push(Buffer.from('d'));
    expect(text(input)).toBe('d');
  });

  test('are none where an empty piece came', () => {
    const input = new ReadAhead();
    input.push(Buffer.from('a'));
    input.push(new Uint8Array(0));
    expect([input.length, input.lastBytes]).toEqual([1, 0]);
    input.push(new Uint8Array(2000));
    expect(pieces(input).map((piece) => piece.length)).toEqual([1, 2000]);
  });
});

test('is dry where nothing is here and the FIN has not come', () => {
  const input = new ReadAhead();
  expect(input.isDry).toBe(true);
  input.push(Buffer.from('a'));
  expect([input.isDry, input.lastBytes]).toEqual([false, 1]);
  input.advance(1);
  expect(input.isDry).toBe(true);
  input.ended = true;
  expect(input.isDry).toBe(false);
});

test('tells the size of what was lent last, also where it waits', () => {
  const input = new ReadAhead();
  for (const length of [2, 3]) {
    input.borrow(new Uint8Array(8), length);
    expect(input.lastBytes).toBe(length);
  }
  expect([input.length, input.borrowed]).toEqual([5, true]);
  input.advance(2);
  expect([input.length, input.borrowed]).toEqual([3, false]);
});
