import { describe, expect, test } from 'vitest';
import type { CheckedListen } from '../../../src/io/listen/listen-address.js';
import { describeTransport } from '../../support/transport-contract.js';
import { manyBytes, openPair, type WirePair } from './open-pair.js';

const openNet = (where?: CheckedListen): Promise<WirePair> => openPair(where, { transport: 'net' });

describeTransport('NetTransport', manyBytes, openNet);

describe('NetTransport: wrong use', () => {
  test('a write after end is a bug', async () => {
    const { client, close } = await openNet();
    client.transport.end();
    expect(() => client.transport.write('x')).toThrow('write side: write in ');
    await close();
  });

  test('a socket that somebody else destroys is a reset', async () => {
    const { client, clientSocket, until, close } = await openNet();
    clientSocket.destroy();
    await until(() => client.sink.resetCount === 1);
    expect(client.sink.resetError).toBeUndefined();
    await close();
  });
});
