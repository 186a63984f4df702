// The composition root: it joins options, limiter, connections and sockets to a server.

import { type CloseOptions, type CloseReport, Closing, closeOptionsFrom } from './closing.js';
import { requireSenders } from './conn/arrive/guarded-trust.js';
import { type ProxyHeaders, serveBehindHeader } from './conn/arrive/proxy-headers.js';
import { Connection } from './conn/connection.js';
import { type Accept, anyScope, type Environment, type Scope } from './conn/environment.js';
import type { Host, HostKeepAlive } from './conn/host.js';
import type { Roster } from './conn/server/roster.js';
import { ServerParts } from './conn/server-parts.js';
import type {
  ArrivingTransport,
  Transport,
  TransportEnds,
  TransportSink,
} from './conn/transport.js';
import { bug } from './fsm/bug.js';
import type { FaultId } from './fsm/faults.js';
import type { Limits } from './fsm/limits.js';
import { PHASES, type Phase } from './fsm/machine/phase.js';
import { keepScopesBy } from './http/reply/async-scope.js';
import { keepScope } from './io/async-scope.js';
import { nodeEnvironment } from './io/environment.js';
import {
  type BoundAddress,
  type ListenAddress,
  listenAddressFrom,
  socketKind,
} from './io/listen/listen-address.js';
import { Listener } from './io/listen/listener.js';
import type { ConnectionManners } from './io/listen/listener-options.js';
import { wayForStreams } from './io/listen/socket-way.js';
import { TlsContexts } from './io/tls/tls-contexts.js';
import { secureContextFrom, type TlsContextOptions } from './io/tls/tls-options.js';
import type {
  AdoptedManners,
  AdoptedServer,
  DoorRefusal,
  HandshakeMaker,
  TransportChoice,
} from './io/transport/door.js';
import { refuse } from './options/checks.js';
import { type ServerOptions, settingsFrom, transportFrom, withBudget } from './server-options.js';
import type { ServerStats } from './server-stats.js';
import { letWatch, WatchedParts } from './watching.js';

declare global {
  /** For `await using`, if the library of the compiler does not declare it yet. */
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol;
  }
}

keepScopesBy(keepScope);

/** @internal */
export { closeOptionsFrom } from './closing.js';
/** @internal */
export * from './io/listen/for-workers.js';
/** @internal */
export { withoutRenegotiation } from './io/tls/tls-contexts.js';
/** @internal */
export type { HandshakeEvents, HandshakeMaker } from './io/transport/door.js';
export type { ServerStats } from './server-stats.js';

/** A server made by {@link createServer}. */
export class Server {
  readonly #parts: ServerParts;
  readonly #environment: Environment;
  readonly #transport: TransportChoice;
  /** The listeners that listen or are about to. */
  readonly #listeners: Set<Listener> = new Set();
  /** Those that accept connections while the server closes. */
  #closingListeners: readonly Listener[] = [];
  /** The last `close()`, until the server listens again. */
  #closing: Closing | undefined = undefined;

