// What the whole server writes, from a handler's reply to the client's ear, read back by the rules of
// RFC 9112 in test/reference/responses.ts.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/fsm/limits.js';
import { isFieldValue, isToken, trimValue } from '../../src/http/reply/field-check.js';
import type { ReplyBody, ReplyInit } from '../../src/http/reply/reply.js';
import { reasonPhrase } from '../../src/http/reply/status.js';
import { reply } from '../../src/index.js';
import { createSimulatedServer, type LinkOptions, RecordingSink } from '../../src/testing/index.js';
import { matches } from '../reference/abnf.js';
import { resetCoverage, unmatchedProductions } from '../reference/coverage.js';
import {
  imfFixdate,
  type ReferenceResponse,
  type ReferenceResponses,
  readResponses,
} from '../reference/responses.js';

type BodyKind = 'none' | 'string' | 'bytes' | 'iterable' | 'asyncIterable' | 'stream';
type Lines = readonly (readonly [name: string, value: string])[];

/** One request, and the reply that the handler gives to it. */
interface Exchange {
  readonly method: string;
  readonly versionMinor: 0 | 1;
  /** The client asks that the connection ends with this. */
  readonly asksToClose: boolean;
  /** It asks that the connection is kept. One of HTTP/1.0 always does. */
  readonly asksToKeep: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Lines;
  readonly trailers: Lines;
  /** The client takes trailers. */
  readonly takesTrailers: boolean;
  readonly interim: readonly number[];
  readonly body: BodyKind;
  /** What the content is, and its pieces. One character is one octet. */
  readonly pieces: readonly string[];
  readonly declaresLength: boolean;
  readonly closes: boolean;
}

const valueText = fc
  .oneof(
    fc.string({ unit: fc.constantFrom('a', 'Z', '0', ' ', '\t', ':', ',', '"', '\x80', '\xff') }),
    fc.constantFrom('HTTP/1.1 200 OK', 'Content-Length: 5', '0', '', 'close, chunked'),
  )
  .filter(isFieldValue);

const nameText = fc
  .oneof(
    fc.constantFrom('X-A', 'x-a', 'Set-Cookie', 'Content-Type', 'Date', 'Trailer', 'ETag', 'a'),
    fc.string({ unit: fc.constantFrom('a', 'B', '-', '_', '!', '~', '0'), minLength: 1 }),
  )
  .filter(isToken);

const headers: fc.Arbitrary<Lines> = fc.uniqueArray(fc.tuple(nameText, valueText), {
  maxLength: 4,
  // Content-Type and Date may be given once.
  selector: ([name]) => name.toLowerCase(),
});

const trailers: fc.Arbitrary<Lines> = fc.array(
  fc.tuple(fc.constantFrom('X-Sum', 'x-b', '!'), valueText),
  { maxLength: 2 },
);

const pieceText = fc.oneof(
  fc.constantFrom('', 'x', 'hello', '\r\n', '0\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n'),
  fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)) }),
  fc.integer({ min: 1, max: 70_000 }).map((length) => 'y'.repeat(length)),
);

const exchange: fc.Arbitrary<Exchange> = fc.record({
  method: fc.constantFrom('GET', 'GET', 'POST', 'HEAD', 'OPTIONS', 'x'),
  versionMinor: fc.constantFrom(0, 1, 1),
  asksToClose: fc.constantFrom(false, false, false, true),
  asksToKeep: fc.boolean(),
  status: fc.oneof(
    fc.constantFrom(200, 204, 205, 304, 404, 413, 500),
    fc.integer({ min: 200, max: 599 }),
  ),
  statusText: fc.oneof(fc.constant(''), valueText),
  headers,
  trailers: fc.oneof(fc.constant([]), trailers),
  takesTrailers: fc.boolean(),
  interim: fc.constantFrom([], [], [], [103], [102, 199]),
  body: fc.constantFrom('none', 'string', 'bytes', 'iterable', 'asyncIterable', 'stream'),
  pieces: fc.array(pieceText, { maxLength: 3 }),
  declaresLength: fc.boolean(),
  closes: fc.constantFrom(false, false, false, true),
});

