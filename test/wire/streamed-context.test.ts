// A streamed body is pulled in the asynchronous context in which it was given.

import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { get, serve } from '../support/served.js';

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

test.each([
  ['a generator', now],
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
