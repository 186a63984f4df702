import { createServer, type FetchHandler, type ReplyBody, reply } from 'sluice';
import { inject } from 'sluice/testing';
import { describe, expect, test } from 'vitest';
import { LightResponse } from '../../../src/globals/light-response.js';

async function answerTo(fetch: FetchHandler, method: string = 'GET') {
  const server = createServer({ fetch });
  const response = await inject(server, new Request('http://a.example/', { method }));
  const { status, headers } = response;
  const text = await response.text();
  await server.close({ graceMs: 0 });
  return {
    status,
    text,
    length: headers.get('content-length'),
    type: headers.get('content-type'),
  };
}

const png = (text: string): Blob => new Blob([text], { type: 'image/png' });

/** As jsdom has it: no stream, and nothing that Node knows. */
class OtherBlob {
  readonly size = 3;
  readonly type = 'a/b';
  get [Symbol.toStringTag](): string {
    return 'Blob';
  }
  async arrayBuffer(): Promise<ArrayBuffer> {
    return new TextEncoder().encode('abc').buffer;
  }
}

describe('a Blob', () => {
  test('has a length and a type, and can be sent again', async () => {
    const made = reply(png('abc'));
    for (let time = 0; time < 2; time++) {
      expect(await answerTo(() => made)).toEqual({
        status: 200,
        text: 'abc',
        length: '3',
        type: 'image/png',
      });
    }
  });

  test.each([
    ['a File', new File(['abc'], 'a.txt', { type: 'text/x-a' }), 'text/x-a'],
    ['a Blob without a type', new Blob(['abc']), null],
    ['a Blob of another implementation', new OtherBlob() as unknown as Blob, 'a/b'],
  ])('may be %s', async (_name, blob, type) => {
    expect(await answerTo(() => reply(blob))).toMatchObject({ text: 'abc', length: '3', type });
  });

  test('has the type that the headers give it', async () => {
    const headers = { 'content-type': 'text/css' };
    expect((await answerTo(() => reply(png('abc'), { headers }))).type).toBe('text/css');
    expect((await answerTo(() => new LightResponse(png('abc'), { headers }))).type).toBe(
      'text/css',
    );
  });

  test('of many bytes, or of none, has its length', async () => {
    expect((await answerTo(() => reply(png('a'.repeat(300_000))))).length).toBe('300000');
    expect(await answerTo(() => reply(png('')))).toMatchObject({ length: '0', text: '' });
  });

  test('is not read for HEAD, and has its length there', async () => {
    const blob = png('abc');
    blob.stream = () => {
      throw new Error('was read');
    };
    for (const answer of [() => reply(blob), () => new LightResponse(blob)]) {
      expect(await answerTo(answer, 'HEAD')).toMatchObject({ status: 200, length: '3', text: '' });
    }
  });

  test('as content of a light Response has its length and type, once', async () => {
    const response = new LightResponse(png('abc'));
    expect(await answerTo(() => response)).toMatchObject({
      text: 'abc',
      length: '3',
      type: 'image/png',
    });
    expect(response.bodyUsed).toBe(true);
    expect((await answerTo(() => response)).status).toBe(500);
  });

  test('must be as long as was declared', () => {
    expect(() => reply(png('abc'), { headers: { 'content-length': 4 } })).toThrow("body's 3 bytes");
  });
});

describe('a form', () => {
  test('of URLSearchParams has its type and its length', async () => {
    expect(await answerTo(() => reply(new URLSearchParams({ a: 'é', b: '2' })))).toEqual({
      status: 200,
      text: 'a=%C3%A9&b=2',
      length: '12',
      type: 'application/x-www-form-urlencoded;charset=UTF-8',
    });
  });

  test('of FormData has a type that names its boundary', async () => {
    const form = new FormData();
    form.append('a', 'b');
    const { type, text } = await answerTo(() => reply(form));
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(type ?? '')?.[1];
    expect(text.startsWith(`--${boundary}\r\n`)).toBe(true);
  });

  test('of another implementation is refused', () => {
    const form = { [Symbol.toStringTag]: 'FormData', *[Symbol.iterator]() {} };
    expect(() => reply(form as unknown as ReplyBody)).toThrow('a body must be');
  });
});
