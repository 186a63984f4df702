// What one request took and gave, by where its bytes begin and end in those of its connection.

import { describe, expect, test } from 'vitest';
import { RequestAccount } from '../../../../src/conn/watch/request-account.js';
import type { RequestRecordHead } from '../../../../src/observe/observer.js';

const HEAD = { requestId: 7, method: 'GET' } as unknown as RequestRecordHead;

/** Arrived at 100 ms; its first byte is byte 1000 of the connection, that of its response byte 5000. */
function account(exchange: { route: string | undefined } | undefined = { route: '/a' }) {
  return new RequestAccount(HEAD, exchange, 100, 1000, 5000);
}

/** Offered at 101, started at 105, answered at 110 with a head of 50 bytes and content of 20 in a frame of 5. */
function answered(): RequestAccount {
  const one = account();
  one.offered(101);
  one.started(104, 105);
  one.handlerEnded(110);
  one.headBegins(201, 5000, 50);
  one.contentGiven(15);
  one.contentGiven(5);
  one.responseEnds(5075);
  one.requestEnds(1300, 200);
  return one;
}

test('a start is told with the time that it waited for', () => {
  const one = account();
  expect(one.isStarted).toBe(false);
  one.offered(101);
  one.started(104, 105);
  expect(one.isStarted).toBe(true);
  expect(one.startedRecord()).toEqual({ ...HEAD, waitedMs: 3 });
});

describe('a response that has left', () => {
  test('is told with all of its bytes and the time of its last one', () => {
    const one = answered();
    one.taken(5074, 111);
    expect(one.hasLeft).toBe(false);
    one.taken(5075, 112);
    one.taken(6000, 120);
    expect(one.hasLeft).toBe(true);
    expect(one.completedRecord('peerReset', 6000, 130)).toEqual({
      ...HEAD,
      route: '/a',
      status: 201,
      requestBytes: 300,
      requestContentBytes: 200,
      responseBytes: 75,
      responseContentBytes: 20,
      waitedMs: 3,
      durationMs: 12,
      handlerMs: 5,
      delivered: true,
      reason: undefined,
    });
  });
});

describe('a response that is cut off', () => {
  test.each([
    ['before its first byte', 4000, [0, 0, 0]],
    ['at its first byte', 5000, [0, 0, 0]],
    ['in its head', 5001, [201, 1, 0]],
    ['behind its head', 5050, [201, 50, 0]],
    ['in its content', 5060, [201, 60, 10]],
    ['in the frame behind its content', 5074, [201, 74, 20]],
  ])('%s has so many bytes', (_where, takenTo, [status, bytes, contentBytes]) => {
    const one = answered();
    one.taken(takenTo, 111);
    const record = one.completedRecord('peerReset', takenTo, 130);
    expect([record.status, record.responseBytes, record.responseContentBytes]).toEqual([
      status,
      bytes,
      contentBytes,
    ]);
    expect([record.delivered, record.reason, record.durationMs]).toEqual([false, 'peerReset', 30]);
  });

  test('while its handler runs has run until now', () => {
    const one = account();
    one.offered(101);
    one.started(101, 101);
    const { handlerMs, status, responseBytes } = one.completedRecord('peerReset', 5000, 131);
    expect([handlerMs, status, responseBytes]).toEqual([30, 0, 0]);
  });

  test('before it ends has no end to have left by', () => {
    const one = account();
    one.headBegins(200, 5000, 50);
    one.taken(9999, 111);
    expect(one.hasLeft).toBe(false);
    expect(one.completedRecord('closed', 9999, 120).responseBytes).toBe(4999);
  });
});

describe('a refusal', () => {
  test('is told with its first reason, and the wait until then', () => {
    const one = account();
    one.offered(101);
    one.refused('queueFull', 106);
    one.refused('waited', 109);
    const { reason, waitedMs } = one.refusedRecord('drain', 5000, 110);
    expect([reason, waitedMs]).toEqual(['queueFull', 5]);
  });

  test('without another reason has the one that it ends for', () => {
    const one = account();
    expect(one.refusedRecord('peerReset', 5000, 110)).toMatchObject({
      reason: 'peerReset',
      waitedMs: 0,
    });
  });

  test('comes too late for one that was started', () => {
    const one = account();
    one.offered(101);
    one.started(104, 105);
    one.refused('waited', 109);
    expect(one.startedRecord().waitedMs).toBe(3);
  });
});

test('a fault is why a request is refused, and is known of one that was started, too', () => {
  const refused = account();
  const started = account();
  started.started(102, 102);
  for (const one of [refused, started]) {
    expect(one.hasFault).toBe(false);
    one.faulted('SLUICE_FAULT_CHUNK', 103);
    expect(one.hasFault).toBe(true);
  }
  expect(refused.refusedRecord('closed', 5000, 104).reason).toBe('SLUICE_FAULT_CHUNK');
  expect(started.completedRecord('closed', 5000, 104).reason).toBe('closed');
});

test('a head that was faulty has no exchange, and no route', () => {
  const faulty = new RequestAccount(HEAD, undefined, 100, 1000, 5000);
  expect(faulty.completedRecord('fault', 5000, 101).route).toBeUndefined();
});

test('a route is the one that was set last', () => {
  const exchange = { route: undefined as string | undefined };
  const one = account(exchange);
  exchange.route = '/b';
  expect(one.completedRecord('closed', 5000, 101).route).toBe('/b');
});
