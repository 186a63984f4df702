import { describe, expect, test } from 'vitest';
import { faultName } from '../../../src/fsm/faults.js';
import { type Limits, limitsFrom } from '../../../src/fsm/limits.js';
import {
  CHUNK_DATA,
  CHUNK_FAULT,
  CHUNK_LAST,
  CHUNK_MORE,
  ChunkParser,
} from '../../../src/fsm/parse/chunk-parser.js';
import { latin1 } from '../../../src/fsm/parse/latin1.js';
import { outcome } from '../../support/chunk-log.js';
import { bytesOf } from '../../support/split-bytes.js';

describe('chunkLineBytesMax, the line without its CRLF', () => {
  const limits = { chunkLineBytesMax: 16 };
  const padded = (bytes: number): string => `1;${'a'.repeat(bytes - 2)}`;

  test.each([
    ['one below', 15, '@23 last'],
    ['at it', 16, '@24 last'],
    ['one above', 17, '@16 chunkLineTooLong'],
    ['far above', 99, '@16 chunkLineTooLong'],
  ])('%s', (_name, bytes, last) => {
    expect(outcome(`${padded(bytes)}\r\nx\r\n0\r\n`, limits)).toBe(last);
  });

  test('holds for leading zeros, blanks and quoted values too', () => {
    expect(outcome(`${'0'.repeat(16)}\r\n`, limits)).toBe('@18 last');
    expect(outcome(`${'0'.repeat(17)}\r\n`, limits)).toBe('@16 chunkLineTooLong');
    expect(outcome(`0;${' '.repeat(20)}a\r\n`, limits)).toBe('@16 chunkLineTooLong');
    expect(outcome(`0 ${' '.repeat(20)};a\r\n`, limits)).toBe('@16 chunkLineTooLong');
    expect(outcome(`0;a="${'b'.repeat(20)}"\r\n`, limits)).toBe('@16 chunkLineTooLong');
  });

  test('a CR just beyond it that may not end the line is refused as such', () => {
    expect(outcome(`1;${' '.repeat(14)}\r\n`, limits)).toBe('@16 chunkExtensionInvalid');
  });

  test('each line has its own', () => {
    const line = padded(16);
    expect(outcome(`${line}\r\nx\r\n${line}\r\nx\r\n0\r\n`, limits)).toBe('@45 last');
  });
});

describe('chunkExtBytesMax, over all lines of a message', () => {
  // 4 bytes, then 2, then 2.
  const text = '1;a=b\r\nx\r\n1;c\r\nx\r\n0;d\r\n';

  test.each([
    [9, '@23 last'],
    [8, '@23 last'],
    [7, '@20 chunkExtensionsTooLarge'],
    [6, '@19 chunkExtensionsTooLarge'],
    [5, '@12 chunkExtensionsTooLarge'],
    [4, '@11 chunkExtensionsTooLarge'],
    [3, '@4 chunkExtensionsTooLarge'],
    [0, '@1 chunkExtensionsTooLarge'],
  ])('a limit of %i for 8 bytes', (chunkExtBytesMax, last) => {
    expect(outcome(text, { chunkExtBytesMax })).toBe(last);
  });

  test('blanks count', () => {
    expect(outcome('0 ;\ta\r\n', { chunkExtBytesMax: 4 })).toBe('@7 last');
    expect(outcome('0 ;\ta\r\n', { chunkExtBytesMax: 3 })).toBe('@4 chunkExtensionsTooLarge');
    expect(outcome('0 ;a\r\n', { chunkExtBytesMax: 0 })).toBe('@1 chunkExtensionsTooLarge');
  });

  test('sizes and data do not', () => {
    expect(outcome('1\r\nx\r\n0\r\n', { chunkExtBytesMax: 0 })).toBe('@9 last');
  });
});

