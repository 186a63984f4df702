// The way of a net.Server to its address: from the call of `listen` until the address is had, or given up.

import type { Server } from 'node:net';
import {
  type CheckedListen,
  type ListenError,
  listenError,
  nodeListenOptions,
} from './listen-address.js';
import { lookAtSocketFile, removeSocketFile, setSocketMode } from './unix-socket.js';

type SystemError = Error & { readonly code?: string };

export class Opening {
  /** Resolves when the server listens. Rejects with a {@link ListenError}. */
  readonly over: Promise<void>;
  readonly #server: Server;
  readonly #where: CheckedListen;
  readonly #backlog: number;
  readonly #isOurs: () => boolean;
  #reject: (error: ListenError) => void = () => undefined;
  /** The file of a dead socket is removed once. */
  #isSecondTry = false;
  #isOver = false;

  /** @param isOurs whether this server of ours listens there already */
  constructor(server: Server, where: CheckedListen, backlog: number, isOurs: () => boolean) {
    this.#server = server;
    this.#where = where;
    this.#backlog = backlog;
    this.#isOurs = isOurs;
    this.over = new Promise((resolve, reject) => {
      this.#reject = reject;
      server.once('listening', () => {
        this.#isOver = true;
        resolve();
      });
      this.#open();
    });
  }

  /** The server has an error, or somebody has closed it. */
  failed(error: SystemError): void {
    const { path } = this.#where;
    if (error.code !== 'EADDRINUSE') this.#giveUp(error);
    else if (this.#isOurs()) this.#giveUp(error, 'this server listens there already');
    else if (path === undefined || this.#isSecondTry) this.#giveUp(error);
    else void this.#tryAgain(error, path);
  }

  #open(): void {
    const server = this.#server;
    const { path, mode } = this.#where;
    try {
      server.listen(nodeListenOptions(this.#where), this.#backlog);
      // Before the first client can be accepted. Node has bound a path when this returns.
      if (path !== undefined && mode !== undefined && server.listening) setSocketMode(path, mode);
    } catch (error) {
      if (server.listening) server.close();
      this.#giveUp(error as Error);
    }
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
    if (found === 'other') this.#giveUp(error, 'a file is there that is no socket');
    else if (found !== 'stale') this.#giveUp(error);
    else {
      try {
        removeSocketFile(path);
      } catch (cause) {
        const known = 'a socket is there on which nobody listens, and it can not be removed';
        this.#giveUp(cause as Error, known);
        return;
      }
      this.#open();
    }
  }
}
