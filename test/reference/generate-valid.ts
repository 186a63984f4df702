// Arbitraries of valid requests, one for each production that has a choice in it. A message is kept
// in its parts, so that mutations can work on lines and shrinking leaves a message behind. All
// texts are latin1: one character is one octet.

import fc from 'fast-check';
import {
  absoluteText,
  anyCase,
  blanks,
  characters,
  concat,
  hostValue,
  maybe,
  originText,
  textOf,
  tokenText,
  VALUE_UNITS,
} from './generate-text.js';

/** A message in the parts that a mutation can move. Line ends are added when it is joined. */
export interface MessageParts {
  /** CRLFs in front of the request line. */
  readonly lead: string;
  /** The request line and the field lines, without their CRLFs. */
  readonly lines: readonly string[];
  /** All behind the empty line. */
  readonly body: string;
}

/** The octets of a message, as a text. */
export function joinMessage(parts: MessageParts): string {
  return `${parts.lead}${parts.lines.map((line) => `${line}\r\n`).join('')}\r\n${parts.body}`;
}

const quotedText: fc.Arbitrary<string> = textOf(
  [
    'a',
    'B',
    ' ',
    '\t',
    '!',
    ';',
    ',',
    ':',
    '=',
    '[',
    ']',
    '~',
    '\xe4',
    '\xff',
    '\\"',
    '\\\\',
    '\\ ',
    '\\\t',
    '\\\x80',
  ],
  0,
  6,
).map((text) => `"${text}"`);

/** field-value: words with blanks between, or nothing. */
export const valueText: fc.Arbitrary<string> = fc
  .array(fc.tuple(textOf(VALUE_UNITS, 1, 8), textOf([' ', '\t'], 1, 2)), { maxLength: 3 })
  .map((words) => words.map(([word, gap], i) => (i === 0 ? word : gap + word)).join(''));

const methodText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'get'),
  tokenText.filter((text) => text !== 'CONNECT'),
);

const methodAndTarget: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: concat(methodText, fc.constant(' '), originText) },
  { weight: 2, arbitrary: concat(methodText, fc.constant(' '), absoluteText) },
  { weight: 1, arbitrary: fc.constant('OPTIONS *') },
);

/** A field that decides nothing: any name but those that do. */
export const plainField: fc.Arbitrary<string> = concat(
  fc
    .oneof(fc.constantFrom('Accept', 'X-Forwarded-For', 'te', 'Cookie'), tokenText)
    .filter((text) => !DECIDING.test(text)),
  fc.constant(':'),
  blanks,
  valueText,
  blanks,
);

const DECIDING = /^(host|content-length|transfer-encoding|expect|connection)$/i;

/** `name: value` with any case in the name and any blanks around the value. */
function field(name: string, value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return concat(anyCase(name), fc.constant(':'), blanks, value, blanks);
}

const hostField = field('host', hostValue);

/** A line of options among which there is no `close`. */
const stayingField = field(
  'connection',
  fc.constantFrom('keep-alive', 'Keep-Alive, x', 'te, ,y', ''),
);

const closingField = field(
  'connection',
  fc.constantFrom('close', 'Close', 'x, CLOSE ,', 'keep-alive, close'),
);

const expectField = field(
  'expect',
  fc.constantFrom('100-continue', '100-Continue', '100-CONTINUE , 100-continue', ''),
);

const codingField = field(
  'transfer-encoding',
  fc.constantFrom('chunked', 'Chunked', 'chunked ,', ', ,CHUNKED'),
);

/** Content: any octets, CR and LF among them. */
export const contentText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('x', 'hello', '0\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n'),
  textOf(characters(0x00, 0xff), 1, 20),
);

export const chunkExtText: fc.Arbitrary<string> = fc
  .array(
    concat(
      blanks,
      fc.constant(';'),
      blanks,
      tokenText,
      maybe(concat(blanks, fc.constant('='), blanks, fc.oneof(tokenText, quotedText))),
    ),
    { maxLength: 2 },
  )
  .map((texts) => texts.join(''));

const zeros = fc.constantFrom('', '', '0', '000');

const chunkText: fc.Arbitrary<string> = fc
  .tuple(zeros, contentText, fc.boolean(), chunkExtText)
  .map(([front, data, upper, extension]) => {
    const size = data.length.toString(16);
    return `${front}${upper ? size.toUpperCase() : size}${extension}\r\n${data}\r\n`;
  });

const trailerText: fc.Arbitrary<string> = fc.oneof(
  plainField,
  fc.constantFrom('Content-Length: 5', 'Host: b', 'X-Sum:'),
);

