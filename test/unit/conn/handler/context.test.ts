// What a handler sees in its context is what its exchange has.

import { expect, test } from 'vitest';
import { type ContextSource, RequestContext } from '../../../../src/conn/handler/context.js';
import { RecordingTransport } from '../../../support/recording-transport.js';

class Source {
  readonly connection = { id: 7, transport: new RecordingTransport() as RecordingTransport };
  readonly requestHead = { target: '/a?b', httpVersion: '1.0', rawHeaders: ['Host', 'a'] };
  readonly requestId = 9;
  readonly priorityName = 'critical';
  readonly deadlineWallAt: number | undefined = undefined;
  bodyBytesMax = 100;
  contentBegun = false;
  readonly trailers = Promise.resolve(['X', 'y']);
  readonly completed = Promise.resolve({ delivered: true });
  readonly asked: unknown[][] = [];

  sendInformational(...values: unknown[]): void {
    this.asked.push(['sendInformational', ...values]);
  }

  waitUntil(...values: unknown[]): void {
    this.asked.push(['waitUntil', ...values]);
  }

  waiting<T>(promise: T | PromiseLike<T>): Promise<T> {
    this.asked.push(['waiting', promise]);
    return Promise.resolve(promise);
  }
}

function contextOf(source: Source): RequestContext {
  return new RequestContext(source as unknown as ContextSource);
}

test('the connection is told by its ends, its number and its encryption', () => {
  const source = new Source();
  const context = contextOf(source);
  expect([
    context.remoteAddress,
    context.localAddress,
    context.connectionId,
    context.encrypted,
    context.serverName,
  ]).toEqual(['127.0.0.1', '127.0.0.1', 7, false, undefined]);
});

test('the client is the one of the request’s origin, and what TLS told of it is told', () => {
  const source = Object.assign(new Source(), {
    origin: { clientAddress: '192.0.2.1' },
    route: '/a',
  });
  const context = contextOf(source);
  expect([context.clientAddress, context.route]).toEqual(['192.0.2.1', '/a']);
  expect([context.serverName, context.clientCertificate]).toEqual([undefined, undefined]);
  const clientCertificate = { authorized: true };
  const tls = { serverName: 'a.example', clientCertificate };
  Object.assign(source.connection, { transport: { tls } });
  expect([context.serverName, context.clientCertificate]).toEqual(['a.example', clientCertificate]);
});

test('the two ends are not confused, and TLS is told', () => {
  const source = new Source();
  const transport = {
    remote: { address: '10.0.0.1', port: 1 },
    local: { address: '10.0.0.2', port: 2 },
    encrypted: true,
  };
  Object.assign(source.connection, { transport });
  const { remoteAddress, localAddress, encrypted } = contextOf(source);
  expect([remoteAddress, localAddress, encrypted]).toEqual(['10.0.0.1', '10.0.0.2', true]);
});

test('the request is told by its number, its class and its message as received', () => {
  const { requestId, priority, target, httpVersion, rawHeaders } = contextOf(new Source());
  expect([requestId, priority, target, httpVersion]).toEqual([9, 'critical', '/a?b', '1.0']);
  expect(rawHeaders).toEqual(['Host', 'a']);
});

test.each([undefined, 5])('the deadline is that of the exchange: %s', (deadlineWallAt) => {
  const source = Object.assign(new Source(), { deadlineWallAt });
  expect(contextOf(source).deadline).toBe(deadlineWallAt);
});

test('trailers and completed are the promises of the exchange', () => {
  const source = new Source();
  const context = contextOf(source);
  expect(context.trailers).toBe(source.trailers);
  expect(context.completed).toBe(source.completed);
});

test.each([0, 101])('bodyBytesMax of %i reaches the exchange', (bytes) => {
  const source = new Source();
  const context = contextOf(source);
  expect(context.bodyBytesMax).toBe(100);
  context.bodyBytesMax = bytes;
  expect([source.bodyBytesMax, context.bodyBytesMax]).toEqual([bytes, bytes]);
});

test('bodyBytesMax below zero is refused and leaves the exchange alone', () => {
  const source = new Source();
  const set = (): void => {
    contextOf(source).bodyBytesMax = -1;
  };
  expect(set).toThrow('context.bodyBytesMax: got -1, expected a whole number of bytes, 0 or more');
  expect(source.bodyBytesMax).toBe(100);
});

test('bodyBytesMax after the first read is refused and leaves the exchange alone', () => {
  const source = Object.assign(new Source(), { contentBegun: true });
  const set = (): void => {
    contextOf(source).bodyBytesMax = 5;
  };
  expect(set).toThrow('context.bodyBytesMax: got 5 after the content was read, expected it before');
  expect(source.bodyBytesMax).toBe(100);
});

test('what the handler asks is passed on with all its values', async () => {
  const source = new Source();
  const context = contextOf(source);
  const promise = Promise.resolve(3);
  context.sendInformational(103, { Link: '</a>' });
  context.sendInformational(102);
  context.waitUntil(promise);
  expect(await context.waiting(promise)).toBe(3);
  expect(source.asked).toEqual([
    ['sendInformational', 103, { Link: '</a>' }],
    ['sendInformational', 102, undefined],
    ['waitUntil', promise],
    ['waiting', promise],
  ]);
});
