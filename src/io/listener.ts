// Listening: an address, and a transport for everyone who connects to it.

import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import type { Accept } from '../conn/environment.js';
import type { TransportAddress } from '../conn/transport.js';
import { monotonicNow } from './clock.js';
import { connectionDescriptorEnd, descriptorOf } from './descriptors.js';
import { takeHandles } from './handle-door.js';
import type { HandleGroup } from './handle-group.js';
import { HandleTransport } from './handle-transport.js';
import { NetTransport } from './net-transport.js';
import type { StreamHandle } from './stream-api.js';
import { systemError } from './system-error.js';

/** Where to listen: a port of a host, or the path of a Unix domain socket. */
export interface ListenAddress {
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /** Default '127.0.0.1'. */
  readonly host?: string | undefined;
  /** Takes the place of host and port. */
  readonly path?: string | undefined;
  /** How many connections the kernel holds until they are accepted. Default 511, capped by the kernel. */
  readonly backlog?: number | undefined;
}

/** Where it listens now. For a Unix domain socket: the path, 0 and 'Unix'. */
export interface BoundAddress {
  readonly address: string;
  readonly port: number;
  readonly family: 'IPv4' | 'IPv6' | 'Unix';
}

/** `auto`: the fastest that this Node has. `net`: node:net's sockets. */
export type TransportChoice = 'auto' | 'net';

/** `connections`: `connectionsMax` are open. `descriptors`: the process has hardly any left. */
export type RefusalReason = 'connections' | 'descriptors';

export interface ListenerOptions {
  /** Takes each new transport and gives the sink to which its events go. */
  readonly accept: Accept;
  /** How many connections may be open at once. 0, the default: no limit but that of descriptors. */
  readonly connectionsMax?: number | undefined;
  /** What connections are made of. Default `auto`. */
  readonly transport?: TransportChoice | undefined;
  /** The first descriptor number that no connection gets. Default: near the process's limit. */
  readonly descriptorEnd?: number | undefined;
  /** Somebody was refused at the door. */
  readonly onRefused?: ((reason: RefusalReason) => void) | undefined;
  /** Accepting failed; the listener goes on. Rare: libuv deals with most failures silently. */
  readonly onError?: ((error: Error) => void) | undefined;
}

/** Why `listen` failed. `code` is the system's: EADDRINUSE, EACCES, EADDRNOTAVAIL, ENOTFOUND, … */
export interface ListenError extends Error {
  readonly code: string;
}

/**
 * Accepts connections. Where there is no room it accepts and closes at once:
 * neither Node nor libuv can stop accepting but by closing the listening socket,
 * which would reset all who wait behind it; and who waits unaccepted doesn't
 * learn that he should go elsewhere.
 */
export class Listener {
  readonly #server: Server;
  readonly #accept: Accept;
  readonly #connectionsMax: number;
  readonly #transport: TransportChoice;
  readonly #descriptorEnd: number;
  readonly #onError: ((error: Error) => void) | undefined;
  readonly #onRefused: ((reason: RefusalReason) => void) | undefined;
  /** The address of every accepted socket, where all have the same. */
  #local: TransportAddress | undefined;
  /** What the transports below sockets share, where there are any. */
  #group: HandleGroup | undefined;
  #closed: boolean;

