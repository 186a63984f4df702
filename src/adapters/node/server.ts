// `Server` of `sluice/node`: an http.Server to all who ask, which listens by node:net's own code, and whose
// connections sluice drives.

import http, { type RequestListener } from 'node:http';
import { Server as NetServer } from 'node:net';
import { nodeSettingsFrom } from './options.js';
import { ServerCore } from './server-core.js';

/** Node's own, whoever takes its place in the module later. */
const HttpServer: typeof http.Server = http.Server;
type HttpServer = http.Server;

const core: unique symbol = Symbol('sluice.core');

interface OwnServer extends HttpServer {
  [core]: ServerCore;
  _connections: number;
  _emitCloseIfDrained(): void;
}

type Options = Record<string, unknown>;

/** Called with and without `new`, and by those who inherit in the old way. */
function Server(this: unknown, options?: unknown, listener?: unknown): unknown {
  if (!(this instanceof ServerClass))
    return new ServerClass(options as Options, listener as RequestListener);
  const server = this as OwnServer;
  const given = (typeof options === 'function' ? {} : (options ?? {})) as Options;
  const onRequest = typeof options === 'function' ? options : listener;
  const { sluice: _, ...nodeOptions } = given;
  (HttpServer as unknown as (this: unknown, ...values: unknown[]) => void).call(
    server,
    nodeOptions,
    onRequest,
  );
  server.removeAllListeners('connection');
  server.removeAllListeners('listening');
  server[core] = new ServerCore(server, nodeSettingsFrom(given));
  server.on('listening', onListening);
  return undefined;
}

function onListening(this: OwnServer): void {
  this._connections = 1;
  this[core].inner.adopt(this);
}

Object.setPrototypeOf(Server.prototype, HttpServer.prototype);
Object.setPrototypeOf(Server, HttpServer);

Object.assign(Server.prototype, {
  close(this: OwnServer, callback?: (error?: Error) => void): OwnServer {
    const { inner } = this[core];
    NetServer.prototype.close.call(this, callback);
    void inner.close().then(() => {
      this._connections = 0;
      this._emitCloseIfDrained();
    });
    return this;
  },
});

/** The class of servers that sluice drives; to `instanceof` an http.Server. */
const ServerClass: typeof HttpServer = Server as unknown as typeof HttpServer;

export { ServerClass as Server };
