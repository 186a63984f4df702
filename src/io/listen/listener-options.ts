// What a listener is told when it is made.

import type { ProxyHeaders } from '../../conn/arrive/proxy-headers.js';
import type { Accept } from '../../conn/environment.js';
import type { TransportEnds } from '../../conn/transport.js';
import type { AdoptedServer, Bypass, DoorRefusal, TransportChoice } from '../transport/door.js';
import type { SocketTls } from './socket-way.js';

export interface ListenerOptions {
  /** Takes each new transport and gives the sink to which its events go. */
  readonly accept: Accept;
  /** Whether one more may be open. Default: always. */
  readonly hasRoom?: (() => boolean) | undefined;
  /** Ends a connection that has had nothing to do since before `before`. False where there is none. Default: there is none. */
  readonly makeRoom?: ((before: number) => boolean) | undefined;
  /** What connections are made of. Default `auto`. */
  readonly transport?: TransportChoice | undefined;
  /** The first descriptor number that no connection gets. Default: near the process's limit. */
  readonly descriptorEnd?: number | undefined;
  /** Somebody was refused at the door. */
  readonly onRefused?: ((reason: DoorRefusal, ends: () => TransportEnds) => void) | undefined;
  /** Silence of a connection before the kernel looks whether the peer is there; 0: it doesn't look. */
  readonly keepAliveMs?: number | undefined;
  /** Where each connection begins with a TLS handshake. Default: none does. */
  readonly tls?: SocketTls | undefined;
  /** Where each connection begins with a header of the PROXY protocol. Default: none does. */
  readonly proxyHeaders?: ProxyHeaders | undefined;
  /** A server that listens already, or will: see `Listener.adopt`. Default: one of its own. */
  readonly server?: AdoptedServer | undefined;
  /** Where a connection without TLS may be wanted as a socket. Default: none is. */
  readonly bypass?: Bypass | undefined;
  /** Accepting failed; the listener goes on. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** How the connections of one address begin, and what keeps them. */
export type ConnectionManners = Pick<
  ListenerOptions,
  'tls' | 'proxyHeaders' | 'keepAliveMs' | 'server' | 'bypass'
>;