  /** @internal */
  constructor(
    options: ServerOptions,
    environmentFor: (transport: TransportChoice) => Environment,
    host?: Host,
  ) {
    const settings = { ...settingsFrom(options), host };
    this.#transport = transportFrom(options);
    this.#environment = environmentFor(this.#transport);
    this.#parts = new ServerParts(
      withBudget(settings, options, () => this.#environment.bufferedBytesDefault()),
      this.#environment,
    );
    letWatch(this, new WatchedParts(this.#parts, () => this.#closing));
  }

  /**
   * Listens. Port 0 lets the system choose a port. A number is a port. It may be called again for
   * another address, and after `close()` has settled, to serve again.
   *
   * @returns the address, as `{ address, port, family }`
   * @throws the error of the system, with its `code`: EADDRINUSE, EACCES, …; `SLUICE_SERVER_CLOSED`
   * if the server is closing, or is closed before it listens; `SLUICE_OPTION_INVALID` for an
   * unknown or ill-typed option
   *
   * @example
   * await server.listen(3000);
   * await server.listen({ port: 3000, host: '0.0.0.0' });
   */
  listen(where?: ListenAddress | number): Promise<BoundAddress>;
  async listen(where: unknown = {}, ...others: readonly unknown[]): Promise<BoundAddress> {
    const address = listenAddressFrom(where, others);
    const { handshakes, reports } = this.#parts;
    const proxyHeaders =
      address.proxyProtocol === true ? this.#proxyHeaders(socketKind(address)) : undefined;
    const tls = address.tls && {
      contexts: new TlsContexts(address.tls, (error) => reports.tell(error)),
      handshakes,
    };
    this.#open();
    const scope = this.#environment.scopeOfNow();
    const manners = { tls, proxyHeaders, keepAliveMs: address.keepAliveMs };
    const listener = this.#newListener(manners, scope);
    const own: ReadonlySet<object> = this.#listeners;
    try {
      return await listener.listen(address, (one) => own.has(one));
    } catch (error) {
      this.#listeners.delete(listener);
      throw error;
    }
  }

  #newListener(options: ConnectionManners, scope?: Scope): Listener {
    const listener = new Listener({
      accept: (transport, now, fault) => this.accept(transport, now, fault, scope),
      hasRoom: () => this.hasRoom,
      makeRoom: (before) => this.makeRoom(before),
      transport: this.#transport,
      onRefused: (reason, ends) => this.refused(reason, ends),
      onError: (error) => this.#parts.reports.tell(error),
      ...options,
    });
    // Added before the first wait: a `close()` meanwhile closes this listener too.
    this.#listeners.add(listener);
    return listener;
  }

  /** Accepts what comes to a server of node:net that listens already. @internal */
  adopt(server: AdoptedServer, contexts?: HandshakeMaker, manners?: AdoptedManners): void {
    this.#open();
    const tls = contexts && { contexts, handshakes: this.#parts.handshakes };
    this.#newListener({ ...manners, server, tls }).adopt();
  }

  /** A way in for streams of Node's that were opened elsewhere. @internal */
  wayForStreams(contexts?: HandshakeMaker): (stream: unknown) => void {
    const tls = contexts && { contexts, handshakes: this.#parts.handshakes };
    const accept: Accept = (transport, now, fault) => this.accept(transport, now, fault);
    return wayForStreams(accept, this.#transport, tls);
  }

  /**
   * Shows other certificates from now on, on all listeners with TLS. Connections that are open go on.
   * An array has a certificate for each `serverName`, as in `listen`. What is given takes the place of
   * all certificates; the other options of a listener stay.
   *
   * @throws `SLUICE_OPTION_INVALID` where something does not fit: then nothing has changed
   *
   * @example
   * server.setSecureContext({ key: await readFile('key.pem'), cert: await readFile('cert.pem') });
   */
  setSecureContext(given: TlsContextOptions | readonly TlsContextOptions[]): void {
    const settings = secureContextFrom(given);
    const contexts = [...this.#listeners, ...this.#closingListeners].flatMap(
      ({ tls }) => tls ?? [],
    );
    if (contexts.length === 0)
      throw refuse(
        TypeError,
        'setSecureContext()',
        'no listener has tls; call listen({ tls }) before',
      );
    const swaps = contexts.map((one) => one.prepare(settings));
    for (const swap of swaps) swap();
  }

  /**
   * Lets requests end, and accepts no more. The readiness path answers 503. Then every response is
   * the last of its connection. Connections that are open already are accepted, later ones are not.
   * After the grace, the rest is aborted and cut off.
   *
   * A second call while the server closes gives the same promise. Its times can make the end come
   * earlier, never later: `close({ graceMs: 0 })` cuts off the rest.
   *
   * @returns the numbers of requests that finished, were refused and were cut off. It rejects only
   * with `SLUICE_OPTION_INVALID`, for an unknown or ill-typed option, and then closes nothing.
   */
  close(options: CloseOptions = {}): Promise<CloseReport> {
    try {
      return this.#close(closeOptionsFrom(options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #close(options: CloseOptions): Promise<CloseReport> {
    const under = this.#closing;
    if (under !== undefined) {
      under.hurry(options);
      return under.report;
    }
    const listening: Listener[] = [];
    for (const listener of this.#listeners) {
      if (listener.isPending) listener.close();
      else listening.push(listener);
    }
    const closing = new Closing(this.#parts, this.#environment, listening, options);
    this.#closing = closing;
    this.#listeners.clear();
    this.#closingListeners = listening;
    void closing.report.then(() => {
      this.#closingListeners = [];
    });
    closing.begin();
    return closing.report;
  }

  /** The same as `close()`, for `await using server = createServer(…)`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  stats(): ServerStats {
    const connections = Object.fromEntries(PHASES.map((phase) => [phase, 0])) as Record<
      Phase,
      number
    >;
    for (const connection of this.#parts.roster.connections) connections[connection.life.phase]++;
    const { inFlight, probesInFlight, parked, queued, limit } = this.#parts.limiter.statsNow();
    return {
      connections,
      connectionsRefused: this.#parts.roster.connectionsRefused,
      handshakes: this.#parts.handshakes.underWay,
      inFlight: inFlight + probesInFlight,
      parked,
      queued,
      limit,
      refused: this.#parts.roster.requestsRefused,
      started: this.#parts.roster.requestsStarted,
      probes: this.#parts.roster.probesStarted,
      faults: this.#parts.reports.faults,
      bytes: this.#parts.ledger.bytes,
      bytesMax: this.#parts.limits.bufferedBytesMax,
    };
  }

  /** Changes limits while it runs. @internal */
  retune(changes: Partial<Limits>, keepAlive: HostKeepAlive): void {
    this.#parts.retune(changes, keepAlive);
  }

  /** Connections that are open now. @internal */
  get openConnections(): Roster['connections'] {
    return this.#parts.roster.connections;
  }

  /** Time, turns and random numbers of this server. @internal */
  get environment(): Environment {
    return this.#environment;
  }

  /** No connection is accepted any more, until the server listens again. @internal */
  get isShut(): boolean {
    return this.#closing?.isShut === true;
  }

  /** Somebody needs the addresses: who waits in the kernel of a server that closes is accepted no more. @internal */
  giveUpAddresses(): void {
    for (const listener of this.#closingListeners) listener.close();
  }

  /** True if one more connection may be open. @internal */
  get hasRoom(): boolean {
    const { connectionsMax } = this.#parts.limits;
    const { roster, arriving } = this.#parts;
    return connectionsMax === 0 || roster.connections.size + arriving.size < connectionsMax;
  }

  /**
   * Closes the connection that has been idle for longest, if it was idle before `before`. One that is
   * not let in yet goes first. @internal
   */
  makeRoom(before: number): boolean {
    if (this.#parts.arriving.makeRoom(before, this.#environment.now())) return true;
    return this.#parts.roster.closeLongestIdle(before);
  }

  /** A connection was closed at once. @internal */
  refused(reason: DoorRefusal, ends: () => TransportEnds): void {
    this.#parts.roster.connectionsRefused++;
    this.#parts.observer?.connectionRefused?.({ reason });
    this.#parts.host?.refused(reason, ends);
  }

  /**
   * Serves a transport that was opened elsewhere.
   *
   * @param scope in which its handlers start
   * @internal
   */
  accept(
    transport: Transport,
    now: number,
    fault?: FaultId,
    scope: Scope = anyScope,
  ): TransportSink {
    const connection = new Connection(this.#parts, transport, now);
    connection.conversation.scope = scope;
    if (fault !== undefined) connection.begunWrong(fault, now);
    // Its handshake was under way when the door was closed.
    else if (this.isShut) connection.ending.startDrain(now);
    return connection;
  }

  /**
   * Serves the same where a header of the PROXY protocol comes first. @internal
   */
  acceptBehindHeader(transport: ArrivingTransport, now: number): TransportSink {
    const accept: Accept = (behind, at) => this.accept(behind, at);
    return this.#proxyHeaders().arrive(transport, now, (ends, rest, at) =>
      serveBehindHeader(transport, accept, ends, rest, at),
    );
  }

  /** @throws `SLUICE_OPTION_INVALID` where nobody may send a header */
  #proxyHeaders(where?: 'unix' | 'network'): ProxyHeaders {
    requireSenders(this.#parts.trust, where);
    return this.#parts.proxyHeaders;
  }

  /** Opens the server again after `close()`. */
  #open(): void {
    if (this.#closing === undefined) return;
    if (!this.#closing.isOver) {
      const error = new Error(
        'sluice: the server is closing; it may listen again when the promise of close() has settled',
      );
      throw Object.assign(error, { code: 'SLUICE_SERVER_CLOSED' });
    }
    this.#closing = undefined;
    this.#parts.reopen();
  }
}

/**
 * Makes a server. It listens after `listen()` is called.
 *
 * @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'` for an unknown or ill-typed
 * option
 *
 * @example
 * const server = createServer({
 *   fetch(request) {
 *     return reply('Hello!\n');
 *   },
 * });
 * const { port } = await server.listen({ port: 7878 });
 */
export function createServer(options: ServerOptions): Server {
  return new Server(options, nodeEnvironment);
}

/** Makes a server whose requests are answered by `host`. @internal */
export function createHostServer(host: Host, options: Omit<ServerOptions, 'fetch'>): Server {
  return new Server({ ...options, fetch: unreachable }, nodeEnvironment, host);
}

/** Checks what `createHostServer` takes. @internal */
export function checkHostOptions(options: object): void {
  const given = { ...options, fetch: unreachable };
  settingsFrom(given);
  transportFrom(given);
}

function unreachable(): never {
  return bug('a request of a host has come to a handler');
}

/** Makes a server in another environment: virtual time, for tests. @internal */
export function createServerIn(
  environment: Environment,
  options: ServerOptions,
  host?: Host,
): Server {
  return new Server(options, () => environment, host);
}
