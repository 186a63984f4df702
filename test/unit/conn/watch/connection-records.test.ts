// Observers are told of a connection when it opens and when it has ended.

import { expect, test } from 'vitest';
import {
  type RecordedConnection,
  tellClosed,
  tellOpened,
} from '../../../../src/conn/watch/connection-records.js';
import type { Observer } from '../../../../src/observe/observer.js';

const connection = {
  id: 7,
  transport: {
    remote: { address: '10.0.0.1', port: 1 },
    local: { address: '10.0.0.2', port: 80 },
    encrypted: true,
  },
  life: { name: 'closed/closed/last' },
  conversation: { requests: 3 },
  ending: { end: 'idle' },
} as unknown as RecordedConnection;

test('a connection that opens is told by its two ends', () => {
  const told: unknown[] = [];
  tellOpened(connection, { connectionOpened: (record) => void told.push(record) });
  expect(told).toEqual([
    {
      connectionId: 7,
      remoteAddress: '10.0.0.1',
      remotePort: 1,
      localAddress: '10.0.0.2',
      localPort: 80,
      encrypted: true,
    },
  ]);
});

test('a connection that has ended is told with its reason and what it did', () => {
  const told: unknown[] = [];
  tellClosed(connection, 125, { connectionClosed: (record) => void told.push(record) });
  expect(told).toEqual([
    {
      connectionId: 7,
      remoteAddress: '10.0.0.1',
      reason: 'idle',
      durationMs: 125,
      requests: 3,
      state: 'closed/closed/last',
    },
  ]);
});

test('an observer of neither is told nothing, and the ends are not asked for it', () => {
  const unseen = {
    id: 7,
    transport: {
      get remote(): never {
        throw new Error('asked');
      },
    },
  } as unknown as RecordedConnection;
  const observer: Observer = {};
  expect(() => tellOpened(unseen, observer)).not.toThrow();
  expect(() => tellClosed(connection, 1, observer)).not.toThrow();
});
