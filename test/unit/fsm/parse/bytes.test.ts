import { describe, expect, test } from 'vitest';
import {
  FIELD_VALUE,
  HEX_VALUE,
  QDTEXT,
  REG_NAME,
  spells,
  TARGET,
  TCHAR,
} from '../../../../src/fsm/parse/bytes.js';
import { bytesOf } from '../../../support/split-bytes.js';

describe('each class table has exactly the bytes of its rule', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['tchar (RFC 9110 §5.6.2)', TCHAR, /[!#$%&'*+\-.^_`|~0-9A-Za-z]/],
    ['the bytes of a field value (RFC 9110 §5.5)', FIELD_VALUE, /[\t\x20-\x7e\x80-\xff]/],
    ['the bytes of a target: visible ASCII but #', TARGET, /[!-~]/],
    ['unreserved and sub-delims (RFC 3986 §2.2, §2.3)', REG_NAME, /[\w.~!$&'()*+,;=-]/],
    ['qdtext (RFC 9110 §5.6.4)', QDTEXT, /[\t !\x23-\x5b\x5d-\x7e\x80-\xff]/],
  ])('%s', (_name, table, rule) => {
    expect(table).toHaveLength(256);
    for (let c = 0; c < 256; c++) {
      const belongs = rule.test(String.fromCharCode(c)) && !(table === TARGET && c === 0x23);
      expect([c, table[c]]).toEqual([c, belongs ? 1 : 0]);
    }
  });

  test('HEX_VALUE has the value of each hexadecimal digit, and 255 elsewhere', () => {
    expect(HEX_VALUE).toHaveLength(256);
    for (let c = 0; c < 256; c++) {
      const digit = String.fromCharCode(c);
      const value = /[0-9a-fA-F]/.test(digit) ? Number.parseInt(digit, 16) : 255;
      expect([c, HEX_VALUE[c]]).toEqual([c, value]);
    }
  });
});

describe('spells', () => {
  const of = (text: string, lowercase: string): boolean =>
    spells(bytesOf(`-${text}-`), 1, 1 + text.length, lowercase);

  test('matches in any case', () => {
    for (const text of ['keep-alive', 'KEEP-ALIVE', 'Keep-Alive', 'kEEP-aLIVE'])
      expect(of(text, 'keep-alive')).toBe(true);
    expect(of('100-CONTINUE', '100-continue')).toBe(true);
  });

  test('wants the whole of it', () => {
    expect(of('hos', 'host')).toBe(false);
    expect(of('hosts', 'host')).toBe(false);
    expect(of('', 'host')).toBe(false);
    expect(of('', '')).toBe(true);
  });

  test('folds letters only: every other byte stands for itself', () => {
    for (let c = 0; c < 256; c++) {
      const text = String.fromCharCode(c);
      expect([c, of(text, 'k')]).toEqual([c, text === 'k' || text === 'K']);
      // 0x0d is 0x2d without bit 5, 0x10 is 0x30 without it.
      expect([c, of(text, '-')]).toEqual([c, text === '-']);
      expect([c, of(text, '0')]).toEqual([c, text === '0']);
      expect([c, of(text, 'z')]).toEqual([c, text === 'z' || text === 'Z']);
      expect([c, of(text, 'a')]).toEqual([c, text === 'a' || text === 'A']);
    }
  });
});
