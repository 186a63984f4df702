import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { expect, test } from 'vitest';
import { Listener } from '../../../src/io/listen/listener.js';
import { silence } from '../../../src/io/transport/silence.js';
import { loopUntil } from '../../support/loop-turns.js';

test.each(['auto', 'net'] as const)(
  'with transport %s no connection is told anything in the context of another',
  async (transport) => {
    const storage = new AsyncLocalStorage<number>();
    const found: unknown[] = [];
    let connections = 0;
    const told = (connection: number): void => {
      const store = storage.getStore();
      found.push(store === connection ? undefined : store);
      // Whoever is told this enters a context, and leaves it to others to leave it.
      storage.enterWith(connection);
    };
    const listener = new Listener({
      transport,
      accept: (accepted) => {
        const connection = connections++;
        return {
          ...silence,
          onBytes: () => told(connection),
          onFin: () => {
            told(connection);
            accepted.destroy();
          },
        };
      },
    });
    const bound = await listener.listen();
    const clients = Array.from({ length: 5 }, () => createConnection(bound.port, bound.address));
    await Promise.all(clients.map((client) => once(client, 'connect')));
    for (let round = 1; round <= 3; round++) {
      for (const client of clients) client.write('x');
      await loopUntil(() => found.length >= 5 * round);
    }
    for (const client of clients) client.resume().end();
    await loopUntil(() => found.length >= 20);
    expect(found).toEqual(Array.from({ length: 20 }, () => undefined));
    listener.close();
  },
);

test.each(['auto', 'net'] as const)(
  'with transport %s promises settle and ticks run before the next event',
  async (transport) => {
    const order: string[] = [];
    const listener = new Listener({
      transport,
      accept: (accepted) => ({
        ...silence,
        onBytes: (bytes) => {
          order.push(String(bytes[0]));
          process.nextTick(() => order.push('tick'));
          Promise.resolve().then(() => order.push('settled'));
          accepted.write(bytes.slice());
        },
      }),
    });
    const bound = await listener.listen();
    const clients = Array.from({ length: 2 }, () => createConnection(bound.port, bound.address));
    await Promise.all(clients.map((client) => once(client, 'connect')));
    clients.forEach((client, i) => {
      client.write(Uint8Array.of(i));
    });
    // Both stand in the kernel, so that one turn of the loop reads both.
    await loopUntil(() => order.length === 6);
    expect(order.filter((what) => what === 'tick' || what === 'settled')).toHaveLength(4);
    for (const at of [0, 3])
      expect(order.slice(at + 1, at + 3).sort()).toEqual(['settled', 'tick']);
    for (const client of clients) client.destroy();
    listener.close();
  },
);
