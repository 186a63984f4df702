// What a handler sees of a request: its content in every form, and its signal.

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { RequestAborted, reply } from '../../src/index.js';
import { loopTurns } from '../support/loop-turns.js';
import { Arrivals, gate, get, post, postChunked, serve } from '../support/test-server.js';

/** Opens a gate with the word why the signal aborted. */
function reasonOf(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(signal.reason), { once: true });
  });
}

describe('the content', () => {
  test('is read in each of its forms', async () => {
    const served = await serve({
      async fetch(request, { target }) {
        switch (target) {
          case '/text':
            return reply(await request.text());
          case '/json':
            return reply(JSON.stringify(await request.json()));
          case '/bytes':
            return reply(new Uint8Array(await request.arrayBuffer()));
          case '/blob':
            return reply(await (await request.blob()).text());
          case '/form':
            return reply(String((await request.formData()).get('a')));
          case '/clone':
            return reply((await request.clone().text()) + (await request.text()));
          case '/reader': {
            const reader = request.body?.getReader();
            let text = '';
            for (let read = await reader?.read(); read?.done === false; read = await reader?.read())
              text += Buffer.from(read.value).toString();
            return reply(text);
          }
          default: {
            let text = '';
            for await (const chunk of request.body ?? []) text += Buffer.from(chunk).toString();
            return reply(text);
          }
        }
      },
    });
    const client = await served.connect();
    const form = 'Content-Type: application/x-www-form-urlencoded\r\n';
    const cases: [string, string, string, string][] = [
      ['/text', '', 'héllo', 'héllo'],
      ['/json', '', '{"a": [1]}', '{"a":[1]}'],
      ['/bytes', '', 'abc', 'abc'],
      ['/blob', '', 'abc', 'abc'],
      ['/form', form, 'a=b%20c', 'b c'],
      ['/clone', '', 'abc', 'abcabc'],
      ['/reader', '', 'abc', 'abc'],
      ['/iterate', '', 'abc', 'abc'],
    ];
    for (const [target, fields, content, answer] of cases) {
      const bytes = Buffer.from(content).toString('latin1');
      client.send(post(bytes, fields, target));
      expect([target, (await client.response()).text]).toEqual([target, answer]);
      const coded = `${bytes.length.toString(16)}\r\n${bytes}\r\n0\r\n\r\n`;
      client.send(postChunked(coded, fields).replace('/', target));
      expect([target, (await client.response()).text]).toEqual([target, answer]);
    }
  });

  test('comes piece by piece, as it comes', async () => {
    const pieces = new Arrivals<string>();
    const served = await serve({
      async fetch(request) {
        for await (const chunk of request.body ?? []) pieces.add(Buffer.from(chunk).toString());
        return reply('done');
      },
    });
    const client = await served.send(postChunked(''));
    for (const piece of ['one', 'two', 'three']) {
      client.send(`${piece.length}\r\n${piece}\r\n`);
      expect(await pieces.next()).toBe(piece);
    }
    client.send('0\r\n\r\n');
    expect((await client.response()).text).toBe('done');
  });

  test('fills memory of the handler’s, at the handler’s pace', async () => {
    const served = await serve({
      async fetch(request) {
        const reader = (request.body as ReadableStream).getReader({ mode: 'byob' });
        let memory = new ArrayBuffer(3);
        let text = '';
        for (;;) {
          const { done, value } = await reader.read(new Uint8Array(memory));
          if (done) return reply(text);
          text += `${Buffer.from(value).toString('latin1')}|`;
          memory = value.buffer as ArrayBuffer;
        }
      },
    });
    const client = await served.send(post('abcdefgh') + postChunked('2\r\nab\r\n0\r\n\r\n'));
    const texts = (await client.responses(2)).map(({ text }) => text);
    expect(texts).toEqual(['abc|def|gh|', 'ab|']);
  });

  test('that the handler gives up is drained, and the connection goes on', async () => {
    const served = await serve({
      async fetch(request) {
        for await (const chunk of request.body ?? []) return reply(Buffer.from(chunk));
        return reply('none');
      },
    });
    const client = await served.send(postChunked('3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n') + get());
    expect((await client.responses(2)).map(({ text }) => text)).toEqual(['abc', 'none']);
  });

  test('is native to fetch and new Request by way of clone()', async () => {
    const upstream = await serve({
      fetch: async (request) => reply(`${request.headers.get('x')} ${await request.text()}`),
    });
    const served = await serve({
      async fetch(request) {
        const native = new Request(upstream.origin, request.clone());
        native.headers.set('X', 'via');
        return fetch(native);
      },
    });
    const client = await served.send(post('abc'));
    expect((await client.response()).text).toBe('via abc');
  });

  test('beyond bodyBytesMax is read where the handler raised it for this request', async () => {
    const served = await serve({
      limits: { bodyBytesMax: 5 },
      async fetch(request, context) {
        if (request.headers.has('raise')) context.bodyBytesMax = 100_000;
        return reply(String((await request.text()).length));
      },
    });
    for (const size of [6, 99_999, 100_000, 100_001]) {
      const status = size > 100_000 ? 413 : 200;
      const content = 'x'.repeat(size);
      const coded = `${size.toString(16)}\r\n${content}\r\n0\r\n\r\n`;
      for (const [body, raise, expected] of [
        [post(content, 'Raise: 1\r\n'), true, status],
        [postChunked(coded, 'Raise: 1\r\n'), true, status],
        [post(content), false, 413],
        [postChunked(coded), false, 413],
      ] as const) {
        const client = await served.send(body);
        expect([size, raise, (await client.response()).status]).toEqual([size, raise, expected]);
        client.socket.destroy();
      }
    }
  });

  test('is held to a bodyBytesMax that the handler lowered', async () => {
    const served = await serve({
      async fetch(request, context) {
        context.bodyBytesMax = 2;
        return reply(await request.text());
      },
    });
    expect((await (await served.send(post('ab'))).response()).text).toBe('ab');
    expect((await (await served.send(post('abc'))).response()).status).toBe(413);
    expect(
      (await (await served.send(postChunked('3\r\nabc\r\n0\r\n\r\n'))).response()).status,
    ).toBe(413);
  });
});

