// What a handler sets and what the callbacks of admission give is checked where it is said.

import { describe, expect, test } from 'vitest';
import {
  createServer,
  type RequestContext,
  reply,
  type ServerOptions,
} from '../../../../src/index.js';
import { inject } from '../../../../src/testing/index.js';

/** The boundary: what somebody without types may write. */
const untyped = (value: unknown): never => value as never;

function upload(length: number, chunked = false): Request {
  return new Request('http://a/', {
    method: 'POST',
    body: 'x'.repeat(length),
    ...(chunked ? { headers: { 'Transfer-Encoding': 'chunked' } } : {}),
  });
}

/** Runs `act` in a handler, and gives what it threw. */
async function thrownBy(
  act: (context: RequestContext, request: Request) => unknown,
  request = upload(10),
): Promise<unknown> {
  let thrown: unknown;
  const server = createServer({
    limits: { bodyBytesMax: 100 },
    async fetch(received, context) {
      try {
        await act(context, received);
      } catch (error) {
        thrown = error;
      }
      return reply();
    },
  });
  await (await inject(server, request)).body?.cancel();
  return thrown;
}

describe('context.bodyBytesMax', () => {
  test.each<[string, unknown, ErrorConstructor]>([
    ['"10mb"', '10mb', TypeError],
    ['"10"', '10', TypeError],
    ['NaN', Number.NaN, RangeError],
    ['-1', -1, RangeError],
    ['1.5', 1.5, RangeError],
    ['Infinity', Number.POSITIVE_INFINITY, RangeError],
    ['undefined', undefined, TypeError],
    ['null', null, TypeError],
    ['5n', 5n, TypeError],
    ['an object', { valueOf: () => 5 }, TypeError],
    ['a symbol', Symbol('5'), TypeError],
  ])('refuses %s', async (shown, value, Kind) => {
    const thrown = await thrownBy((context) => {
      context.bodyBytesMax = untyped(value);
    });
    expect(thrown).toBeInstanceOf(Kind);
    expect(thrown).toMatchObject({
      code: 'SLUICE_OPTION_INVALID',
      message: `context.bodyBytesMax: got ${shown}, expected a whole number of bytes, 0 or more`,
    });
  });

  test('stays what it was where it was refused', async () => {
    const server = createServer({
      limits: { bodyBytesMax: 5 },
      async fetch(request, context) {
        try {
          context.bodyBytesMax = untyped('10mb');
        } catch {
          // Some would let it pass; the limit holds all the same.
        }
        return reply(await request.text());
      },
    });
    expect((await inject(server, upload(6))).status).toBe(413);
    expect((await inject(server, upload(6, true))).status).toBe(413);
    expect((await inject(server, upload(5))).status).toBe(200);
  });

  const reads: [string, (request: Request) => unknown][] = [
    ['text()', (request) => request.text()],
    ['bytes of text() under way', (request) => void request.text()],
    ['arrayBuffer()', (request) => request.arrayBuffer()],
    ['a reader', (request) => request.body?.getReader().read()],
    ['an iterator', (request) => request.body?.[Symbol.asyncIterator]().next()],
    ['cancel()', (request) => request.body?.cancel()],
  ];
  test.each(reads)('can not be set once the content was read: %s', async (_how, read) => {
    for (const request of [upload(10), upload(10, true), upload(90, true)]) {
      const thrown = await thrownBy(async (context, received) => {
        await read(received);
        context.bodyBytesMax = 50;
      }, request);
      expect(thrown).toBeInstanceOf(TypeError);
      expect(thrown).toMatchObject({
        code: 'SLUICE_OPTION_INVALID',
        message: 'context.bodyBytesMax: got 50 after the content was read, expected it before',
      });
    }
  });

  test('can be set, up and down, until then, and where there is no content', async () => {
    const set = (context: RequestContext): void => {
      context.bodyBytesMax = 1_000;
      context.bodyBytesMax = 0;
      context.bodyBytesMax = 20;
    };
    expect(await thrownBy(set, new Request('http://a/'))).toBeUndefined();
    expect(
      await thrownBy(async (context, request) => {
        request.body?.getReader();
        set(context);
      }),
    ).toBeUndefined();
  });
});

