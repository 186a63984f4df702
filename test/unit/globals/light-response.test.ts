import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LightResponse as Light } from '../../../src/globals/light-response.js';
import type { SluiceRequest } from '../../../src/http/request/request.js';

const Platform = globalThis.Response;
// Boundary: what it inherits is set by hand, so its type doesn't tell.
const LightResponse = Light as unknown as typeof Response;
const Classes = [Platform, LightResponse] as const;

type Class = (typeof Classes)[number];

/** What comes of it: a value, or the platform's error. */
async function outcomeOf(run: () => unknown): Promise<unknown> {
  try {
    return { value: await run() };
  } catch (error) {
    return { error: (error as Error).name, message: (error as Error).message };
  }
}

/** The same done with both classes; what `run` returns is to be equal. */
async function expectSame(run: (Class: Class) => unknown): Promise<unknown> {
  const platform = await outcomeOf(() => run(Platform));
  expect(await outcomeOf(() => run(LightResponse))).toEqual(platform);
  return platform;
}

function stateOf(response: Response): unknown {
  const { status, statusText, ok, type, url, redirected, bodyUsed } = response;
  const headers = [...response.headers];
  return { status, statusText, ok, type, url, redirected, bodyUsed, headers };
}

/** Bodies are made anew for each class: some can be used once. */
const bodies = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => () => text),
  fc.constantFrom('', '\ufeffa', 'a\ud800b', '\udc00', '[1,{"a":2}]').map((text) => () => text),
  fc.uint8Array({ maxLength: 8 }).map((bytes) => () => bytes.slice()),
  fc
    .uint8Array({ minLength: 4, maxLength: 8 })
    .map((b) => () => new DataView(b.slice().buffer, 1, 2)),
  fc.uint8Array({ maxLength: 8 }).map((bytes) => () => bytes.slice().buffer),
  fc.string().map((text) => () => new Blob([text])),
  fc.string().map((text) => () => new Blob([text], { type: 'text/css' })),
  fc.string().map((text) => () => new URLSearchParams({ text })),
  fc.string().map((text) => () => new Platform(text).body),
  fc
    .constantFrom<unknown>(null, undefined, 0, true, {}, new String('boxed'), ['a'])
    .map((b) => () => b),
) as fc.Arbitrary<() => string>;

const headers = fc.oneof(
  fc.constant(undefined),
  fc.dictionary(
    fc.constantFrom('a', 'Content-Type', 'content-length', 'set-cookie', 'x y'),
    fc.constantFrom('1', ' text/html ', 'multipart/form-data; boundary=x', 'a\nb', 'ü'),
    { maxKeys: 3 },
  ),
  fc.array(fc.tuple(fc.constantFrom('a', 'A', 'Set-Cookie'), fc.constantFrom('1', '2'))),
  fc.constantFrom(null, 1, 'a'),
);
const inits = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(undefined, null, 1, 'a') },
  {
    weight: 8,
    arbitrary: fc.record(
      {
        status: fc.constantFrom<unknown>(
          200,
          201,
          204,
          205,
          304,
          404,
          599,
          101,
          199,
          600,
          200.5,
          '200',
          null,
          undefined,
        ),
        statusText: fc.constantFrom<unknown>('', 'Fine', 'é', 'a\nb', 'Ā', 7, undefined),
        headers,
      },
      { requiredKeys: [] },
    ),
  },
) as fc.Arbitrary<ResponseInit | undefined>;

const readers = fc.constantFrom('text', 'json', 'arrayBuffer', 'blob', 'formData', 'body', 'clone');

type Reader = 'text' | 'json' | 'arrayBuffer' | 'blob' | 'formData' | 'body' | 'clone';

/** What reading gives, in a form that can be compared. */
async function readingOf(response: Response, reader: string): Promise<unknown> {
  const how = reader as Reader;
  if (how === 'body') {
    const { body } = response;
    return body === null ? null : Buffer.from(await new Platform(body).arrayBuffer());
  }
  if (how === 'clone') {
    const copy = response.clone();
    return [stateOf(copy), await copy.text(), response.bodyUsed];
  }
  const value = (await response[how]()) as unknown;
  if (value instanceof Blob) return [value.type, await value.text()];
  if (value instanceof FormData) return [...value];
  return value instanceof ArrayBuffer ? Buffer.from(value) : value;
}

