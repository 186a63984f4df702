// Responses as a strict client reads them, written from the grammar of RFC 9112, a function a rule,
// and with nothing in common with the serializer that it judges. What a server must not send is an
// error here, also where clients are told to bear it.

import type { Rule } from './abnf.js';
import {
  DIGIT,
  either,
  exactly,
  HTAB,
  matches,
  optional,
  range,
  repeat,
  rule,
  SP,
  sequence,
  some,
  VCHAR,
} from './abnf.js';
import { readContent } from './content.js';
import {
  ContentLength,
  type Field,
  fieldLine,
  obsText,
  splitFieldLine,
  valuesOf,
} from './fields.js';
import { NO_LIMITS } from './limits.js';
import { readLine } from './lines.js';
import { HTTPVersion } from './request-line.js';

/** status-code = 3DIGIT — RFC 9112 §4; of the five classes (RFC 9110 §15) */
export const statusCode: Rule = rule(
  'status-code',
  sequence(range(0x31, 0x35), repeat(2, 2, DIGIT)),
);

/** reason-phrase = 1*( HTAB / SP / VCHAR / obs-text ) — RFC 9112 §4 */
export const reasonPhrase: Rule = rule('reason-phrase', some(either(HTAB, SP, VCHAR, obsText)));

/** status-line = HTTP-version SP status-code SP [ reason-phrase ] — RFC 9112 §4 */
export const statusLine: Rule = rule(
  'status-line',
  sequence(HTTPVersion, SP, statusCode, SP, optional(reasonPhrase)),
);

const upTo = (first: string, last: string): Rule => range(first.charCodeAt(0), last.charCodeAt(0));
const names = (list: string): Rule => either(...list.split(' ').map(exactly));
const twoDigits = repeat(2, 2, DIGIT);

/** time-of-day = hour ":" minute ":" second — RFC 9110 §5.6.7 */
export const timeOfDay: Rule = rule(
  'time-of-day',
  sequence(twoDigits, exactly(':'), twoDigits, exactly(':'), upTo('0', '6'), DIGIT),
);

/** IMF-fixdate = day-name "," SP day SP month SP year SP time-of-day SP GMT — RFC 9110 §5.6.7 */
export const imfFixdate: Rule = rule(
  'IMF-fixdate',
  sequence(
    names('Mon Tue Wed Thu Fri Sat Sun'),
    exactly(', '),
    twoDigits,
    SP,
    names('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'),
    SP,
    repeat(4, 4, DIGIT),
    SP,
    timeOfDay,
    exactly(' GMT'),
  ),
);

const connectionOption = either(exactly('close'), exactly('keep-alive'), exactly('upgrade'));

/** What the client asked with. */
export interface AskedWith {
  readonly method: string;
  readonly versionMinor: number;
}

/** The head of an informational response. */
export interface ReferenceInterim {
  readonly status: number;
  readonly reason: string;
  readonly fields: readonly Field[];
}

export interface ReferenceResponse extends ReferenceInterim {
  readonly interim: readonly ReferenceInterim[];
  /** Decoded; one character is one octet. */
  readonly content: string;
  readonly trailers: readonly Field[];
  /** The offset one past the response. */
  readonly end: number;
  readonly persistent: boolean;
  /** The end of the connection is what ends the content. */
  readonly untilClose: boolean;
}

export interface ReferenceResponses {
  readonly responses: readonly ReferenceResponse[];
  /** What stands behind them: the beginning of another. */
  readonly rest: string;
}

/**
 * Reads the responses to requests that were sent in this order; `askedWith` gives what is known of
 * the request with this number. With `fin` the server has closed its side.
 *
 * @throws Error where the text is none that a server may send
 */
export function readResponses(
  text: string,
  askedWith: (index: number) => AskedWith,
  fin: boolean,
): ReferenceResponses {
  const responses: ReferenceResponse[] = [];
  let at = 0;
  while (at < text.length) {
    if (responses.at(-1)?.persistent === false) throw refusal(text, at, 'octets after the last');
    const response = readResponse(text, at, askedWith(responses.length), fin);
    if (response === undefined) break;
    responses.push(response);
    at = response.end;
  }
  return { responses, rest: text.slice(at) };
}

/** One final response with the informational ones in front of it; undefined where it is not whole. */
function readResponse(
  text: string,
  from: number,
  request: AskedWith,
  fin: boolean,
): ReferenceResponse | undefined {
  const interim: ReferenceInterim[] = [];
  let at = from;
  for (;;) {
    const head = readHead(text, at);
    if (head === undefined) return undefined;
    if (head.status >= 200) return readFinal(text, head, interim, request, fin);
    interimRules(text, at, head, request);
    interim.push({ status: head.status, reason: head.reason, fields: head.fields });
    at = head.end;
  }
}

interface Head extends ReferenceInterim {
  readonly end: number;
}

