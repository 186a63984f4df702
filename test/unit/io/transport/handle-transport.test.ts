// Single steps of a transport over a handle, in an order that real sockets show only by chance.

import { describe, expect, test } from 'vitest';
import { HandleGroup } from '../../../../src/io/transport/handle-group.js';
import { HandleTransport } from '../../../../src/io/transport/handle-transport.js';
import { RecordingSink } from '../../../../src/testing/network/index.js';
import { END_OF_FILE, ENOTCONN, EPIPE, FakeHandle, fakeApi } from '../../../support/fake-handle.js';

const FULL = 64 * 1024;

function opened() {
  const api = fakeApi();
  const handle = new FakeHandle(api);
  const transport = new HandleTransport(handle.asHandle, new HandleGroup(api, undefined));
  const sink = new RecordingSink();
  transport.attach(sink);
  const comes = (length: number): void => {
    handle.arrive(new Uint8Array(length));
    handle.poll();
  };
  return { handle, transport, sink, comes };
}

const tick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

describe('a pause', () => {
  test('after a short read lets Node read on, for a reset; after a full one it does not', () => {
    const { handle, transport, comes } = opened();
    comes(10);
    transport.pause();
    expect(handle.isReading).toBe(true);
    transport.resume();
    comes(FULL);
    transport.pause();
    expect(handle.isReading).toBe(false);
    transport.resume();
    expect(handle.isReading).toBe(true);
  });

  test('that is given within held bytes lets Node read on, too', async () => {
    const { handle, transport, sink, comes } = opened();
    transport.pause();
    comes(10);
    expect([handle.isReading, transport.unreadBytes]).toEqual([false, 10]);
    sink.onBytes = () => transport.pause();
    transport.resume();
    await tick();
    expect(handle.isReading).toBe(true);
    handle.arrive(-104);
    handle.poll();
    expect(sink.events).toEqual(['reset']);
  });

  test('that is given within a held full read stops Node, since more bytes wait', async () => {
    const { handle, transport, sink, comes } = opened();
    transport.pause();
    comes(FULL);
    sink.onBytes = () => transport.pause();
    transport.resume();
    await tick();
    expect(handle.isReading).toBe(false);
    transport.resume();
    expect(handle.isReading).toBe(true);
  });

  test('before `attach` holds what comes', async () => {
    const api = fakeApi();
    const handle = new FakeHandle(api);
    const transport = new HandleTransport(handle.asHandle, new HandleGroup(api, undefined));
    const sink = new RecordingSink();
    transport.pause();
    transport.resume();
    expect(handle.isReading).toBe(false);
    transport.pause();
    transport.attach(sink);
    expect(handle.isReading).toBe(true);
    handle.arrive(new Uint8Array(5));
    handle.poll();
    expect(sink.events).toEqual([]);
    transport.resume();
    await tick();
    expect(sink.byteCount).toBe(5);
  });

  test('asks nothing of a handle that is closed', () => {
    const { handle, transport, comes } = opened();
    comes(FULL);
    transport.destroy();
    expect(handle.isReading).toBe(false);
    transport.pause();
    transport.resume();
    expect(handle.ended).toBe('close');
  });
});

describe('a reset', () => {
  test('waits for a shutdown that is under way, and reads nothing meanwhile', () => {
    const { handle, transport, sink } = opened();
    transport.end();
    transport.reset();
    transport.reset();
    transport.destroy();
    expect([handle.ended, handle.isReading]).toEqual([undefined, false]);
    handle.finishShutdown();
    expect(handle.ended).toBe('reset');
    expect(sink.events).toEqual([]);
  });

  test('after the shutdown is at once', () => {
    const { handle, transport } = opened();
    transport.end();
    handle.finishShutdown();
    transport.reset();
    expect(handle.ended).toBe('reset');
  });

  test('of a Unix domain socket is a close', () => {
    const { handle, transport } = opened();
    Object.assign(handle, { reset: undefined });
    transport.reset();
    expect(handle.ended).toBe('close');
  });
});

describe('a failure', () => {
  test('of a write is told in a tick; until then nothing is written', async () => {
    const { handle, transport, sink } = opened();
    handle.failures.set('write', EPIPE);
    transport.write('lost');
    transport.write('dropped');
    transport.end();
    expect([handle.written, handle.shutdownCount, sink.events]).toEqual([[], 0, []]);
    await tick();
    expect(sink.events).toEqual(['reset']);
    expect(sink.resetError).toMatchObject({ code: 'EPIPE', syscall: 'write' });
    expect(handle.ended).toBe('close');
  });

  test('to shut down where the peer has gone is none', async () => {
    const { handle, transport, sink } = opened();
    handle.failures.set('shutdown', ENOTCONN);
    transport.end();
    await tick();
    expect([handle.ended, sink.events]).toEqual([undefined, []]);
    transport.reset();
    expect(handle.ended).toBe('reset');
  });

  test('to shut down for another reason is told', async () => {
    const { handle, transport, sink } = opened();
    handle.failures.set('shutdown', EPIPE);
    transport.end();
    await tick();
    expect(sink.resetError).toMatchObject({ code: 'EPIPE', syscall: 'shutdown' });
    expect(handle.ended).toBe('close');
  });

  test('that comes while a reset waits is told nobody', async () => {
    const { handle, transport, sink, comes } = opened();
    comes(FULL);
    transport.pause();
    transport.end();
    handle.failures.set('readStart', EPIPE);
    transport.resume();
    transport.reset();
    await tick();
    expect(handle.ended).toBe(undefined);
    handle.finishShutdown();
    expect([handle.ended, sink.events]).toEqual(['reset', ['bytes']]);
  });
});

test('a tick that comes late tells nothing twice', async () => {
  const { handle, transport, sink } = opened();
  transport.pause();
  handle.arrive(END_OF_FILE);
  handle.poll();
  for (let i = 0; i < 3; i++) {
    transport.resume();
    transport.pause();
  }
  transport.resume();
  await tick();
  await tick();
  expect(sink.events).toEqual(['fin']);
  expect(sink.finCount).toBe(1);
});
