// An exchange knows its request, and passes on what limiter and content ask.

import { describe, expect, test } from 'vitest';
import { RequestAborted } from '../../../src/conn/handler/abort.js';
import { kindOf } from '../../../src/conn/handler/request-kind.js';
import { BodyError } from '../../../src/http/request/body-error.js';
import { priorityClass } from '../../../src/limiter/ticket.js';
import { ExchangeScene, GET, post } from '../../support/exchange-scene.js';

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
