// Arbitraries of messages that break one rule, an arbitrary for each check of the oracle. Mutations
// at random seldom make the rarer of them.

import fc from 'fast-check';
import type { CheckName } from './checks.js';
import {
  anyCase,
  blanks,
  concat,
  hostText,
  originText,
  tokenText,
  urllessHostText,
} from './generate-text.js';
import type { MessageParts } from './generate-valid.js';
import {
  chunkExtText,
  contentText,
  joinMessage,
  persistentMessage,
  plainField,
} from './generate-valid.js';

/** A connection whose last message breaks the rule `fault`. */
export interface FaultySample {
  readonly text: string;
  readonly fault: CheckName;
}

/** Control characters that no field value may hold. */
const CONTROLS = ['\0', '\x01', '\x08', '\x0b', '\x0c', '\x1f', '\x7f', '\r', '\n'];

const bad = (...texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);

/** A message of one request line and these lines, among plain ones. */
function message(
  lines: fc.Arbitrary<readonly string[]>,
  body: fc.Arbitrary<string> = fc.constant(''),
): fc.Arbitrary<string> {
  return fc
    .tuple(lines, fc.array(plainField, { maxLength: 2 }), body)
    .map(([[first = '', ...rest], plain, after]): MessageParts => {
      return { lead: '', lines: [first, ...plain, ...rest], body: after };
    })
    .map(joinMessage);
}

const line = (text: string, ...more: readonly string[]): fc.Arbitrary<string> =>
  fc.constantFrom(text, ...more);

/** `GET /… HTTP/1.1` with a good Host, and these field lines. */
function withFields(
  fields: fc.Arbitrary<readonly string[]>,
  body: fc.Arbitrary<string> = fc.constant(''),
): fc.Arbitrary<string> {
  return message(
    fc
      .tuple(originText, fields)
      .map(([target, all]) => [`POST ${target} HTTP/1.1`, 'Host: a', ...all]),
    body,
  );
}

/** One field line of this name, in any case. */
function named(name: string, value: fc.Arbitrary<string>): fc.Arbitrary<string[]> {
  return fc
    .tuple(anyCase(name), blanks, value, blanks)
    .map(([text, before, one, after]) => [`${text}:${before}${one}${after}`]);
}

function requestLineWith(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return message(text.map((one) => [one, 'Host: a']));
}

const chunkedHead = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';

