// What a transport under TLS is given beside its socket.

import type { Socket } from 'node:net';
import type { TlsFacts, TransportAddress } from '../conn/transport.js';
import type { StreamApi } from './stream-api.js';

export interface Secured {
  readonly wire: Socket;
  readonly remote: TransportAddress;
  /** Undefined where it is the socket's own. */
  readonly local: TransportAddress | undefined;
  readonly facts: TlsFacts;
  /** By it bytes are read at the handle; undefined where they come by the socket's events. */
  readonly api?: StreamApi | undefined;
}
