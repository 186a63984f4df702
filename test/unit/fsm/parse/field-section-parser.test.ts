import { describe, expect, test } from 'vitest';
import { Fault, faultName } from '../../../../src/fsm/faults.js';
import {
  FieldSectionParser,
  SECTION_DONE,
  SECTION_FAULT,
} from '../../../../src/fsm/parse/field-section-parser.js';
import { latin1 } from '../../../../src/fsm/parse/latin1.js';
import { bytesOf, everySplit } from '../../../support/split-bytes.js';

const BYTES: readonly string[] = Array.from({ length: 256 }, (_, c) => String.fromCharCode(c));
const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/;

interface Bounds {
  readonly linesMax?: number;
  readonly bytesMax?: number;
}

/** The lines of a section, `name|value`, and how it ended: for every split. */
function section(text: string, { linesMax = 100, bytesMax = 1000 }: Bounds = {}): string[] {
  const bytes = bytesOf(text);
  return everySplit((pieces) => {
    const parser = new FieldSectionParser(linesMax, Fault.trailersTooLarge);
    const fields: number[] = [];
    parser.start(fields);
    let at = 0;
    let to = 0;
    for (const piece of pieces) {
      to += piece.length;
      const outcome = parser.parse(bytes, at, to, bytesMax);
      at = parser.at;
      if (outcome === SECTION_DONE) return [...lines(bytes, fields), `@${at} done`];
      if (outcome === SECTION_FAULT) return [`@${parser.faultAt} ${faultName(parser.fault)}`];
      if (at !== to) throw new Error('bytes were left over');
    }
    return [`@${at} more`];
  }, bytes);
}

function lines(bytes: Uint8Array, fields: readonly number[]): string[] {
  const shown: string[] = [];
  for (let i = 0; i < fields.length; i += 4) {
    const [nameFrom, nameTo, valueFrom, valueTo] = fields.slice(i, i + 4) as [
      number,
      number,
      number,
      number,
    ];
    shown.push(`${latin1(bytes, nameFrom, nameTo)}|${latin1(bytes, valueFrom, valueTo)}`);
  }
  return shown;
}

describe('field lines (RFC 9112 §5)', () => {
  test('none, one and many', () => {
    expect(section('\r\n')).toEqual(['@2 done']);
    expect(section('a: b\r\n\r\n')).toEqual(['a|b', '@8 done']);
    expect(section('a: b\r\nC:d\r\na:e\r\n\r\nrest')).toEqual(['a|b', 'C|d', 'a|e', '@18 done']);
  });

  test('white space around a value is left out, within it is kept', () => {
    expect(section('a: \t b \t c\t \r\nb:x\r\n\r\n')).toEqual(['a|b \t c', 'b|x', '@21 done']);
  });

  test('a value may be empty, or blank', () => {
    expect(section('a:\r\nb: \t \r\nc: \r\n\r\n')).toEqual(['a|', 'b|', 'c|', '@18 done']);
  });

  test('a value may hold colons, and what looks like a line', () => {
    expect(section('a: b: c:\r\n:\r\n\r\n')).toEqual(['@10 fieldNameInvalid']);
    expect(section('a: b: c:\r\n\r\n')).toEqual(['a|b: c:', '@12 done']);
  });

  test('an incomplete section wants more', () => {
    for (const text of ['', 'a', 'a:', 'a: ', 'a: b', 'a: b\r', 'a: b\r\n', 'a: b\r\n\r'])
      expect(section(text)).toEqual([`@${text.length} more`]);
  });
});

