import { expect, test } from 'vitest';
import { ReadAhead } from '../../../src/conn/read-ahead.js';

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

test('nothing is kept of what was used up', () => {
  const input = new ReadAhead();
  const lent = Buffer.from('ab');
  input.borrow(lent, lent.length);
  input.advance(2);
  input.keep();
  expect(input.bytes.length).toBe(0);
});