const chunked = (body: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  body.map((text) => `${chunkedHead}${text}\r\n0\r\n\r\n`);

const FAULTY: Readonly<Partial<Record<CheckName, fc.Arbitrary<string>>>> = {
  'request-line': requestLineWith(
    fc.oneof(
      line(
        'GET  / HTTP/1.1',
        ' GET / HTTP/1.1',
        'GET / HTTP/1.1 ',
        'GET\t/ HTTP/1.1',
        'GET /\r\nx',
      ),
      line('GET /a#b HTTP/1.1', 'GET / http/1.1', 'GET / HTTP/1.10', 'GET / HTTP/1', 'GET /'),
      line('GET /a b HTTP/1.1', 'GET /\x80 HTTP/1.1', 'GET /\x7f HTTP/1.1', 'G(T / HTTP/1.1'),
      line('GET http:// HTTP/1.1', 'GET http://:80/ HTTP/1.1', 'GET http://a%zz/ HTTP/1.1'),
      line('GET http://[::1/ HTTP/1.1', 'GET http://[1:2]/ HTTP/1.1', 'GET http://a:b/ HTTP/1.1'),
      line('CONNECT a HTTP/1.1', 'CONNECT a: HTTP/1.1', 'CONNECT :80 HTTP/1.1', 'GET x HTTP/1.1'),
      fc.constantFrom(...CONTROLS).map((one) => `GET /a${one}b HTTP/1.1`),
    ),
  ),
  'version-major': requestLineWith(line('GET / HTTP/2.0', 'GET / HTTP/0.9', 'OPTIONS * HTTP/2.0')),
  'target-form': requestLineWith(
    line(
      'GET * HTTP/1.1',
      'options * HTTP/1.1',
      'GET a:80 HTTP/1.1',
      'CONNECT / HTTP/1.1',
      'CONNECT http://a:80 HTTP/1.1',
    ),
  ),
  'target-scheme': requestLineWith(
    line('GET ftp://a/ HTTP/1.1', 'GET httpx://a HTTP/1.1', 'GET a+b-c.1://a HTTP/1.1'),
  ),
  'target-port': requestLineWith(
    line(
      'GET http://a:65536/ HTTP/1.1',
      'CONNECT a:99999 HTTP/1.1',
      'GET http://[::1]:70000? HTTP/1.1',
    ),
  ),
  'target-host': requestLineWith(
    fc.oneof(
      urllessHostText.map((host) => `GET http://${host}/ HTTP/1.1`),
      urllessHostText.map((host) => `CONNECT ${host}:443 HTTP/1.1`),
    ),
  ),
  'http2-preface': fc.constantFrom('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'PRI * HTTP/1.1\r\n\r\n'),
  'method-connect': requestLineWith(
    fc.tuple(hostText, bad('80', '443')).map(([one, port]) => `CONNECT ${one}:${port} HTTP/1.1`),
  ),
  'field-line': withFields(
    fc
      .oneof(
        line(
          'X : y',
          ' X: y',
          '\tX: y',
          'X',
          ': y',
          'X\0: y',
          'X: y\r\n z',
          'X\x80: y',
          'X y: z',
          '"x": y',
        ),
        fc.tuple(tokenText, fc.constantFrom(...CONTROLS)).map(([name, one]) => `${name}: a${one}b`),
      )
      .map((one) => [one]),
  ),
  'host-missing': message(originText.map((target) => [`GET ${target} HTTP/1.1`])),
  'host-repeated': withFields(named('host', hostText)),
  'host-value': message(
    named(
      'host',
      fc.oneof(
        bad('', 'a b', 'a/b', 'a@b', 'a#', 'a:b', ':80', 'a:80:80', 'a%4', 'a%zz', '\xe4', 'a"'),
        bad(
          '[',
          '[]',
          '[::1',
          '::1',
          '[1:2:3]',
          '[::1]x',
          '[1::2::3]',
          '[12345::]',
          '[fe80::1%25a]',
        ),
        bad('[v.a]', '[v1.]', '[1.2.3.4]', '[::1.2.3]', '[1:2:3:4:5:6:7:8:9]', '[::1.2.3.256]'),
      ),
    ).map((all) => ['GET / HTTP/1.1', ...all]),
  ),
  'host-name': message(
    named('host', concat(urllessHostText, bad('', ':', ':80'))).map((all) => [
      'GET / HTTP/1.1',
      ...all,
    ]),
  ),
  'host-port': message(
    named('host', bad('a:65536', '[::1]:99999', 'a:18446744073709551616')).map((all) => [
      'GET / HTTP/1.1',
      ...all,
    ]),
  ),
  'length-value': withFields(
    named(
      'content-length',
      bad('', '+5', '-1', '0x5', '5,5', '5, 5', '1 2', '5.0', '1e3', '1_0', '\xb2'),
    ),
  ),
  'length-repeated': withFields(
    fc
      .tuple(named('content-length', bad('5')), named('content-length', bad('5', '6')))
      .map(([a, b]) => [...a, ...b]),
    bad('hello'),
  ),
  'length-size': withFields(
    named('content-length', bad('9007199254740992', '18446744073709551621', '9'.repeat(400))),
  ),
  'coding-with-length': withFields(
    fc
      .tuple(named('content-length', bad('5')), named('transfer-encoding', bad('chunked', 'gzip')))
      .map(([a, b]) => [...a, ...b]),
    bad('0\r\n\r\n'),
  ),
  'coding-version': message(
    fc.constant(['POST / HTTP/1.0', 'Host: a', 'Transfer-Encoding: chunked']),
    bad('0\r\n\r\n'),
  ),
  'coding-value': withFields(
    named(
      'transfer-encoding',
      bad('chunked;', 'chunked;a', 'a b', '"chunked"', 'chunked=x', ';chunked'),
    ),
  ),
  'coding-empty': withFields(named('transfer-encoding', bad('', ',', ', ,'))),
  'coding-not-final': withFields(
    named('transfer-encoding', bad('gzip', 'chunked, gzip', 'xchunked', 'identity', 'gzip;a=b')),
  ),
  'coding-twice': withFields(
    fc.oneof(
      named('transfer-encoding', bad('chunked, chunked', 'chunked,gzip,chunked')),
      fc.constant(['Transfer-Encoding: chunked', 'transfer-encoding: CHUNKED']),
    ),
  ),
  'coding-parameter': withFields(
    named('transfer-encoding', bad('chunked;a=b', 'chunked ; a = "b,\\"c"')),
  ),
  'coding-unknown': withFields(
    fc.oneof(
      named('transfer-encoding', bad('gzip, chunked', 'identity,chunked', 'a;b="c,d" , chunked')),
      fc.constant(['Transfer-Encoding: gzip', 'Transfer-Encoding: chunked']),
    ),
  ),
  expectation: withFields(
    named('expect', bad('200-ok', '100-continue, x', '100-continue;a=b', '100', '"100-continue"')),
  ),
  'chunk-line': chunked(
    fc.oneof(
      bad(
        '5 \r\nhello',
        '+5\r\nhello',
        '0x5\r\nhello',
        '5_\r\nhello',
        ' 5\r\nhello',
        '-5\r\nhello',
        ';a\r\n',
      ),
      bad(
        '5;\r\nhello',
        '5;a=\r\nhello',
        '5;a b\r\nhello',
        '5;a="b\r\nhello',
        '5 a\r\nhello',
        '5;a="\x01"\r\nhello',
      ),
      bad(
        '5\nhello',
        '5\rhello',
        '5;a\nb\r\nhello',
        '5;a="\r\n"\r\nhello',
        'g\r\nhello',
        '\r\nhello',
      ),
      chunkExtText.map((extension) => `5${extension};;\r\nhello`),
    ),
  ),
  'chunk-size': chunked(
    bad(
      '20000000000000\r\nx',
      'FFFFFFFFFFFFFFFFF\r\nx',
      '10000000000000005\r\nhello',
      `${'f'.repeat(40)};a\r\nx`,
    ),
  ),
  'chunk-data-end': chunked(
    fc.tuple(contentText, bad('x', '\n', '\r', '\r\r\n', 'xx')).map(([data, end]) => {
      return `${data.length.toString(16)}\r\n${data}${end}5\r\nhello`;
    }),
  ),
  'trailer-line': fc
    .oneof(bad('X : y', ' X: y', 'X', 'X: a\0b', 'X: a\nY: b', 'X: y\r\n z', ': y', 'X\x80:'))
    .map((one) => `${chunkedHead}0\r\n${one}\r\n\r\n`),
};

/** One message in which some check of the oracle finds a fault, behind up to two valid messages. */
export const faultyRequests: fc.Arbitrary<FaultySample> = fc
  .tuple(
    fc.array(persistentMessage, { maxLength: 2 }),
    fc.oneof(
      // The keys of a literal.
      ...(Object.entries(FAULTY) as [CheckName, fc.Arbitrary<string>][]).map(([fault, arbitrary]) =>
        arbitrary.map((text): FaultySample => ({ text, fault })),
      ),
    ),
  )
  .map(([front, { text, fault }]) => ({ text: front.map(joinMessage).join('') + text, fault }));