describe('the field name (RFC 9112 §5.1)', () => {
  test('has tchar bytes only, the first among them', () => {
    for (const c of BYTES) {
      const first = TOKEN.test(c)
        ? `${c}b|v`
        : { '\r': '@1 bareCr', '\n': '@0 bareLf', ' ': '@0 fieldFolded', '\t': '@0 fieldFolded' }[
            c
          ];
      expect([c, section(`${c}b: v\r\n\r\n`)[0]]).toEqual([c, first ?? '@0 fieldNameInvalid']);
      const inner = TOKEN.test(c)
        ? `a${c}b|v`
        : c === ':'
          ? 'a|b: v'
          : { '\n': '@1 bareLf', ' ': '@1 fieldNameSpace', '\t': '@1 fieldNameSpace' }[c];
      expect([c, section(`a${c}b: v\r\n\r\n`)[0]]).toEqual([c, inner ?? '@1 fieldNameInvalid']);
    }
  });

  test('has no white space before its colon', () => {
    expect(section('Transfer-Encoding : chunked\r\n\r\n')).toEqual(['@17 fieldNameSpace']);
    expect(section('a\t: b\r\n\r\n')).toEqual(['@1 fieldNameSpace']);
  });

  test('a line without a colon is refused at its end', () => {
    expect(section('a\r\n\r\n')).toEqual(['@1 fieldNameInvalid']);
    expect(section('a\n')).toEqual(['@1 bareLf']);
  });
});

describe('obs-fold (RFC 9112 §5.2)', () => {
  test.each([' ', '\t', ' \t'])('a line that begins with %j is refused', (blank) => {
    expect(section(`a: b\r\n${blank}c\r\n\r\n`)).toEqual(['@6 fieldFolded']);
    expect(section(`${blank}a: b\r\n\r\n`)).toEqual(['@0 fieldFolded']);
    expect(section(`a: b\r\n${blank}\r\n\r\n`)).toEqual(['@6 fieldFolded']);
  });
});

describe('the field value (RFC 9110 §5.5)', () => {
  test('holds no control character but HTAB', () => {
    for (const c of BYTES) {
      const expected = /[\t\x20-\x7e\x80-\xff]/.test(c)
        ? `a|v${c}w`
        : ({ '\n': '@3 bareLf', '\r': '@4 bareCr' }[c] ?? '@3 fieldValueInvalid');
      expect([c, section(`a:v${c}w\r\n\r\n`)[0]]).toEqual([c, expected]);
    }
  });

  test('the same where the value would begin', () => {
    for (const c of BYTES) {
      const blank = c === ' ' || c === '\t';
      const expected = blank
        ? 'a|w'
        : /[\x20-\x7e\x80-\xff]/.test(c)
          ? `a|${c}w`
          : ({ '\n': '@2 bareLf', '\r': '@3 bareCr' }[c] ?? '@2 fieldValueInvalid');
      expect([c, section(`a:${c}w\r\n\r\n`)[0]]).toEqual([c, expected]);
    }
  });
});

describe('line ends (RFC 9112 §2.2)', () => {
  test.each([
    ['a: b\nc: d\r\n\r\n', '@4 bareLf'],
    ['a: b\rc: d\r\n\r\n', '@5 bareCr'],
    ['a: b\r\r\n\r\n', '@5 bareCr'],
    ['a: b\r\n\n', '@6 bareLf'],
    ['a: b\r\n\rc', '@7 bareCr'],
    ['a: b\r\n\r\r\n', '@7 bareCr'],
    ['\n', '@0 bareLf'],
    ['\ra', '@1 bareCr'],
  ])('%j', (text, fault) => {
    expect(section(text)).toEqual([fault]);
  });
});

