// What observers are told of a connection: its addresses, and why it ended.

import { describe, expect, test } from 'vitest';
import { get } from '../../support/test-server.js';
import { RecordScene } from './watch/record-scene.js';

describe('a connection', () => {
  test('is told with its addresses, and at its end why it ended', async () => {
    const scene = new RecordScene();
    expect(scene.records.opens).toEqual([
      {
        connectionId: 1,
        remoteAddress: '127.0.0.1',
        remotePort: 1,
        localAddress: '127.0.0.1',
        localPort: 2,
        encrypted: false,
      },
    ]);
    await scene.to(5);
    await scene.send(get());
    await scene.to(30);
    scene.connection.onFin(30);
    expect(scene.records.closes).toEqual([
      {
        connectionId: 1,
        remoteAddress: '127.0.0.1',
        reason: 'peerEnded',
        durationMs: 30,
        requests: 1,
        state: 'closed/closed/last',
      },
    ]);
  });

  test.each<[string, (scene: RecordScene) => void | Promise<void>]>([
    ['lastResponse', (scene) => scene.send(get('/', 'Connection: close\r\n'))],
    ['idle', (scene) => scene.to(100_000)],
    [
      'drain',
      (scene) => {
        scene.connection.ending.startDrain(scene.clock.now);
        return scene.to(1000);
      },
    ],
    ['room', (scene) => scene.connection.ending.makeRoom(Infinity)],
    ['memory', (scene) => scene.connection.ending.cut('memory')],
    ['writeStalled', (scene) => scene.connection.ending.cut('writeStalled')],
    [
      'peerEnded',
      async (scene) => {
        await scene.send('GET /');
        scene.connection.onFin(scene.clock.now);
      },
    ],
    [
      'error',
      (scene) => {
        scene.line.error = new Error('x');
        return scene.send(get());
      },
    ],
  ])('ends for the reason %s', async (reason, end) => {
    const scene = new RecordScene();
    await end(scene);
    scene.connection.onFin(scene.clock.now);
    await scene.to(scene.clock.now + 20_000);
    expect(scene.records.closes).toMatchObject([{ reason }]);
  });
});
