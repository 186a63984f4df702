import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, readerLog } from '../../../support/split-bytes.js';

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

type CodingMembers = readonly (readonly [name: string | undefined, member: string])[];

/** The members of a list of codings, each with its name, undefined where it is no coding. */
function membersOf(values: readonly string[]): CodingMembers {
  return values
    .flatMap((value) => value.split(','))
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '')
    .map((member) => {
      const name = /^([!#$%&'*+\-.^_`|~\w]+)[ \t]*(?:;.*)?$/.exec(member)?.[1];
      return [name?.toLowerCase(), member];
    });
}

/** What is wrong with the last of these lines, given those in front of it. */
function faultOfLast(all: Lines, minor: number): string | undefined {
  const lengths = named(all, 'content-length');
  const codings = named(all, 'transfer-encoding');
  const last = all.at(-1)?.[0].toLowerCase();
  if (last === 'content-length') {
    // "multiple field values …": we refuse more than one line even where they agree.
    if (lengths.length > 1) return 'contentLengthRepeated';
    // 3. Both: "ought to be handled as an error".
    if (codings.length > 0) return 'lengthAndCoding';
    // 5. An invalid Content-Length is an error.
    const [length = ''] = lengths;
    if (!/^[0-9]+$/.test(length) || BigInt(length) >= 2n ** 53n) return 'contentLengthInvalid';
  }
  if (last === 'transfer-encoding') {
    if (lengths.length > 0) return 'lengthAndCoding';
    if (minor === 0) return 'codingInHttp10';
    // 4. chunked once, and bare.
    const members = membersOf(codings);
    const chunked = members.filter(([name]) => name === 'chunked');
    if (members.some(([name]) => name === undefined) || chunked.length > 1) return 'codingInvalid';
    if (chunked.some(([, member]) => member.includes(';'))) return 'codingInvalid';
  }
  return undefined;
}

function named(all: Lines, name: string): string[] {
  return all
    .filter(([one]) => one.toLowerCase() === name)
    .map(([, value]) => value.replace(/^[ \t]+|[ \t]+$/g, ''));
}

/** RFC 9112 §6.3 as it is written, with what §6.1 lets a server refuse; no thought of bytes. */
function restated(all: Lines, minor: number): string {
  for (let count = 1; count <= all.length; count++) {
    const fault = faultOfLast(all.slice(0, count), minor);
    if (fault !== undefined) return fault;
  }
  // 4. Transfer-Encoding: chunked must be the final coding, and it is the only one here.
  const codings = named(all, 'transfer-encoding');
  if (codings.length > 0) {
    const names = membersOf(codings).map(([name]) => name);
    if (names.length === 0) return 'codingInvalid';
    if (names.at(-1) !== 'chunked') return 'codingNotChunked';
    return names.length > 1 ? 'codingUnknown' : 'chunked';
  }
  // 6. A valid Content-Length is the length. 7. A request without either has no content.
  const length = BigInt(named(all, 'content-length')[0] ?? '0');
  return length === 0n ? 'none' : `length ${length}`;
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
