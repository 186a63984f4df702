// An exchange knows its request, and passes on what limiter, content and handler ask.

import { describe, expect, test } from 'vitest';
import { RequestAborted } from '../../../src/conn/abort.js';
import { RequestContext } from '../../../src/conn/context.js';
import { kindOf } from '../../../src/conn/request-kind.js';
import { reply } from '../../../src/http/reply/reply.js';
import { BodyError } from '../../../src/http/request/body-error.js';
import { priorityClass } from '../../../src/limiter/ticket.js';
import { ExchangeScene, GET } from '../../support/exchange-scene.js';

const post = (length: number, more = ''): string =>
  `POST / HTTP/1.1\r\nHost: b\r\n${more}Content-Length: ${length}\r\n\r\n`;
const CHUNKED = 'POST / HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n';

describe('a new exchange', () => {
  test('has the facts of its head', () => {
    const { exchange } = new ExchangeScene();
    const { body, requestId, bodyBytesMax, queuedBytes, continued } = exchange;
    expect([body, requestId, bodyBytesMax, queuedBytes, continued]).toEqual([
      null,
      7,
      100,
      GET.length,
      true,
    ]);
    const { requestHead } = exchange;
    expect([requestHead.method, requestHead.target]).toEqual(['GET', '/a']);
    expect(exchange.requestHead).toBe(requestHead);
    expect(exchange.kindHash()).toBe(kindOf('GET /a', 0, 3, 6));
  });

  test('has those facts also where its head does not begin what came', () => {
    const { exchange } = new ExchangeScene(`\r\n${GET}`);
    expect([exchange.queuedBytes, exchange.kindHash()]).toEqual([
      GET.length,
      kindOf('GET /a', 0, 3, 6),
    ]);
  });

  test('has content of the declared length, or of none', () => {
    expect(new ExchangeScene(post(5)).exchange.body?.declaredBytes).toBe(5);
    expect(new ExchangeScene(CHUNKED).exchange.body?.declaredBytes).toBe(-1);
  });

  test('that expects 100 was not told to continue', () => {
    expect(new ExchangeScene(post(5, 'Expect: 100-continue\r\n')).exchange.continued).toBe(false);
  });
});

test('what the limiter decides reaches the conversation', () => {
  const scene = new ExchangeScene();
  const { exchange } = scene;
  exchange.onAdmitted(1);
  exchange.onRefused('queueFull' as never, 2, 3);
  exchange.onGone(4);
  exchange.release('finished', 5);
  expect(scene.took()).toEqual([
    ['admitted', 1],
    ['refused', 'queueFull', 2, 3],
    ['gone', 4],
    ['release', 'finished', 5],
  ]);
  expect(exchange.isGone(0)).toBe(false);
  scene.gone = true;
  expect(exchange.isGone(0)).toBe(true);
});

test('an unknown class is told by the default’s name', () => {
  const { exchange } = new ExchangeScene();
  expect(exchange.priorityName).toBe('default');
  exchange.priority = priorityClass.critical;
  expect(exchange.priorityName).toBe('critical');
  exchange.priority = 9;
  expect(exchange.priorityName).toBe('default');
});

test('the deadline is told by the clock on the wall', () => {
  const { exchange } = new ExchangeScene();
  exchange.deadlineAt = 15;
  expect([exchange.deadlineWallAt, exchange.dueMs]).toEqual([1_000_005, 15]);
});

test('without a deadline none is told, and none is ever due', () => {
  const { exchange } = new ExchangeScene();
  expect([exchange.deadlineWallAt, exchange.dueMs]).toEqual([undefined, Number.POSITIVE_INFINITY]);
});

test('why it was cut off is told once something was answered, or nothing will be', () => {
  const { exchange } = new ExchangeScene();
  exchange.abort('deadline');
  expect(exchange.cutOff).toBe(undefined);
  exchange.answered = true;
  expect(exchange.cutOff).toBe('deadline');
  exchange.complete({ delivered: false, reason: 'peerReset' });
  expect(exchange.cutOff).toBe('peerReset');
});

test('a host hears once why its answer is in vain, and how its response ended', () => {
  const { exchange } = new ExchangeScene();
  const heard: unknown[] = [];
  exchange.hosted = {
    aborted: (reason) => heard.push(reason),
    completed: (completion) => heard.push(completion),
  };
  expect(exchange.completionAwaited).toBe(true);
  exchange.abort('drain');
  exchange.abort('closed');
  for (let i = 0; i < 2; i++) exchange.complete({ delivered: true });
  exchange.abort('closed');
  expect([heard, exchange.completionAwaited]).toEqual([['drain', { delivered: true }], false]);
});

test.each([
  ['1.1', 'TE: trailers\r\nConnection: TE\r\n', true],
  ['1.1', '', false],
  ['1.0', 'TE: trailers\r\nConnection: TE\r\n', false],
])('a client of HTTP/%s with "%s" takes trailers: %s', (version, fields, takes) => {
  const { exchange } = new ExchangeScene(`GET / HTTP/${version}\r\nHost: b\r\n${fields}\r\n`);
  expect(exchange.takesTrailers).toBe(takes);
});

