// The facts about a TLS connection that its transport needs beside the `TLSSocket`.

import type { Socket } from 'node:net';
import type { TlsFacts, TransportAddress } from '../../conn/transport.js';
import type { StreamApi } from './stream-api.js';

export interface Secured {
  /** The socket below TLS. */
  readonly wire: Socket;
  readonly remote: TransportAddress;
  /** Undefined if it is the local address of the socket. */
  readonly local: TransportAddress | undefined;
  readonly facts: TlsFacts;
  /** The way to read bytes at the handle. If it is undefined, bytes come by the events of the socket. */
  readonly api?: StreamApi | undefined;
}
