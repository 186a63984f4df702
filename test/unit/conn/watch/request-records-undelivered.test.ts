// The record of a request whose response does not leave, or that never had a handler.

import { describe, expect, test } from 'vitest';
import { reply } from '../../../../src/index.js';
import { gate, get, post, postChunked } from '../../../support/test-server.js';
import { RecordScene } from './record-scene.js';

describe('a response that does not leave', () => {
  test('has a reason, its status where some of it left, and what did', async () => {
    const scene = new RecordScene(() => reply('x'.repeat(1000)));
    scene.line.unflushedBytes = 900;
    await scene.send(get());
    const sent = scene.written.length;
    scene.connection.onReset(40, undefined);
    expect(scene.completed).toMatchObject({
      status: 200,
      delivered: false,
      reason: 'peerReset',
      responseBytes: sent - 900,
      responseContentBytes: 100,
    });
    expect(scene.records.closes).toMatchObject([{ reason: 'peerReset', requests: 1 }]);
  });

  test('and of which nothing left, has no status', async () => {
    const scene = new RecordScene(() => reply('x'));
    scene.line.unflushedBytes = 1e6;
    scene.line.write = function write(bytes): void {
      this.unflushedBytes = bytes.length;
    };
    await scene.send(get());
    scene.connection.onReset(40, undefined);
    expect(scene.completed).toMatchObject({ status: 0, responseBytes: 0, reason: 'peerReset' });
  });

  test.each([
    ['whole', post('hello')],
    ['still coming', postChunked('3\r\nabc\r\n')],
  ])('because its write throws, has no status, with content that is %s', async (_how, request) => {
    const told: unknown[] = [];
    const scene = new RecordScene((_request, context) => {
      void context.completed.then((completion) => told.push(completion));
      return reply('x');
    });
    scene.line.error = new Error('the transport fails');
    await scene.send(request);
    expect([scene.connection.life.closed, scene.errors.length]).toEqual([true, 1]);
    const { delivered, status, responseBytes } = scene.completed;
    expect([delivered, status, responseBytes]).toEqual([false, 0, 0]);
    expect(told).toEqual([{ delivered: false, reason: scene.completed.reason }]);
  });

  // The write may have left bytes with the transport.
  test.each([0, 1000])(
    'because a write throws, has what left before: %i',
    async (unflushedBytes) => {
      const more = gate();
      async function* pieces(): AsyncGenerator<string> {
        yield 'hello';
        await more.promise;
        yield 'simulated';
      }
      const scene = new RecordScene(() => reply(pieces()));
      await scene.send(get());
      const { length } = scene.written;
      scene.line.unflushedBytes = unflushedBytes;
      scene.line.error = new Error('the transport fails');
      more.open();
      await scene.to(1);
      const { delivered, status, responseBytes, responseContentBytes } = scene.completed;
      expect([delivered, status, responseBytes]).toEqual([false, 200, length]);
      expect(responseContentBytes).toBeLessThan(14);
    },
  );

  test('because its stream fails, is cut, with what left', async () => {
    const scene = new RecordScene(() =>
      reply(
        (async function* () {
          yield 'abc';
          throw new Error('x');
        })(),
      ),
    );
    await scene.send(get());
    await scene.to(1);
    const { written } = scene;
    expect(scene.line.calls).toEqual(['reset']);
    expect(scene.completed).toMatchObject({
      status: 200,
      delivered: false,
      reason: 'replyFailed',
      responseBytes: written.length,
      responseContentBytes: 3,
    });
    expect(scene.records.closes).toMatchObject([{ reason: 'replyFailed' }]);
  });

  test('because its client has left, has no status, and the time until then', async () => {
    const scene = new RecordScene(() => new Promise(() => {}));
    await scene.send(get());
    await scene.to(25);
    scene.connection.onReset(25, undefined);
    expect(scene.completed).toMatchObject({
      status: 0,
      responseBytes: 0,
      handlerMs: 25,
      durationMs: 25,
      delivered: false,
      reason: 'peerReset',
    });
  });
});

