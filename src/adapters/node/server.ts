// `Server` of `sluice/node`: an http.Server to all who ask, which listens by node:net's own code, and whose
// connections sluice drives.

import http, { type RequestListener } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Host } from '../../conn/host.js';
import { objectAt, refuseOthers } from '../../options/checks.js';
import { letWatch } from '../../watching.js';
import { nodeSettingsFrom } from './options.js';
import { ServerCore } from './server-core.js';

/** Node's own, whoever takes its place in the module later. */
const HttpServer: typeof http.Server = http.Server;
type HttpServer = http.Server;

const core: unique symbol = Symbol('sluice.core');

/** A boundary: the server as node:net sees it. */
interface OwnServer extends HttpServer {
  [core]: ServerCore;
  _connections: number;
  _emitCloseIfDrained(): void;
}

type Options = Record<string, unknown>;
type Callback = (error?: Error) => void;

/** Properties of node:http that are limits of sluice: what is set holds from then on. */
const LIMITS = [
  'keepAliveTimeout',
  'keepAliveTimeoutBuffer',
  'headersTimeout',
  'requestTimeout',
  'maxHeaderSize',
  'maxHeadersCount',
  'maxRequestsPerSocket',
  'maxConnections',
] as const;

/** Called with and without `new`, and by those who inherit in the old way. */
function Server(this: unknown, options?: unknown, listener?: unknown): unknown {
  if (!(this instanceof ServerClass))
    return new ServerClass(options as Options, listener as RequestListener);
  const server = this as OwnServer;
  const given = (typeof options === 'function' ? {} : (options ?? {})) as Options;
  const onRequest = typeof options === 'function' ? options : listener;
  const settings = nodeSettingsFrom(given);
  const { sluice: _, ...nodeOptions } = given;
  const construct = HttpServer as unknown as (this: unknown, ...values: unknown[]) => void;
  construct.call(server, nodeOptions, onRequest);
  // Those by which node:http accepts and watches connections.
  server.removeAllListeners('connection');
  server.removeAllListeners('listening');
  server[core] = new ServerCore(server, settings);
  letWatch(server, server[core].watched);
  for (const name of LIMITS) follow(server, name);
  server.on('listening', onListening);
  return undefined;
}

/** Makes a property that tells the core what is set. */
function follow(server: OwnServer, name: (typeof LIMITS)[number]): void {
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
  // node:net tells 'close' when it counts no connection. It sees none of ours.
  this._connections = 1;
  this[core].adopt();
}

Object.setPrototypeOf(Server.prototype, HttpServer.prototype);
Object.setPrototypeOf(Server, HttpServer);

const methods = {
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
    void this[core].close(graceMs).then(() => {
      this._connections = 0;
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
    process.nextTick(callback, null, this[core].inner.openConnections.size);
    return this;
  },

  closeAllConnections(this: OwnServer): void {
    for (const { ending } of [...this[core].inner.openConnections]) ending.endNow();
  },

  closeIdleConnections(this: OwnServer): void {
    for (const { ending, life } of [...this[core].inner.openConnections])
      if (life.idle) ending.endNow();
  },
};

Object.assign(Server.prototype, methods);
Object.defineProperty(Server.prototype, 'listening', {
  get(this: OwnServer): boolean {
    const { _handle: handle } = this as { _handle?: unknown };
    return Boolean(handle) && this[core]?.isClosing !== true;
  },
  configurable: true,
  enumerable: true,
});

function graceFrom(given: object): number | undefined {
  const options = objectAt('close()', given, 'an object with graceMs, or a callback');
  refuseOthers('', options, ['graceMs']);
  return options.graceMs as number | undefined;
}

/** What answers the requests of a server, for tests in virtual time. @internal */
export function hostOf(server: HttpServer): Host {
  return (server as OwnServer)[core];
}

function notRunning(): Error {
  return Object.assign(new Error('Server is not running.'), { code: 'ERR_SERVER_NOT_RUNNING' });
}

/** The class of servers that sluice drives; to `instanceof` an http.Server. */
const ServerClass: typeof HttpServer = Server as unknown as typeof HttpServer;

export { ServerClass as Server };