  constructor(options: ListenerOptions) {
    this.#accept = options.accept;
    this.#connectionsMax = options.connectionsMax || Infinity;
    this.#transport = options.transport ?? 'auto';
    this.#onError = options.onError;
    this.#descriptorEnd = options.descriptorEnd ?? connectionDescriptorEnd();
    this.#onRefused = options.onRefused;
    this.#local = undefined;
    this.#group = undefined;
    this.#closed = false;
    // Behind a pause a socket reads on up to its mark: with Node 22's own, of 64 KiB, twice as much.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true, highWaterMark: 16 * 1024 });
    // Node compares and closes before it makes a Socket: the cheapest refusal there is.
    if (options.connectionsMax) this.#server.maxConnections = options.connectionsMax;
    this.#server.on('connection', (socket: Socket) => this.#accepted(socket));
    this.#server.on('drop', () => this.#onRefused?.('connections'));
    this.#server.on('error', (error) => {
      // What fails before it listens rejects `listen`.
      if (this.#server.listening) this.#onError?.(error);
    });
  }

  /**
   * Starts to listen. Once.
   * @throws ListenError (as a rejection) where the address can't be had.
   */
  listen(where: ListenAddress = {}): Promise<BoundAddress> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      const onError = (error: Error): void => reject(listenError(where, error));
      server.once('error', onError);
      server.listen(nodeListenOptions(where), () => {
        server.off('error', onError);
        if (this.#closed) {
          // Closed while the host name was being looked up.
          server.close();
          reject(listenError(where, new Error('it was closed meanwhile')));
          return;
        }
        const bound = boundAddress(server);
        this.#local = commonLocalAddress(bound);
        if (this.#transport === 'auto') {
          this.#group = takeHandles(server, this.#local, (status, handle) =>
            this.#acceptedHandle(status, handle),
          );
        }
        resolve(bound);
      });
    });
  }

  /**
   * Stops listening at once: the port is free when this returns, and who waits
   * unaccepted is reset. Connections that were accepted go on.
   */
  close(): void {
    this.#closed = true;
    if (this.#server.listening) this.#server.close();
  }

  #accepted(socket: Socket): void {
    if (descriptorOf(socket) >= this.#descriptorEnd) {
      socket.destroy();
      this.#onRefused?.('descriptors');
      return;
    }
    const transport = new NetTransport(socket, this.#local);
    transport.attach(this.#accept(transport, monotonicNow()));
  }

  /** The same, without the socket: what a net.Server would see to is seen to here. */
  #acceptedHandle(status: number, handle: StreamHandle | undefined): void {
    const group = this.#group;
    if (group === undefined) return;
    if (handle === undefined || status !== 0) {
      this.#onError?.(systemError(status, 'accept'));
    } else if (group.openCount >= this.#connectionsMax) {
      handle.close();
      this.#onRefused?.('connections');
    } else if (handle.fd >= this.#descriptorEnd) {
      handle.close();
      this.#onRefused?.('descriptors');
    } else {
      handle.setNoDelay?.(true);
      const transport = new HandleTransport(handle, group);
      transport.attach(this.#accept(transport, monotonicNow()));
    }
  }
}

function nodeListenOptions(where: ListenAddress): ListenOptions {
  const backlog = where.backlog ?? 511;
  if (where.path !== undefined) return { path: where.path, backlog };
  return { port: where.port ?? 0, host: where.host ?? '127.0.0.1', backlog };
}

function boundAddress(server: Server): BoundAddress {
  const bound = server.address();
  if (bound === null) throw new Error('a listening server has no address');
  if (typeof bound === 'string') return { address: bound, port: 0, family: 'Unix' };
  const family = bound.family === 'IPv6' ? 'IPv6' : 'IPv4';
  return { address: bound.address, port: bound.port, family };
}

/** Behind a wildcard each connection has an address of its own, asked for when it is wanted. */
function commonLocalAddress(bound: BoundAddress): TransportAddress | undefined {
  if (bound.family === 'Unix') return { address: '', port: 0 };
  if (bound.address === '0.0.0.0' || bound.address === '::') return undefined;
  return { address: bound.address, port: bound.port };
}

const plainWords = new Map<string, string>([
  ['EADDRINUSE', 'somebody else listens there'],
  ['EACCES', 'permission denied'],
  ['EADDRNOTAVAIL', 'this machine has no such address'],
  ['ENOTFOUND', 'no such host'],
  ['ENOENT', 'no such directory'],
]);

function listenError(where: ListenAddress, cause: Error & { code?: string }): ListenError {
  const place = where.path ?? `${where.host ?? '127.0.0.1'}:${where.port ?? 0}`;
  const code = cause.code ?? 'ERR_LISTEN';
  const words = plainWords.get(code);
  const reason = words === undefined ? cause.message : `${words} (${code})`;
  return Object.assign(new Error(`can't listen on ${place}: ${reason}`, { cause }), { code });
}