describe('a request without its handler', () => {
  test('that the limiter refuses, has the limiter’s reason, and never started', async () => {
    const scene = new RecordScene(() => new Promise(() => {}), {
      concurrency: 1,
      queue: { law: 'timed', entriesMax: 10, waitMs: 40 },
    });
    await scene.send(get('/1'));
    scene.connect().onBytes(Buffer.from(get('/2?a')), 0);
    await scene.to(100);
    expect(scene.refused).toMatchObject({
      requestId: 2,
      method: 'GET',
      target: '/2?a',
      status: 503,
      waitedMs: 40,
      durationMs: 40,
      delivered: true,
      reason: 'waited',
      requestBytes: get('/2?a').length,
    });
    expect(scene.records.starts).toHaveLength(1);
  });

  test.each<[string, string, number, object]>([
    ['no method', '\x01\r\n\r\n', 400, { method: '', target: '' }],
    ['no target', 'GET \x01\r\n\r\n', 400, { method: 'GET', target: '' }],
    ['no Host', 'GET /a HTTP/1.1\r\n\r\n', 400, { method: 'GET', target: '/a' }],
    ['too many fields', get('/b', 'a: b\r\n'.repeat(101)), 431, { method: 'GET', target: '/b' }],
    ['a long target', get(`/${'c'.repeat(9000)}`), 414, { method: 'GET', target: '' }],
  ])('with %s, is refused with the fault', async (_what, bytes, status, head) => {
    const scene = new RecordScene();
    await scene.send(get('/before') + bytes);
    await scene.to(1);
    const { records } = scene;
    expect(records.completions).toMatchObject([{ target: '/before' }]);
    expect(records.refusals).toMatchObject([
      {
        ...head,
        requestId: 2,
        httpVersion: '',
        status,
        requestBytes: bytes.length,
        reason: records.faults[0]?.code,
        delivered: true,
        waitedMs: 0,
        priority: 'default',
      },
    ]);
    expect(records.closes).toEqual([]);
    scene.connection.onFin(1);
    expect(records.closes).toMatchObject([{ reason: 'fault', requests: 1 }]);
  });

  test('whose short content goes wrong, is refused with its head', async () => {
    const scene = new RecordScene();
    await scene.send(post('abcdef', '', '/up').slice(0, -3));
    scene.connection.onFin(0);
    await scene.to(1);
    expect(scene.refused).toMatchObject({
      method: 'POST',
      target: '/up',
      httpVersion: '1.1',
      status: 400,
      reason: 'SLUICE_FAULT_BODY_TRUNCATED',
      requestBytes: post('abcdef', '', '/up').length - 3,
      requestContentBytes: 3,
    });
  });

  test('whose head is none, has no content, whatever the request before it had', async () => {
    const scene = new RecordScene(async (request) => reply(await request.text()));
    await scene.send(post('x'.repeat(500)));
    await scene.to(1);
    const wrong = 'GET / HTTP/1.1\r\nHost : a\r\n';
    await scene.send(wrong);
    await scene.to(2);
    expect(scene.records.completions).toMatchObject([{ requestContentBytes: 500 }]);
    expect(scene.records.refusals).toMatchObject([
      { requestContentBytes: 0, status: 400, reason: 'SLUICE_FAULT_FIELD_NAME_SPACE' },
    ]);
  });

  test('whose head is too slow, is refused with the time that it took', async () => {
    const scene = new RecordScene(undefined, { limits: { headMs: 200 } });
    await scene.send('GET /slow HTT');
    await scene.to(500);
    expect(scene.refused).toMatchObject({
      method: 'GET',
      target: '/slow',
      status: 408,
      reason: 'SLUICE_FAULT_HEAD_TIMEOUT',
      requestBytes: 13,
    });
    expect(Math.round(scene.refused.durationMs)).toBe(200);
  });

  test('whose client leaves while it waits, is refused with no status', async () => {
    const scene = new RecordScene(() => new Promise(() => {}), { concurrency: 1 });
    await scene.send(get('/1'));
    const other = scene.connect();
    other.onBytes(Buffer.from(get('/2')), 0);
    await scene.to(8);
    other.onReset(8, undefined);
    expect(scene.refused).toMatchObject({
      status: 0,
      waitedMs: 8,
      delivered: false,
      reason: 'peerReset',
    });
  });
});
