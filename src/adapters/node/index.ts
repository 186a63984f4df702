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

/** The signature of node:http's `createServer`. */
interface CreateServer {
  (listener?: RequestListener): HttpServer;
  (options: NodeServerOptions, listener?: RequestListener): HttpServer;
}

// A member keeps its name: to the bundler, a function of the module would be one of two `createServer`.
const members = {
  createServer(options?: unknown, listener?: unknown): HttpServer {
    return new Server(options as HttpServerOptions, listener as RequestListener);
  },
};

/** Makes a server with the signature of node:http's `createServer`. */
export const createServer: CreateServer = members.createServer;
