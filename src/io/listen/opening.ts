// The way of a net.Server to its address: from the call of `listen` until the address is had, or given up.

import type { Server } from 'node:net';
import {
  boundAddress,
  type CheckedListen,
  type ListenError,
  listenError,
  type NodeListenOptions,
  nodeListenOptions,
  placeWanted,
} from './listen-address.js';
import { type SocketSource, socketSource } from './socket-source.js';
import { listenersAt } from './taken-places.js';
import {
  isFolderMissing,
  lookAtSocketFile,
  removeSocketFile,
  setSocketMode,
} from './unix-socket.js';

type SystemError = Error & { readonly code?: string };

export class Opening {
  /** Resolves when the server listens. Rejects with a {@link ListenError}. */
  readonly over: Promise<void>;
  readonly #server: Server;
  readonly #where: CheckedListen;
  readonly #backlog: number;
  readonly #isOurs: (listener: object) => boolean;
  readonly #source: SocketSource | undefined = socketSource();
  #reject: (error: ListenError) => void = () => undefined;
  /** The file of a dead socket is removed once. */
  #isSecondTry = false;
  #isOver = false;

  /** @param isOurs whether a listener is one of the same server */
  constructor(
    server: Server,
    where: CheckedListen,
    backlog: number,
    isOurs: (listener: object) => boolean,
  ) {
    this.#server = server;
    this.#where = where;
    this.#backlog = backlog;
    this.#isOurs = isOurs;
    this.over = new Promise((resolve, reject) => {
      this.#reject = reject;
      server.once('listening', () => {
        this.#isOver = true;
        this.#source?.listening(boundAddress(server));
        resolve();
      });
      this.#open();
    });
  }

  /** The server has an error, or somebody has closed it. */
  failed(error: SystemError): void {
    const { path } = this.#where;
    // libuv says EACCES of a folder that there is not, as Windows does.
    if (error.code === 'EACCES' && path !== undefined && isFolderMissing(path))
      this.#giveUp(error, 'no such directory');
    else if (error.code !== 'EADDRINUSE') this.#giveUp(error);
    else this.#placeTaken(error, path);
  }

  #open(): void {
    try {
      const options = nodeListenOptions(this.#where, this.#source?.systemdPid ?? process.pid);
      if (this.#source === undefined || this.#where.handle !== undefined) this.#listen(options);
      else void this.#ask(this.#source, options);
    } catch (error) {
      this.#giveUp(error as Error);
    }
  }

  /** Somebody else keeps the sockets. */
  async #ask(source: SocketSource, options: NodeListenOptions): Promise<void> {
    try {
      const socket = await source.socketFor(options);
      // Closed meanwhile.
      if (this.#isOver) socket?.close();
      // A boundary: Node takes a handle in place of the options.
      else this.#listen((socket ?? options) as NodeListenOptions);
    } catch (error) {
      this.failed(error as Error);
    }
  }

  #listen(options: NodeListenOptions): void {
    const server = this.#server;
    const { path, mode } = this.#where;
    const setMode = (): void => {
      if (path !== undefined && mode !== undefined) setSocketMode(path, mode);
    };
    server.listen(options, this.#backlog);
    if (!server.listening) {
      // The host name is looked up; or this is a worker, and another process binds.
      server.once('listening', setMode);
      return;
    }
    try {
      // Before the first client can be accepted. Node has bound a path when this returns.
      setMode();
    } catch (error) {
      server.close();
      throw error;
    }
  }

  #placeTaken(error: SystemError, path: string | undefined): void {
    const owner = this.#ownerIfHere();
    if (owner !== undefined) this.#giveUp(error, `${owner} listens there already`);
    else if (path === undefined || this.#isSecondTry) this.#giveUp(error);
    else void this.#tryAgain(error, path);
  }

  /** Who listens there, if it is somebody of this process. */
  #ownerIfHere(): string | undefined {
    const listeners = listenersAt(placeWanted(this.#where));
    if (listeners.length === 0) return undefined;
    return listeners.some(this.#isOurs) ? 'this server' : 'another server of this process';
  }

  #giveUp(error: SystemError, known?: string): void {
    this.#isOver = true;
    this.#reject(listenError(this.#where, error, known));
  }

  /** There is a file at the path. If it is a socket on which nobody listens, it is removed. */
  async #tryAgain(error: SystemError, path: string): Promise<void> {
    this.#isSecondTry = true;
    const found = await lookAtSocketFile(path);
    // Closed meanwhile.
    if (this.#isOver) return;
    if (found.kind === 'other') this.#giveUp(error, 'a file is there that is no socket');
    else if (found.kind !== 'stale') this.#giveUp(error);
    else {
      try {
        if (!removeSocketFile(path, found)) {
          this.#giveUp(error);
          return;
        }
      } catch (cause) {
        const known = 'a socket is there on which nobody listens, and it can not be removed';
        this.#giveUp(cause as Error, known);
        return;
      }
      this.#open();
    }
  }
}