const links: fc.Arbitrary<LinkOptions> = fc.record({
  split: fc.constantFrom('whole', 'random'),
  coalesceChance: fc.constantFrom(0, 0.5),
  sendBufferBytes: fc.constantFrom(500, 65_536),
  receiveBufferBytes: fc.constantFrom(500, 65_536),
});

function contentOf({ body, pieces }: Exchange): string {
  return body === 'none' ? '' : pieces.join('');
}

function asksToKeep({ versionMinor, asksToKeep }: Exchange): boolean {
  return versionMinor === 0 || asksToKeep;
}

function requestText(one: Exchange, index: number): string {
  const options = [
    ...(one.asksToClose ? ['close'] : []),
    ...(asksToKeep(one) ? ['keep-alive'] : []),
  ];
  const connection = options.length > 0 ? `Connection: ${options.join(', ')}\r\n` : '';
  const te = one.takesTrailers ? 'TE: trailers\r\n' : '';
  return `${one.method} /${index} HTTP/1.${one.versionMinor}\r\nHost: a\r\n${te}${connection}\r\n`;
}

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

function bodyOf({ body, pieces }: Exchange): ReplyBody {
  const chunks = pieces.map(latin1);
  switch (body) {
    case 'none':
      return undefined;
    case 'string':
      // Latin1 in the tests' terms, UTF-8 on the wire.
      return Buffer.from(pieces.join(''), 'latin1').toString('utf8');
    case 'bytes':
      return latin1(pieces.join(''));
    case 'iterable':
      return chunks;
    case 'asyncIterable':
      return (async function* () {
        for (const chunk of chunks) {
          await Promise.resolve();
          yield chunk;
        }
      })();
    case 'stream':
      return new ReadableStream<Uint8Array>({
        pull(controller) {
          const chunk = chunks.shift();
          if (chunk === undefined) controller.close();
          else if (chunk.length > 0) controller.enqueue(chunk);
          else return this.pull?.(controller);
        },
      });
    default:
      return body satisfies never;
  }
}

/** Whether this is a case in which the reply has trailers, and none that it can't have. */
function hasTrailers(one: Exchange): boolean {
  return one.trailers.length > 0 && !one.declaresLength;
}

/** The reply's trailers are sent, if content is: RFC 9110 §6.5.1. */
function sendsTrailers(one: Exchange): boolean {
  return hasTrailers(one) && one.takesTrailers && one.versionMinor === 1;
}

function initOf(one: Exchange): ReplyInit {
  const lines: (readonly [string, string])[] = [...one.headers];
  if (one.declaresLength && one.body !== 'none')
    lines.push(['Content-Length', String(sentContent(one).length)]);
  if (one.closes) lines.push(['connection', 'close']);
  return {
    status: one.status,
    statusText: one.statusText,
    headers: lines,
    ...(hasTrailers(one) ? { trailers: one.trailers } : {}),
  };
}

/** The content as octets: a string travels as UTF-8. */
function sentContent(one: Exchange): string {
  const content = contentOf(one);
  if (one.body !== 'string') return content;
  // What is no UTF-8 was replaced when the string was made.
  return Buffer.from(Buffer.from(content, 'latin1').toString('utf8'), 'utf8').toString('latin1');
}

/** All that the server writes to these requests, sent at once. */
async function play(
  exchanges: readonly Exchange[],
  link: LinkOptions,
  seed: number,
): Promise<{ text: string; closed: boolean; errors: unknown[] }> {
  const errors: unknown[] = [];
  const { network, clock } = createSimulatedServer(
    {
      fetch(request, context) {
        const one = exchanges[Number(new URL(request.url).pathname.slice(1))] as Exchange;
        for (const status of one.interim) context.sendInformational(status, { 'X-I': 'j' });
        return reply(bodyOf(one), initOf(one));
      },
      onError: (error) => {
        errors.push(error);
      },
    },
    { seed, link },
  );
  const heard = new RecordingSink();
  const client = network.connect(() => heard);
  client.write(exchanges.map(requestText).join(''));
  // Shorter than any deadline: only what the requests lead to happens.
  await clock.runAsync({ until: 5_000 });
  return { text: heard.text, closed: heard.finCount > 0, errors };
}

