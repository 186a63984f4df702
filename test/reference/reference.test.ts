import { describe, expect, test } from 'vitest';
import type { CheckName } from './checks.js';
import type { ReferenceLimits, ReferenceResult } from './parse-requests.js';
import { latin1Bytes, latin1Text, parseRequests } from './parse-requests.js';
import { disagreement, loadVectors, vectorsExist } from './vectors.js';

function parse(text: string, fin = false, limits: Partial<ReferenceLimits> = {}): ReferenceResult {
  return parseRequests(latin1Bytes(text), { fin }, limits);
}

/** The checks that found a fault; [] where nothing is refused. */
function rulesOf(text: string, limits: Partial<ReferenceLimits> = {}): readonly CheckName[] {
  const { outcome } = parse(text, false, limits);
  return outcome.kind === 'refused' ? outcome.rules : [];
}

const head = (...lines: readonly string[]): string => `${lines.join('\r\n')}\r\n\r\n`;
const get = (...fields: readonly string[]): string => head('GET / HTTP/1.1', 'Host: a', ...fields);
const chunked = get('Transfer-Encoding: chunked');

describe('whole messages', () => {
  test('a message has its parts as they were received', () => {
    const text = head('POST /a?b HTTP/1.2', 'HOST:a:80', 'X-Y: \t b c ', 'Content-Length: 003');
    const { messages, outcome } = parse(`\r\n\r\n${text}a\r\n`);
    expect(outcome).toEqual({ kind: 'end' });
    expect(messages).toEqual([
      {
        method: 'POST',
        target: '/a?b',
        targetForm: 'origin',
        versionMinor: 2,
        fields: [
          ['HOST', 'a:80'],
          ['X-Y', 'b c'],
          ['Content-Length', '003'],
        ],
        framing: 'length',
        contentLength: 3,
        content: latin1Bytes('a\r\n'),
        trailers: [],
        end: text.length + 7,
        persistent: true,
        expectsContinue: false,
      },
    ]);
  });

  test('chunks are decoded, extensions left out, and trailers kept apart', () => {
    const text = `${chunked}2;a="\\""\r\n\r\n\r\n0A ; b\r\n0123456789\r\n00\r\nX: y\r\nHost: b\r\n\r\n`;
    const { messages } = parse(text + get());
    expect(messages.map((one) => latin1Text(one.content))).toEqual(['\r\n0123456789', '']);
    expect(messages[0]?.trailers).toEqual([
      ['X', 'y'],
      ['Host', 'b'],
    ]);
    expect(messages[0]?.fields).toHaveLength(2);
    expect(messages[0]?.end).toBe(text.length);
  });

  test('every form of target has its name', () => {
    const lines = ['GET /', 'GET HTTP://u@a:1?b', 'OPTIONS *', 'OPTIONS http://a', 'OPTIONS /'];
    const forms = lines.map((one) => parse(head(`${one} HTTP/1.0`)).messages[0]?.targetForm);
    expect(forms).toEqual(['origin', 'absolute', 'asterisk', 'absolute', 'origin']);
  });

  test.each([
    [get(), true],
    [get('Connection: close'), false],
    [get('connection: x, CLOSE'), false],
    [get('Connection: x', 'Connection: ,close'), false],
    [get('Connection: closed'), true],
    [head('GET / HTTP/1.0'), false],
    [head('GET / HTTP/1.0', 'Connection: Keep-Alive'), true],
    [head('GET / HTTP/1.0', 'Connection: keep-alive, close'), false],
    [head('GET / HTTP/1.9', 'Host: a'), true],
  ])('persistence of %j is %j', (text, persistent) => {
    const { messages, outcome } = parse(`${text}not a request\n`);
    expect(messages.map((one) => one.persistent)).toEqual([persistent]);
    expect(outcome.kind).toBe(persistent ? 'refused' : 'end');
  });

  test.each([
    [get('Expect: 100-Continue'), true],
    [get('Expect: '), false],
    [get('Expect: 100-continue', 'Expect: , 100-CONTINUE'), true],
    [head('GET / HTTP/1.0', 'Expect: 100-continue'), false],
    [head('GET / HTTP/1.0', 'Expect: the worst'), false],
  ])('%j expects 100: %j', (text, expected) => {
    expect(parse(text).messages.map((one) => one.expectsContinue)).toEqual([expected]);
  });

  test.each(['chunked', 'Chunked', ' \tCHUNKED\t ', ',chunked, ,'])(
    'reads chunks under Transfer-Encoding %j',
    (value) => {
      const text = `${get(`Transfer-Encoding:${value}`)}0\r\n\r\n`;
      expect(parse(text).messages.map((one) => one.framing)).toEqual(['chunked']);
    },
  );

  test('valid messages in front of a bad one are there', () => {
    const { messages, outcome } = parse(`${get()}\r\n${get()}GET /\n`);
    expect(messages).toHaveLength(2);
    expect(outcome).toMatchObject({ kind: 'refused', status: 400, rule: 'request-line' });
  });
});

