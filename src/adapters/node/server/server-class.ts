// How `sluice/node` makes a class of servers of one of Node's own: to all who ask it is Node's class. It listens by
// node:net's own code, and sluice drives its connections.

import type { Server as HttpServer } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Host } from '../../../conn/host.js';
import { objectAt, refuseOthers } from '../../../options/checks.js';
import { letWatch } from '../../../watching.js';
import { NODE_LIMITS, type NodeLimits, nodeSettingsFrom } from './options.js';
import { type MakeHandshakes, ServerCore } from './server-core.js';

const core: unique symbol = Symbol('sluice.core');

/** A boundary: the server as node:net sees it. */
export interface OwnServer extends HttpServer {
  [core]: ServerCore;
  _connections: number;
  _handle: { close(): void } | null | undefined;
  _emitCloseIfDrained(): void;
}

/** What is different in the classes. */
export interface ServerKind {
  /** Takes from Node's listeners what does the handshakes; undefined where there are none. */
  takeTls(server: OwnServer): MakeHandshakes | undefined;
  readonly methods?: object;
}

type Options = Record<string, unknown>;
type Callback = (error?: Error) => void;
/** Calls a constructor of Node's for an object that is there already. */
type Construct = (this: unknown, options: unknown, onRequest: unknown) => void;

/**
 * Makes the class of servers that sluice drives. It is called with and without `new`, and by those who inherit in the
 * old way.
 */
export function serverClass<Class extends typeof HttpServer>(base: Class, kind: ServerKind): Class {
  const construct = base as unknown as Construct;
  function Server(this: unknown, options?: unknown, listener?: unknown): unknown {
    if (!(this instanceof Server)) return new ServerClass(options, listener);
    // Boundary: what `instanceof` has said.
    const server = this as unknown as OwnServer;
    const given = (typeof options === 'function' ? {} : (options ?? {})) as Options;
    const onRequest = typeof options === 'function' ? options : listener;
    const settings = nodeSettingsFrom(given);
    const { sluice: _, ...nodeOptions } = given;
    // Node refuses by itself what is no object.
    construct.call(server, isOptions(options) ? nodeOptions : options, onRequest);
    const tls = kind.takeTls(server);
    // Those by which Node accepts, serves and watches connections.
    for (const name of ['connection', 'secureConnection', 'listening'])
      server.removeAllListeners(name);
    server[core] = new ServerCore(server, settings, tls);
    letWatch(server, server[core].watched);
    for (const name of NODE_LIMITS) follow(server, name);
    server.on('listening', onListening);
    server[core].listen();
    return undefined;
  }
  const ServerClass = Server as unknown as Class & (new (...values: unknown[]) => OwnServer);
  Object.setPrototypeOf(Server.prototype, base.prototype);
  Object.setPrototypeOf(Server, base);
  Object.assign(Server.prototype, methods, kind.methods);
  Object.defineProperty(Server.prototype, 'listening', {
    get: isListening,
    configurable: true,
    enumerable: true,
  });
  return ServerClass;
}

function isOptions(options: unknown): boolean {
  if (options === null || options === undefined || typeof options === 'function') return true;
  return typeof options === 'object' && !Array.isArray(options);
}

/** Makes a property that tells the core what is set. */
function follow(server: OwnServer, name: keyof NodeLimits): void {
  let value: unknown = (server as unknown as Options)[name];
  Object.defineProperty(server, name, {
    get: () => value,
    set(given: unknown) {
      value = given;
      server[core].retune();
    },
    configurable: true,
    enumerable: true,
  });
}

function onListening(this: OwnServer): void {
  // node:net tells 'close' when it counts no connection. It sees none of ours: this stands for all until they have ended.
  this._connections++;
  this[core].adopt();
}

function isListening(this: OwnServer): boolean {
  const { _handle: handle } = this as { _handle?: unknown };
  return Boolean(handle) && this[core]?.isClosing !== true;
}

const methods = {
  listen(this: OwnServer, ...values: unknown[]): OwnServer {
    this[core].reopen();
    NetServer.prototype.listen.apply(this, values as [unknown]);
    return this;
  },

  /**
   * Accepts no more, ends idle connections, and lets requests end, for 10 s unless `{ graceMs }` says otherwise. Each
   * response is then the last of its connection.
   */
  close(this: OwnServer, ...values: unknown[]): OwnServer {
    const callback = values.find((one) => typeof one === 'function') as Callback | undefined;
    const options = values.find((one) => typeof one === 'object' && one !== null);
    const graceMs = options === undefined ? undefined : graceFrom(options);
    const wasListening = this.listening;
    if (callback !== undefined)
      this.once('close', wasListening ? callback : () => callback(notRunning()));
    if (!wasListening) {
      this._emitCloseIfDrained();
      return this;
    }
    if (!this[core].isOpen) {
      // It has not told that it listens, and won't: nothing was accepted.
      this._handle?.close();
      this._handle = null;
      this._emitCloseIfDrained();
      return this;
    }
    void this[core].close(graceMs).then(() => {
      this._connections--;
      this._emitCloseIfDrained();
    });
    return this;
  },

  address(this: OwnServer): unknown {
    return this[core].isClosing ? null : NetServer.prototype.address.call(this);
  },

  /** Those that are open: sluice's, which node:net doesn't count. */
  getConnections(
    this: OwnServer,
    callback: (error: Error | null, count: number) => void,
  ): OwnServer {
    process.nextTick(callback, null, this[core].connections.length);
    return this;
  },

  /** But for those that were upgraded: they speak HTTP no more. */
  closeAllConnections(this: OwnServer): void {
    for (const { ending, life } of this[core].connections)
      if (life.phase !== 'tunnel') ending.endNow();
  },

  closeIdleConnections(this: OwnServer): void {
    for (const { ending, life } of this[core].connections) if (life.idle) ending.endNow();
  },
};

function graceFrom(given: object): number | undefined {
  const options = objectAt('close()', given, 'an object with graceMs, or a callback');
  refuseOthers('', options, ['graceMs']);
  return options.graceMs as number | undefined;
}

export function coreOf(server: OwnServer): ServerCore {
  return server[core];
}

/** What answers the requests of a server, for tests in virtual time. @internal */
export function hostOf(server: HttpServer): Host {
  return coreOf(server as OwnServer);
}

function notRunning(): Error {
  return Object.assign(new Error('Server is not running.'), { code: 'ERR_SERVER_NOT_RUNNING' });
}
