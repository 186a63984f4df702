// An exchange and its handler: how it is called, and what it holds once its connection is over.

import { describe, expect, test } from 'vitest';
import { RequestContext } from '../../../src/conn/handler/context.js';
import { reply } from '../../../src/http/reply/reply.js';
import { BodyError } from '../../../src/http/request/body-error.js';
import { ExchangeScene, post } from '../../support/exchange-scene.js';

describe('the handler', () => {
  test('is called with request and context, and its reply is handed on', () => {
    const scene = new ExchangeScene();
    const given = reply('x');
    scene.handler = (request, context) => {
      expect(request).toBeInstanceOf(Request);
      expect(context).toBeInstanceOf(RequestContext);
      expect((context as RequestContext).requestId).toBe(7);
      expect([scene.exchange.started, scene.exchange.handlerDone]).toEqual([true, false]);
      return given;
    };
    scene.exchange.run();
    expect(scene.took()).toEqual([['handlerEnded', given, 'finished']]);
    expect(scene.exchange.handlerDone).toBe(true);
  });

  test('is not called for a probe', () => {
    const scene = new ExchangeScene();
    scene.handler = () => expect.unreachable();
    scene.exchange.probe = 'ready';
    scene.exchange.run();
    expect(scene.took().map(([what, ...values]) => [what, values[0]])).toEqual([
      ['answerProbe', 'ready'],
      ['handlerEnded', expect.anything()],
    ]);
  });

  test('and its errors are told with request and context', () => {
    const scene = new ExchangeScene();
    const error = new Error('x');
    scene.exchange.report(error);
    expect(scene.took()).toEqual([['tell', error, undefined, undefined]]);
    scene.exchange.run();
    scene.took();
    scene.exchange.report(error);
    expect(scene.exchange.askOnError(error)).toBe('instead');
    const [told, asked] = scene.took();
    for (const call of [told, asked])
      expect(call?.slice(1)).toEqual([error, expect.any(Request), expect.any(RequestContext)]);
  });

  test('whose stream failed by the peer’s fault is answered with that', () => {
    const { exchange } = new ExchangeScene();
    expect(exchange.streamFailed(new BodyError('C', 408, 'slow')).status).toBe(408);
  });

  test('may send informational responses, but to HTTP/1.0, where they are only checked', () => {
    const scene = new ExchangeScene();
    scene.exchange.sendInformational(103, { Link: '</a>' });
    expect(scene.took()).toEqual([
      ['sendInformational', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'],
    ]);
    const old = new ExchangeScene('GET / HTTP/1.0\r\n\r\n');
    old.exchange.sendInformational(103, undefined);
    expect(old.took()).toEqual([]);
    expect(() => old.exchange.sendInformational(200, undefined)).toThrow(/informational status/);
  });

  test('has promises waited for once it runs', () => {
    const scene = new ExchangeScene();
    const promise = Promise.resolve(1);
    scene.exchange.waitUntil(promise);
    expect(scene.took()).toEqual([]);
    expect(scene.exchange.waiting(promise)).toBe(promise);
    scene.exchange.run();
    scene.took();
    scene.exchange.waitUntil(promise);
    expect(scene.took()).toEqual([
      ['waitFor', promise, expect.any(RequestContext), expect.any(Request)],
    ]);
  });

  test('has begun to read once it asked, by either way', async () => {
    expect(new ExchangeScene().exchange.contentBegun).toBe(false);
    const direct = new ExchangeScene(post(5)).exchange;
    expect(direct.contentBegun).toBe(false);
    direct.body?.readNow();
    expect(direct.contentBegun).toBe(true);
    const scene = new ExchangeScene(post(5));
    scene.handler = (request) => {
      expect(scene.exchange.contentBegun).toBe(false);
      void (request as Request).text();
      return reply('x');
    };
    scene.exchange.run();
    expect(scene.exchange.contentBegun).toBe(true);
  });

  test('has begun to read content that was all here, which is taken as a whole', () => {
    const scene = new ExchangeScene(post(5));
    scene.exchange.body?.gather(new Uint8Array(5), 0, 5);
    scene.exchange.contentEnded([]);
    scene.handler = (request) => {
      void (request as Request).text();
      return reply('x');
    };
    scene.exchange.run();
    expect([scene.exchange.body?.begun, scene.exchange.contentBegun]).toEqual([true, true]);
  });

  test('makes a tunnel by way of the conversation, and has what that made', () => {
    const scene = new ExchangeScene();
    const { exchange } = scene;
    expect(exchange.tunnel).toBe(undefined);
    scene.tunnel = {};
    const sink = {} as never;
    expect([exchange.upgrade({ protocol: 'p' }), exchange.openTunnel(101, 'head', sink)]).toEqual([
      scene.tunnel,
      scene.tunnel,
    ]);
    expect(exchange.tunnel).toBe(scene.tunnel);
    expect(scene.took()).toEqual([
      ['upgrade', { protocol: 'p' }],
      ['openTunnel', 101, 'head', sink],
    ]);
  });
});

describe('a handler that outlives its connection', () => {
  /** Content of 5 bytes has come, and the handler runs. */
  function running(ended: boolean): ExchangeScene {
    const scene = new ExchangeScene(post(5));
    scene.handler = () => new Promise(() => undefined);
    scene.exchange.run();
    scene.exchange.body?.gather(new Uint8Array(5), 0, 5);
    if (ended) scene.exchange.contentEnded([]);
    scene.took();
    return scene;
  }

  test.each([
    [true, 5],
    [false, 0],
  ])('whose content has all come (%s) holds %i bytes until it ends', (ended, bytes) => {
    const scene = running(ended);
    scene.exchange.orphan();
    expect(scene.held).toEqual([bytes]);
    scene.exchange.handlerEnds(reply('x'), 'finished');
    scene.exchange.handlerEnds(reply('x'), 'finished');
    expect(scene.held.map((change) => change + 0)).toEqual([bytes, 0 - bytes, 0]);
  });

  test('holds nothing where it never began, has ended, or has no content', () => {
    const idle = new ExchangeScene(post(5));
    idle.exchange.body?.gather(new Uint8Array(5), 0, 5);
    idle.exchange.contentEnded([]);
    idle.exchange.orphan();
    expect(idle.held).toEqual([]);
    const over = running(true);
    over.exchange.handlerDone = true;
    over.exchange.orphan();
    expect(over.held).toEqual([]);
    const bare = new ExchangeScene();
    bare.exchange.started = true;
    bare.exchange.orphan();
    expect(bare.held).toEqual([]);
  });

  test.each([
    ['whole', () => reply('x'), 0],
    ['streamed', () => reply(['x']), 5],
  ])('and gives a reply that is %s keeps what it read: %#', (_name, make, kept) => {
    const scene = running(true);
    const { body } = scene.exchange;
    body?.countAllRead();
    body?.readNow();
    expect(body?.keptBytes).toBe(5);
    scene.exchange.handlerEnds(make(), 'finished');
    expect(body?.keptBytes).toBe(kept);
  });
});