describe('refusals', () => {
  const line = (text: string): string => head(text, 'Host: a');
  const REFUSED: readonly (readonly [text: string, status: number, rules: readonly CheckName[]])[] =
    [
      [line('GET / HTTP/1.11'), 400, ['request-line']],
      [line('GET  / HTTP/2.0'), 400, ['request-line']],
      [line('GET /# HTTP/2.0'), 400, ['request-line', 'version-major']],
      ['GET / HTTP/1.1\nHost: a\n\n', 400, ['request-line']],
      ['\nGET / HTTP/1.1\r\n', 400, ['request-line']],
      [line('GET / HTTP/2.0'), 505, ['version-major']],
      [line('PRI * HTTP/2.0'), 505, ['version-major', 'http2-preface']],
      [line('GET * HTTP/1.1'), 400, ['target-form']],
      [line('options * HTTP/1.1'), 400, ['target-form']],
      [line('CONNECT / HTTP/1.1'), 400, ['target-form']],
      [line('connect a:80 HTTP/1.1'), 400, ['target-form']],
      [line('GET ftp://a HTTP/1.1'), 400, ['target-scheme']],
      [line('GET http://a:65536 HTTP/1.1'), 400, ['target-port']],
      [line('CONNECT a:65535 HTTP/1.1'), 501, ['method-connect']],
      [head('CONNECT a:80 HTTP/1.1'), 400, ['host-missing']],
      [get('X : y'), 400, ['field-line']],
      [get('X: y\r\n z'), 400, ['field-line']],
      [get('X: a\0'), 400, ['field-line']],
      ['GET / HTTP/1.1\r\nHost: a\nX: y\r\n', 400, ['field-line']],
      ['GET / HTTP/1.1\r\nHost: a\r\n\n', 400, ['field-line']],
      [get('Expect: x', 'X y'), 417, ['expectation', 'field-line']],
      [head('GET / HTTP/1.1'), 400, ['host-missing']],
      [head('GET / HTTP/1.1', 'Host:'), 400, ['host-value']],
      [get('host: a'), 400, ['host-repeated']],
      [head('GET / HTTP/1.0', 'Host: a b'), 400, ['host-value']],
      [head('GET / HTTP/1.1', 'Host: [::1]:65536'), 400, ['host-port']],
      [get('Content-Length: 5, 5'), 400, ['length-value']],
      [get('Content-Length: 5', 'Content-Length: 5'), 400, ['length-repeated']],
      [get('Content-Length: 9007199254740992'), 400, ['length-size']],
      [get('Content-Length: 5', 'Transfer-Encoding: chunked'), 400, ['coding-with-length']],
      [head('GET / HTTP/1.0', 'Transfer-Encoding: chunked'), 400, ['coding-version']],
      [get('Transfer-Encoding:'), 400, ['coding-empty']],
      [get('Transfer-Encoding: gzip'), 400, ['coding-not-final']],
      [get('Transfer-Encoding: chunked, gzip'), 400, ['coding-not-final']],
      [get('Transfer-Encoding: chunked, chunked'), 400, ['coding-twice']],
      [get('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'), 400, ['coding-twice']],
      [get('Transfer-Encoding: chunked;a=b'), 400, ['coding-parameter']],
      [get('Transfer-Encoding: chunked;a'), 400, ['coding-value']],
      [get('Transfer-Encoding: "chunked"'), 400, ['coding-value']],
      [get('Transfer-Encoding: \xa0chunked'), 400, ['coding-value']],
      [get('Transfer-Encoding: gzip, chunked'), 501, ['coding-unknown']],
      [get('Transfer-Encoding: identity', 'Transfer-Encoding: chunked'), 501, ['coding-unknown']],
      [get('Expect: 200-ok'), 417, ['expectation']],
      [get('Expect: 100-continue, x'), 417, ['expectation']],
      [`${chunked}5 \r\nhello\r\n`, 400, ['chunk-line']],
      [`${chunked}5;a\nhello\r\n`, 400, ['chunk-line']],
      [`${chunked}20000000000000\r\n`, 400, ['chunk-size']],
      [`${chunked}1\r\naX\n`, 400, ['chunk-data-end']],
      [`${chunked}0\r\nX : y\r\n\r\n`, 400, ['trailer-line']],
      [`${chunked}0\r\n\n`, 400, ['trailer-line']],
    ];

  test.each(REFUSED)('%j is answered %i', (text, status, rules) => {
    const { outcome } = parse(text);
    expect(outcome).toMatchObject({ kind: 'refused', status, rules });
  });

  test('one of several faults may be reported', () => {
    const { outcome } = parse(head('GET / HTTP/2.0', 'Expect: x', 'Transfer-Encoding: a, chunked'));
    expect(outcome).toMatchObject({ kind: 'refused', statuses: [505, 400, 501, 417] });
  });

  test('what is refused within the content has a head', () => {
    const { outcome } = parse(`${chunked}3\r\nabc\r\n;`);
    expect(outcome).toMatchObject({ kind: 'incomplete', within: 'content', statuses: [400] });
    const refused = parse(`${chunked}3\r\nabc\r\n;\n`).outcome;
    expect(refused).toMatchObject({ kind: 'refused', within: 'content', head: { method: 'GET' } });
    expect(refused).toMatchObject({ content: latin1Bytes('abc') });
  });
});

