import { describe, expect, test } from 'vitest';
import { FIELD_VALUE, TCHAR } from '../../../../src/fsm/parse/bytes.js';
import { isFieldValue, isToken, trimValue } from '../../../../src/http/reply/field-check.js';

describe('what may be sent is what may be received', () => {
  test('in names and in values, for every byte', () => {
    for (let c = 0; c < 256; c++) {
      const character = String.fromCharCode(c);
      expect(isToken(`a${character}b`), `name ${c}`).toBe(TCHAR[c] === 1);
      expect(isFieldValue(`a${character}b`), `value ${c}`).toBe(FIELD_VALUE[c] === 1);
    }
  });

  test('and no character beyond latin1', () => {
    // Written as latin1, U+010D would be a CR and U+010A an LF.
    for (const character of ['\u0100', '\u010a', '\u010d', '\ud800', '\uffff']) {
      expect(isToken(character)).toBe(false);
      expect(isFieldValue(character)).toBe(false);
    }
  });

  test('a name is not empty, and ends where it ends', () => {
    expect(isToken('')).toBe(false);
    expect(isToken('a\n')).toBe(false);
    expect(isFieldValue('a\n')).toBe(false);
    expect(isFieldValue('')).toBe(true);
  });
});

test.each([
  ['', ''],
  [' ', ''],
  ['\t a b \t', 'a b'],
  ['a', 'a'],
])('white space around a value is no part of it: %j', (text, trimmed) => {
  expect(trimValue(text)).toBe(trimmed);
});