describe('request.signal', () => {
  test('aborts with peerEnded when the client ends its side', async () => {
    const signals = new Arrivals<AbortSignal>();
    const answer = gate();
    const served = await serve({
      async fetch(request) {
        signals.add(request.signal);
        await answer.promise;
        return reply('still sent');
      },
    });
    const client = await served.send(get());
    const signal = await signals.next();
    expect(signal.aborted).toBe(false);
    const reason = reasonOf(signal);
    client.finish();
    const error = await reason;
    expect(error).toBeInstanceOf(RequestAborted);
    expect(error).toMatchObject({ name: 'AbortError', reason: 'peerEnded' });
    answer.open();
    const response = await client.response();
    expect(response.text).toBe('still sent');
    expect(await client.ended).toBe('fin');
  });

  test.each([
    [
      'its reason',
      (signal: AbortSignal) => reasonOf(signal).then((reason) => Promise.reject(reason)),
    ],
    ['what Node makes of it', (signal: AbortSignal) => sleep(60_000, undefined, { signal })],
  ])('may be let through by its handler: %s is no error', async (_what, wait) => {
    const asked = new Arrivals<Request>();
    const errors: unknown[] = [];
    const served = await serve({
      onError: (error) => void errors.push(error),
      async fetch(request) {
        asked.add(request);
        await wait(request.signal);
        return reply();
      },
    });
    const client = await served.send(get());
    await asked.next();
    client.finish();
    expect((await client.response()).status).toBe(400);
    const other = await served.send(get());
    await asked.next();
    other.reset();
    await served.server.close();
    expect(errors).toEqual([]);
  });

  test('aborts with peerReset when the connection is reset', async () => {
    const signals = new Arrivals<AbortSignal>();
    const served = await serve({
      async fetch(request) {
        signals.add(request.signal);
        await reasonOf(request.signal);
        return reply();
      },
    });
    const client = await served.send(get());
    const signal = await signals.next();
    const reason = reasonOf(signal);
    client.reset();
    expect(await reason).toMatchObject({ reason: 'peerReset' });
  });

  test('aborts with deadline when handlerMs is over', async () => {
    const served = await serve({
      limits: { handlerMs: 30 },
      async fetch(request) {
        const reason = (await reasonOf(request.signal)) as RequestAborted;
        return reply(reason.reason, { status: 504 });
      },
    });
    const client = await served.send(get());
    // It was too late to answer: sluice had answered by then.
    expect((await client.response()).status).toBe(503);
  });

  test('aborts with deadline when what deadline(head) gave has passed', async () => {
    const served = await serve({
      deadline: () => 500,
      async fetch(request) {
        return reply(((await reasonOf(request.signal)) as RequestAborted).reason);
      },
    });
    const response = await (await served.send(get())).response();
    expect(response.text).toBe('deadline');
    expect(response.status).toBe(200);
  });

  test('aborts with drain when the grace of close() is over', async () => {
    const signals = new Arrivals<AbortSignal>();
    const served = await serve({
      fetch(request) {
        signals.add(request.signal);
        return new Promise(() => undefined);
      },
    });
    const client = await served.send(get());
    const reason = reasonOf(await signals.next());
    const report = served.server.close({ graceMs: 0 });
    expect(await reason).toMatchObject({ reason: 'drain' });
    expect(await report).toEqual({ finished: 0, refused: 0, cutOff: 1 });
    expect(await client.ended).toBe('reset');
  });

  test('is aborted already where it is asked for only then', async () => {
    const requests = new Arrivals<Request>();
    const answer = gate();
    const served = await serve({
      async fetch(request) {
        requests.add(request);
        await answer.promise;
        return reply(String((request.signal.reason as RequestAborted).reason));
      },
    });
    const client = await served.send(get());
    await requests.next();
    client.finish();
    // The FIN is known when what came after it on another connection is.
    const other = await served.send(get());
    await requests.next();
    other.socket.destroy();
    answer.open();
    expect((await client.response()).text).toBe('peerEnded');
  });

  test('never aborts once the reply has left, whatever the client does then', async () => {
    const signals: AbortSignal[] = [];
    const served = await serve({
      fetch(request) {
        signals.push(request.signal);
        return request.url.endsWith('stream') ? reply(['a', 'b']) : reply('x');
      },
    });
    const ending = await served.send(get());
    const resetting = await served.send(get('/stream'));
    const closing = await served.send(get('/', 'Connection: close\r\n'));
    await ending.response();
    await resetting.response();
    await closing.response();
    ending.finish();
    resetting.reset();
    closing.reset();
    expect(await ending.ended).toBe('fin');
    while (Object.values(served.server.stats().connections).some((count) => count > 0))
      await loopTurns(1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false]);
    await served.server.close({ graceMs: 0 });
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false]);
  });
});
