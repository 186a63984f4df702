// What stands behind a Server of `sluice/node`: the sluice server that drives its connections, and what its
// messages are made of.

import { EventEmitter } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import { anyScope, type Scope } from '../../../conn/environment.js';
import type { Host, HostConnection, HostWriter } from '../../../conn/host.js';
import type { OpenConnection } from '../../../conn/server-ports.js';
import type { TransportEnds } from '../../../conn/transport.js';
import type { Reply } from '../../../http/reply/reply.js';
import {
  createHostServer,
  type HandshakeMaker,
  type Server as SluiceServer,
} from '../../../server.js';
import { NodeConnection } from '../connection/node-connection.js';
import { emitSafely, throwLater } from '../host-calls.js';
import { http } from '../node-http.js';
import { UNIQUE_HEADERS } from '../node-internals.js';
import type { MessageServer, ThrownExchange } from '../ports.js';
import { FacadeSocket } from '../socket/facade-socket.js';
import { familyOf } from '../socket/socket-members.js';
import {
  keptFor,
  limitsOf,
  type NodeLimits,
  type NodeSettings,
  tcpKeepAliveMs,
  unreadMsOf,
} from './options.js';
import { WatchedCore } from './watched-core.js';

/** @param tells Makes those that tell the server's listeners of 'connection'. */
export type MakeHandshakes = (tells: boolean) => HandshakeMaker;

type StreamWay = (stream: unknown) => void;

/** What sluice tells of a connection that it serves. */
const TOLD = ['request', 'upgrade', 'connect', 'checkContinue', 'checkExpectation', 'clientError'];

