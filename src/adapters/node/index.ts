// `sluice/node`: the server of node:http, driven by sluice.

import type {
  Server as HttpServer,
  ServerOptions as HttpServerOptions,
  RequestListener,
} from 'node:http';
import type { SluiceOptions } from './options.js';
import { Server } from './server.js';

export { IncomingMessage, ServerResponse } from 'node:http';
export { type Https, https, type NodeHttpsServerOptions } from './https.js';
export { Server };

export interface NodeServerOptions extends HttpServerOptions {
  /** What `createServer` of `sluice` takes, but `fetch`. */
  readonly sluice?: SluiceOptions;
}

/** Makes a server with the signature of node:http's `createServer`. */
export function createServer(listener?: RequestListener): HttpServer;
export function createServer(options: NodeServerOptions, listener?: RequestListener): HttpServer;
export function createServer(options?: unknown, listener?: unknown): HttpServer {
  return new Server(options as HttpServerOptions, listener as RequestListener);
}