describe('chunkOverheadBytesMax, framing beyond three times the content', () => {
  // A chunk of one byte weighs 5 bytes of framing, 2 beyond three times its content; the last chunk 5.
  const tiny = '1\r\nx\r\n';

  test.each([
    [16, '@33 last'],
    [15, '@33 last'],
    [14, '@32 chunkOverhead'],
    [10, '@32 chunkOverhead'],
    [9, '@26 chunkOverhead'],
    [2, '@8 chunkOverhead'],
    [1, '@2 chunkOverhead'],
  ])('a limit of %i for five chunks of one byte', (chunkOverheadBytesMax, last) => {
    expect(outcome(`${tiny.repeat(5)}0\r\n`, { chunkOverheadBytesMax })).toBe(last);
  });

  test('the bytes of a line count, its extensions too', () => {
    // 3 + 4 - 3 for the first, 5 for the last.
    expect(outcome('1;a\r\nx\r\n0\r\n', { chunkOverheadBytesMax: 9 })).toBe('@11 last');
    expect(outcome('1;a\r\nx\r\n0\r\n', { chunkOverheadBytesMax: 8 })).toBe('@10 chunkOverhead');
  });

  test('content makes up for framing, and is no credit for later', () => {
    const limits = { chunkOverheadBytesMax: 10 };
    const three = '3\r\nxyz\r\n';
    expect(outcome(`${tiny.repeat(3)}${three.repeat(20)}${tiny.repeat(5)}`, limits)).toBe(
      '@208 more',
    );
    expect(outcome(`${three.repeat(20)}${tiny.repeat(6)}`, limits)).toBe('@192 chunkOverhead');
  });

  test('a chunk of 2^53 - 1 bytes makes up for all that was', () => {
    expect(outcome(`${tiny.repeat(5)}1fffffffffffff\r\nx`, { chunkOverheadBytesMax: 10 })).toBe(
      '@47 more',
    );
  });

  test('the default lets chunks of one byte through, for a while', () => {
    const chunk = bytesOf(tiny);
    const parser = new ChunkParser(limitsFrom());
    let count = 0;
    for (;;) {
      let at = 0;
      let result = CHUNK_MORE as number;
      do {
        result = parser.parse(chunk, at, chunk.length);
        at = parser.at;
      } while (result === CHUNK_DATA);
      if (result === CHUNK_FAULT) break;
      count++;
    }
    expect(count).toBe((100 * 1024) / 2);
    expect(faultName(parser.fault)).toBe('chunkOverhead');
  });
});

describe('the next message', () => {
  test('begins afresh, wherever the one before stopped', () => {
    const limits = { chunkLineBytesMax: 16, chunkExtBytesMax: 4, chunkOverheadBytesMax: 20 };
    for (const before of [
      '1;abc',
      '1\r\nx\r\n1\r\nx\r\n',
      '5\r\nab',
      '1;a="',
      '1\r',
      '1fff',
      '1\r\nx',
      'z',
    ]) {
      const parser = new ChunkParser(limitsFrom(limits));
      for (let at = 0; at < before.length; at = parser.at)
        if (parser.parse(bytesOf(before), at, before.length) === CHUNK_FAULT) break;
      parser.reset();
      expect(faultName(parser.fault)).toBe('none');
      const next = bytesOf(`2;abc${'\r\n'}xy\r\n0\r\n`);
      expect(parser.parse(next, 0, next.length)).toBe(CHUNK_DATA);
      expect(latin1(next, parser.dataFrom, parser.dataTo)).toBe('xy');
      expect(parser.parse(next, parser.at, next.length)).toBe(CHUNK_LAST);
    }
  });

  test.each<[string, Partial<Limits>, string, string]>([
    ['line', { chunkLineBytesMax: 16 }, '000000000001', '000000000002\r\nxy'],
    ['extensions', { chunkExtBytesMax: 4 }, '1;abc', '2;abc\r\nxy'],
    ['overhead', { chunkOverheadBytesMax: 2 }, '1\r\nx\r\n', '1\r\nxy'],
  ])('has the bound of the %s for itself', (_bound, limits, before, next) => {
    const parser = new ChunkParser(limitsFrom(limits));
    for (let at = 0; at < before.length; at = parser.at)
      expect(parser.parse(bytesOf(before), at, before.length)).not.toBe(CHUNK_FAULT);
    parser.reset();
    expect(parser.parse(bytesOf(next), 0, next.length)).toBe(CHUNK_DATA);
  });

  test('has the bounds of a message for itself', () => {
    const limits = limitsFrom({
      chunkLineBytesMax: 16,
      chunkExtBytesMax: 4,
      chunkOverheadBytesMax: 9,
    });
    const parser = new ChunkParser(limits);
    const message = bytesOf('1;abc\r\nx\r\n0\r\n');
    for (let n = 0; n < 3; n++) {
      parser.reset();
      expect(parser.parse(message, 0, message.length)).toBe(CHUNK_DATA);
      const last = parser.parse(message, parser.at, message.length);
      expect([last, faultName(parser.fault)]).toEqual([CHUNK_FAULT, 'chunkOverhead']);
    }
  });
});