describe('context.sendInformational', () => {
  test.each([Number.NaN, '103', 101, 99, 200, null, 103n, Symbol('103'), {}])(
    'refuses the status %#',
    async (status) => {
      const thrown = await thrownBy((context) => context.sendInformational(untyped(status)));
      expect(thrown).toMatchObject({ code: 'SLUICE_REPLY_STATUS_INVALID' });
      expect((thrown as Error).message).toContain('an informational status must be an integer');
    },
  );

  test.each([5, 'Link: a', { 'a b': 'c' }, { a: {} }, [['a']]])(
    'refuses the headers %j',
    async (headers) => {
      const thrown = await thrownBy((context) => context.sendInformational(103, untyped(headers)));
      expect(thrown).toMatchObject({ name: 'ReplyError' });
    },
  );
});

describe('what a callback of admission must not give is told to onError, and the default holds', () => {
  async function ask(options: Partial<ServerOptions>): Promise<{
    readonly seen: string;
    readonly errors: string[];
  }> {
    const errors: string[] = [];
    const server = createServer({
      ...options,
      fetch: (_request, { priority, deadline }) => reply(`${priority} ${deadline !== undefined}`),
      onError: (error) => void errors.push(String(error)),
    });
    const response = await inject(server, new Request('http://a/'));
    return { seen: await response.text(), errors };
  }

  test.each<[string, unknown, string]>([
    ['priority', 'urgent', "got \"urgent\", expected 'probe', 'critical', "],
    ['priority', ['critical'], 'got an array, expected'],
    ['priority', 1, 'got 1, expected'],
    ['priority', '__proto__', 'got "__proto__", expected'],
    ['priority', { toString: 5 }, 'got an object, expected'],
    ['deadline', '5', 'got "5", expected a number of milliseconds, or undefined'],
    ['deadline', Number.NaN, 'got NaN, expected'],
    ['deadline', Symbol('5'), 'got a symbol, expected'],
    ['deadline', 5n, 'got 5n, expected'],
    ['clientKey', {}, 'got an object, expected a string'],
    ['clientKey', 7, 'got 7, expected a string'],
    ['clientKey', Promise.resolve('a'), 'got a Promise, expected a string'],
  ])('%s %#', async (name, value, message) => {
    const { seen, errors } = await ask({ [name]: () => value });
    expect(seen).toBe('default false');
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(`${name}(head): ${message}`);
  });

  test.each(['priority', 'clientKey', 'deadline'])(
    'a promise of %s is none, and how it rejects is told, too',
    async (name) => {
      const mistake = new Error('mistake');
      const { seen, errors } = await ask({ [name]: async () => Promise.reject(mistake) });
      expect(seen).toBe('default false');
      expect(errors[0]).toContain(`${name}(head): got a Promise, expected`);
      expect(errors.slice(1)).toEqual(['Error: mistake']);
    },
  );

  test.each(['priority', 'clientKey', 'deadline'])(
    'what %s gives may not be looked at',
    async (name) => {
      const hostile = new Proxy(
        {},
        {
          get() {
            throw new Error('hands off');
          },
        },
      );
      const { seen, errors } = await ask({ [name]: () => hostile });
      expect([seen, errors]).toEqual(['default false', ['Error: hands off']]);
    },
  );

  test('and what the others give holds', async () => {
    const { seen, errors } = await ask({
      priority: () => untyped('urgent'),
      clientKey: () => {
        throw new Error('no client');
      },
      deadline: () => 60_000,
    });
    expect(seen).toBe('default true');
    expect(errors.map((error) => error.replace(/:.*got/, ': got').slice(0, 30))).toEqual(
      ['RangeError: got "urgent", expec', 'Error: no client'].map((line) => line.slice(0, 30)),
    );
  });

  test.each([undefined, null])('%s is nothing said', async (nothing) => {
    const answers = { priority: nothing, clientKey: nothing, deadline: nothing };
    const options = Object.fromEntries(
      Object.entries(answers).map(([name, value]) => [name, () => value]),
    );
    expect(await ask(untyped(options))).toEqual({ seen: 'default false', errors: [] });
  });

  test('Infinity is no deadline', async () => {
    const { seen, errors } = await ask({ deadline: () => Number.POSITIVE_INFINITY });
    expect([seen, errors]).toEqual(['default false', []]);
  });
});