describe('a light Response', () => {
  test('is as the platform’s, whatever it is made of and however it is read', async () => {
    await fc.assert(
      fc.asyncProperty(
        bodies,
        inits,
        fc.array(readers, { maxLength: 3 }),
        async (body, init, order) => {
          await expectSame(async (Class) => {
            const response = new Class(body(), init);
            const seen = [stateOf(response), response.body === null];
            for (const reader of order) {
              seen.push((await outcomeOf(() => readingOf(response, reader))) as boolean);
              seen.push(stateOf(response) as boolean);
              seen.push(response.body?.locked === true);
            }
            return seen;
          });
        },
      ),
      { numRuns: 400 },
    );
  });

  test('is as the platform’s where nobody has looked at its stream before', async () => {
    await fc.assert(
      fc.asyncProperty(
        bodies,
        inits,
        fc.array(readers, { maxLength: 3 }),
        async (body, init, order) => {
          await expectSame(async (Class) => {
            const response = new Class(body(), init);
            const seen: unknown[] = [];
            for (const reader of order) {
              seen.push(await outcomeOf(() => readingOf(response, reader)));
              seen.push(response.bodyUsed);
            }
            return seen;
          });
        },
      ),
      { numRuns: 400 },
    );
  });

  test('is made of the parts of another, as frameworks do', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, inits, readers, async (body, init, reader) => {
        await expectSame(async (Class) => {
          const first = new Class(body(), init);
          const second = new Class(first.body, first);
          second.headers.append('x-more', '1');
          const third = new Class(second.body, { status: 201, headers: second.headers });
          const read = await outcomeOf(() => readingOf(third, reader));
          return [stateOf(first), stateOf(second), stateOf(third), read];
        });
      }),
    );
  });

  test('is not altered by what its init and its bytes become', async () => {
    await expectSame(async (Class) => {
      const bytes = new Uint8Array([97, 98]);
      const init = { status: 201, headers: new Headers({ a: '1' }) };
      const response = new Class(bytes, init);
      bytes[0] = 120;
      init.status = 500;
      init.headers.set('a', '2');
      return [stateOf(response), await response.text()];
    });
  });

  test('has the same headers however often they are asked for, and they can be altered', async () => {
    await expectSame(async (Class) => {
      const response = new Class('{}');
      const { headers } = response;
      const same = headers === response.headers;
      response.headers.set('content-type', 'application/json');
      response.headers.append('set-cookie', 'a');
      const copy = response.clone();
      response.headers.append('set-cookie', 'b');
      return [same, stateOf(response), stateOf(copy), (await copy.blob()).type];
    });
  });

  test('parses forms by the Content-Type that it has then', async () => {
    await expectSame(async (Class) => {
      const response = new Class('a=1&b=2');
      response.headers.set('content-type', 'application/x-www-form-urlencoded');
      return [...(await response.formData())];
    });
    await expectSame(async (Class) => {
      const form = new FormData();
      form.append('a', 'b');
      const response = new Class(form);
      const type = response.headers.get('content-type')?.replace(/-{4,}.*/, '');
      return [type, [...(await response.formData())]];
    });
  });

  test('can’t be read twice, nor cloned when it was read', async () => {
    for (const body of ['a', new Uint8Array(1)]) {
      await expectSame(async (Class) => {
        const response = new Class(body);
        await response.text();
        const again = [
          await outcomeOf(() => response.text()),
          await outcomeOf(() => response.arrayBuffer()),
          await outcomeOf(() => response.clone()),
        ];
        return [again, response.body?.locked, response.bodyUsed];
      });
    }
  });

  test('refuses a stream that somebody reads, and content where there can be none', async () => {
    await expectSame((Class) => {
      const { body } = new Class('a');
      body?.getReader();
      return new Class(body);
    });
    await expectSame((Class) => new Class('', { status: 204 }));
    await expectSame((Class) => stateOf(new Class(null, { status: 304 })));
  });

  test('knows a stream that it gave out only as long as nobody has read of it', async () => {
    await expectSame(async (Class) => {
      const first = new Class('abc');
      const stream = first.body as ReadableStream<Uint8Array>;
      const reader = stream.getReader();
      await reader.read();
      reader.releaseLock();
      return [first.bodyUsed, await outcomeOf(() => new Class(stream).text())];
    });
  });

  test('tells the first that its stream was read by way of the second', async () => {
    await expectSame(async (Class) => {
      const first = new Class('abc');
      const second = new Class(first.body, first);
      const text = await second.text();
      return [text, first.bodyUsed, second.bodyUsed, await outcomeOf(() => first.text())];
    });
  });

  test.each([
    ['json', [{ a: 1 }], undefined],
    ['json', [[1]], { status: 201, headers: { 'content-type': 'text/x' } }],
    ['json', [null], { headers: { a: 'b' } }],
    ['json', [undefined], undefined],
    ['json', [1], { status: 204 }],
  ])('Response.%s(%o) is as the platform’s', async (_name, [data], init) => {
    await expectSame(async (Class) => {
      const response = Class.json(data, init);
      return [stateOf(response), await response.text()];
    });
  });

  test('Response.redirect() and Response.error() are the platform’s', async () => {
    await expectSame((Class) => stateOf(Class.redirect('http://a.example/b', 303)));
    await expectSame((Class) => Class.redirect('http://a.example/', Number('200') as 301));
    await expectSame((Class) => Class.redirect('http://a.example/', 301).headers.set('a', 'b'));
    await expectSame((Class) => stateOf(Class.error()));
    expect(LightResponse.error()).toBeInstanceOf(LightResponse);
  });

  test('is an instance both ways, and of its own class only where that is asked', () => {
    class Own extends LightResponse {}
    expect(new LightResponse()).toBeInstanceOf(Platform);
    expect(new Platform()).toBeInstanceOf(LightResponse);
    expect({}).not.toBeInstanceOf(LightResponse);
    expect(new Own('a', { status: 201 }).status).toBe(201);
    expect(new Own()).toBeInstanceOf(Own);
    expect(new LightResponse()).not.toBeInstanceOf(Own);
    expect(String(new LightResponse())).toBe('[object Response]');
    expect([LightResponse.name, LightResponse.length]).toEqual([Platform.name, Platform.length]);
  });

  test('gives its content as a stream of text, once', async () => {
    for (const body of ['grüße', new TextEncoder().encode('grüße'), new Blob(['grüße']), null]) {
      // Boundary: the types are of a Node that does not know it.
      const response = new LightResponse(body) as Response & Pick<SluiceRequest, 'textStream'>;
      let text = '';
      for await (const piece of response.textStream()) text += piece;
      expect(text).toBe(body === null ? '' : 'grüße');
      expect(response.bodyUsed).toBe(body !== null);
      if (body !== null) expect(() => response.textStream()).toThrow('already been read');
    }
  });

  test('answers to every name that the platform’s answers to', () => {
    const own = Object.getOwnPropertyNames(LightResponse.prototype);
    expect(own).toEqual(expect.arrayContaining(Object.getOwnPropertyNames(Platform.prototype)));
  });
});
