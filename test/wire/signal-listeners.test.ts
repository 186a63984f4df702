// What a listener of the request's signal throws, or rejects with, ends nobody's process. Node tells the
// errors of all listeners to the process, and a client makes the signal abort whenever it likes.

import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { expectNoEscapes } from '../support/escapes.js';
import { Arrivals, get, postChunked, serve } from '../support/test-server.js';

const mistake = new Error('mistake');

expectNoEscapes();

const throws = (): never => {
  throw mistake;
};
const rejects = (): Promise<never> => Promise.reject(mistake);

const WAYS: [string, (signal: AbortSignal) => void][] = [
  ['a listener that throws', (signal) => signal.addEventListener('abort', throws)],
  ['a listener that rejects', (signal) => signal.addEventListener('abort', rejects)],
  [
    'one for one time that throws',
    (signal) => signal.addEventListener('abort', throws, { once: true }),
  ],
  [
    'an object whose handleEvent throws',
    (signal) => signal.addEventListener('abort', { handleEvent: throws }),
  ],
  [
    'an object whose handleEvent can’t be looked at',
    (signal) =>
      signal.addEventListener('abort', {
        get handleEvent(): never {
          throw mistake;
        },
      }),
  ],
  [
    'an onabort that throws',
    (signal) => {
      signal.onabort = throws;
    },
  ],
  [
    'an onabort that rejects',
    (signal) => {
      signal.onabort = rejects;
    },
  ],
  [
    'a listener that gives a thenable that throws',
    (signal) =>
      signal.addEventListener(
        'abort',
        // biome-ignore lint/suspicious/noThenProperty: a thenable is what is wanted.
        () => ({ then: throws }) as unknown as undefined,
      ),
  ],
];

const SIGNALS: [string, (request: Request) => AbortSignal][] = [
  ['of the request', (request) => request.signal],
  ['of a clone', (request) => request.clone().signal],
  ['of a clone of a clone', (request) => request.clone().clone().signal],
];

describe.each(SIGNALS)('the signal %s', (_whose, signalOf) => {
  test.each(WAYS)('has %s: onError is told, and the server goes on', async (_what, listen) => {
    const told = new Arrivals<unknown>();
    const started = new Arrivals<AbortSignal>();
    const served = await serve({
      fetch(request) {
        if (request.method === 'GET') return reply('well');
        const signal = signalOf(request);
        listen(signal);
        started.add(signal);
        return new Promise(() => undefined);
      },
      onError(error) {
        told.add(error);
        return undefined;
      },
    });
    const client = await served.send(postChunked('5\r\nhello\r\n'));
    const signal = await started.next();
    client.socket.resetAndDestroy();
    expect(await told.next()).toBe(mistake);
    expect(signal.aborted).toBe(true);
    const other = await served.send(get());
    expect((await other.response()).text).toBe('well');
  });
});

describe('listeners of the signal', () => {
  async function signalWith(listen: (signal: AbortSignal) => unknown): Promise<AbortSignal> {
    const started = new Arrivals<AbortSignal>();
    const served = await serve({
      fetch({ signal }) {
        listen(signal);
        started.add(signal);
        return new Promise(() => undefined);
      },
    });
    const client = await served.send(get());
    const signal = await started.next();
    const aborted = once(signal, 'abort');
    client.socket.resetAndDestroy();
    await aborted;
    return signal;
  }

  test('are called in order, each once, with the event and the signal as `this`', async () => {
    const seen: unknown[] = [];
    const listener = function (this: AbortSignal, event: Event): void {
      seen.push(['listener', this === event.target, event.type]);
    };
    const object = {
      handleEvent(event: Event): void {
        seen.push(['object', this === object, event.type]);
      },
    };
    const removed = (): number => seen.push('removed');
    const signal = await signalWith((one) => {
      one.addEventListener('abort', listener);
      one.addEventListener('abort', listener);
      one.addEventListener('abort', removed);
      one.addEventListener('abort', object);
      one.addEventListener('abort', null as unknown as () => void);
      one.removeEventListener('abort', removed);
      one.onabort = removed;
      one.onabort = listener;
    });
    expect(seen).toEqual([
      ['listener', true, 'abort'],
      ['object', true, 'abort'],
      ['listener', true, 'abort'],
    ]);
    expect(signal.onabort).toBe(listener);
    signal.onabort = null;
    expect(signal.onabort).toBe(null);
  });

  test('what is no listener is refused as the platform refuses it', async () => {
    const errors: unknown[] = [];
    await signalWith((signal) => {
      try {
        signal.addEventListener('abort', 7 as unknown as () => void);
      } catch (error) {
        errors.push(error);
      }
    });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(TypeError);
  });

  test('the signal is one of the platform’s, and others may follow it', async () => {
    const followed: AbortSignal[] = [];
    const signal = await signalWith((one) => {
      followed.push(AbortSignal.any([one]), new Request('http://a/', { signal: one }).signal);
    });
    expect(signal).toBeInstanceOf(AbortSignal);
    expect(Object.keys(signal)).toEqual([]);
    for (const one of followed) expect(one.aborted).toBe(true);
  });
});
