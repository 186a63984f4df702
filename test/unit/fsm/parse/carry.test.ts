import { expect, test } from 'vitest';
import { Carry } from '../../../../src/fsm/parse/carry.js';
import { latin1 } from '../../../../src/fsm/parse/latin1.js';
import { bytesOf } from '../../../support/split-bytes.js';

function held(carry: Carry): string {
  return latin1(carry.bytes, 0, carry.length);
}

test('takes a copy, appends to it and lets go', () => {
  const carry = new Carry();
  expect([carry.active, carry.length]).toEqual([false, 0]);
  const source = bytesOf('xabcx');
  carry.begin(source, 1, 4);
  source.fill(0);
  expect([carry.active, held(carry)]).toEqual([true, 'abc']);
  expect(carry.append(bytesOf('-de-'), 1, 3)).toBe(false);
  expect(held(carry)).toBe('abcde');
  carry.release();
  expect([carry.active, carry.length, carry.bytes.length]).toEqual([false, 0, 0]);
});

test('has room for growth from the start, and says when it moved', () => {
  const carry = new Carry();
  carry.begin(bytesOf('a'), 0, 1);
  expect(carry.bytes).toHaveLength(1024);
  const rest = bytesOf('b'.repeat(1023));
  expect(carry.append(rest, 0, 1023)).toBe(false);
  const before = carry.bytes;
  expect(carry.append(bytesOf('c'), 0, 1)).toBe(true);
  expect(carry.bytes).not.toBe(before);
  expect(carry.bytes).toHaveLength(2048);
  expect(held(carry)).toBe(`a${'b'.repeat(1023)}c`);
});

test('begins with twice what it takes over, and grows to what it must hold', () => {
  const carry = new Carry();
  carry.begin(bytesOf('a'.repeat(2000)), 0, 2000);
  expect(carry.bytes).toHaveLength(4000);
  expect(carry.append(bytesOf('b'.repeat(10_000)), 0, 10_000)).toBe(true);
  expect([carry.bytes.length, carry.length]).toEqual([12_000, 12_000]);
});

test('what was carried before is not written over by what is carried next', () => {
  const carry = new Carry();
  carry.begin(bytesOf('first'), 0, 5);
  const first = carry.bytes;
  carry.release();
  carry.begin(bytesOf('other'), 0, 5);
  expect(latin1(first, 0, 5)).toBe('first');
});