/** HTTP-message = start-line CRLF *( field-line CRLF ) CRLF [ message-body ] — RFC 9112 §2.1 */
function readHead(text: string, from: number): Head | undefined {
  const first = readLine(text, from, statusLine);
  if (first.kind === 'open') return undefined;
  if (first.kind !== 'line') throw refusal(text, from, 'no status line');
  if (!first.line.startsWith('HTTP/1.1 ')) throw refusal(text, from, 'not HTTP/1.1');
  const fields: Field[] = [];
  for (let at = first.end; ; ) {
    const empty = readLine(text, at, exactly(''));
    if (empty.kind === 'line') {
      const status = Number(first.line.slice(9, 12));
      return { status, reason: first.line.slice(13), fields, end: empty.end };
    }
    const line = readLine(text, at, fieldLine);
    if (empty.kind === 'open' || line.kind === 'open') return undefined;
    if (line.kind !== 'line') throw refusal(text, at, 'no field line');
    fields.push(splitFieldLine(line.line));
    at = line.end;
  }
}

/** RFC 9110 §15.2, §8.6, RFC 9112 §6.1: none to HTTP/1.0, and nothing that frames. */
function interimRules(text: string, at: number, { fields }: Head, request: AskedWith): void {
  if (request.versionMinor === 0) throw refusal(text, at, '1xx to HTTP/1.0');
  for (const name of ['content-length', 'transfer-encoding'])
    if (valuesOf(fields, name).length > 0) throw refusal(text, at, `${name} in a 1xx`);
}

function readFinal(
  text: string,
  head: Head,
  interim: readonly ReferenceInterim[],
  request: AskedWith,
  fin: boolean,
): ReferenceResponse | undefined {
  const { status, reason, fields } = head;
  const framing = framingOf(text, head, request);
  const untilClose = framing.kind === 'close';
  const persistent = persists(text, head, request) && !untilClose;
  const content = contentOf(text, head.end, framing, fin);
  if (content === undefined) return undefined;
  dateRule(text, head);
  return { status, reason, fields, interim, persistent, untilClose, ...content };
}

type Framing =
  | { readonly kind: 'none' | 'chunked' | 'close' }
  | { readonly kind: 'length'; readonly length: number };

/** RFC 9112 §6.3, items 1 to 8 as they concern responses, and what §6 and RFC 9110 §8.6 forbid. */
function framingOf(text: string, { status, fields, end }: Head, request: AskedWith): Framing {
  const lengths = valuesOf(fields, 'content-length');
  const codings = valuesOf(fields, 'transfer-encoding');
  if (lengths.length + codings.length > 1) throw refusal(text, end, 'framed twice');
  const [length] = lengths;
  if (length !== undefined && !matches(ContentLength, length))
    throw refusal(text, end, 'a bad Content-Length');
  if (codings.length > 0 && codings[0] !== 'chunked') throw refusal(text, end, 'a bad coding');
  if (codings.length > 0 && request.versionMinor === 0)
    throw refusal(text, end, 'chunked to HTTP/1.0');
  if (status === 204 && lengths.length + codings.length > 0)
    throw refusal(text, end, 'a framed 204');
  // 1. No content follows, whatever the fields say.
  if (request.method === 'HEAD' || status === 204 || status === 304) return { kind: 'none' };
  // 4. 6. 8.
  if (codings.length > 0) return { kind: 'chunked' };
  if (length === undefined) return { kind: 'close' };
  if (status === 205 && length !== '0') throw refusal(text, end, 'content in a 205');
  return { kind: 'length', length: Number(length) };
}

/** RFC 9112 §9.3, and what we promise: an option is told only where it says something. */
function persists(text: string, { fields, end }: Head, request: AskedWith): boolean {
  const options = valuesOf(fields, 'connection');
  if (options.length > 1 || (options[0] !== undefined && !matches(connectionOption, options[0])))
    throw refusal(text, end, 'an odd Connection');
  if (request.versionMinor === 0) return options[0] === 'keep-alive';
  return options[0] !== 'close';
}

/** RFC 9110 §6.6.1: an origin server with a clock MUST send Date; we let the handler set its own. */
function dateRule(text: string, { fields, end }: Head): void {
  const dates = valuesOf(fields, 'date');
  if (dates.length !== 1) throw refusal(text, end, `${dates.length} Date fields`);
}

function contentOf(
  text: string,
  at: number,
  framing: Framing,
  fin: boolean,
): Pick<ReferenceResponse, 'content' | 'trailers' | 'end'> | undefined {
  switch (framing.kind) {
    case 'none':
      return { content: '', trailers: [], end: at };
    case 'close':
      return fin ? { content: text.slice(at), trailers: [], end: text.length } : undefined;
    default: {
      const contentLength = framing.kind === 'length' ? framing.length : 0;
      const read = readContent(text, at, { framing: framing.kind, contentLength }, NO_LIMITS);
      if (read.kind === 'refused') throw refusal(text, at, read.faults.join(', '));
      return read.kind === 'incomplete' ? undefined : read;
    }
  }
}

function refusal(text: string, at: number, what: string): Error {
  const around = JSON.stringify(text.slice(Math.max(0, at - 60), at + 60));
  return new Error(`${what}, at ${at}: ${around}`);
}
