import { describe, expect, test } from 'vitest';
import { readLog } from '../../../support/split-bytes.js';

/**
 * How a request with these field lines is framed, or the fault it is refused with: for every split,
 * and be they in front of Host or behind it.
 */
function framing(lines: readonly string[], version = '1.1'): string {
  const behind = framingOf(['Host: a', ...lines], version);
  expect(framingOf([...lines, 'Host: a'], version)).toBe(behind);
  return behind;
}

function framingOf(lines: readonly string[], version: string): string {
  const fields = lines.map((line) => `${line}\r\n`).join('');
  const first = readLog(`POST / HTTP/${version}\r\n${fields}\r\n`)[0] as string;
  const fault = /fault (\w+)$/.exec(first)?.[1];
  return fault ?? (/\) (none|length \d+|chunked)/.exec(first)?.[1] as string);
}

const contentLength = (...values: string[]): string[] => values.map((v) => `Content-Length: ${v}`);
const coding = (...values: string[]): string[] => values.map((v) => `Transfer-Encoding: ${v}`);

describe('step 3: Transfer-Encoding and Content-Length (RFC 9112 §6.1, §6.3)', () => {
  test('are refused together, in either order and whatever they say', () => {
    expect(framing([...coding('chunked'), ...contentLength('5')])).toBe('lengthAndCoding');
    expect(framing([...contentLength('0'), ...coding('chunked')])).toBe('lengthAndCoding');
    expect(framing([...coding(''), ...contentLength('x')])).toBe('lengthAndCoding');
    expect(framing([...contentLength('5'), ...coding('identity')], '1.0')).toBe('lengthAndCoding');
  });

  test('a fault of the first comes before that', () => {
    expect(framing([...contentLength('x'), ...coding('')])).toBe('contentLengthInvalid');
    expect(framing([...coding('chunked'), ...contentLength('5')], '1.0')).toBe('codingInHttp10');
  });
});

describe('step 4: Transfer-Encoding alone', () => {
  test.each([
    ['chunked'],
    ['Chunked'],
    ['CHUNKED'],
    ['  chunked\t'],
    [', chunked'],
    ['chunked,'],
    [' , ,\tchunked , '],
  ])('%j is chunked', (value) => expect(framing(coding(value))).toBe('chunked'));

  test('is one list over all of its lines', () => {
    expect(framing(coding('', 'chunked'))).toBe('chunked');
    expect(framing(coding('chunked', ','))).toBe('chunked');
    expect(framing(coding('chunked', 'chunked'))).toBe('codingInvalid');
    expect(framing(coding('gzip', 'chunked'))).toBe('codingUnknown');
    expect(framing(coding('chunked', 'gzip'))).toBe('codingNotChunked');
    expect(framing(['Transfer-Encoding: gzip', 'X: y', 'tRANSFER-eNCODING: chunked'])).toBe(
      'codingUnknown',
    );
  });

  test('other fields are no part of it', () => {
    expect(framing(['Transfer-Encoding: chunked', 'Transfer-Encodinx: gzip'])).toBe('chunked');
    expect(framing(['Transfer-Encodinx: gzip', 'X-Transfer-Encoding: gzip'])).toBe('none');
    expect(framing(['Transfer\x2eEncoding: chunked'])).toBe('none');
    expect(framing(['Content\x2eLength: 5', 'Content-Lengths: 5'])).toBe('none');
  });

  test.each([
    ['', 'codingInvalid'],
    [',', 'codingInvalid'],
    [' , ,', 'codingInvalid'],
    ['chunked, chunked', 'codingInvalid'],
    ['chunked, gzip, chunked', 'codingInvalid'],
    ['chunked;', 'codingInvalid'],
    ['chunked;a=b', 'codingInvalid'],
    ['chunked ; a', 'codingInvalid'],
    ['chunked x', 'codingInvalid'],
    ['x chunked', 'codingInvalid'],
    ['"chunked"', 'codingInvalid'],
    ['chunked"', 'codingInvalid'],
    [';chunked', 'codingInvalid'],
    ['chunked\x0b', 'fieldValueInvalid'],
    ['chunked\xa0', 'codingInvalid'],
    ['gzip;q="', 'codingInvalid'],
    ['gzip;q="a, chunked', 'codingInvalid'],
    ['gzip;q="\\', 'codingInvalid'],
    ['gzip;q="\\", chunked', 'codingInvalid'],
    ['gzip/1, chunked', 'codingInvalid'],
  ])('%j is no list of codings, or misuses chunked', (value, fault) => {
    expect(framing(coding(value))).toBe(fault);
  });

  test.each([
    'gzip',
    'identity',
    'xchunked',
    'chunkedx',
    'chunke',
    'chunked, identity',
    'chunked, gzip;q=1',
  ])('%j does not end in chunked', (value) =>
    expect(framing(coding(value))).toBe('codingNotChunked'),
  );

  test.each([
    'gzip, chunked',
    'identity, chunked',
    'gzip;q=1, chunked',
    'gzip ;q=1 , chunked',
    'gzip;q="a,b", chunked',
    'gzip;q="a\\",chunked,", chunked',
    'gzip\t, deflate, chunked',
  ])('%j asks for a coding that there is not', (value) => {
    expect(framing(coding(value))).toBe('codingUnknown');
  });

  test('is unknown to HTTP/1.0, so that two servers could differ over it', () => {
    expect(framing(coding('chunked'), '1.0')).toBe('codingInHttp10');
    expect(framing(coding('nonsense'), '1.0')).toBe('codingInHttp10');
  });
});

describe('steps 5 and 6: Content-Length alone', () => {
  test.each([
    ['0', 'none'],
    ['1', 'length 1'],
    ['42', 'length 42'],
    ['007', 'length 7'],
    ['000', 'none'],
    ['  5\t', 'length 5'],
    ['9007199254740990', 'length 9007199254740990'],
    ['9007199254740991', 'length 9007199254740991'],
    [`${'0'.repeat(40)}9007199254740991`, 'length 9007199254740991'],
    ['9007199254740992', 'contentLengthInvalid'],
    ['9007199254740993', 'contentLengthInvalid'],
    ['9999999999999999', 'contentLengthInvalid'],
    ['18446744073709551621', 'contentLengthInvalid'],
    ['9'.repeat(400), 'contentLengthInvalid'],
  ])('%s is %s', (value, expected) => expect(framing(contentLength(value))).toBe(expected));

  test.each([
    '',
    '+5',
    '-5',
    '-0',
    '5 ,',
    '5,5',
    '5, 5',
    '5 5',
    '0x5',
    '5a',
    'a',
    '1e3',
    '5.0',
    '5_0',
    '"5"',
    '5;',
    '\xb2',
  ])('%j is no number', (value) =>
    expect(framing(contentLength(value))).toBe('contentLengthInvalid'),
  );

  test('may be given to HTTP/1.0', () => {
    expect(framing(contentLength('5'), '1.0')).toBe('length 5');
  });

  test('may be given once, even if the second says the same', () => {
    expect(framing(contentLength('5', '5'))).toBe('contentLengthRepeated');
    expect(framing(contentLength('5', '6'))).toBe('contentLengthRepeated');
    expect(framing(['Content-Length: 5', 'content-length: 5'])).toBe('contentLengthRepeated');
    expect(framing(contentLength('5', '5', '5'))).toBe('contentLengthRepeated');
  });
});

describe('step 7: neither', () => {
  test.each(['1.0', '1.1'])('a request of HTTP/%s has no content then', (version) => {
    expect(framing([], version)).toBe('none');
    expect(framing(['Content-Type: text/plain'], version)).toBe('none');
  });
});
