import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { acceptsStreams, findStreamApi } from '../../../src/io/stream-api.js';

/** A process whose binding gives this. */
function nodeWith(binding: unknown): Parameters<typeof findStreamApi>[0] {
  return { execArgv: [], env: {}, binding };
}

const api = findStreamApi(process);
const { binding } = process as unknown as { binding(name: string): Record<string, unknown> };

describe('looking for the API below sockets', () => {
  test.runIf(api !== undefined)('finds it in this Node', () => {
    expect(findStreamApi(nodeWith(binding))).toEqual(api);
  });

  test('finds nothing where nothing is', () => {
    for (const nothing of [undefined, () => undefined, () => ({})]) {
      expect(findStreamApi(nodeWith(nothing))).toBeUndefined();
    }
  });

  test('finds nothing where it is not allowed', () => {
    const forbidden = (): never => {
      throw Object.assign(new Error('access denied'), { code: 'ERR_ACCESS_DENIED' });
    };
    expect(findStreamApi(nodeWith(forbidden))).toBeUndefined();
  });

  test.runIf(api !== undefined)('finds nothing where a name is missing or another thing', () => {
    const whole = { ...binding('stream_wrap') };
    const names = [
      'streamBaseState',
      'kReadBytesOrError',
      'kArrayBufferOffset',
      'kLastWriteWasAsync',
      'WriteWrap',
      'ShutdownWrap',
    ];
    expect(findStreamApi(nodeWith(() => whole))).toBeDefined();
    for (const name of names) {
      for (const other of [undefined, null, 'x', 99, -1, 0.5]) {
        const part = { ...whole, [name]: other };
        expect(findStreamApi(nodeWith(() => part)), `${name} ${other}`).toBeUndefined();
      }
    }
    const samePlace = { ...whole, kArrayBufferOffset: whole.kReadBytesOrError };
    expect(findStreamApi(nodeWith(() => samePlace))).toBeUndefined();
  });

  test('does not look where it would be told of a deprecation', () => {
    let looked = false;
    const looking = (): object => {
      looked = true;
      return {};
    };
    for (const asked of [
      { execArgv: ['--pending-deprecation'] },
      { env: { NODE_OPTIONS: '--no-warnings --pending-deprecation' } },
      { env: { NODE_PENDING_DEPRECATION: '1' } },
    ]) {
      expect(findStreamApi({ ...nodeWith(looking), ...asked })).toBeUndefined();
    }
    expect(looked).toBe(false);
  });
});

describe('looking at the handle that listens', () => {
  test('takes that of a net.Server, and none without one of its methods', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { _handle: handle } = server as unknown as { _handle: object };
    expect(acceptsStreams(handle)).toBe(true);
    for (const name of ['readStart', 'writeLatin1String', 'shutdown', 'reset', 'writeQueueSize']) {
      Object.defineProperty(handle, name, { value: undefined, configurable: true });
      expect(acceptsStreams(handle), name).toBe(false);
      Reflect.deleteProperty(handle, name);
    }
    server.close();
  });

  test('takes none of a cluster, whose connections come from another process', () => {
    const none = { onconnection: null, listen() {}, close() {}, ref() {}, unref() {} };
    for (const each of [undefined, null, 1, {}, none]) expect(acceptsStreams(each)).toBe(false);
  });
});
