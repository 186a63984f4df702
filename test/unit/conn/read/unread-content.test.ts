// Content that lies unread behind a silent response: kept for whoever may still read it, or given up.

import { describe, expect, test } from 'vitest';
import { Ledger } from '../../../../src/conn/memory/ledger.js';
import { Look } from '../../../../src/conn/memory/look-ahead.js';
import { isTooMuch, lookFurther } from '../../../../src/conn/read/unread-content.js';
import { type FetchHandler, reply } from '../../../../src/index.js';
import { ConnectionScene, never } from '../../../support/connection-scene.js';
import { get, post } from '../../../support/test-server.js';

describe('content that nobody reads', () => {
  const limits = { readAheadBytesMax: 8, peerEndedMs: 100, bodyBytesMax: 20 };
  /** More than is ever kept. */
  const much = post('x'.repeat(200_000));
  const answers: Record<string, FetchHandler> = {
    'not begun': () => reply(new ReadableStream()),
    'locked only': (request) => {
      request.body?.getReader();
      return reply(new ReadableStream());
    },
    cancelled: (request) => {
      void request.body?.cancel();
      return reply(new ReadableStream());
    },
  };

  test.each([
    // Its head is said after 50 ms. Then sluice looks ahead, and past what it may keep.
    ['not begun', 250],
    ['locked only', 250],
    ['cancelled', 150],
  ])('%s, is given up once its stream is silent, after %d ms', async (answer, ms) => {
    const scene = new ConnectionScene(answers[answer], { limits });
    await scene.send(much);
    await scene.to(ms - 1);
    expect(scene.state).toMatch(/^body\/streaming/);
    await scene.to(ms + 1);
    expect([scene.state, scene.connection.receiver.input.length]).toEqual([
      'discard/streaming/last',
      0,
    ]);
    expect([scene.faults, scene.errors]).toEqual([[], []]);
  });

  test('is kept for a reader that has begun, and for a handler that has not answered', async () => {
    for (const fetch of [
      ((request) => {
        const reader = request.body?.getReader();
        void reader?.read();
        return reply(new ReadableStream());
      }) as FetchHandler,
      never,
    ]) {
      const scene = new ConnectionScene(fetch, { limits: { ...limits, bodyBytesMax: 400_000 } });
      await scene.send(post('x'.repeat(200_000)).slice(0, 100));
      scene.come('x'.repeat(199_000));
      await scene.to(5000);
      expect(scene.state).toMatch(/^body\/(streaming|pending)\/keep$/);
      expect(scene.connection.receiver.input.length).toBeGreaterThan(190_000);
    }
  });

  test('is kept though it is more than sluice looks at, once its reader has begun', async () => {
    const begun: FetchHandler = (request) => {
      void request.body?.getReader().read();
      return reply(new ReadableStream());
    };
    const scene = new ConnectionScene(begun, {
      limits: { ...limits, bodyBytesMax: 400_000, bufferedBytesMax: 1_000_000 },
    });
    await scene.send(post('x'.repeat(200_000)).slice(0, 100));
    scene.come('x'.repeat(199_000));
    await scene.to(5000);
    expect(scene.connection.receiver.full).toBe(true);
    expect(scene.state).toBe('body/streaming/keep');
  });

  test('is kept, though it was cancelled, until the handler has answered', async () => {
    const scene = new ConnectionScene(
      (request) => {
        void request.body?.cancel();
        return new Promise(() => {});
      },
      { limits },
    );
    await scene.send(much);
    await scene.to(3000);
    expect([scene.state, scene.errors]).toEqual(['body/pending/keep', []]);
  });

  test('is kept while the stream says something', async () => {
    const scene = new ConnectionScene(
      () =>
        reply(
          (async function* () {
            for (;;) {
              yield 'event';
              await new Promise<void>((resolve) => scene.clock.after(60, resolve));
            }
          })(),
        ),
      { limits },
    );
    await scene.send(much);
    await scene.to(3000);
    expect(scene.state).toBe('body/streaming/keep');
  });

  test('is kept where what lies there are requests behind the response', async () => {
    const scene = new ConnectionScene(() => reply(new ReadableStream()), { limits });
    await scene.send(get() + 'x'.repeat(200_000));
    await scene.to(3000);
    expect(scene.state).toBe('done/streaming/keep');
  });
});

describe('unread content', () => {
  const body = { cancelled: false };
  const request = { bodyBytesMax: 1000, continued: true, body };

  test.each([
    ['as much as may be drained', request, 10, false, false],
    ['more than that', request, 11, false, true],
    ['more, which the reply may read', request, 11, true, false],
    ['more, which was cancelled', { ...request, body: { cancelled: true } }, 11, true, true],
    ['little, whose client waits to be told', { ...request, continued: false }, 1, true, true],
    ['more, which is none', { ...request, body: null }, 11, false, false],
  ])('%s', (_what, given, left, streamed, expected) => {
    expect(isTooMuch(given, left, streamed, 10)).toBe(expected);
  });

  test('is looked past in steps, until all of it may be held or memory is short', () => {
    const looks: unknown[] = [];
    const receiver = (length: number) => ({
      input: { length },
      lookAhead: (bytesMax: number, look: number) => void looks.push([bytesMax > length, look]),
    });
    const limits = { bufferedBytesMax: 2 ** 30 };
    const ledger = new Ledger(2 ** 30, () => undefined);
    const long = { ...request, bodyBytesMax: 8_000_000 };
    lookFurther(long, receiver(100_000), { limits, ledger });
    lookFurther(long, receiver(7_000_000), { limits, ledger });
    ledger.change(2 ** 29);
    lookFurther(long, receiver(100_000), { limits, ledger });
    expect(looks).toEqual([
      [true, Look.further],
      [true, Look.all],
      [false, Look.all],
    ]);
  });
});