test('where a request came from is asked of the peer once', () => {
  const scene = new ExchangeScene();
  const { origin } = scene.exchange;
  expect([origin.scheme, origin.clientAddress]).toEqual(['http', '10.0.0.1']);
  expect(scene.exchange.origin).toBe(origin);
});

describe('an abort', () => {
  test('reaches a signal that was asked for before or after, with its first reason', () => {
    for (const asksBefore of [true, false]) {
      const { exchange } = new ExchangeScene();
      if (asksBefore) expect(exchange.signal().aborted).toBe(false);
      exchange.abort('deadline');
      exchange.abort('drain');
      const { reason } = exchange.signal();
      expect(reason).toBeInstanceOf(RequestAborted);
      expect(reason.reason).toBe('deadline');
      expect(exchange.signal()).toBe(exchange.signal());
    }
  });

  test('comes too late once the response has left', () => {
    const { exchange } = new ExchangeScene();
    exchange.complete({ delivered: true });
    exchange.abort('closed');
    expect(exchange.signal().aborted).toBe(false);
  });
});

test('only the first completion counts, and it is awaited by who asked before', async () => {
  const { exchange } = new ExchangeScene();
  exchange.signal();
  expect(exchange.completionAwaited).toBe(false);
  const { completed } = exchange;
  expect(exchange.completionAwaited).toBe(true);
  exchange.complete({ delivered: true });
  exchange.complete({ delivered: false, reason: 'closed' });
  expect(exchange.completionAwaited).toBe(false);
  expect(await completed).toEqual({ delivered: true });
  const late = new ExchangeScene().exchange;
  expect(late.completionAwaited).toBe(false);
  late.complete({ delivered: false, reason: 'closed' });
  expect(await late.completed).toEqual({ delivered: false, reason: 'closed' });
});

describe('the end of content', () => {
  test('tells its trailers before and after, and ends the growth', async () => {
    const scene = new ExchangeScene(post(5));
    const { exchange } = scene;
    const { trailers } = exchange;
    exchange.contentEnded(['X', 'y']);
    expect([await trailers, exchange.body?.ended]).toEqual([['X', 'y'], true]);
    expect(scene.took()).toEqual([['endGrowth']]);
    const late = new ExchangeScene(post(5)).exchange;
    late.contentEnded(['X', 'y']);
    expect(await late.trailers).toEqual(['X', 'y']);
  });

  test('without content has no trailers', async () => {
    const { exchange } = new ExchangeScene();
    expect([await exchange.trailers, exchange.rawTrailers]).toEqual([[], []]);
  });

  test('tells the trailers that have come, and none before', () => {
    const { exchange } = new ExchangeScene(post(5));
    expect(exchange.rawTrailers).toEqual([]);
    exchange.contentEnded(['X', 'y']);
    expect(exchange.rawTrailers).toEqual(['X', 'y']);
  });

  test('that failed has none, and its reader learns why', async () => {
    const scene = new ExchangeScene(post(5));
    const { exchange } = scene;
    const { trailers } = exchange;
    const read = exchange.body?.read();
    const error = new BodyError('C', 400, 'bad');
    exchange.contentFailed(error);
    await expect(read).rejects.toBe(error);
    expect(await trailers).toEqual([]);
    expect(await exchange.trailers).toEqual([]);
    expect(scene.took().at(-1)).toEqual(['endGrowth']);
  });

  test('that failed after it ended keeps its trailers', async () => {
    const { exchange } = new ExchangeScene(post(5));
    exchange.contentEnded(['X', 'y']);
    exchange.contentFailed(new Error('x'));
    expect(await exchange.trailers).toEqual(['X', 'y']);
  });
});

describe('what the content asks', () => {
  test.each([true, false])('a wait gives the slot back where the limiter learns: %s', (learns) => {
    const scene = new ExchangeScene(post(5));
    scene.learns = learns;
    scene.exchange.contentAwaited();
    scene.exchange.contentWaitEnded();
    expect(scene.took()).toEqual([
      ['pause', !learns, 10],
      ['contentIsAwaited', 10],
      ['resume', 10],
    ]);
  });

  test('is passed on', () => {
    const scene = new ExchangeScene(post(5));
    const { exchange } = scene;
    scene.pulled = new Uint8Array(1);
    expect(exchange.pullContent()).toBe(scene.pulled);
    expect(exchange.body?.makeMemory(3)).toHaveLength(3);
    expect(exchange.memoryFits(5, true)).toBe(true);
    exchange.refuseContent();
    expect(scene.took()).toEqual([['fits', 5, true], ['refuseContent']]);
  });

  test('is counted only while the exchange is the one in progress', () => {
    const scene = new ExchangeScene(post(5));
    scene.exchange.heldChanged();
    expect(scene.took()).toEqual([]);
    scene.connection.exchange = scene.exchange;
    scene.exchange.heldChanged();
    expect(scene.took()).toEqual([['countHeld']]);
  });
});

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
    scene.exchange.body?.gather(new Uint8Array(5));
    scene.exchange.contentEnded([]);
    scene.handler = (request) => {
      void (request as Request).text();
      return reply('x');
    };
    scene.exchange.run();
    expect([scene.exchange.body?.begun, scene.exchange.contentBegun]).toEqual([false, true]);
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
    scene.exchange.body?.gather(new Uint8Array(5));
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
    idle.exchange.body?.gather(new Uint8Array(5));
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
