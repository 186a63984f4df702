// A tracing channel hears of a handler's call in the order that `tracePromise` gives, and changes nothing of it.

import { expect, test } from 'vitest';
import {
  type RequestChannel,
  type RequestMessage,
  traced,
} from '../../../../src/conn/handler/request-channel.js';
import { reply } from '../../../../src/index.js';

class Channel implements RequestChannel {
  readonly hasSubscribers = true;
  readonly events: unknown[] = [];
  readonly #note = (name: string, { result, error }: RequestMessage): void =>
    void this.events.push([name, result, error]);

  start(message: RequestMessage, call: () => unknown): unknown {
    this.#note('start', message);
    return call();
  }

  end(message: RequestMessage): void {
    this.#note('end', message);
  }

  asyncStart(message: RequestMessage): void {
    this.#note('asyncStart', message);
  }

  asyncEnd(message: RequestMessage): void {
    this.#note('asyncEnd', message);
  }

  error(message: RequestMessage): void {
    this.#note('error', message);
  }
}

const message = (): RequestMessage => ({}) as RequestMessage;
const answer = reply('x');
const failure = new Error('x');

test('an answer that comes at once is there at the end', () => {
  const channel = new Channel();
  expect(traced(channel, message(), () => answer)).toBe(answer);
  expect(channel.events).toEqual([
    ['start', undefined, undefined],
    ['end', answer, undefined],
  ]);
});

test('what is thrown is told, and thrown on', () => {
  const channel = new Channel();
  const call = (): unknown => {
    throw failure;
  };
  expect(() => traced(channel, message(), call)).toThrow(failure);
  expect(channel.events).toEqual([
    ['start', undefined, undefined],
    ['error', undefined, failure],
    ['end', undefined, failure],
  ]);
});

test('an answer that comes later is told once it is here', async () => {
  const channel = new Channel();
  const promise = traced(channel, message(), () => Promise.resolve(answer));
  expect(channel.events.map((event) => (event as unknown[])[0])).toEqual(['start', 'end']);
  expect(await promise).toBe(answer);
  expect(channel.events.slice(1)).toEqual([
    ['end', undefined, undefined],
    ['asyncStart', answer, undefined],
    ['asyncEnd', answer, undefined],
  ]);
});

test('a promise that rejects is an error between', async () => {
  const channel = new Channel();
  const promise = traced(channel, message(), () => Promise.reject(failure));
  await expect(promise).rejects.toBe(failure);
  expect(channel.events.slice(1)).toEqual([
    ['end', undefined, undefined],
    ['error', undefined, failure],
    ['asyncStart', undefined, failure],
    ['asyncEnd', undefined, failure],
  ]);
});

test('a thenable of another library is called once, and waited for', async () => {
  const channel = new Channel();
  let calls = 0;
  const thenable = {
    // biome-ignore lint/suspicious/noThenProperty: what another library's promise looks like
    then(resolve: (value: unknown) => void): void {
      calls++;
      resolve(answer);
    },
  };
  expect(await traced(channel, message(), () => thenable)).toBe(answer);
  expect(calls).toBe(1);
  expect(channel.events.at(-1)).toEqual(['asyncEnd', answer, undefined]);
});
