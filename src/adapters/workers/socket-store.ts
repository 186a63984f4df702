// The listening sockets of all workers. The primary opens and keeps them, and accepts nothing. So what waits in
// a socket's queue outlives the worker: the next worker at its place takes it over.

import { lookup } from 'node:dns/promises';
import * as net from 'node:net';
import { getSystemErrorName } from 'node:util';
import { knowsReusePort } from '../../server.js';
import type { SocketPlace } from './messages.js';

/** A socket that is bound. The first worker that has it makes it listen. */
export interface KeptSocket {
  close(): void;
  getsockname?(into: { port?: number }): number;
}

/**
 * A boundary: the call by which node:cluster makes its handles, undocumented and unchanged since Node 0.12. Gives a handle or a
 * negative errno.
 */
export type CreateHandle = (
  address: string | null,
  port: number | null,
  family: number | null,
  fd: number | undefined,
  flags: number,
) => KeptSocket | number;

function createHandle(): CreateHandle | undefined {
  const { _createServerHandle: create } = net as { _createServerHandle?: unknown };
  return typeof create === 'function' ? (create as CreateHandle) : undefined;
}

/** libuv's flags of a bind. */
const IPV6_ONLY = 1;
const REUSE_PORT = 2;

export class SocketStore {
  readonly #create: CreateHandle | undefined;
  /** Each place has sockets of its own: the kernel shares connections out among them. */
  #hasOwn: boolean;
  /** For all places, by what was asked for. */
  readonly #shared: Map<string, KeptSocket> = new Map();
  /** For each place, by what was asked for. */
  readonly #own: Map<number, Map<string, KeptSocket>> = new Map();
  /** The ports that were had, by what was asked for. */
  readonly #ports: Map<string, number> = new Map();
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /**
   * @param version of Node: an older one ignores SO_REUSEPORT
   * @param create undefined: node:cluster gives all sockets
   */
  constructor(version: string, create: CreateHandle | undefined = createHandle()) {
    this.#create = create;
    this.#hasOwn = knowsReusePort(version);
  }

  /**
   * The socket of a worker's place. Undefined where node:cluster has to give one.
   *
   * @throws Error with the system's `code`
   */
  socketFor(place: number, wanted: SocketPlace): Promise<KeptSocket | undefined> {
    // One after the other: two that ask for port 0 get one port.
    const socket = this.#last.then(() => this.#open(place, wanted));
    this.#last = socket.catch(() => undefined);
    return socket;
  }

  /** Nobody will accept there for a while. What waits is reset, and what comes goes to the other places. */
  leave(place: number): void {
    for (const socket of this.#own.get(place)?.values() ?? []) socket.close();
    this.#own.delete(place);
  }

  /** The workers' own hold on them remains. */
  close(): void {
    this.#isClosed = true;
    for (const place of [...this.#own.keys()]) this.leave(place);
    for (const socket of this.#shared.values()) socket.close();
    this.#shared.clear();
  }

  async #open(place: number, wanted: SocketPlace): Promise<KeptSocket | undefined> {
    const create = this.#create;
    if (create === undefined) return undefined;
    const { fd, host = '127.0.0.1', port = 0, ipv6Only, reusePort, index } = wanted;
    const key = JSON.stringify([fd, host, port, ipv6Only, index]);
    const had = this.#own.get(place)?.get(key) ?? this.#shared.get(key);
    if (had !== undefined) return had;
    if (fd !== undefined) return this.#keepShared(key, socketOfFd(create, fd));
    const address = net.isIP(host) === 0 ? (await lookup(host)).address : host;
    if (this.#isClosed) throw failure('SLUICE_WORKERS_CLOSED', 'the workers are being closed');
    const bind = (flags: number, at = this.#ports.get(key) ?? port): KeptSocket | number =>
      create(address, at, net.isIP(address), -1, flags | (ipv6Only === true ? IPV6_ONLY : 0));
    const isFirst = !this.#ports.has(key);
    if (this.#hasOwn) {
      // A socket with SO_REUSEPORT would share the port with any other program of this user.
      if (isFirst && port !== 0 && reusePort !== true) checked(bind(0), address, port).close();
      const socket = bind(REUSE_PORT);
      if (!isNotSupported(socket)) return this.#keepOwn(place, key, checked(socket, address, port));
      this.#hasOwn = false;
    }
    return this.#keepShared(key, checked(bind(0), address, port));
  }

  #keepShared(key: string, socket: KeptSocket | undefined): KeptSocket | undefined {
    if (socket !== undefined) this.#shared.set(key, socket);
    return socket;
  }

  #keepOwn(place: number, key: string, socket: KeptSocket): KeptSocket {
    const sockets = this.#own.get(place) ?? new Map<string, KeptSocket>();
    this.#own.set(place, sockets.set(key, socket));
    const port = portOf(socket);
    if (port !== undefined) this.#ports.set(key, port);
    return socket;
  }
}

/** The system has no SO_REUSEPORT that shares connections out. Its number differs from system to system. */
function isNotSupported(socket: KeptSocket | number): boolean {
  return typeof socket === 'number' && getSystemErrorName(socket) === 'ENOTSUP';
}

/** An inherited descriptor. Undefined for a Unix domain socket, whose address only node:cluster brings along. */
function socketOfFd(create: CreateHandle, fd: number): KeptSocket | undefined {
  const socket = create(null, null, null, fd, 0);
  if (typeof socket === 'number') throw systemFailure('open', socket, `fd ${fd}`);
  return socket.getsockname === undefined ? undefined : socket;
}

/** @throws Error with the system's `code` */
function checked(socket: KeptSocket | number, address: string, port: number): KeptSocket {
  const where = `${address}:${port}`;
  if (typeof socket === 'number') throw systemFailure('bind', socket, where);
  // libuv tells of EADDRINUSE at `listen`, which is called in another process, and would give any free port there.
  if (port === 0 || portOf(socket) === port) return socket;
  socket.close();
  throw failure('EADDRINUSE', `bind EADDRINUSE ${where}`);
}

/** Undefined where it has none. */
function portOf(socket: KeptSocket): number | undefined {
  const name: { port?: number } = {};
  socket.getsockname?.(name);
  return name.port;
}

function systemFailure(call: string, errno: number, where: string): Error {
  const code = getSystemErrorName(errno);
  return failure(code, `${call} ${code} ${where}`);
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
