import { describe, expect, test } from 'vitest';
import { type ReplyBody, type ReplyChange, reply } from '../../../src/http/reply/reply.js';
import { ReplyError } from '../../../src/http/reply/reply-error.js';
import { LENGTH_UNKNOWN } from '../../../src/http/reply/reply-framing.js';

const pairs = (headers: Headers): string[][] => [...headers];

describe('the headers of a reply', () => {
  test('are those that were given, and the type that the content has', () => {
    const cookies = ['a=1', 'b=2'];
    const made = reply('a', {
      headers: { 'X-A': ['1', 2], 'Set-Cookie': cookies, Connection: 'close' },
    });
    expect(pairs(made.headers)).toEqual([
      ['connection', 'close'],
      ['content-type', 'text/plain;charset=UTF-8'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['x-a', '1, 2'],
    ]);
    expect(made.headers.getSetCookie()).toEqual(cookies);
    expect(pairs(reply().headers)).toEqual([]);
    expect(reply(['a'], { headers: { 'content-length': 1 } }).headers.get('Content-Length')).toBe(
      '1',
    );
  });

  test('are a Headers that can’t be changed', () => {
    const { headers } = reply('a');
    expect(headers).toBeInstanceOf(Headers);
    for (const change of [
      () => headers.set('a', 'b'),
      () => headers.append('a', 'b'),
      () => headers.delete('content-type'),
    ]) {
      expect(change).toThrow('reply.with({ headers }) gives a changed copy');
    }
  });

  test('keep a value as it was sent, whatever is in it', () => {
    const made = reply('a', { headers: { 'x-a': ': b: c', 'x-b': '', 'x-c': '\xe9' } });
    expect([...'abc'].map((c) => made.headers.get(`x-${c}`))).toEqual([': b: c', '', '\xe9']);
    expect(made.with({}).fields).toBe(made.fields);
  });
});

describe('a changed copy of a reply', () => {
  test('has the headers that were given in the place of those with their names', () => {
    const made = reply('a', {
      status: 201,
      statusText: 'Fine',
      headers: { 'X-A': '1', 'X-B': ['2', '3'] },
    });
    const copy = made.with({ headers: { 'x-b': '4', 'x-c': '5' } });
    expect(copy.fields).toBe(
      'X-A: 1\r\nContent-Type: text/plain;charset=UTF-8\r\nx-b: 4\r\nx-c: 5\r\n',
    );
    expect([copy.status, copy.statusText, copy.whole]).toEqual([201, 'Fine', 'a']);
    expect(made.fields).toContain('X-B: 2\r\nX-B: 3\r\n');
  });

  test('loses a header by an empty array, be it the content’s type', () => {
    expect(reply('a').with({ headers: { 'content-type': [] } }).fields).toBe('');
    const { closes } = reply('a', { headers: { connection: 'close' } });
    expect(closes).toBe(true);
  });

  test('keeps what stands in no line, unless it is given anew', () => {
    const made = reply(['abc'], { headers: { connection: 'close', 'content-length': 3 } });
    const copy = made.with({ headers: { 'x-a': '1' } });
    expect([copy.closes, copy.length]).toEqual([true, 3]);
    const other = made.with({ headers: { Connection: [], 'Content-Length': [] } });
    expect([other.closes, other.length]).toEqual([false, LENGTH_UNKNOWN]);
  });

  test('has another status, and not the text of the old one', () => {
    const made = reply('a', { status: 201, statusText: 'Fine' });
    expect(made.with({ status: 404 })).toMatchObject({ status: 404, statusText: '' });
    expect(made.with({ status: 404, statusText: 'No' })).toMatchObject({ statusText: 'No' });
    expect(made.with({ statusText: 'Good' })).toMatchObject({ status: 201, statusText: 'Good' });
  });

  test('takes headers in each form, also one that can be read once', () => {
    function* once(): Generator<[string, string]> {
      yield ['x-a', '2'];
    }
    const made = reply('a', { headers: { 'X-A': '1' } });
    for (const headers of [once(), new Headers({ 'x-a': '2' }), [['x-a', '2'] as const]]) {
      expect(made.with({ headers }).headers.get('x-a')).toBe('2');
    }
  });

  test('has trailers and Upgrade as the reply has', async () => {
    const made = reply('a', { trailers: { 'X-Sum': '7' } }).with({ status: 404 });
    expect(made.fields).toBe('Content-Type: text/plain;charset=UTF-8\r\nTrailer: X-Sum\r\n');
    expect(await made.trailers?.lines()).toBe('X-Sum: 7\r\n');
    const upgrade = reply(null, { status: 426, headers: { Upgrade: 'h2c' } });
    expect(upgrade.with({ headers: { 'x-a': '1' } }).fields).toBe(
      'Upgrade: h2c\r\nx-a: 1\r\nConnection: Upgrade\r\n',
    );
  });

  test('shares the body: a stream is sent by one of them, whole content by both', async () => {
    const made = reply(['a']);
    const copy = made.with({ status: 404 });
    expect(await copy.open().next()).toEqual(Buffer.from('a'));
    expect(() => made.open()).toThrow('can be sent only once');
    const latin = reply('grüße').with({ status: 404 });
    expect(latin.whole).toBe(reply('grüße').whole);
    const none = reply().with({ headers: { 'content-length': 7 } });
    expect(() => none.framing(false, 1)).toThrow('left out of a reply without a body');
  });

  test.each([
    [
      null,
      'the argument of reply.with() must be an object with status, statusText, headers; got null',
    ],
    [{ body: 'a' }, 'reply.with() takes status, statusText, headers; got "body"'],
    [{ trailers: {} }, 'reply.with() takes status, statusText, headers; got "trailers"'],
    [{ status: 99 }, 'status must be an integer from 200 to 599; got 99'],
    [{ headers: { 'x-a': 'b\r\nc' } }, 'the value of "x-a"'],
    [{ headers: { 'content-length': 9 } }, "Content-Length must be the body's 1 bytes"],
    [{ headers: { upgrade: 'h2c' } }, 'it may stand in a 426'],
  ])('is refused for %o', (change, message) => {
    expect(() => reply('a').with(change as ReplyChange)).toThrow(message);
    expect(() => reply('a').with(change as ReplyChange)).toThrow(ReplyError);
  });
});

describe('reply.json()', () => {
  test('has the type of JSON, unless the headers name another', () => {
    const made = reply.json({ a: ['é', null] }, { status: 201 });
    expect([made.status, made.length, made.fields]).toEqual([
      201,
      Buffer.byteLength('{"a":["é",null]}'),
      'Content-Type: application/json\r\n',
    ]);
    const headers = { 'X-A': '1' };
    expect(reply.json(1, { headers }).fields).toBe('X-A: 1\r\nContent-Type: application/json\r\n');
    const problem = { 'content-type': 'application/problem+json' };
    expect(reply.json(1, { headers: problem }).fields).toBe(
      'content-type: application/problem+json\r\n',
    );
    expect(reply.json(null).whole).toBe('null');
    expect(reply.json({ toJSON: () => 7 }).whole).toBe('7');
    expect(reply.json(1).fields).toBe('Content-Type: application/json\r\n');
  });

  test.each([
    [undefined, 'got undefined'],
    [() => 1, 'got a function'],
    [Symbol('a'), 'got a symbol'],
  ])('refuses %o, which has no JSON', (value, came) => {
    expect(() => reply.json(value)).toThrow(came);
    expect(() => reply.json(value)).toThrow(ReplyError);
  });

  test('refuses a value that holds itself, a BigInt, and what throws', () => {
    const round: Record<string, unknown> = {};
    round.itself = round;
    expect(() => reply.json(round)).toThrow(/found no JSON for the value: .*circular/);
    expect(() => reply.json(1n)).toThrow(/found no JSON for the value: .*BigInt/);
    const strange = {
      toJSON(): never {
        throw Object.create(null);
      },
    };
    expect(() => reply.json(strange)).toThrow(/^reply\.json\(\) found no JSON for the value: /);
    const cause = new Error('mine');
    const throwing = {
      toJSON() {
        throw cause;
      },
    };
    expect(() => reply.json(throwing)).toThrow(
      expect.objectContaining({ code: 'SLUICE_REPLY_BODY_INVALID', cause }),
    );
  });

  test('refuses the options that reply() refuses', () => {
    expect(() => reply.json(1, { stats: 1 } as never)).toThrow('got "stats"');
    expect(() => reply('a' as ReplyBody, 7 as never)).toThrow(
      'must be an object with status, statusText, headers, trailers; got 7',
    );
  });
});
