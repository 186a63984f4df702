import { createServer, type FetchHandler } from 'sluice';
import { inject } from 'sluice/testing';
import { describe, expect, test } from 'vitest';
import { fromResponse } from '../../../../src/http/reply/from-response.js';
import type { Reply } from '../../../../src/http/reply/reply.js';
import { readAhead } from '../../../../src/http/request/read-ahead.js';
import { wholeToBytes } from '../../../../src/http/request/whole-body.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (reply: Reply): string => new TextDecoder().decode(wholeToBytes(reply.whole ?? ''));

const ahead = (response: Response): Promise<Reply> => fromResponse(response).readAhead();

/** What is pulled out of a reply, in turn. */
async function chunksOf(reply: Reply): Promise<string[]> {
  const source = reply.open();
  const chunks: string[] = [];
  for (;;) {
    const chunk = await source.next();
    if (chunk === undefined) return chunks;
    chunks.push(new TextDecoder().decode(chunk));
  }
}

describe('a Response’s content that is there', () => {
  test.each([
    ['a string', () => new Response('grüße'), 'grüße'],
    ['JSON', () => Response.json({ a: 1 }), '{"a":1}'],
    ['bytes', () => new Response(bytes('abc')), 'abc'],
    ['an ArrayBuffer', () => new Response(new ArrayBuffer(3)), '\0\0\0'],
    ['a form', () => new Response(new URLSearchParams({ a: 'b' })), 'a=b'],
    ['an empty string', () => new Response(''), ''],
    ['a long string', () => new Response('a'.repeat(300_000)), 'a'.repeat(300_000)],
    ['a clone', () => new Response('abc').clone(), 'abc'],
    ['what went through many hands', () => new Response(new Response('abc').body, {}), 'abc'],
  ])('is whole: %s', async (_name, make, content) => {
    const made = await ahead(make());
    expect(made.whole).toBeDefined();
    expect(text(made)).toBe(content);
    expect(made.length).toBe(bytes(content).length);
  });

  test('is whole in as many pieces as a form has', async () => {
    const form = new FormData();
    for (let i = 0; i < 5; i++) form.append(`name${i}`, 'value');
    expect((await ahead(new Response(form))).whole).toBeDefined();
  });

  test('must be as long as was declared', async () => {
    const headers = { 'content-length': '4' };
    await expect(ahead(new Response('abc', { headers }))).rejects.toThrow("body's 3 bytes");
  });
});

describe('a Response’s content that is not all there', () => {
  /** A stream with a first chunk, whose next steps the test makes. */
  function opened(first: string) {
    const seen: unknown[] = [];
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const stream = new ReadableStream<Uint8Array>({
      start(given) {
        controller = given;
        controller.enqueue(bytes(first));
      },
      cancel(reason) {
        seen.push(reason);
      },
    });
    return { stream, seen, controller: controller as ReadableStreamDefaultController<Uint8Array> };
  }

  test('is sent as a stream, from its first chunk on', async () => {
    const { stream, controller } = opened('a');
    const made = await ahead(new Response(stream));
    expect(made.whole).toBeUndefined();
    const chunks = chunksOf(made);
    controller.enqueue(bytes('b'));
    controller.close();
    expect(await chunks).toEqual(['a', 'b']);
  });

  test('waits for no turn of the event loop', async () => {
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    process.nextTick(() => {
      turned = true;
    });
    await ahead(new Response(opened('a').stream));
    await ahead(new Response(new ReadableStream()));
    expect(turned).toBe(false);
  });

  test('is cancelled once where it is given up, begun or not', async () => {
    for (const begin of [false, true]) {
      const { stream, seen } = opened('a');
      const source = (await ahead(new Response(stream))).open();
      if (begin) await source.next();
      source.close('enough');
      source.close('again');
      await new Promise(setImmediate);
      expect(seen).toEqual(['enough']);
    }
  });

  test('fails where it failed, later or at once', async () => {
    const { stream, controller } = opened('a');
    const source = (await ahead(new Response(stream))).open();
    await source.next();
    const next = source.next();
    controller.error(new Error('later'));
    await expect(next).rejects.toThrow('later');
    const failing = new ReadableStream({
      pull() {
        throw new Error('at once');
      },
    });
    await expect(ahead(new Response(failing))).rejects.toThrow('at once');
  });

  test('is not read to its end where that is far, or never comes', async () => {
    for (const chunk of [bytes(''), bytes('a'), new Uint8Array(40_000)]) {
      let pulled = 0;
      const endless = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            pulled++;
            controller.enqueue(chunk);
          },
        },
        { highWaterMark: 0 },
      );
      expect(await readAhead(endless)).not.toBeInstanceOf(Uint8Array);
      expect(pulled).toBeLessThanOrEqual(chunk.length === 40_000 ? 2 : 64);
    }
  });

  test('is cancelled where it gives what can’t be sent', async () => {
    const seen: unknown[] = [];
    const wrong = new ReadableStream({
      pull(controller) {
        controller.enqueue(42);
      },
      cancel(reason) {
        seen.push(reason);
      },
    });
    await expect(ahead(new Response(wrong))).rejects.toThrow('got 42');
    expect(seen).toHaveLength(1);
  });
});

