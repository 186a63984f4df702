// What a handler is told beside the request, and what it can do before and after
// its reply.

import { describe, expect, test } from 'vitest';
import { type Completion, reply } from '../../src/index.js';
import { loopTurns } from '../support/loop-turns.js';
import { Arrivals, gate, get, post, serve } from '../support/test-server.js';

describe('context', () => {
  test('tells who, where and what came', async () => {
    const served = await serve({
      fetch(_request, context) {
        const { remoteAddress, localAddress, encrypted, serverName, priority, deadline } = context;
        const { connectionId, requestId, target, httpVersion, rawHeaders, bodyBytesMax } = context;
        return Response.json({
          ...{ remoteAddress, localAddress, encrypted, serverName: serverName ?? null, priority },
          ...{ deadline: deadline ?? null, connectionId, requestId, target, httpVersion },
          ...{ rawHeaders, bodyBytesMax },
        });
      },
    });
    const client = await served.send(get('/a?b', 'nAmE:   Value \r\nname: 2\r\n') + get('/2'));
    expect(JSON.parse((await client.response()).text)).toEqual({
      remoteAddress: '127.0.0.1',
      localAddress: '127.0.0.1',
      encrypted: false,
      serverName: null,
      priority: 'default',
      deadline: null,
      connectionId: 1,
      requestId: 1,
      target: '/a?b',
      httpVersion: '1.1',
      rawHeaders: ['Host', 'a', 'nAmE', 'Value', 'name', '2'],
      bodyBytesMax: 1024 * 1024,
    });
    expect(JSON.parse((await client.response()).text)).toMatchObject({
      connectionId: 1,
      requestId: 2,
    });
  });

  test('has functions that may be taken out of it', async () => {
    const lasted: string[] = [];
    const served = await serve({
      async fetch(_request, { sendInformational, upgrade, waitUntil, waiting }) {
        sendInformational(103, { link: '</a>' });
        waitUntil(Promise.resolve().then(() => lasted.push('until')));
        const code = await waiting(upgrade()).catch((error: { code: string }) => error.code);
        return reply(code as string);
      },
    });
    const client = await served.send(get('/'));
    expect((await client.response()).status).toBe(103);
    expect(await client.response()).toMatchObject({
      status: 200,
      text: 'SLUICE_UPGRADE_NOT_ASKED',
    });
    expect(lasted).toEqual(['until']);
  });

  test('tells priority and deadline as the options gave them, from the head alone', async () => {
    const heads: unknown[] = [];
    const before = Date.now();
    const served = await serve({
      priority(head) {
        heads.push([head.method, head.target, head.headers.get('NAME'), head.remoteAddress]);
        return 'critical';
      },
      deadline: () => 5_000,
      clientKey: (head) => head.remoteAddress,
      fetch: (_request, { priority, deadline }) => Response.json({ priority, deadline }),
    });
    const client = await served.send(post('abc', 'Name: x\r\n', '/p'));
    const told = JSON.parse((await client.response()).text);
    expect(heads).toEqual([['POST', '/p', 'x', '127.0.0.1']]);
    expect(told.priority).toBe('critical');
    expect(told.deadline).toBeGreaterThanOrEqual(before + 5_000 - 1);
    expect(told.deadline).toBeLessThanOrEqual(Date.now() + 5_000 + 1);
  });

  test('goes without them where the options throw, and onError is told', async () => {
    const mistake = new Error('priority');
    const served = await serve({
      priority() {
        throw mistake;
      },
      fetch: (_request, { priority }) => reply(priority),
    });
    const client = await served.send(get());
    expect((await client.response()).text).toBe('default');
    expect(served.errors).toEqual([mistake]);
  });
});

describe('context.completed', () => {
  test('resolves when the response has left', async () => {
    const completions = new Arrivals<Completion>();
    const served = await serve({
      fetch(_request, context) {
        void context.completed.then((completion) => completions.add(completion));
        return context.target === '/stream' ? reply(['a', 'b']) : reply('x');
      },
    });
    const client = await served.send(get() + get('/stream') + get('/', 'Connection: close\r\n'));
    for (let i = 0; i < 3; i++) expect(await completions.next()).toEqual({ delivered: true });
    await client.responses(3);
  });

  test('says why where the client resets', async () => {
    const completions = new Arrivals<Completion>();
    const started = new Arrivals<void>();
    const served = await serve({
      fetch(_request, context) {
        void context.completed.then((completion) => completions.add(completion));
        started.add();
        return new Promise(() => undefined);
      },
    });
    const client = await served.send(get());
    await started.next();
    client.reset();
    expect(await completions.next()).toEqual({ delivered: false, reason: 'peerReset' });
  });

  test('says why where the stream fails', async () => {
    const completions = new Arrivals<Completion>();
    const served = await serve({
      fetch(_request, context) {
        void context.completed.then((completion) => completions.add(completion));
        return reply(
          (async function* () {
            yield 'a';
            throw new Error('mistake');
          })(),
        );
      },
    });
    await served.send(get());
    expect(await completions.next()).toEqual({ delivered: false, reason: 'replyFailed' });
  });

  test('says why where the response was handed over, and the client resets before it has taken it', async () => {
    const completions = new Arrivals<Completion>();
    const served = await serve({
      fetch(_request, context) {
        void context.completed.then((completion) => completions.add(completion));
        return reply(new Uint8Array(32 * 1024 * 1024));
      },
    });
    const client = await served.connect();
    client.pause();
    client.send(get());
    while (served.server.stats().connections.writing === 0) await loopTurns(1);
    await loopTurns(50);
    client.reset();
    expect(await completions.next()).toEqual({ delivered: false, reason: 'peerReset' });
  });

  test('says that it was delivered where the client has it, and leaves within its own content', async () => {
    const completions = new Arrivals<Completion>();
    const reasons: unknown[] = [];
    const served = await serve({
      fetch(request, context) {
        void context.completed.then((completion) => completions.add(completion));
        request.signal.addEventListener('abort', () => reasons.push(request.signal.reason.reason));
        return reply('refused');
      },
    });
    for (const leave of ['reset', 'finish'] as const) {
      const client = await served.send(post('x'.repeat(100_000)).slice(0, -50_000));
      expect((await client.response()).text).toBe('refused');
      client[leave]();
      expect(await completions.next()).toEqual({ delivered: true });
    }
    expect(reasons).toEqual([]);
  });

  test('resolves for who asks late, too', async () => {
    const contexts = new Arrivals<{ readonly completed: Promise<Completion> }>();
    const served = await serve({
      fetch(_request, context) {
        contexts.add(context);
        return reply('x');
      },
    });
    const client = await served.send(get());
    await client.response();
    expect(await (await contexts.next()).completed).toEqual({ delivered: true });
  });
});

