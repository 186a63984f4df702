import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openPair } from './open-pair.js';

for (const transport of ['net', 'auto'] as const) {
  const options = { transport };

  describe(`addresses with transport ${transport}`, () => {
    test('are those of both ends', async () => {
      const { client, server, bound, clientSocket, close } = await openPair({}, options);
      const ours = { address: '127.0.0.1', port: bound.port };
      expect(server.transport.local).toEqual(ours);
      expect(client.transport.remote).toEqual(ours);
      const theirs = { address: '127.0.0.1', port: clientSocket.localPort };
      expect(server.transport.remote).toEqual(theirs);
      expect(client.transport.local).toEqual(theirs);
      expect(server.transport.encrypted).toBe(false);
      await close();
    });

    test('are known after a reset', async () => {
      const { client, server, until, close } = await openPair({}, options);
      const { remote } = client.transport;
      client.transport.reset();
      await until(() => server.sink.resetCount === 1);
      expect(server.transport.local).toEqual(remote);
      expect(server.transport.remote.address).toBe('127.0.0.1');
      await close();
    });

    test('are each its own behind a wildcard', async () => {
      const { client, server, close } = await openPair({ host: '0.0.0.0' }, options).catch(() =>
        openPair({}, options),
      );
      expect(server.transport.local.port).toBe(client.transport.remote.port);
      expect(server.transport.local.address).toBe('127.0.0.1');
      await close();
    });

    test('of a Unix domain socket are empty', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'sluice-'));
      const path = join(folder, 'socket');
      const { client, server, bound, until, close } = await openPair({ path }, options);
      expect(bound).toEqual({ address: path, port: 0, family: 'Unix' });
      expect(server.transport.remote).toEqual({ address: '', port: 0 });
      expect(server.transport.local).toEqual({ address: '', port: 0 });
      client.transport.write('hello');
      await until(() => server.sink.byteCount === 5);
      // It knows no reset: the peer sees an end of some kind.
      server.transport.reset();
      await until(() => client.sink.finCount + client.sink.resetCount === 1);
      await close();
      await rm(folder, { recursive: true });
    });
  });
}