function checkHead(one: Exchange, response: ReferenceResponse): void {
  expect(response.status).toBe(one.status);
  expect(response.reason).toBe(one.statusText === '' ? reasonPhrase(one.status) : one.statusText);
  const given = one.headers
    .filter(([name]) => name !== 'Trailer' || !hasTrailers(one) || sendsTrailers(one))
    .map(([name, value]) => [name, trimValue(value)]);
  expect(response.fields.slice(0, given.length)).toEqual(given);
  const others = response.fields.slice(given.length);
  for (const [name] of others)
    expect(name).toMatch(
      /^(Content-Type|Trailer|Content-Length|Transfer-Encoding|Date|Connection|Keep-Alive)$/,
    );
  const valuesOf = (wanted: string): string[] =>
    others.filter(([name]) => name === wanted).map(([, value]) => value);
  // How long an idle connection is kept is told to those who ask that it is kept.
  const kept = response.persistent && asksToKeep(one);
  expect(valuesOf('Connection')).toEqual(
    kept ? ['keep-alive'] : response.persistent ? [] : ['close'],
  );
  expect(valuesOf('Keep-Alive')).toEqual(
    kept ? [`timeout=${DEFAULT_LIMITS.keepAliveMs / 1000}`] : [],
  );
  const date = others.find(([name]) => name === 'Date')?.[1];
  if (date !== undefined) expect(matches(imfFixdate, date)).toBe(true);
  expect(response.interim.map(({ status }) => status)).toEqual(
    one.versionMinor === 0 ? [] : one.interim,
  );
}

function checkContent(one: Exchange, response: ReferenceResponse): void {
  const bare = one.method === 'HEAD' || [204, 205, 304].includes(one.status);
  expect(response.content).toBe(bare ? '' : sentContent(one));
  const chunked = response.fields.some(([name]) => name === 'Transfer-Encoding');
  expect(response.trailers).toEqual(
    sendsTrailers(one) && chunked
      ? one.trailers.map(([name, value]) => [name, trimValue(value)])
      : [],
  );
  if (sendsTrailers(one) && !bare) expect(chunked).toBe(true);
  // Nothing announces trailers that don't come, and whole content has its length.
  if (hasTrailers(one) && !sendsTrailers(one)) {
    expect(response.fields.some(([name]) => name === 'Trailer')).toBe(false);
    if (one.body === 'string' || one.body === 'bytes') expect(chunked).toBe(false);
  }
}

/** The exchanges up to the one that ends the connection. */
function served(exchanges: readonly Exchange[], { responses }: ReferenceResponses): Exchange[] {
  const last = responses.findIndex((response) => !response.persistent);
  return exchanges.slice(0, last < 0 ? exchanges.length : last + 1);
}

// Law: whatever a handler may reply, a client that knows the grammar and nothing else reads back.
test('every reply is read back as it was given, behind the ones before it', {
  timeout: 240_000,
}, async () => {
  const kinds = new Set<string>();
  resetCoverage();
  await fc.assert(
    fc.asyncProperty(
      fc.array(exchange, { minLength: 1, maxLength: 4 }),
      links,
      fc.nat(),
      async (exchanges, link, seed) => {
        const { text, closed, errors } = await play(exchanges, link, seed);
        expect(errors).toEqual([]);
        const read = readResponses(text, (i) => exchanges[i] as Exchange, closed);
        expect(read.rest).toBe('');
        const expected = served(exchanges, read);
        expect(read.responses).toHaveLength(expected.length);
        for (const [i, one] of expected.entries()) {
          const response = read.responses[i] as ReferenceResponse;
          checkHead(one, response);
          checkContent(one, response);
          const ends = one.closes || one.asksToClose || response.untilClose;
          expect(response.persistent).toBe(!ends);
          kinds.add(one.method === 'HEAD' ? 'head' : response.untilClose ? 'close' : one.body);
        }
        expect(closed).toBe(read.responses.at(-1)?.persistent === false);
      },
    ),
    { numRuns: 250 },
  );
  expect([...kinds].sort()).toEqual(
    ['asyncIterable', 'bytes', 'close', 'head', 'iterable', 'none', 'stream', 'string'].sort(),
  );
  for (const name of ['status-code', 'reason-phrase', 'status-line', 'IMF-fixdate', 'chunk'])
    expect(unmatchedProductions()).not.toContain(name);
});