describe('a Response over a connection', () => {
  async function answerTo(fetch: FetchHandler, method = 'GET') {
    const errors: unknown[] = [];
    const server = createServer({
      fetch,
      onError(error) {
        errors.push(error);
      },
    });
    const response = await inject(server, new Request('http://a.example/', { method }));
    const { status, headers } = response;
    const text = await response.text();
    await server.close({ graceMs: 0 });
    const [length, coding] = [headers.get('content-length'), headers.get('transfer-encoding')];
    return { status, text, length, coding, errors };
  }

  test('has a length where its content is there', async () => {
    const answer = { status: 200, text: 'abc', length: '3', coding: null, errors: [] };
    expect(await answerTo(() => new Response('abc'))).toEqual(answer);
    expect(await answerTo(async () => new Response('abc'))).toEqual(answer);
  });

  test('of a subclass is sent as its members say, and is read through them alone', async () => {
    const asked: string[] = [];
    class Spied extends Response {}
    const members = {
      body: () => new Response('of the subclass').body,
      headers: () => new Headers({ 'content-type': 'text/own' }),
      status: () => 203,
    };
    for (const [name, member] of Object.entries(members)) {
      const get = (): unknown => {
        asked.push(name);
        return member();
      };
      Object.defineProperty(Spied.prototype, name, { get });
    }
    const answer = await answerTo(() => new Spied('never sent', { status: 500 }));
    expect(answer).toMatchObject({
      status: 203,
      text: 'of the subclass',
      length: '15',
      errors: [],
    });
    expect(new Set(asked)).toEqual(new Set(['body', 'headers', 'status']));
  });

  test.each<[string, () => Response, object]>([
    ['a redirect', () => Response.redirect('http://b.example/', 307), { status: 307, text: '' }],
    ['a network error', () => Response.error(), { status: 500 }],
    ['no content', () => new Response(null, { status: 205 }), { status: 205, text: '' }],
    ['one without text', () => new Response(''), { text: '', length: '0' }],
    ['a stream of text', () => new Response(new Blob(['ab']).stream()), { text: 'ab' }],
    [
      'a clone whose original is read',
      () => {
        const original = new Response('abc');
        const clone = original.clone();
        void original.text();
        return clone;
      },
      { text: 'abc', length: '3' },
    ],
    [
      'one that was read',
      () => {
        const read = new Response('abc');
        void read.text();
        return read;
      },
      { status: 500 },
    ],
  ])('is what it is: %s', async (_what, make, expected) => {
    expect(await answerTo(make)).toMatchObject(expected);
  });

  test('is a 500 where its content fails before any of it was sent', async () => {
    const failing = (): Response =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(bytes('a'));
          },
          pull(controller) {
            controller.error(new Error('broke'));
          },
        }),
      );
    const { status, errors } = await answerTo(failing);
    expect([status, errors]).toEqual([500, [new Error('broke')]]);
  });

  test('is not begun for HEAD, 204 and 304', async () => {
    let begun = 0;
    let ended = 0;
    const stream = (): ReadableStream =>
      new ReadableStream(
        {
          pull() {
            begun++;
          },
          cancel() {
            ended++;
          },
        },
        { highWaterMark: 0 },
      );
    const response = (status: number): Response => {
      const made = new Response(stream());
      Object.defineProperty(made, 'status', { value: status });
      return made;
    };
    await answerTo(() => response(200), 'HEAD');
    await answerTo(() => response(204));
    await answerTo(() => response(304));
    expect([begun, ended]).toEqual([0, 3]);
  });
});
