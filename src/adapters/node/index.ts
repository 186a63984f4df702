// `sluice/node`: the server of node:http, driven by sluice.

import type {
  Server as HttpServer,
  ServerOptions as HttpServerOptions,
  IncomingMessage as NodeIncomingMessage,
  ServerResponse as NodeServerResponse,
  RequestListener,
} from 'node:http';
import { http } from './node-http.js';
import type { SluiceOptions } from './server/options.js';
import { Server } from './server/server.js';

export { type Https, https, type NodeHttpsServerOptions } from './server/https.js';
export { Server };

export const IncomingMessage: typeof NodeIncomingMessage = http.IncomingMessage;
export type IncomingMessage = NodeIncomingMessage;

export const ServerResponse: typeof NodeServerResponse = http.ServerResponse;
export type ServerResponse<Request extends NodeIncomingMessage = NodeIncomingMessage> =
  NodeServerResponse<Request>;

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
