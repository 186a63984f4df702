import { describe, expect, test } from 'vitest';
import {
  Reply,
  type ReplyBody,
  type ReplyChange,
  type ReplyInit,
  reply,
} from '../../../../src/http/reply/reply.js';
import { REPLY_ERROR_CODES, ReplyError } from '../../../../src/http/reply/reply-error.js';
import { LENGTH_NONE, LENGTH_UNKNOWN } from '../../../../src/http/reply/reply-framing.js';
import {
  WHOLE_STRING_BYTES_MAX,
  type WholeBody,
  wholeToBytes,
} from '../../../../src/http/request/whole-body.js';

const TEXT = 'Content-Type: text/plain;charset=UTF-8\r\n';

function refusal(body: unknown, init?: unknown): ReplyError {
  try {
    reply(body as ReplyBody, init as ReplyInit);
  } catch (error) {
    if (error instanceof ReplyError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

const utf8 = (whole: WholeBody | undefined): string =>
  new TextDecoder().decode(wholeToBytes(whole ?? ''));

describe('a body', () => {
  test('that is a string is text, unless the headers say otherwise', () => {
    expect(reply('a').fields).toBe(TEXT);
    expect(reply('').fields).toBe(TEXT);
    const html = reply('a', { headers: { 'content-type': 'text/html' } });
    expect(html.fields).toBe('content-type: text/html\r\n');
  });

  test('of bytes or none has no type', () => {
    expect(reply(new Uint8Array(1)).fields).toBe('');
    expect(reply().fields).toBe('');
    expect(reply(null).status).toBe(200);
  });

  test('that is ASCII is kept as the string it is', () => {
    expect(reply('Hello\n').whole).toBe('Hello\n');
    expect(reply('Hello\n').length).toBe(6);
  });

  test.each(['é', 'ÿ\u0080', '€', '😀', 'a\ud800b', 'ascii'])('%j is sent as UTF-8', (text) => {
    const bytes = new TextEncoder().encode(text);
    const made = reply(text);
    expect(made.length).toBe(bytes.length);
    expect([...wholeToBytes(made.whole ?? '')]).toEqual([...bytes]);
  });

  test('that is short is a string of latin1, and one that is long is bytes', () => {
    for (const [over, type] of [
      [-1, 'string'],
      [0, 'string'],
      [1, 'object'],
    ] as const) {
      const length = WHOLE_STRING_BYTES_MAX + over;
      for (const body of ['a'.repeat(length), new Uint8Array(length).fill(97)]) {
        const { whole } = reply(body);
        expect(typeof whole).toBe(type);
        expect(whole?.length).toBe(length);
        expect(utf8(whole)).toBe('a'.repeat(length));
      }
    }
    const most = WHOLE_STRING_BYTES_MAX / 2;
    expect(typeof reply('é'.repeat(most)).whole).toBe('string');
    expect(typeof reply('é'.repeat(most + 1)).whole).toBe('object');
  });

  test('that is streamed has no known length, and is not whole', () => {
    for (const body of [new ReadableStream(), (async function* () {})(), ['a'], new Set(['a'])]) {
      const made = reply(body as ReplyBody);
      expect([made.whole, made.length]).toEqual([undefined, LENGTH_UNKNOWN]);
    }
  });

  test('that is not there has no length, not a length of 0', () => {
    expect([reply().length, reply(null).length]).toEqual([LENGTH_NONE, LENGTH_NONE]);
    expect([reply('').length, reply(new Uint8Array(0)).length]).toEqual([0, 0]);
    expect(reply().whole).toBe('');
  });

  test.each([
    [42, 'got 42'],
    [true, 'got true'],
    [{ a: 1 }, 'got an object'],
    [{ [Symbol.toStringTag]: 'ArrayBuffer' }, 'got an object'],
    [{ [Symbol.toStringTag]: 'Blob', size: 1 }, 'got an object'],
    [Promise.resolve('a'), 'got a Promise'],
    [() => 'a', 'got a function'],
  ])('can not be %o', (body, came) => {
    expect(refusal(body).code).toBe('SLUICE_REPLY_BODY_INVALID');
    expect(refusal(body).message).toContain('a body must be a string');
    expect(refusal(body).message).toContain(came);
  });

  test('can not be a stream that somebody holds', () => {
    const stream = new ReadableStream();
    stream.getReader();
    expect(refusal(stream).code).toBe('SLUICE_REPLY_BODY_USED');
  });
});

describe('the status', () => {
  test.each([200, 299, 404, 599])('can be %i', (status) => {
    expect(reply('', { status }).status).toBe(status);
  });

  test.each([199, 600, 100, 0, -200, 200.5, Number.NaN, '200', null])('can not be %o', (status) => {
    expect(refusal('', { status }).code).toBe('SLUICE_REPLY_STATUS_INVALID');
  });

  test('has a text that can not end the line', () => {
    expect(reply('', { statusText: 'Fine \xe9' }).statusText).toBe('Fine \xe9');
    for (const statusText of ['a\r\nX: y', 'a\n', '\u0100', 7]) {
      expect(refusal('', { statusText }).code).toBe('SLUICE_REPLY_STATUS_TEXT_INVALID');
    }
  });
});

describe('headers', () => {
  const fields = (headers: ReplyInit['headers']): string =>
    reply(null, headers === undefined ? {} : { headers }).fields;

  test('are an object, pairs or Headers, in order and case as given', () => {
    expect(fields({ 'X-B': 'b', a: 1 })).toBe('X-B: b\r\na: 1\r\n');
    expect(
      fields([
        ['X-B', 'b'],
        ['x-b', 2],
      ]),
    ).toBe('X-B: b\r\nx-b: 2\r\n');
    expect(fields(new Headers({ B: '1', a: '2' }))).toBe('a: 2\r\nb: 1\r\n');
    expect(fields(new Map([['a', '1']]))).toBe('a: 1\r\n');
  });

  test('are those of the object itself, not inherited, hidden or symbols', () => {
    const own = Object.create({ inherited: 'no', a: 'hidden behind the own' });
    Object.defineProperty(own, 'hidden', { value: 'no', enumerable: false });
    own.a = '1';
    own[Symbol('s')] = 'no';
    expect(fields(own)).toBe('a: 1\r\n');
    expect(fields(Object.assign(Object.create(null), { a: '1' }))).toBe('a: 1\r\n');
  });

  test('of a list of values are lines of their own, so that cookies are never joined', () => {
    const lines = 'set-cookie: a=1\r\nset-cookie: b=2\r\n';
    expect(fields({ 'set-cookie': ['a=1', 'b=2'] })).toBe(lines);
    const headers = new Headers();
    headers.append('Set-Cookie', 'a=1');
    headers.append('Set-Cookie', 'b=2');
    expect(fields(headers)).toBe(lines);
  });

  test('lose the white space around their values', () => {
    expect(fields({ a: ' b\t' })).toBe('a: b\r\n');
  });

  test('may set Date once', () => {
    expect(reply('', { headers: { date: 'x' } }).hasDate).toBe(true);
    expect(reply('').hasDate).toBe(false);
  });

  test('close the connection by Connection: close, which is not a line of theirs', () => {
    const made = reply(null, { headers: { Connection: 'Close', a: 1 } });
    expect([made.closes, made.fields]).toEqual([true, 'a: 1\r\n']);
    const kept = reply(null, { headers: { Connection: 'keep-alive' } });
    expect([kept.closes, kept.fields]).toEqual([false, '']);
  });

  test('declare a length, which is not a line of theirs', () => {
    const made = reply(['a'], { headers: { 'Content-Length': 1 } });
    expect([made.length, made.fields]).toEqual([1, '']);
    expect(reply('abc', { headers: { 'content-length': '3' } }).length).toBe(3);
  });

  test.each(['2', '4', '0'])('can not declare %s bytes of a body of 3', (declared) => {
    const error = refusal('abc', { headers: { 'content-length': declared } });
    expect(error.code).toBe('SLUICE_REPLY_LENGTH_INVALID');
    expect(error.message).toContain(`the body's 3 bytes, or be left out; got ${declared}`);
  });

  test.each(['', '+1', '-1', '1.0', '0x1', '1e3', '1, 1', '٣', '99999999999999999999'])(
    'can not declare a length of %j',
    (declared) => {
      const { code } = refusal(['abc'], { headers: { 'content-length': declared } });
      expect(['SLUICE_REPLY_LENGTH_INVALID', 'SLUICE_REPLY_FIELD_VALUE_INVALID']).toContain(code);
    },
  );

  test.each(['content-length', 'content-type', 'date'])('can not have %s twice', (name) => {
    const headers = [
      [name, '3'],
      [name.toUpperCase(), '3'],
    ];
    expect(refusal('abc', { headers }).code).toBe('SLUICE_REPLY_FIELD_REPEATED');
    expect(refusal('abc', { headers: { [name]: ['3', '3'] } }).code).toBe(
      'SLUICE_REPLY_FIELD_REPEATED',
    );
  });

  test.each(['Transfer-Encoding', 'KEEP-ALIVE'])('can not have %s', (name) => {
    for (let time = 0; time < 2; time++) {
      const error = refusal('', { headers: { [name]: 'chunked' } });
      expect([error.code, error.message]).toEqual([
        'SLUICE_REPLY_FIELD_FORBIDDEN',
        `${name} can't be set: the connection decides it, and sets it itself where it is due`,
      ]);
    }
  });

  test('can have Upgrade in a 426, and nowhere else', () => {
    const headers = { Upgrade: 'HTTP/2.0' };
    for (const given of [headers, { ...headers, Connection: 'Upgrade' }]) {
      const { fields, closes } = reply(null, { status: 426, headers: given });
      expect([fields, closes]).toEqual(['Upgrade: HTTP/2.0\r\nConnection: Upgrade\r\n', false]);
    }
    const closing = reply(null, {
      status: 426,
      headers: { ...headers, Connection: 'close, upgrade' },
    });
    expect([closing.fields, closing.closes]).toEqual([
      'Upgrade: HTTP/2.0\r\nConnection: Upgrade\r\n',
      true,
    ]);
    for (const status of [200, 400, 505]) {
      const error = refusal('', { status, headers });
      expect([error.code, error.message]).toEqual([
        'SLUICE_REPLY_FIELD_FORBIDDEN',
        `Upgrade can't be set: it may stand in a 426, and the status is ${status}`,
      ]);
    }
  });

  test.each(['upgrade', 'close, x', ''])('can not have a Connection of %j', (value) => {
    const error = refusal('', { headers: { connection: value } });
    expect(error.code).toBe('SLUICE_REPLY_FIELD_VALUE_INVALID');
  });

  test.each(['', 'a b', 'a:', 'a\r\nb', 'é', 'Content-Length\u0000', 'a\n'])(
    'can not have the name %j',
    (name) => {
      expect(refusal('', { headers: { [name]: 'x' } }).code).toBe(
        'SLUICE_REPLY_FIELD_NAME_INVALID',
      );
    },
  );

  test.each([
    'a\r\nSet-Cookie: x',
    'a\nb',
    'a\rb',
    'a\u0000',
    'a\u007f',
    '\u010d\u010aX: y',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    undefined,
    null,
    true,
    {},
    ['a', 'b\r\n'],
    [['a']],
  ])('can not have the value %j', (value) => {
    const error = refusal('', { headers: { 'X-A': value } });
    expect(error.code).toBe('SLUICE_REPLY_FIELD_VALUE_INVALID');
    expect(error.message).toContain('"X-A"');
    expect(error.message).not.toMatch(/[\r\n]/);
  });

  test.each(['a: b', 7, null, ['a: b'], [['a']], [['a', 'b', 'c']]])('can not be %j', (headers) => {
    expect(refusal('', { headers }).code).toBe('SLUICE_REPLY_FIELD_VALUE_INVALID');
  });
});

describe('reply()', () => {
  test('refuses an option that it does not know', () => {
    const error = refusal('', { code: 404 });
    expect(error.code).toBe('SLUICE_REPLY_OPTION_UNKNOWN');
    expect(error.message).toBe(
      'reply() takes status, statusText, headers, trailers; got "code"; did you mean status?',
    );
    expect(refusal('', { header: {} }).message).toMatch(/; got "header"; did you mean headers\?$/);
    expect(refusal('', { a: 1 }).message).toMatch(/; got "a"$/);
    expect(refusal('', 404).code).toBe('SLUICE_REPLY_OPTION_UNKNOWN');
    expect(refusal('', null).code).toBe('SLUICE_REPLY_OPTION_UNKNOWN');
  });

  test.each([
    ['Headers', new Headers({ 'X-A': '1' })],
    ['a Map', new Map([['X-A', '1']])],
    ['pairs', [['X-A', '1']]],
    ['an empty array', []],
    ['URLSearchParams', new URLSearchParams('status=404')],
  ])(
    'refuses %s in the place of its options, where nothing of it would be used',
    (_what, given) => {
      const error = refusal('', given);
      expect(error.code).toBe('SLUICE_REPLY_OPTION_UNKNOWN');
      expect(error.message).toMatch(
        /must be an object with status, statusText, headers, trailers; got a/,
      );
      expect(() => reply('').with(given as ReplyChange)).toThrow(/must be an object with status/);
    },
  );

  test.each([
    ['a Response', new Response('', { status: 404, headers: { 'X-A': '1' } })],
    ['an object without a prototype', Object.assign(Object.create(null), { status: 404 })],
    [
      'an instance',
      new (class {
        status = 404;
      })(),
    ],
  ])('takes the members of %s', (_what, given) => {
    expect(reply('', given as ReplyInit).status).toBe(404);
  });

  test('makes a Reply, whose errors are TypeErrors with documented codes', () => {
    expect(reply()).toBeInstanceOf(Reply);
    expect(refusal(1)).toBeInstanceOf(TypeError);
    expect(REPLY_ERROR_CODES).toContain(refusal(1).code);
  });
});

describe('trailers', () => {
  test('make a stream of a whole body, as often as it is sent', async () => {
    const made = reply('abc', { trailers: { 'X-Sum': '1' } });
    expect([made.whole, made.length]).toEqual([undefined, LENGTH_UNKNOWN]);
    expect(made.fields).toBe(`${TEXT}Trailer: X-Sum\r\n`);
    for (let time = 0; time < 2; time++) {
      const source = made.open();
      expect(utf8((await source.next()) as Uint8Array)).toBe('abc');
      expect(await source.next()).toBe(undefined);
    }
    expect(made.trailers?.lines()).toBe('X-Sum: 1\r\n');
  });

  test('are announced as the handler says, if it does', () => {
    const made = reply(['a'], {
      headers: { trailer: 'X-A' },
      trailers: { 'X-A': '1', 'X-B': '2' },
    });
    expect(made.fields).toBe('trailer: X-A\r\n');
    expect(reply(['a'], { trailers: { 'X-A': '1', 'X-B': '2' } }).fields).toBe(
      'Trailer: X-A, X-B\r\n',
    );
  });

  test.each([
    ['a function', () => ({ 'X-A': '1' })],
    ['a function of a promise', async () => [['X-A', '1'] as const]],
    ['a promise', Promise.resolve(new Headers({ 'X-A': '1' }))],
  ])('can come late, from %s', async (_, trailers) => {
    const made = reply(['a'], { trailers });
    expect(made.fields).toBe('');
    expect((await made.trailers?.lines())?.toLowerCase()).toBe('x-a: 1\r\n');
  });

  test('that are refused late reject, and are no unhandled rejection before', async () => {
    const made = reply(['a'], { trailers: Promise.reject(new Error('no sum')) });
    await new Promise((resolve) => setImmediate(resolve));
    await expect(made.trailers?.lines()).rejects.toThrow('no sum');
    const bad = reply(['a'], { trailers: async () => ({ 'Content-Length': '1' }) });
    await expect(bad.trailers?.lines()).rejects.toThrow('Content-Length can');
    const thrown = reply(['a'], {
      trailers: () => {
        throw new Error('no sum');
      },
    });
    expect(() => thrown.trailers?.lines()).toThrow('no sum');
  });

  test.each([
    [{ 'Content-Length': '1' }, 'SLUICE_REPLY_FIELD_FORBIDDEN'],
    [{ 'transfer-encoding': 'x' }, 'SLUICE_REPLY_FIELD_FORBIDDEN'],
    [{ 'Set-Cookie': 'x' }, 'SLUICE_REPLY_FIELD_FORBIDDEN'],
    [{ 'a b': 'x' }, 'SLUICE_REPLY_FIELD_NAME_INVALID'],
    [{ a: 'x\r\ny: z' }, 'SLUICE_REPLY_FIELD_VALUE_INVALID'],
    ['a: b', 'SLUICE_REPLY_FIELD_VALUE_INVALID'],
    [null, 'SLUICE_REPLY_FIELD_VALUE_INVALID'],
  ])('can not be %j', (trailers, code) => {
    expect(refusal(['a'], { trailers }).code).toBe(code);
  });

  test('exclude a Content-Length', () => {
    const init = { headers: { 'content-length': 1 }, trailers: { a: 'b' } };
    expect(refusal(['a'], init).code).toBe('SLUICE_REPLY_LENGTH_INVALID');
    expect(refusal('a', init).code).toBe('SLUICE_REPLY_LENGTH_INVALID');
  });
});
