// Samples for the properties that compare a parser with the oracle: valid connections, such
// connections with a few octets or lines changed, and connections that break a rule on purpose.
// More than a third is accepted; every production and every check is reached within a thousand.

import fc from 'fast-check';
import { faultyRequests } from './generate-faults.js';
import type { MessageParts } from './generate-valid.js';
import { joinMessage, validMessages, validRequests } from './generate-valid.js';
import { latin1Bytes } from './parse-requests.js';

export { faultyRequests } from './generate-faults.js';
export { validRequests } from './generate-valid.js';

export type SampleKind = 'valid' | 'mutated' | 'faulty';

/** The octets of a connection, latin1 in `text`, and how they were made. */
export interface Sample {
  readonly kind: SampleKind;
  readonly text: string;
}

/** The octets of a sample. */
export function bytesOf(sample: Sample): Uint8Array {
  return latin1Bytes(sample.text);
}

/** A change of the lines of one message. */
type LineMutation = (lines: readonly string[], at: number) => readonly string[];

const LINE_MUTATIONS: readonly LineMutation[] = [
  // A field line twice.
  (lines, at) => lines.toSpliced(at, 0, lines[at] ?? ''),
  // A field line less.
  (lines, at) => lines.toSpliced(at, 1),
  // A field line in another place.
  (lines, at) => [...lines.toSpliced(at, 1), lines[at] ?? ''],
  // The other case, which matters in the request line alone.
  (lines, at) => lines.with(at, (lines[at] ?? '').toUpperCase()),
  (lines, at) => lines.with(at, (lines[at] ?? '').toLowerCase()),
  // A blank before the colon; a fold.
  (lines, at) => lines.with(at, (lines[at] ?? '').replace(':', ' :')),
  (lines, at) => lines.with(at, ` ${lines[at] ?? ''}`),
];

/** Octets that mean something, and some that must not occur. */
const INSERTS = [
  ...[
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    '\0',
    ' ',
    '\t',
    ':',
    ',',
    ';',
    '=',
    '"',
    '\\',
    '#',
    '@',
    '[',
  ],
  ...['0', '1', 'f', 'a', '%', '/', '*', '-', '+', '.', '\x0b', '\x7f', '\x80', '\xa0', '\xff'],
];

const NUMBERS = [
  ...['0', '1', '00', '-1', '+1', '0x1', '1_0', '65536', '4294967296', '9007199254740991'],
  ...['9007199254740992', '18446744073709551616', 'FFFFFFFFFFFFFFFFF', '99999999999999999999'],
];

/** A change of a text at a place in it. */
interface TextMutation {
  readonly name: 'flip' | 'replace' | 'insert' | 'remove' | 'repeat' | 'cut' | 'number' | 'bare';
  /** Taken modulo the number of places that there are. */
  readonly place: number;
  /** Whether only places beside delimiters and digits count. */
  readonly atDelimiter: boolean;
  readonly bit: number;
  readonly insert: string;
  readonly number: string;
}

const textMutation: fc.Arbitrary<TextMutation> = fc.record({
  name: fc.constantFrom('insert', 'flip', 'replace', 'remove', 'repeat', 'cut', 'number', 'bare'),
  place: fc.nat({ max: 1000 }),
  atDelimiter: fc.boolean(),
  bit: fc.nat({ max: 7 }),
  insert: fc.constantFrom(...INSERTS),
  number: fc.constantFrom(...NUMBERS),
});

function changeText(text: string, change: TextMutation): string {
  const at = placeOf(text, change);
  const before = text.slice(0, at);
  const after = text.slice(at + 1);
  switch (change.name) {
    case 'flip':
      return before + String.fromCharCode((text.charCodeAt(at) ^ (1 << change.bit)) & 0xff) + after;
    case 'replace':
      return before + change.insert + after;
    case 'insert':
      return before + change.insert + text.slice(at);
    case 'remove':
      return before + after;
    case 'repeat':
      return text.slice(0, at + 1 + change.bit) + text.slice(at);
    case 'cut':
      return before;
    case 'number':
      return replaceAt(text, /[0-9]+/g, change.place, change.number);
    case 'bare':
      return replaceAt(text, /\r\n/g, change.place, change.bit < 4 ? '\n' : '\r');
    default: {
      const never: never = change.name;
      throw new Error(`There is no mutation ${String(never)}.`);
    }
  }
}

function placeOf(text: string, change: TextMutation): number {
  if (text === '') return 0;
  if (!change.atDelimiter) return change.place % text.length;
  const places = [...text.matchAll(/[\s:;,="0-9]/g)].map((match) => match.index);
  return places[change.place % Math.max(places.length, 1)] ?? 0;
}

/** One match of a pattern replaced, the same text where there is none. */
function replaceAt(text: string, pattern: RegExp, place: number, by: string): string {
  const found = [...text.matchAll(pattern)];
  const match = found[place % Math.max(found.length, 1)];
  if (match === undefined) return text;
  return text.slice(0, match.index) + by + text.slice(match.index + match[0].length);
}

interface LineChange {
  readonly which: number;
  readonly message: number;
  readonly line: number;
}

const lineChange: fc.Arbitrary<LineChange> = fc.record({
  which: fc.nat({ max: LINE_MUTATIONS.length - 1 }),
  message: fc.nat({ max: 2 }),
  line: fc.nat({ max: 5 }),
});

function changeLines(messages: readonly MessageParts[], change: LineChange): MessageParts[] {
  const index = change.message % messages.length;
  return messages.map((one, i) => {
    const mutate = LINE_MUTATIONS[change.which];
    if (i !== index || mutate === undefined) return one;
    return { ...one, lines: mutate(one.lines, change.line % one.lines.length) };
  });
}

/** Valid requests after one to three changes. Many are valid still. */
export const mutatedRequests: fc.Arbitrary<string> = fc
  .tuple(
    validMessages,
    fc.array(lineChange, { maxLength: 1 }),
    fc.array(textMutation, { maxLength: 2 }),
  )
  .map(([messages, lineChanges, textChanges]) => {
    const moved = lineChanges.reduce<readonly MessageParts[]>(changeLines, messages);
    return textChanges.reduce(changeText, moved.map(joinMessage).join(''));
  });

/** What a property compares a parser and the oracle on. */
export const samples: fc.Arbitrary<Sample> = fc.oneof(
  {
    weight: 4,
    arbitrary: validRequests.map((text): Sample => ({ kind: 'valid', text })),
  },
  {
    weight: 4,
    arbitrary: mutatedRequests.map((text): Sample => ({ kind: 'mutated', text })),
  },
  {
    weight: 2,
    arbitrary: faultyRequests.map(({ text }): Sample => ({ kind: 'faulty', text })),
  },
);