describe('incomplete messages', () => {
  test.each([
    'G',
    '\r',
    'GET / HTTP/1.1\r',
    'GET / HTTP/1.1\r\nHost: a\r\n\r',
    'GET http://a:99999',
    'GET / HTTP/1.1\r\nHost: [',
    'GET / HTTP/1.1\r\nTransfer-Encoding: \r\nTransfer-Encoding: chun',
    `${get('Content-Length: 5')}hell`,
    `${chunked}5\r\nhello\r`,
    `${chunked}0\r\nX`,
  ])('%j is awaited', (text) => {
    expect(parse(text).outcome).toMatchObject({ kind: 'incomplete', statuses: [] });
    expect(parse(text, true).outcome).toMatchObject({ kind: 'incomplete', statuses: [400] });
  });

  test.each([
    ['GET #', 400],
    ['GET *', 400],
    ['GET a', 400],
    ['GET http://a:99999/', 400],
    ['GET / HTTP/2', 505],
    ['GET / HTTP/1.1\r\nHost: a\rX', 400],
    ['GET / HTTP/1.1\r\nHost: a\r\nHost:', 400],
    ['GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\nX', 400],
    ['GET / HTTP/1.1\r\nHost: [g', 400],
    ['GET / HTTP/1.1\r\nHost: \r', 400],
    ['GET / HTTP/1.1\r\nContent-Length: 9007199254740992', 400],
    ['GET / HTTP/1.1\r\nContent-Length: 5 5', 400],
    ['GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: c', 400],
    ['GET / HTTP/1.0\r\nTransfer-Encoding:', 400],
    ['GET / HTTP/1.1\r\nExpect: 2', 417],
    [`${chunked}5 \r`, 400],
    [`${chunked}1\r\naX`, 400],
  ])('%j may be refused already', (text, status) => {
    const { outcome } = parse(text);
    expect(outcome.kind).toBe('incomplete');
    expect(outcome.kind === 'incomplete' && outcome.statuses).toContain(status);
  });

  test('CRLFs alone are the end, with a FIN and without', () => {
    expect(parse('\r\n\r\n').outcome).toEqual({ kind: 'end' });
    expect(parse('', true).outcome).toEqual({ kind: 'end' });
  });
});