export const chunkedText: fc.Arbitrary<string> = concat(
  fc.array(chunkText, { maxLength: 3 }).map((chunks) => chunks.join('')),
  zeros,
  fc.constant('0'),
  chunkExtText,
  fc.constant('\r\n'),
  fc.array(trailerText, { maxLength: 2 }).map((all) => all.map((one) => `${one}\r\n`).join('')),
  fc.constant('\r\n'),
);

/** What frames the content, and the content. */
const framed: fc.Arbitrary<{ readonly field: string | undefined; readonly body: string }> =
  fc.oneof(
    fc.constant({ field: undefined, body: '' }),
    fc
      .tuple(anyCase('content-length'), zeros, fc.oneof(fc.constant(''), contentText), blanks)
      .map(([name, front, body, gap]) => ({
        field: `${name}:${gap}${front}${body.length}${gap}`,
        body,
      })),
    fc.record({ field: codingField, body: chunkedText }),
  );

/** A message from its parts, the deciding fields at any place among the others. */
function assemble(
  lead: fc.Arbitrary<string>,
  requestLine: fc.Arbitrary<string>,
  deciding: fc.Arbitrary<readonly string[]>,
  content: typeof framed,
): fc.Arbitrary<MessageParts> {
  return fc
    .tuple(
      lead,
      requestLine,
      fc.array(plainField, { maxLength: 3 }),
      deciding,
      content,
      fc.array(fc.nat({ max: 5 }), { minLength: 5, maxLength: 5 }),
    )
    .map(([front, line, plain, special, { field: framing, body }, places]) => {
      const fields = [...plain];
      const all = framing === undefined ? special : [...special, framing];
      for (const [i, one] of all.entries()) fields.splice(places[i] ?? 0, 0, one);
      return { lead: front, lines: [line, ...fields], body };
    });
}

const lead = fc.oneof(
  { weight: 5, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom('\r\n', '\r\n\r\n\r\n') },
);

const line11 = concat(
  methodAndTarget,
  fc.constantFrom(' HTTP/1.1', ' HTTP/1.1', ' HTTP/1.2', ' HTTP/1.9'),
);
const line10 = concat(methodAndTarget, fc.constant(' HTTP/1.0'));

/** No or some of these fields, each at most once. */
function someOf(...fields: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string[]> {
  return fc
    .tuple(...fields.map((one) => fc.option(one, { nil: undefined, freq: 3 })))
    .map((all) => all.filter((one) => one !== undefined));
}

const withHost = (others: fc.Arbitrary<string[]>): fc.Arbitrary<string[]> =>
  fc.tuple(hostField, others).map(([one, all]) => [one, ...all]);

/** A valid message after which the connection persists. */
export const persistentMessage: fc.Arbitrary<MessageParts> = fc.oneof(
  {
    weight: 5,
    arbitrary: assemble(lead, line11, withHost(someOf(stayingField, expectField)), framed),
  },
  {
    weight: 1,
    arbitrary: assemble(
      lead,
      line10,
      fc
        .tuple(field('connection', anyCase('keep-alive')), someOf(hostField, plainExpectation()))
        .map(([one, all]) => [one, ...all]),
      framed.filter(({ field: one }) => one === undefined || /^c/i.test(one)),
    ),
  },
);

/** HTTP/1.0 ignores what is expected. */
function plainExpectation(): fc.Arbitrary<string> {
  return field('expect', fc.constantFrom('100-continue', 'anything'));
}

/** A valid message after which the connection closes. */
export const closingMessage: fc.Arbitrary<MessageParts> = fc.oneof(
  assemble(
    lead,
    line11,
    fc.tuple(hostField, closingField, someOf(expectField)).map(([a, b, all]) => [a, b, ...all]),
    framed,
  ),
  assemble(
    lead,
    line10,
    someOf(hostField, closingField),
    framed.filter(({ field: one }) => one === undefined || /^c/i.test(one)),
  ),
);

/** One to three valid messages on a connection; only the last may close it. */
export const validMessages: fc.Arbitrary<readonly MessageParts[]> = fc
  .tuple(
    fc.array(persistentMessage, { maxLength: 2 }),
    fc.oneof({ weight: 3, arbitrary: persistentMessage }, { weight: 1, arbitrary: closingMessage }),
  )
  .map(([front, last]) => [...front, last]);

/** As `validMessages`, joined. */
export const validRequests: fc.Arbitrary<string> = validMessages.map((all) =>
  all.map(joinMessage).join(''),
);
