import { describe, expect, test } from 'vitest';
import { limitsFrom } from '../../../../src/fsm/limits.js';
import { CHUNK_DATA, CHUNK_MORE, ChunkParser } from '../../../../src/fsm/parse/chunk-parser.js';
import { chunks, outcome } from '../../../support/chunk-log.js';
import { bytesOf } from '../../../support/split-bytes.js';

const BYTES: readonly string[] = Array.from({ length: 256 }, (_, c) => String.fromCharCode(c));
const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/;

describe('chunks (RFC 9112 §7.1)', () => {
  test('content is what stands between the lines', () => {
    expect(chunks('0\r\n')).toEqual(['', '@3 last']);
    expect(chunks('5\r\nhello\r\n0\r\n')).toEqual(['hello', '@13 last']);
    expect(chunks('1\r\na\r\n2\r\nbc\r\n00\r\n')).toEqual(['abc', '@17 last']);
    expect(chunks('4\r\n\r\n0\r\r\n0\r\n')).toEqual(['\r\n0\r', '@12 last']);
  });

  test('what follows the last chunk line is left alone', () => {
    expect(chunks('0\r\n\r\nGET')).toEqual(['', '@3 last']);
  });

  test('an incomplete chunk wants more', () => {
    for (const text of ['', '1', '1;', '1;a="', '1\r', '1\r\n', '1\r\na', '1\r\na\r', '1\r\na\r\n'])
      expect(outcome(text)).toBe(`@${text.length} more`);
  });

  test('data is handed out where it stands, as much as there is', () => {
    const parser = new ChunkParser(limitsFrom());
    const bytes = bytesOf('A\r\n0123456789\r\n');
    expect(parser.parse(bytes, 0, 3)).toBe(CHUNK_MORE);
    expect(parser.parse(bytes, 3, 7)).toBe(CHUNK_DATA);
    expect([parser.dataFrom, parser.dataTo]).toEqual([3, 7]);
    expect(parser.parse(bytes, 7, 7)).toBe(CHUNK_MORE);
    expect(parser.parse(bytes, 7, bytes.length)).toBe(CHUNK_DATA);
    expect([parser.dataFrom, parser.dataTo, parser.at]).toEqual([7, 13, 13]);
  });

  test('is followed by CRLF and nothing else', () => {
    for (const c of BYTES) {
      const cr = c === '\r' ? '@9 last' : '@4 chunkDataEndMissing';
      expect([c, outcome(`1\r\na${c}\n0\r\n`)]).toEqual([c, cr]);
      const lf = c === '\n' ? '@9 last' : '@5 chunkDataEndMissing';
      expect([c, outcome(`1\r\na\r${c}0\r\n`)]).toEqual([c, lf]);
    }
  });

  test('a byte more or fewer than the size says is seen', () => {
    expect(outcome('3\r\nabcd\r\n0\r\n')).toBe('@6 chunkDataEndMissing');
    expect(outcome('5\r\nabcd\r\n0\r\n')).toBe('@8 chunkDataEndMissing');
    expect(outcome('4\r\nabcd0\r\n')).toBe('@7 chunkDataEndMissing');
    expect(outcome('4\r\nabcd\n0\r\n')).toBe('@7 chunkDataEndMissing');
    expect(outcome('4\r\nabcd\r0\r\n')).toBe('@8 chunkDataEndMissing');
  });
});

describe('chunk-size = 1*HEXDIG', () => {
  test.each([
    ['a', 10],
    ['A', 10],
    ['fF', 255],
    ['10', 16],
    ['000001', 1],
    ['00000000000000000000000000000002', 2],
    ['09', 9],
  ])('%s is %i', (size, length) => {
    const data = 'x'.repeat(length);
    expect(chunks(`${size}\r\n${data}\r\n0\r\n`)[0]).toBe(data);
  });

  test.each([
    ['-1', 0],
    ['+1', 0],
    ['0x1', 1],
    ['0X1', 1],
    ['1_0', 1],
    ['1h', 1],
    ['g', 0],
    [' 1', 0],
    ['\t1', 0],
    ['', 0],
    [';a', 0],
    ['"1"', 0],
    ['1.0', 1],
    ['1,1', 1],
    ['1\0', 1],
    ['1\x0b', 1],
    ['\xb2', 0],
    ['0:', 1],
  ])('%j is none', (size, at) => {
    expect(outcome(`${size}\r\nx\r\n`)).toBe(`@${at} chunkSizeInvalid`);
  });

  test('each byte of a size is judged by the rule', () => {
    for (const c of BYTES) {
      const first = /[1-9a-fA-F]/.test(c)
        ? 'more'
        : ({ '0': 'last', '\n': 'bareLf' }[c] ?? 'chunkSizeInvalid');
      expect([c, outcome(`${c}\r\n`).split(' ')[1]]).toEqual([c, first]);
    }
  });

  test('goes up to 2^53 - 1', () => {
    for (const size of ['1fffffffffffff', '1FFFFFFFFFFFFE', `${'0'.repeat(60)}1fffffffffffff`])
      expect(outcome(`${size}\r\nab`)).toBe(`@${size.length + 4} more`);
    expect(outcome('20000000000000\r\n')).toBe('@13 chunkSizeInvalid');
    expect(outcome('20000000000001\r\n')).toBe('@13 chunkSizeInvalid');
    expect(outcome('1fffffffffffff0\r\n')).toBe('@14 chunkSizeInvalid');
    expect(outcome('ffffffffffffffff\r\n')).toBe('@13 chunkSizeInvalid');
    expect(outcome('10000000000000001\r\n')).toBe('@14 chunkSizeInvalid');
    expect(outcome(`${'f'.repeat(200)}\r\n`)).toBe('@13 chunkSizeInvalid');
  });

  test('is the size of this chunk only', () => {
    expect(chunks('10\r\n0123456789abcdef\r\n1\r\nx\r\n0\r\n')[0]).toBe('0123456789abcdefx');
  });
});

