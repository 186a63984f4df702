// `https` of `sluice/node`: the server of node:https, driven by sluice. The handshakes are Node's own.

import type { Server as HttpServer, RequestListener } from 'node:http';
import type { Server as HttpsServer, ServerOptions as HttpsServerOptions } from 'node:https';
import {
  type HandshakeEvents,
  type HandshakeMaker,
  withoutRenegotiation,
} from '../../../server.js';
import { emitSafely, nodeError } from '../host-calls.js';
import type { SluiceOptions } from './options.js';
import { coreOf, type OwnServer, serverClass } from './server-class.js';

export interface NodeHttpsServerOptions extends HttpsServerOptions {
  /** What `createServer` of `sluice` takes, but `fetch`. */
  readonly sluice?: SluiceOptions;
}

/** The parts of node:https that serve. */
export interface Https {
  /** Makes a server with the signature of node:https's `createServer`. */
  createServer(listener?: RequestListener): HttpsServer;
  createServer(options: NodeHttpsServerOptions, listener?: RequestListener): HttpsServer;
  readonly Server: typeof HttpsServer;
}

let made: typeof HttpsServer | undefined;

export const https: Https = {
  createServer: (options?: unknown, listener?: unknown): HttpsServer =>
    new https.Server(options as HttpsServerOptions, listener as RequestListener),

  /** Made when it is asked for: Node without OpenSSL exists. */
  get Server() {
    made ??= httpsServerClass();
    return made;
  },
};

function httpsServerClass(): typeof HttpsServer {
  const { Server: Base } = process.getBuiltinModule('node:https');
  const kind = {
    takeTls: handshakesOf,
    methods: {
      /** Renegotiation is refused whatever is given. */
      setSecureContext(this: HttpsServer, options: HttpsServerOptions): void {
        Base.prototype.setSecureContext.call(this, contextOptions(options));
      },
    },
  };
  // Boundary: an https.Server has all that an http.Server has, but for the class.
  return serverClass(Base as unknown as typeof HttpServer, kind) as unknown as typeof HttpsServer;
}

/** What is no object is left to Node, which refuses it: copied, it would be a context without a certificate. */
function contextOptions(options: HttpsServerOptions): HttpsServerOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return options;
  return { ...options, secureOptions: withoutRenegotiation(options.secureOptions ?? 0) };
}

function handshakesOf(server: OwnServer): (tells: boolean) => HandshakeMaker {
  const begin = server.listeners('connection')[0] as Begin;
  return (tells) => new OwnHandshakes(server, begin, tells);
}

/** Node's listener of 'connection'. */
type Begin = (this: unknown, socket: object) => void;

/**
 * Node's own handshakes, with all options and methods that the server has for them. They are done for an object
 * that inherits from the server, so that sluice hears first how they end.
 */
class OwnHandshakes implements HandshakeMaker {
  readonly #server: OwnServer;
  readonly #begin: Begin;
  readonly #tells: boolean;
  /** Those that were told to take too long: what Node's TLS says of their end is nothing new. */
  readonly #late: WeakSet<object> = new WeakSet();
  #events: HandshakeEvents | undefined = undefined;

  /** @param tells The server's listeners are told 'connection', as by node:net. */
  constructor(server: OwnServer, begin: Begin, tells: boolean) {
    this.#server = server;
    this.#begin = begin;
    this.#tells = tells;
  }

  tell(events: HandshakeEvents): void {
    this.#events = events;
  }

  begin(socket: object): void {
    if (this.#tells) coreOf(this.#server).tellOfStream(socket);
    const emit = (name: string, ...values: unknown[]): boolean => this.#emit(socket, name, values);
    this.#begin.call(Object.create(this.#server, { emit: { value: emit } }), socket);
  }

  late(socket: object): void {
    this.#late.add(socket);
    const error = nodeError('ERR_TLS_HANDSHAKE_TIMEOUT', 'TLS handshake timeout');
    emitSafely(this.#server, 'tlsClientError', error, socket);
  }

  #emit(below: object, name: string, values: unknown[]): boolean {
    const [first, second] = values;
    if (name === 'secureConnection') {
      this.#events?.secured(first as object, below);
      return true;
    }
    if (name !== 'tlsClientError') return this.#server.emit(name, ...values);
    // First those who listen: they may look at the socket before it is closed.
    if (!this.#late.has(below)) emitSafely(this.#server, 'tlsClientError', first, second);
    this.#events?.failed(first as Error, second as object, below);
    return true;
  }
}