/** Who listens for these reads the socket. */
const TAKING = ['data', 'readable'];

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
  /** As the server's properties say: each request asks for these. */
  keepAliveTimeout: number = 0;
  unreadMs: number = 0;
  maxRequestsPerSocket: number = 0;
  scope: Scope = anyScope;
  readonly #settings: NodeSettings;
  readonly #makeHandshakes: MakeHandshakes | undefined;
  /** Another one takes its place where Node's server listens again after `close()`. */
  #inner: SluiceServer;
  /** Those before it whose connections have not all ended. */
  readonly #closing: Set<SluiceServer> = new Set();
  /** Where it can be watched while it runs. */
  readonly watched: WatchedCore;
  #stage: 'new' | 'open' | 'closing' = 'new';
  /** For streams that were opened elsewhere. Made when first needed. */
  #way: StreamWay | undefined = undefined;
  #securedWay: StreamWay | undefined = undefined;
  /** The stream that is becoming a connection. */
  #given: object | undefined = undefined;
  /** The server's own listeners tell of it, and need not hear of it. */
  #isTelling = false;

  constructor(
    server: HttpServer,
    settings: NodeSettings,
    makeHandshakes: MakeHandshakes | undefined,
  ) {
    this.server = server;
    this.#makeHandshakes = makeHandshakes;
    this.IncomingMessage = (settings.IncomingMessage ??
      http.IncomingMessage) as ServerCore['IncomingMessage'];
    this.ServerResponse = (settings.ServerResponse ??
      http.ServerResponse) as ServerCore['ServerResponse'];
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
    this.#noteProperties();
    this.#inner = this.#newInner();
    this.watched = new WatchedCore(this.#inner);
  }

  /** Connections that are open, also of a server whose place another one has taken. */
  get connections(): readonly OpenConnection[] {
    const servers = new Set(this.#closing).add(this.#inner);
    return [...servers].flatMap(({ openConnections }) => [...openConnections]);
  }

  /** The server has closed, or is about to. */
  get isClosing(): boolean {
    return this.#stage === 'closing';
  }

  /** It accepts what comes. */
  get isOpen(): boolean {
    return this.#stage === 'open';
  }

  /**
   * Node's server is about to listen. Under node:http, its address is free as soon as `close()` was called, and its
   * connections may end later.
   */
  reopen(): void {
    if (!this.isClosing) return;
    this.#inner.giveUpAddresses();
    this.#inner = this.#newInner();
    this.watched.follow(this.#inner);
    this.#stage = 'new';
  }

  /** Accepts what comes to the server, which listens. */
  adopt(): void {
    this.reopen();
    this.#stage = 'open';
    this.scope = this.scopeOfNow();
    const keepAliveMs = tcpKeepAliveMs(this.server, this.#settings.saysTcpKeepAlive);
    this.#inner.adopt(this.server, this.#makeHandshakes?.(true), { keepAliveMs, bypass: this });
  }

  /** Serves streams that were opened elsewhere: somebody tells the server of them, by its own events. */
  listen(): void {
    this.server.on('connection', this.#onConnection);
    if (this.#makeHandshakes !== undefined) this.server.on('secureConnection', this.#onSecured);
  }

  readonly #onConnection = (stream: unknown): void => this.#streamCame(stream, false);
  readonly #onSecured = (stream: unknown): void => this.#streamCame(stream, true);

  /** @param isSecured it needs no handshake any more */
  #streamCame(stream: unknown, isSecured: boolean): void {
    // Told by us.
    if (this.#isTelling || FacadeSocket.is(stream)) return;
    this.#given = stream as object;
    try {
      if (isSecured || this.#makeHandshakes === undefined) {
        this.#securedWay ??= this.#inner.wayForStreams();
        this.#securedWay(stream);
      } else {
        this.#way ??= this.#inner.wayForStreams(this.#makeHandshakes(false));
        this.#way(stream);
      }
    } finally {
      this.#given = undefined;
    }
  }

  /** Nobody listens for what sluice would tell of a connection, but somebody for connections. */
  get wantsSockets(): boolean {
    const { server } = this;
    return !TOLD.some((name) => server.listenerCount(name) > 0) && this.hearsOf('connection');
  }

  /** Who listens for connections may read it, or send it to another process. Else it is served. */
  take(socket: Socket): void {
    // As node:http does with each of its own: they may still be served.
    socket.setEncoding = FacadeSocket.prototype.setEncoding as () => never;
    this.scope.run(this.tellOfStream, this, socket);
    const isTaken = TAKING.some((name) => socket.listenerCount(name) > 0);
    // One that was sent to another process has no handle any more.
    if (!isTaken && !socket.pending && !socket.destroyed) this.#streamCame(socket, false);
  }

  /** Tells the application's listeners of a connection whose handshake begins. */
  tellOfStream(stream: object): void {
    this.#isTelling = true;
    emitSafely(this.server, 'connection', stream);
    this.#isTelling = false;
  }

  /** Somebody else than we listens for connections. */
  hearsOf(name: 'connection' | 'secureConnection'): boolean {
    // The types of Node 20 leave the second argument out.
    const server = this.server as { listenerCount(name: string, listener?: unknown): number };
    const own = name === 'connection' ? this.#onConnection : this.#onSecured;
    // Somebody watches what is emitted.
    if (this.server.emit !== EventEmitter.prototype.emit) return true;
    return server.listenerCount(name) > server.listenerCount(name, own);
  }

  /** @returns a promise that settles when no connection is open */
  async close(graceMs: number | undefined): Promise<void> {
    const inner = this.#inner;
    this.#stage = 'closing';
    this.#closing.add(inner);
    await inner.close({ graceMs });
    this.#closing.delete(inner);
  }

  /** A property of the server has changed that is a limit. */
  retune(): void {
    this.#noteProperties();
    this.#inner.retune(this.#limits, keptFor(this.server));
  }

  scopeOfNow(): Scope {
    return this.#inner.environment.scopeOfNow();
  }

  connect(link: HostWriter): HostConnection {
    return new NodeConnection(this, link, this.#given);
  }

  refused(reason: 'connections' | 'descriptors', ends: () => TransportEnds): void {
    if (reason !== 'connections' || this.server.listenerCount('drop') === 0) return;
    const { remote, local } = ends();
    this.scope.run(emitSafely, undefined, this.server, 'drop', {
      localAddress: local.address || undefined,
      localPort: local.port || undefined,
      localFamily: familyOf(local.address),
      remoteAddress: remote.address || undefined,
      remotePort: remote.port || undefined,
      remoteFamily: familyOf(remote.address),
    });
  }

  #noteProperties(): void {
    this.keepAliveTimeout = keptFor(this.server).toldMs;
    this.unreadMs = unreadMsOf(this.server);
    this.maxRequestsPerSocket = this.server.maxRequestsPerSocket ?? 0;
  }

  get timeout(): number {
    const { timeout } = this.server as { timeout: unknown };
    return typeof timeout === 'number' && timeout > 0 && timeout < Number.POSITIVE_INFINITY
      ? timeout
      : 0;
  }

  get hasErrorPages(): boolean {
    return this.#settings.sluice.errorPages !== undefined;
  }

  get allowsHalfOpen(): boolean {
    return (this.server as { httpAllowHalfOpen?: boolean }).httpAllowHalfOpen === true;
  }

  /** A listener threw. */
  threw(error: unknown, exchange: ThrownExchange | undefined, page: Reply | undefined): void {
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
    for (const [name, value] of page?.headers ?? []) res.appendHeader(name, value);
    res.end(page?.whole ?? 'Internal Server Error\n');
  }

  get #limits(): ReturnType<typeof limitsOf> {
    const { handshakeMs, sluice } = this.#settings;
    const handshake = handshakeMs === undefined ? {} : { handshakeMs };
    return { ...limitsOf(this.server), ...handshake, ...sluice.limits };
  }

  #newInner(): SluiceServer {
    const { sluice } = this.#settings;
    const inner = createHostServer(this, { connect: true, ...sluice, limits: this.#limits });
    inner.retune({}, keptFor(this.server));
    this.#way = undefined;
    this.#securedWay = undefined;
    return inner;
  }
}
