import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import {
  acceptsStreams,
  findStreamApi,
  TESTED_NODE_MAJORS,
} from '../../../src/io/transport/stream-api.js';

/** A process whose binding gives this. */
function nodeWith(binding: unknown): Parameters<typeof findStreamApi>[0] {
  return { execArgv: [], env: {}, binding, versions: process.versions };
}

const api = findStreamApi(process);
const { binding } = process as unknown as { binding(name: string): Record<string, unknown> };

describe('looking for the API below sockets', () => {
  test.runIf(api !== undefined)('finds it in this Node', () => {
    expect(findStreamApi(nodeWith(binding))).toEqual(api);
  });

  test.runIf(api !== undefined)(
    'finds it on the Nodes that the tests run on, and on no other',
    () => {
      const foundOn = (node: string): boolean =>
        findStreamApi({ ...nodeWith(binding), versions: { node } }) !== undefined;
      for (const major of TESTED_NODE_MAJORS) expect(foundOn(`${major}.1.2`)).toBe(true);
      for (const other of [
        '18.20.0',
        '21.7.3',
        '23.1.0',
        '25.0.0',
        '27.0.0',
        '28.0.0',
        '260.1.0',
        '',
      ]) {
        expect(`${other} ${foundOn(other)}`).toBe(`${other} false`);
      }
    },
  );

  test('the tests have a Node of each major, and no other', () => {
    const { dependencies } = JSON.parse(
      readFileSync(new URL('../../nodes/package.json', import.meta.url), 'utf8'),
    ) as { dependencies: Record<string, string> };
    const majors = Object.values(dependencies).map((pin) => Number(/@(\d+)\./.exec(pin)?.[1]));
    expect(majors).toEqual(TESTED_NODE_MAJORS);
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
