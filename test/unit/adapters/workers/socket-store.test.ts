// Where the system has no SO_REUSEPORT that shares connections out, as on macOS and Windows.

import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { type CreateHandle, SocketStore } from '../../../../src/adapters/workers/socket-store.js';

const REUSE_PORT = 2;

function storeOn(reusePort: 'works' | number): { store: SocketStore; open: string[] } {
  const open: string[] = [];
  let ports = 49_000;
  const create: CreateHandle = (address, port, _family, _fd, flags) => {
    if (flags === REUSE_PORT && reusePort !== 'works') return reusePort;
    const bound = port === 0 ? ++ports : port;
    const name = `${address}:${bound} ${flags}`;
    open.push(name);
    return {
      getsockname(into) {
        into.port = bound ?? 0;
        return 0;
      },
      close: () => void open.splice(open.indexOf(name), 1),
    };
  };
  return { store: new SocketStore('24.0.0', create), open };
}

test('each place has a socket of its own at one port', async () => {
  const { store, open } = storeOn('works');
  const wanted = { port: 0, index: 0 };
  const [first, second] = [await store.socketFor(0, wanted), await store.socketFor(1, wanted)];
  expect(second).not.toBe(first);
  expect(await store.socketFor(0, wanted)).toBe(first);
  expect(open).toEqual(['127.0.0.1:49001 2', '127.0.0.1:49001 2']);
  store.leave(0);
  expect(open).toEqual(['127.0.0.1:49001 2']);
  store.close();
  expect(open).toEqual([]);
});

test('all places share a socket where that is not supported', async () => {
  const { store, open } = storeOn(-constants.errno.ENOTSUP);
  const wanted = { port: 8080, index: 0 };
  const [first, second] = [await store.socketFor(0, wanted), await store.socketFor(1, wanted)];
  expect(second).toBe(first);
  expect(open).toEqual(['127.0.0.1:8080 0']);
  // It is everybody's.
  store.leave(0);
  expect(open).toEqual(['127.0.0.1:8080 0']);
  store.close();
  expect(open).toEqual([]);
});

test('another mistake of the system is told as it is', async () => {
  const { store } = storeOn(-constants.errno.EACCES);
  await expect(store.socketFor(0, { port: 0, index: 0 })).rejects.toMatchObject({
    code: 'EACCES',
    message: 'bind EACCES 127.0.0.1:0',
  });
});
