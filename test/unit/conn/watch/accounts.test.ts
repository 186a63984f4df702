// When a request is told, and with what: the accounts of one connection, on a connection that the test moves. That the
// bytes and times are those of the client, request-records.test.ts shows on a whole server.

import { describe, expect, test } from 'vitest';
import type { Exchange } from '../../../../src/conn/exchange.js';
import {
  type AccountedConnection,
  Accounts,
  watchesRequests,
} from '../../../../src/conn/watch/accounts.js';
import type { Observer } from '../../../../src/observe/observer.js';
import { RecordingTransport } from '../../../support/recording-transport.js';

class Line extends RecordingTransport {
  override unflushedBytes = 0;
}

class Scene {
  now = 0;
  readonly told: unknown[][] = [];
  readonly output = { givenBytes: 0, sentBytes: 0 };
  readonly transport = new Line();
  readonly receiver = {
    consumedBytes: 0,
    messageFrom: 0,
    input: { length: 0 },
    contentBytes: 0,
    contentLeft: 0,
    midMessage: false,
    head: undefined,
  };
  readonly accounts: Accounts;

  /** @param exchange - in progress when the observer joins, after what `receiver` has read */
  constructor(receiver: Partial<Scene['receiver']> = {}, exchange?: Exchange, more: Observer = {}) {
    Object.assign(this.receiver, receiver);
    const observer: Observer = {
      requestStarted: ({ requestId, waitedMs }) => this.told.push(['started', requestId, waitedMs]),
      requestCompleted: ({ requestId, requestBytes, responseBytes, reason }) =>
        this.told.push(['completed', requestId, requestBytes, responseBytes, reason]),
      requestRefused: ({ requestId, requestBytes, responseBytes, reason }) =>
        this.told.push(['refused', requestId, requestBytes, responseBytes, reason]),
      ...more,
    };
    // Boundary: no more of a connection than its accounts look at.
    const connection = {
      id: 1,
      transport: this.transport,
      peer: { scheme: 'http', clientAddress: '192.0.2.1' },
      output: this.output,
      receiver: this.receiver,
      clock: () => this.now,
      exchange,
    } as unknown as AccountedConnection;
    this.accounts = Accounts.joining(connection, observer, () => 99);
  }

  /** A request of so many bytes comes, waits, and its handler runs. */
  start(requestId: number, bytes = 10, waitsMs = 0): this {
    this.accounts.bytesCome(bytes, this.now);
    this.receiver.consumedBytes += bytes;
    const exchange = {
      requestId,
      head: { from: 0, to: bytes },
      origin: { scheme: 'http', clientAddress: '192.0.2.1' },
      requestHead: { method: 'GET', target: '/', httpVersion: '1.1', host: () => 'a' },
      priorityName: 'default',
    } as unknown as Exchange;
    this.accounts.begin(exchange, this.now);
    this.accounts.offered(this.now);
    this.now += waitsMs;
    this.accounts.started(this.now);
    return this;
  }

  /** Its whole response of so many bytes is written. */
  answer(bytes: number): this {
    this.accounts.headBegins(200, bytes);
    this.output.givenBytes += bytes;
    this.output.sentBytes += bytes;
    this.accounts.responseEnds();
    return this;
  }

  /** What was told since this was asked last. */
  take(): unknown[][] {
    return this.told.splice(0);
  }
}

test.each(['requestStarted', 'requestCompleted', 'requestRefused'] as const)(
  'who has %s alone watches requests',
  (name) => {
    expect(watchesRequests({ [name]: () => undefined })).toBe(true);
  },
);

test('nobody, and who observes other things, watches no requests', () => {
  expect(watchesRequests(undefined)).toBe(false);
  expect(watchesRequests({ transition: () => undefined, fault: () => undefined })).toBe(false);
});

