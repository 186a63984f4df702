import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, readerLog } from '../../support/split.js';

const blank = fc.constantFrom('', '', ' ', '\t');

const lengthValue = fc.oneof(
  { weight: 3, arbitrary: fc.nat().map(String) },
  fc.constantFrom('', '+1', '-1', '0x1', '1,1', '1 1', '1.0', '1e1', '007', 'a'),
  fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }).map(String),
  fc.tuple(fc.nat({ max: 30 }), fc.nat()).map(([zeros, n]) => '0'.repeat(zeros) + n),
);

const codingMember = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('chunked', 'Chunked', 'CHUNKED') },
  fc.constantFrom(
    '',
    'gzip',
    'identity',
    'chunkedx',
    'xchunked',
    'gzip;q=1',
    'chunked;a',
    'chunked ;',
    'a b',
    '"chunked"',
    '=',
    'gzip ;a="b"',
  ),
);

const codingValue = fc
  .array(fc.tuple(blank, codingMember, blank), { minLength: 1, maxLength: 4 })
  .map((members) => members.map((parts) => parts.join('')).join(','));

const line = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.constantFrom('Content-Length', 'content-length', 'CONTENT-LENGTH'),
      lengthValue,
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom('Transfer-Encoding', 'transfer-encoding'), codingValue),
  },
  fc.tuple(
    fc.constantFrom('X', 'Content-Type', 'Content-Lengths', 'Transfer-Encoder'),
    lengthValue,
  ),
);

const lines = fc.array(line, { maxLength: 3 });

type Lines = readonly (readonly [name: string, value: string])[];

/** RFC 9112 §6.3 as it is written, with what §6.1 lets a server refuse; no thought of bytes. */
function restated(all: Lines, minor: number): string {
  const named = (name: string): string[] =>
    all
      .filter(([one]) => one.toLowerCase() === name)
      .map(([, value]) => value.replace(/^[ \t]+|[ \t]+$/g, ''));
  const lengths = named('content-length');
  const codings = named('transfer-encoding');
  // "multiple field values …": we refuse more than one line even where they agree.
  if (lengths.length > 1) return 'contentLengthRepeated';
  // 3. Both: "ought to be handled as an error".
  if (codings.length > 0 && lengths.length > 0) return 'lengthAndCoding';
  // 4. Transfer-Encoding: chunked must be the final coding, and it is the only one here.
  if (codings.length > 0) {
    if (minor === 0) return 'codingInHttp10';
    const members = codings
      .flatMap((value) => value.split(','))
      .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
      .filter((member) => member !== '');
    const names = members.map((member) =>
      /^([!#$%&'*+\-.^_`|~\w]+)[ \t]*(?:;.*)?$/.exec(member)?.[1]?.toLowerCase(),
    );
    if (members.length === 0 || names.includes(undefined)) return 'codingInvalid';
    const chunked = members.filter((_member, i) => names[i] === 'chunked');
    if (chunked.length > 1 || chunked.some((member) => member.includes(';')))
      return 'codingInvalid';
    if (names.at(-1) !== 'chunked') return 'codingNotChunked';
    return names.length > 1 ? 'codingUnknown' : 'chunked';
  }
  // 5. An invalid Content-Length is an error; 6. a valid one is the length.
  const [length] = lengths;
  if (length !== undefined) {
    if (!/^[0-9]+$/.test(length) || BigInt(length) >= 2n ** 53n) return 'contentLengthInvalid';
    return BigInt(length) === 0n ? 'none' : `length ${BigInt(length)}`;
  }
  // 7. A request without either has no content.
  return 'none';
}

// For any lines of the two fields: framing is what RFC 9112 §6.3 says.
test('framing is what the steps of RFC 9112 §6.3 say', () => {
  const met = new Set<string>();
  fc.assert(
    fc.property(lines, fc.constantFrom(0, 1, 1, 1), blank, (all, minor, around) => {
      const fields = all.map(([name, value]) => `${name}:${around}${value}${around}\r\n`).join('');
      const log = readerLog([bytesOf(`POST / HTTP/1.${minor}\r\nHost: a\r\n${fields}\r\n`)]);
      const first = log[0] as string;
      const framing =
        /fault (\w+)$/.exec(first)?.[1] ?? /\) (none|chunked|length \d+)/.exec(first)?.[1];
      const expected = restated(all, minor);
      expect(framing).toBe(expected);
      met.add(expected.replace(/^length \d+/, 'length n'));
    }),
    { numRuns: 2000 },
  );
  expect([...met].sort()).toEqual([
    'chunked',
    'codingInHttp10',
    'codingInvalid',
    'codingNotChunked',
    'codingUnknown',
    'contentLengthInvalid',
    'contentLengthRepeated',
    'length n',
    'lengthAndCoding',
    'none',
  ]);
});
