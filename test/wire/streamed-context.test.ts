// A streamed body is pulled in the asynchronous context in which it was given.

import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { get, serve, TAKES_TRAILERS } from '../support/test-server.js';

const storage = new AsyncLocalStorage<string>();

function* now(): Generator<string> {
  for (let i = 0; i < 3; i++) yield `${storage.getStore()} `;
}

async function* later(): AsyncGenerator<string> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    yield `${storage.getStore()} `;
  }
}

function stream(): ReadableStream<string> {
  let pulls = 0;
  return new ReadableStream<string>(
    {
      async pull(controller) {
        await new Promise((resolve) => setImmediate(resolve));
        if (++pulls > 3) controller.close();
        else controller.enqueue(`${storage.getStore()} `);
      },
    },
    { highWaterMark: 0 },
  );
}

function begun(): AsyncIterable<string> {
  return {
    async *[Symbol.asyncIterator]() {
      yield* now();
    },
  };
}

/** Looks when it is asked for its iterator, and not later. */
function asked(): Iterable<string> {
  return {
    [Symbol.iterator]() {
      const seen = `${storage.getStore()} `;
      return [seen, seen, seen][Symbol.iterator]();
    },
  };
}

function askedLater(): AsyncIterable<string> {
  return { [Symbol.asyncIterator]: () => Readable.from(asked())[Symbol.asyncIterator]() };
}

test.each([
  ['a generator', now],
  ['an iterable that begins when it is sent', begun],
  ['an iterable that looks at once', asked],
  ['an async iterable that looks at once', askedLater],
  ['an async generator', later],
  ['a ReadableStream that is pulled when asked', stream],
])('%s sees what its request keeps in an AsyncLocalStorage', async (_what, body) => {
  const served = await serve({
    fetch: (_request, { target }) =>
      target < '/2'
        ? storage.run(target, () => reply(body()))
        : storage.run(target, async () => {
            await null;
            return reply(body());
          }),
  });
  const client = await served.send(get('/1') + get('/2') + get('/3'));
  const texts = (await client.responses(3)).map(({ text }) => text);
  expect(texts).toEqual(['/1 /1 /1 ', '/2 /2 /2 ', '/3 /3 /3 ']);
});

test('a stream that is cancelled, and a function that gives trailers, see it', async () => {
  const seen: unknown[] = [];
  const served = await serve({
    fetch: (request, { target }) =>
      storage.run(target, () =>
        request.method === 'HEAD'
          ? reply(new ReadableStream({ cancel: () => void seen.push(storage.getStore()) }))
          : reply('x', { trailers: () => ({ seen: String(storage.getStore()) }) }),
      ),
  });
  const head = await served.send(get('/1').replace('GET', 'HEAD'));
  await head.response('HEAD');
  expect(seen).toEqual(['/1']);
  const client = await served.send(get('/2', `Connection: close\r\n${TAKES_TRAILERS}`));
  expect((await client.rest()).toString()).toContain('seen: /2\r\n');
});