describe('the end of a chunk line', () => {
  test.each([
    ['5\nhello', '@1 bareLf'],
    ['\n', '@0 bareLf'],
    ['5\rhello', '@2 bareCr'],
    ['5\r\r\n', '@2 bareCr'],
    ['0\r0', '@2 bareCr'],
    ['5;a\nhello', '@3 bareLf'],
    ['5;a=b\n', '@5 bareLf'],
    ['5;a="b\n"', '@6 bareLf'],
    ['5;a="b"\n', '@7 bareLf'],
    ['5;\n', '@2 bareLf'],
    ['5 \n', '@2 bareLf'],
    ['5;a\rb', '@4 bareCr'],
    ['5;a="b\r\n', '@6 chunkExtensionInvalid'],
  ])('%j', (text, fault) => {
    expect(outcome(text)).toBe(fault);
  });

  test('a CR where the line may not end is refused itself', () => {
    for (const line of [
      '5 ',
      '5;',
      '5; ',
      '5;a ',
      '5;a=',
      '5;a= ',
      '5;a="',
      '5;a="\\',
      '5;a=b ',
      '5;a="b" ',
    ])
      expect([line, outcome(`${line}\r\n`)]).toEqual([
        line,
        `@${line.length} chunkExtensionInvalid`,
      ]);
    expect(outcome('\r\n')).toBe('@0 chunkSizeInvalid');
  });
});

describe('chunk extensions (RFC 9112 §7.1.1)', () => {
  test.each([
    ';a',
    ';a=b',
    ';a="b"',
    ';a=""',
    ';a=b;c;d="e";f=g',
    ' ;a',
    '\t ; \ta',
    ';a =b',
    ';a= b',
    ';a \t=\t b',
    ';a = "b"',
    ';a=b ;c',
    ';a="b" ; c',
    ';a ;b',
    ";!#$%&'*+-.^_`|~09AZaz=!#$%&'*+-.^_`|~09AZaz",
    ';a="\t !#[]~\x80\xff"',
    ';a="\\"\\\\\\a\\ \\\t\\\xff"',
    ';a=";b=c\\";"',
    ';a="b";c="d"',
  ])('%j is in the grammar', (extension) => {
    expect(chunks(`1${extension}\r\nx\r\n0${extension}\r\n`)).toEqual([
      'x',
      `@${9 + 2 * extension.length} last`,
    ]);
  });

  test.each([
    [' a', 1],
    [' \ta', 2],
    [';;', 1],
    [';a;;b', 3],
    [';=b', 1],
    [';a==b', 3],
    [';a=;b', 3],
    [';a=b=c', 4],
    [';a b', 3],
    [';a=b c', 5],
    [';a="b"c', 6],
    [';a="b""c"', 6],
    [';a=b"c"', 4],
    [';a=\x27b\x27"', 6],
    [';"a"', 1],
    [';a,b', 2],
    [';a=b,c', 4],
    [';a:b', 2],
    [';a="\0"', 4],
    [';a="\x7f"', 4],
    [';a="\\\0"', 5],
    [';a="\\\x7f"', 5],
    [';a="\\\r"', 5],
    [';\xe9', 1],
    [';a=\xe9', 3],
    [';a\0', 2],
    [' \0;a', 1],
  ])('%j is not', (extension, at) => {
    expect(outcome(`1${extension}\r\nx\r\n`)).toBe(`@${1 + at} chunkExtensionInvalid`);
  });

  test('each byte of a name and of a value is judged by the rule', () => {
    for (const c of BYTES) {
      const cases: [string, RegExp | undefined][] = [
        [`1;${c}a`, /[\t ]/],
        [`1;a${c}a`, /[=;]/],
        [`1;a=${c}a`, /[\t ]/],
        [`1;a=b${c}a`, /;/],
        [`1;a="b${c}a"`, /[\t !\x23-\x5b\\\x5d-\x7e\x80-\xff]/],
        [`1;a="b\\${c}a"`, /[\t\x20-\x7e\x80-\xff]/],
      ];
      for (const [line, also] of cases) {
        const quoted = line.includes('"');
        const accepted = also?.test(c) || (!quoted && TOKEN.test(c));
        const fault = c === '\n' ? 'bareLf' : 'chunkExtensionInvalid';
        const last = outcome(`${line}\r\nx\r\n0\r\n`).split(' ')[1];
        if (c === '\r' && /1;a(=b)?\r/.test(line)) expect([line, last]).toEqual([line, 'bareCr']);
        else expect([line, last]).toEqual([line, accepted ? 'last' : fault]);
      }
    }
  });
});