describe('a request', () => {
  test('is told when its handler starts, with the time that it waited', () => {
    const scene = new Scene().start(1, 10, 30);
    expect(scene.take()).toEqual([['started', 1, 30]]);
  });

  test('is told once more, when it is over and its response has left', () => {
    const scene = new Scene().start(1).answer(20);
    scene.accounts.look();
    scene.accounts.requestEnds();
    expect(scene.take()).toEqual([
      ['started', 1, 0],
      ['completed', 1, 10, 20, undefined],
    ]);
    scene.accounts.look();
    scene.accounts.stop('closed');
    expect(scene.told).toEqual([]);
  });

  test('whose response leaves after its end is told then', () => {
    const scene = new Scene();
    scene.transport.unflushedBytes = 1;
    scene.start(1).answer(20).take();
    scene.accounts.look();
    scene.accounts.requestEnds();
    scene.accounts.look();
    expect(scene.take()).toEqual([]);
    scene.transport.unflushedBytes = 0;
    scene.accounts.look();
    expect(scene.take()).toEqual([['completed', 1, 10, 20, undefined]]);
  });

  test('of several whose responses leave, each is told when its own has left', () => {
    const scene = new Scene();
    scene.transport.unflushedBytes = 100;
    for (const id of [1, 2, 3]) {
      scene.start(id).answer(10);
      scene.accounts.requestEnds();
    }
    scene.take();
    scene.transport.unflushedBytes = 10;
    scene.accounts.look();
    expect(scene.take().map(([what, id]) => [what, id])).toEqual([
      ['completed', 1],
      ['completed', 2],
    ]);
    scene.accounts.stop('peerReset');
    expect(scene.take()).toEqual([['completed', 3, 10, 0, 'peerReset']]);
  });

  test('that is cut off is told with the reason, and those before it first', () => {
    const scene = new Scene();
    scene.transport.unflushedBytes = 100;
    scene.start(1).answer(10);
    scene.accounts.requestEnds();
    scene.start(2).take();
    scene.accounts.stop('peerReset');
    expect(scene.take()).toEqual([
      ['completed', 1, 10, 0, 'peerReset'],
      ['completed', 2, 10, 0, 'peerReset'],
    ]);
    scene.accounts.abandon('closed');
    expect(scene.told).toEqual([]);
  });

  test('without its handler is told as refused, with the first reason', () => {
    const scene = new Scene();
    scene.accounts.bytesCome(4, 0);
    scene.accounts.fault('FIRST', 0);
    scene.accounts.fault('SECOND', 0);
    scene.receiver.consumedBytes = 4;
    scene.answer(30);
    scene.accounts.look();
    scene.accounts.requestEnds();
    expect(scene.take()).toEqual([['refused', 99, 4, 30, 'FIRST']]);
  });
});

describe('the bytes of a request', () => {
  test.each([
    ['those that were read, and the rest of its declared content that came', 7, 15],
    ['no more than came', 3, 13],
  ])('are %s', (_what, came, bytes) => {
    const scene = new Scene().start(1);
    scene.accounts.bytesCome(came, 0);
    scene.receiver.contentLeft = 5;
    scene.take();
    scene.accounts.abandon('peerReset');
    expect(scene.take()).toEqual([['completed', 1, bytes, 0, 'peerReset']]);
  });

  test.each([
    ['a fault within chunked content', 17, true, true, 0],
    ['a fault behind the message', 10, true, false, 0],
    ['a fault within content of a length', 12, true, true, 2],
    ['no fault', 10, false, true, 0],
  ])('with %s are %i', (_what, bytes, hasFault, midMessage, contentLeft) => {
    const scene = new Scene().start(1);
    scene.accounts.bytesCome(7, 0);
    if (hasFault) scene.accounts.fault('X', 0);
    Object.assign(scene.receiver, { midMessage, contentLeft });
    scene.take();
    scene.accounts.abandon('peerReset');
    expect(scene.take()).toEqual([['completed', 1, bytes, 0, 'peerReset']]);
  });

  test('that became a tunnel are all that came on the connection', () => {
    const scene = new Scene().start(1);
    scene.accounts.tunnelBegins(101, 20);
    Object.assign(scene.output, { givenBytes: 50, sentBytes: 50 });
    scene.accounts.bytesCome(1000, 0);
    scene.take();
    scene.accounts.look();
    scene.accounts.abandon('closed');
    expect(scene.take()).toEqual([['completed', 1, 1010, 50, 'closed']]);
  });
});

test('all that came on a tunnel is content of its request', () => {
  const told: number[] = [];
  const scene = new Scene({}, undefined, {
    requestCompleted: ({ requestContentBytes }) => void told.push(requestContentBytes),
  });
  scene.start(1);
  scene.accounts.tunnelBegins(101, 20);
  scene.accounts.bytesCome(1000, 0);
  scene.receiver.contentBytes = 7;
  scene.accounts.abandon('closed');
  expect(told).toEqual([1000]);
});

test('of a head of which nothing is known, nothing is told', () => {
  const told: unknown[] = [];
  const scene = new Scene({}, undefined, {
    requestRefused: ({ method, target, httpVersion, priority }) =>
      void told.push(method, target, httpVersion, priority),
  });
  scene.accounts.fault('X', 0);
  scene.accounts.abandon('closed');
  expect(told).toEqual(['', '', '', 'default']);
});

test('what the system has taken never becomes less: bytes of a write that threw count for nobody', () => {
  const scene = new Scene().start(1);
  scene.accounts.headBegins(200, 20);
  Object.assign(scene.output, { givenBytes: 50, sentBytes: 50 });
  scene.accounts.look();
  scene.transport.unflushedBytes = 1000;
  scene.accounts.look();
  scene.take();
  scene.accounts.stop('replyFailed');
  expect(scene.take()).toEqual([['completed', 1, 10, 50, 'replyFailed']]);
});

test('a request that had begun before anybody listened is told neither at a fault nor at its end', () => {
  const scene = new Scene({ consumedBytes: 30, messageFrom: 20 }, {} as Exchange);
  scene.accounts.fault('X', 0);
  scene.accounts.requestEnds();
  expect(scene.take()).toEqual([]);
  scene.start(2).answer(5);
  scene.accounts.look();
  scene.accounts.requestEnds();
  expect(scene.take()).toEqual([
    ['started', 2, 0],
    ['completed', 2, 10, 5, undefined],
  ]);
});
