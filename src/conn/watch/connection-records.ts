// What observers are told of a connection, at its beginning and at its end.

import type { ConnectionEnd, Observer } from '../../observe/observer.js';
import type { Lifecycle } from '../machine/lifecycle.js';
import type { Transport } from '../transport.js';

/** The connection, as its records tell of it. */
export interface RecordedConnection {
  readonly id: number;
  readonly transport: Transport;
  readonly life: Lifecycle;
  readonly conversation: { readonly requests: number };
  readonly ending: { readonly end: ConnectionEnd };
}

export function tellOpened({ id, transport }: RecordedConnection, observer: Observer): void {
  if (observer.connectionOpened === undefined) return;
  const { remote, local, encrypted } = transport;
  observer.connectionOpened({
    connectionId: id,
    remoteAddress: remote.address,
    remotePort: remote.port,
    localAddress: local.address,
    localPort: local.port,
    encrypted,
  });
}

export function tellClosed(
  { id, transport, life, conversation, ending }: RecordedConnection,
  durationMs: number,
  observer: Observer,
): void {
  observer.connectionClosed?.({
    connectionId: id,
    remoteAddress: transport.remote.address,
    reason: ending.end,
    durationMs,
    requests: conversation.requests,
    state: life.name,
  });
}