describe('bounds', () => {
  test.each([
    ['one line fewer than the most', 2, 'done'],
    ['the most lines', 3, 'done'],
    ['one line more', 4, 'fieldsTooMany'],
    ['many more', 9, 'fieldsTooMany'],
  ])('%s', (_name, count, outcome) => {
    const last = section(`${'a:b\r\n'.repeat(count)}\r\n`, { linesMax: 3 }).at(-1);
    const at = outcome === 'done' ? count * 5 + 2 : 15;
    expect(last).toBe(`@${at} ${outcome}`);
  });

  test('the bound of bytes is inclusive, and nothing at or beyond it is looked at', () => {
    expect(section('a: b\r\n\r\n', { bytesMax: 9 }).at(-1)).toBe('@8 done');
    expect(section('a: b\r\n\r\n', { bytesMax: 8 }).at(-1)).toBe('@8 done');
    for (let bytesMax = 1; bytesMax < 8; bytesMax++)
      expect(section('a: b\r\n\r\n', { bytesMax })).toEqual([`@${bytesMax} trailersTooLarge`]);
    // The byte at the bound would be a fault of its own.
    expect(section('a: b\n', { bytesMax: 4 })).toEqual(['@4 trailersTooLarge']);
    expect(section('a: b\n', { bytesMax: 5 })).toEqual(['@4 bareLf']);
  });
});

test('a parser takes up one section after the other', () => {
  const parser = new FieldSectionParser(2, Fault.headTooLarge);
  for (const name of ['a', 'b', 'c']) {
    const fields: number[] = [];
    parser.start(fields);
    const bytes = bytesOf(`${name}:1\r\n${name}:2\r\n\r\n`);
    expect(parser.parse(bytes, 0, bytes.length, 100)).toBe(SECTION_DONE);
    expect(lines(bytes, fields)).toEqual([`${name}|1`, `${name}|2`]);
    expect(parser.fields).toBe(fields);
  }
});

describe('long values, which are looked at four bytes at a time', () => {
  /** How a section of one long value ends in which `c` stands at `place`, its memory beginning `shift` bytes in. */
  function ended(c: number, place: number, shift: number): string {
    const bytes = new Uint8Array(shift + 400).fill(0x41).subarray(shift);
    bytes.set(bytesOf('name: '));
    bytes.fill(0x76, 6, 300);
    bytes[6 + place] = c;
    bytes.set(bytesOf('\r\n\r\n'), 300);
    const parser = new FieldSectionParser(100, Fault.trailersTooLarge);
    parser.start([]);
    const outcome = parser.parse(bytes, 0, bytes.length, 1000);
    if (outcome === SECTION_DONE) return `done ${parser.fields.join(' ')}`;
    return outcome === SECTION_FAULT ? `${faultName(parser.fault)} at ${parser.faultAt}` : 'more';
  }

  test.each([0, 1, 2, 3, 130, 131, 132, 133])('any byte at place %i of a value', (place) => {
    for (let c = 0; c < 256; c++) {
      const at = 6 + place;
      let expected = 'done 0 4 6 300';
      if (c === 0x0a) expected = `bareLf at ${at}`;
      else if (c === 0x0d) expected = `bareCr at ${at + 1}`;
      else if (place === 0 && (c === 0x20 || c === 0x09)) expected = 'done 0 4 7 300';
      else if ((c < 0x20 && c !== 0x09) || c === 0x7f) expected = `fieldValueInvalid at ${at}`;
      for (const shift of [0, 1, 2, 3]) expect([c, ended(c, place, shift)]).toEqual([c, expected]);
    }
  });

  test('two bad bytes in one group: the first is at fault', () => {
    const bytes = bytesOf(`name: ${'v'.repeat(200)}\x01\x7f${'v'.repeat(200)}\r\n\r\n`);
    const parser = new FieldSectionParser(100, Fault.trailersTooLarge);
    parser.start([]);
    expect(parser.parse(bytes, 0, bytes.length, 1000)).toBe(SECTION_FAULT);
    expect(parser.faultAt).toBe(206);
  });

  test('nothing is looked at beyond what was received', () => {
    const bytes = bytesOf(`name: ${'v'.repeat(400)}\r\n\r\n`);
    for (let to = 200; to < 208; to++) {
      const parser = new FieldSectionParser(100, Fault.trailersTooLarge);
      parser.start([]);
      parser.parse(bytes, 0, to, 1000);
      expect(parser.at).toBe(to);
    }
  });
});
