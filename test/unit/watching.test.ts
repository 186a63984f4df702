// What is seen of a server that runs, for a picture of it.

import { createServer as createNodeServer } from 'node:http';
import { expect, test } from 'vitest';
import { createServer as createFacade } from '../../src/adapters/node/index.js';
import { stateName } from '../../src/fsm/machine/machine.js';
import { createServer, reply } from '../../src/index.js';
import { observe, viewOf, WatchedParts } from '../../src/watching.js';
import { ConnectionScene } from '../support/connection-scene.js';
import { get, post, postChunked } from '../support/test-server.js';

test('shows open connections by state, the limiter with its classes, and bytes', async () => {
  const scene = new ConnectionScene(() => new Promise(() => {}), {
    concurrency: 1,
    queue: { law: 'timed', waitMs: 100, entriesMax: 3, bytesMax: 1_000_000 },
    priority: ({ target }) => (target === '/c' ? 'critical' : 'sheddable'),
  });
  const watched = new WatchedParts(scene.parts, () => undefined);
  const states = () =>
    Object.fromEntries(
      [...watched.view().states.entries()]
        .filter(([, count]) => count > 0)
        .map(([id, count]) => [stateName(id), count]),
    );
  expect(states()).toEqual({ 'idle/idle/keep': 1 });
  const sent = ['GET', postChunked('3\r\nabc\r\n'), get('/c'), post('x'.repeat(99)), get(), get()];
  const connections = sent.map((bytes) => {
    const connection = scene.connect();
    connection.onBytes(Buffer.from(bytes), 0);
    return connection;
  });
  // The last was refused, and may ask again.
  expect(states()).toEqual({
    'idle/idle/keep': 2,
    'head/idle/keep': 1,
    'body/pending/keep': 1,
    'done/queued/keep': 3,
  });
  const view = watched.view();
  expect(view.limiter).toMatchObject({
    limit: 1,
    inFlight: 1,
    queued: 3,
    queuedBy: { critical: 1, default: 0, sheddable: 2 },
    refusedBy: { queueFull: 1 },
  });
  expect([view.closing, view.bytesMax]).toEqual([undefined, scene.parts.limits.bufferedBytesMax]);
  expect([view.bytes >= 99, view.bytesPeak >= view.bytes]).toEqual([true, true]);
  for (const connection of [scene.connection, ...connections]) connection.onReset(0, undefined);
  expect([states(), watched.view().bytes]).toEqual([{}, 0]);
});

test('asks for a server of sluice, and for an observer', () => {
  const fits = 'expected a server made by createServer of sluice';
  for (const server of [createNodeServer(), {}, undefined, 7]) {
    expect(() => viewOf(server as object)).toThrow(fits);
    expect(() => observe(server as object, {})).toThrow(fits);
  }
  for (const server of [createServer({ fetch: () => reply('x') }), createFacade()])
    expect(() => observe(server, { opened: () => {} } as never)).toThrow('observer.opened');
});
