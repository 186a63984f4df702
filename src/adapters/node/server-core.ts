// What stands behind a Server of `sluice/node`: the sluice server that drives its connections, and what its
// messages are made of.

import { type Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Host, HostConnection, HostWriter } from '../../conn/host.js';
import { createHostServer, type Server as SluiceServer } from '../../server.js';
import { throwLater } from './host-calls.js';
import { NodeConnection } from './node-connection.js';
import { UNIQUE_HEADERS } from './node-internals.js';
import { keptFor, limitsOf, type NodeLimits, type NodeSettings } from './options.js';
import type { MessageServer, ThrownExchange } from './ports.js';
import { WatchedCore } from './watched-core.js';

export class ServerCore implements Host, MessageServer {
  readonly server: HttpServer & NodeLimits;
  readonly IncomingMessage: MessageServer['IncomingMessage'];
  readonly ServerResponse: MessageServer['ServerResponse'];
  /** The second argument of each ServerResponse. */
  readonly messageOptions: object;
  readonly highWaterMark: number;
  readonly joinDuplicateHeaders: boolean;
  readonly requiresHost: boolean;
  readonly uniqueHeaders: unknown;
  readonly #settings: NodeSettings;
  #inner: SluiceServer;
  /** Where it can be watched while it runs. */
  readonly watched: WatchedCore;
  #isClosing = false;

  constructor(server: HttpServer, settings: NodeSettings) {
    this.server = server;
    this.IncomingMessage = (settings.IncomingMessage ??
      IncomingMessage) as ServerCore['IncomingMessage'];
    this.ServerResponse = (settings.ServerResponse ??
      ServerResponse) as ServerCore['ServerResponse'];
    this.highWaterMark = settings.highWaterMark;
    this.messageOptions = {
      highWaterMark: settings.highWaterMark,
      rejectNonStandardBodyWrites: settings.rejectNonStandardBodyWrites,
    };
    this.joinDuplicateHeaders = settings.joinDuplicateHeaders;
    this.uniqueHeaders = (server as unknown as Record<symbol, unknown>)[UNIQUE_HEADERS] ?? null;
    this.requiresHost = settings.requiresHost;
    this.#settings = settings;
    const { keepAliveMs } = settings.sluice.limits ?? {};
    if (keepAliveMs !== undefined && !settings.saysKeepAlive) server.keepAliveTimeout = keepAliveMs;
    this.#inner = this.#newInner();
    this.watched = new WatchedCore(this.#inner);
  }

  /** The sluice server. Another one takes its place where Node's server listens again while this one closes. */
  get inner(): SluiceServer {
    return this.#inner;
  }

  /** The server has closed, or is about to. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Accepts what comes to the server, which listens. */
  adopt(): void {
    if (this.#isClosing) {
      this.#inner = this.#newInner();
      this.watched.follow(this.#inner);
    }
    this.#isClosing = false;
    this.#inner.adopt(this.server);
  }

  /** @returns a promise that settles when no connection is open */
  async close(graceMs: number | undefined): Promise<void> {
    this.#isClosing = true;
    await this.#inner.close({ graceMs });
  }

  /** A property of the server has changed that is a limit. */
  retune(): void {
    this.#inner.retune(this.#limits, keptFor(this.server));
  }

  connect(link: HostWriter): HostConnection {
    return new NodeConnection(this, link);
  }

  get keepAliveTimeout(): number {
    return this.server.keepAliveTimeout;
  }

  get maxRequestsPerSocket(): number {
    return this.server.maxRequestsPerSocket ?? 0;
  }

  get timeout(): number {
    return this.server.timeout;
  }

  get allowsHalfOpen(): boolean {
    return (this.server as { httpAllowHalfOpen?: boolean }).httpAllowHalfOpen === true;
  }

  /** A listener threw. */
  threw(error: unknown, exchange: ThrownExchange | undefined): void {
    if (this.#settings.sluice.onError === undefined || exchange === undefined) {
      throwLater(error);
      return;
    }
    const { res } = exchange;
    exchange.exchange.report(error);
    if (res.headersSent) {
      res.destroy();
      return;
    }
    for (const name of res.getHeaderNames()) res.removeHeader(name);
    res.statusCode = 500;
    res.end('Internal Server Error\n');
  }

  get #limits(): ReturnType<typeof limitsOf> {
    return { ...limitsOf(this.server), ...this.#settings.sluice.limits };
  }

  #newInner(): SluiceServer {
    const { sluice } = this.#settings;
    const inner = createHostServer(this, { connect: true, ...sluice, limits: this.#limits });
    inner.retune({}, keptFor(this.server));
    return inner;
  }
}