describe('context.waitUntil', () => {
  test('lets work go on after the reply; close() waits for it', async () => {
    const work = gate();
    const served = await serve({
      fetch(_request, context) {
        context.waitUntil(work.promise);
        return reply('x', { headers: { Connection: 'close' } });
      },
    });
    const client = await served.send(get());
    await client.response();
    client.finish();
    let closed = false;
    const closing = served.server.close().then((report) => {
      closed = true;
      return report;
    });
    while (Object.values(served.server.stats().connections).some((count) => count > 0))
      await loopTurns(1);
    await loopTurns(20);
    expect(closed).toBe(false);
    work.open();
    expect(await closing).toMatchObject({ cutOff: 0 });
  });

  test('reports what rejects to onError, with its request', async () => {
    const mistake = new Error('mistake');
    const seen = new Arrivals<unknown[]>();
    const served = await serve({
      fetch(_request, context) {
        context.waitUntil(Promise.reject(mistake));
        return reply('x');
      },
      onError: (error, request, context) => seen.add([error, request?.url, context?.requestId]),
    });
    const client = await served.send(get('/w'));
    expect((await client.response()).status).toBe(200);
    expect(await seen.next()).toEqual([mistake, 'http://a/w', 1]);
  });

  test('holds close() no longer than its grace', async () => {
    const served = await serve({
      fetch(_request, context) {
        context.waitUntil(new Promise(() => undefined));
        return reply('x');
      },
    });
    await (await served.send(get())).response();
    await served.server.close({ graceMs: 30 });
  });
});

describe('context.sendInformational', () => {
  test('sends 1xx before the reply, with their fields, as many as wanted', async () => {
    const answer = gate();
    const served = await serve({
      async fetch(_request, context) {
        context.sendInformational(103, { Link: ['</a>', '</b>'] });
        context.sendInformational(102);
        await answer.promise;
        return reply('x');
      },
    });
    const client = await served.send(get());
    const hints = await client.response();
    expect(hints.status).toBe(103);
    expect(hints.head.fields).toEqual([
      ['Link', '</a>'],
      ['Link', '</b>'],
    ]);
    expect((await client.response()).status).toBe(102);
    answer.open();
    expect((await client.response()).text).toBe('x');
  });

  test('sends nothing to an HTTP/1.0 client', async () => {
    const served = await serve({
      fetch(_request, context) {
        context.sendInformational(103, { Link: '</a>' });
        return reply('x');
      },
    });
    const client = await served.send('GET / HTTP/1.0\r\n\r\n');
    expect((await client.response()).status).toBe(200);
  });

  test.each([101, 99, 200])('refuses %i', async (status) => {
    const served = await serve({
      fetch(_request, context) {
        context.sendInformational(status);
        return reply('x');
      },
    });
    const client = await served.send(get());
    expect((await client.response()).status).toBe(500);
    expect(served.errors).toMatchObject([{ code: 'SLUICE_REPLY_STATUS_INVALID' }]);
  });

  test('sends nothing once the reply was given', async () => {
    const contexts = new Arrivals<{ sendInformational(status: number): void }>();
    const more = gate();
    const served = await serve({
      fetch(_request, context) {
        contexts.add(context);
        return reply(
          (async function* () {
            yield 'a';
            await more.promise;
          })(),
        );
      },
    });
    const client = await served.send(get());
    expect((await client.head()).status).toBe(200);
    const context = await contexts.next();
    context.sendInformational(103);
    more.open();
    expect((await client.chunk()).toString()).toBe('a');
    expect((await client.chunk()).length).toBe(0);
    expect((await client.take(2)).toString()).toBe('\r\n');
    context.sendInformational(103);
    client.send(get());
    expect((await client.head()).status).toBe(200);
  });
});