describe('limits', () => {
  const trailer = `${chunked}0\r\nX: y\r\n\r\n`;
  const extended = `${chunked}1;a\r\nx\r\n1;b\r\nx\r\n0\r\n\r\n`;
  const LIMITS: readonly (readonly [keyof ReferenceLimits, string, number, CheckName])[] = [
    ['headBytesMax', get(), get().length, 'limit-head'],
    ['fieldCountMax', get('X: y'), 2, 'limit-field-count'],
    ['targetBytesMax', head('GET /12345 HTTP/1.1', 'Host: a'), 6, 'limit-target'],
    ['bodyBytesMax', `${get('Content-Length: 5')}hello`, 5, 'limit-content'],
    ['bodyBytesMax', `${chunked}3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n`, 5, 'limit-content'],
    ['chunkLineBytesMax', extended, 3, 'limit-chunk-line'],
    ['chunkExtBytesMax', extended, 4, 'limit-chunk-extensions'],
    ['trailerBytesMax', trailer, 8, 'limit-trailer'],
    ['fieldCountMax', `${chunked}0\r\nX: y\r\nX: y\r\nX: y\r\n\r\n`, 3, 'limit-field-count'],
  ];

  test.each(LIMITS)('%s of %j is kept', (name, text, value, rule) => {
    expect(rulesOf(text, { [name]: value + 1 })).toEqual([]);
    expect(rulesOf(text, { [name]: value })).toEqual([]);
    expect(rulesOf(text, { [name]: value - 1 })).toEqual([rule]);
  });

  test('a chunk beyond the limit may be refused at its size, and is at its first octet beyond', () => {
    const limits = { bodyBytesMax: 3 };
    const declared = parse(`${chunked}5\r\nhel`, false, limits).outcome;
    expect(declared).toMatchObject({ kind: 'incomplete', statuses: [413] });
    expect(rulesOf(`${chunked}5\r\nhell`, limits)).toEqual(['limit-content']);
  });

  test('what is as large as it may be and not complete may be refused already', () => {
    const statuses = (text: string, limits: Partial<ReferenceLimits>): unknown =>
      parse(text, false, limits).outcome;
    const waits = { kind: 'incomplete', statuses: [] };
    const request = 'GET / HTTP/1.1\r\nHost: a\r\n';
    for (const text of [request, request.slice(0, -3), 'GET /a']) {
      const max = { headBytesMax: text.length };
      expect(statuses(text, max)).toMatchObject({ kind: 'incomplete', statuses: [431, 414] });
      expect(statuses(text.slice(0, -1), max)).toMatchObject(waits);
    }
    expect(statuses('GETS', { headBytesMax: 4 })).toMatchObject({ statuses: [400] });
    const trailers = `${chunked}0\r\nX: y\r\n`;
    expect(statuses(trailers, { trailerBytesMax: 6 })).toMatchObject({ statuses: [431, 400, 413] });
    expect(statuses(trailers, { trailerBytesMax: 7 })).toMatchObject(waits);
  });

  test('a line that never ends is refused at its limit', () => {
    expect(rulesOf(`GET /${'a'.repeat(9)}`, { targetBytesMax: 9 })).toEqual(['limit-target']);
    expect(rulesOf('GET /aaaa', { headBytesMax: 8 })).toEqual(['limit-head']);
    expect(rulesOf('G'.repeat(9), { headBytesMax: 8 })).toEqual(['request-line']);
    expect(rulesOf(`${chunked}${'0'.repeat(9)}`, { chunkLineBytesMax: 8 })).toEqual([
      'limit-chunk-line',
    ]);
  });
});

// Scored cases that contradict the README of their own folder, which then has the last word.
const OVERRULED: ReadonlyMap<string, string> = new Map([
  ['gunicorn/invalid/003c', 'a method is a token, and an unknown one is dispatched'],
  ['llhttp/invalid:69', 'an unknown method is dispatched'],
  ['llhttp/invalid:359', 'an unknown method is dispatched'],
  ['llhttp/sample:317', 'a request line without a version is refused'],
]);

describe('the shared conformance vectors', () => {
  test('agree with the oracle wherever they are scored', ({ skip }) => {
    if (!vectorsExist) skip('The folder ../shared/conformance is not beside this repository.');
    const vectors = loadVectors();
    expect(vectors.length).toBeGreaterThan(500);
    const disagreements = vectors
      .map((vector) => ({ id: vector.id, why: disagreement(vector) }))
      .filter(({ why }) => why !== '');
    expect(disagreements.filter(({ id }) => !OVERRULED.has(id))).toEqual([]);
    expect(disagreements.map(({ id }) => id).sort()).toEqual([...OVERRULED.keys()].sort());
  });
});
