// The composition root: options, limiter, connections and sockets become a server.

import { type CloseOptions, type CloseReport, Closing, closeOptionsFrom } from './closing.js';
import { Connection } from './conn/connection.js';
import type { Environment } from './conn/environment.js';
import { Service, type ServiceSettings } from './conn/service.js';
import type { Transport, TransportSink } from './conn/transport.js';
import { PHASES, type Phase } from './fsm/machine/phase.js';
import { keepScopesBy } from './http/reply/async-scope.js';
import { keepScope } from './io/async-scope.js';
import { nodeEnvironment } from './io/environment.js';
import { type BoundAddress, type ListenAddress, listenAddressFrom } from './io/listen-address.js';
import { Listener, type RefusalReason, type TransportChoice } from './io/listener.js';
import { type ServerOptions, settingsFrom, transportFrom } from './server-options.js';

declare global {
  /** For `await using`, where the compiler's own library doesn't have it yet. */
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol;
  }
}

keepScopesBy(keepScope);

/** The server at this moment. */
export interface ServerStats {
  /** Open connections by phase. */
  readonly connections: Readonly<Record<Phase, number>>;
  /**
   * Connections that were closed at the door, since the start: `connectionsMax` were open and none
   * of them idle, or the process had hardly a descriptor left.
   */
  readonly connectionsRefused: number;
  /** Handlers that hold a slot. */
  readonly inFlight: number;
  /** Handlers that wait on purpose, and hold no slot meanwhile. */
  readonly parked: number;
  /** Requests that wait for a slot. */
  readonly queued: number;
  /** Slots. */
  readonly limit: number;
  /** Requests answered with 503 by the limiter, since the start. */
  readonly refused: number;
  /** Requests whose handler was started, since the start. */
  readonly started: number;
  /** Faults of peers, since the start. */
  readonly faults: number;
  /** Bytes held for all connections. */
  readonly bytes: number;
  /** The most that may be: `limits.bufferedBytesMax`, or what this process was found to have room for. */
  readonly bytesMax: number;
}

/** A server made by {@link createServer}. */
export class Server {
  readonly #service: Service;
  readonly #environment: Environment;
  readonly #transport: TransportChoice;
  /** Those that listen, and those that are about to. */
  readonly #listeners: Set<Listener> = new Set();
  /** The last `close()`, until it listens again. */
  #closing: Closing | undefined = undefined;
  #connectionsRefused = 0;

  /** @internal */
  constructor(options: ServerOptions, environmentFor: (transport: TransportChoice) => Environment) {
    const settings = settingsFrom(options);
    this.#transport = transportFrom(options);
    this.#environment = environmentFor(this.#transport);
    this.#service = new Service(
      withBudget(settings, options, this.#environment),
      this.#environment,
    );
  }

  /**
   * Listens, on port 0 for one that the system chooses. A number is a port. May be called again for
   * another address, and after `close()` has settled, to serve again.
   *
   * @returns where it listens, as `{ address, port, family }`
   * @throws what the system says, with its `code`: EADDRINUSE, EACCES, …; `SLUICE_SERVER_CLOSED`
   * while the server closes, or where it is closed before it listens; `SLUICE_OPTION_INVALID` for an
   * unknown or ill-typed option
   *
   * @example
   * await server.listen(3000);
   * await server.listen({ port: 3000, host: '0.0.0.0' });
   */
  async listen(where: ListenAddress | number = {}): Promise<BoundAddress> {
    const address = listenAddressFrom(where);
    this.#open();
    const listener = new Listener({
      accept: (transport, now) => this.accept(transport, now),
      hasRoom: () => this.hasRoom,
      makeRoom: (before) => this.makeRoom(before),
      transport: this.#transport,
      onRefused: (reason) => this.refused(reason),
      onError: (error) => this.#service.report(error, undefined, undefined),
    });
    // Before anything is waited for: whoever closes meanwhile closes it too.
    this.#listeners.add(listener);
    try {
      return await listener.listen(address);
    } catch (error) {
      this.#listeners.delete(listener);
      throw error;
    }
  }

  /**
   * Lets requests end and takes no more: readiness goes false; then every response is its
   * connection's last, who has connected already is taken in, and nobody else is; and after the
   * grace what is left is aborted and cut off.
   *
   * Called again while it closes, it gives the same promise. Times that are given then can make the
   * end come earlier, never later: `close({ graceMs: 0 })` cuts off what is left.
   *
   * @returns what finished, was refused and was cut off; rejects only, with `SLUICE_OPTION_INVALID`,
   * for an unknown or ill-typed option, and closes nothing then
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
    const closing = new Closing(this.#service, this.#environment, listening, options);
    this.#closing = closing;
    this.#listeners.clear();
    closing.begin();
    return closing.report;
  }

  /** As `close()`: `await using server = createServer(…)`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  stats(): ServerStats {
    const connections = Object.fromEntries(PHASES.map((phase) => [phase, 0])) as Record<
      Phase,
      number
    >;
    for (const connection of this.#service.connections) connections[connection.life.phase]++;
    const { inFlight, probesInFlight, parked, queued, limit } = this.#service.limiter.stats();
    return {
      connections,
      connectionsRefused: this.#connectionsRefused,
      inFlight: inFlight + probesInFlight,
      parked,
      queued,
      limit,
      refused: this.#service.requestsRefused,
      started: this.#service.requestsStarted,
      faults: this.#service.faults,
      bytes: this.#service.ledger.bytes,
      bytesMax: this.#service.limits.bufferedBytesMax,
    };
  }

  /** Time, turns and chance as this server has them. @internal */
  get environment(): Environment {
    return this.#environment;
  }

  /** Nobody is let in any more, until it listens again. @internal */
  get isShut(): boolean {
    return this.#closing?.isShut === true;
  }

  /** One more connection may be open. @internal */
  get hasRoom(): boolean {
    const { connectionsMax } = this.#service.limits;
    return connectionsMax === 0 || this.#service.connections.size < connectionsMax;
  }

  /** Closes the connection that has been idle for longest, if it has been since before `before`. @internal */
  makeRoom(before: number): boolean {
    return this.#service.closeLongestIdle(before);
  }

  /** Somebody was refused at the door. @internal */
  refused(reason: RefusalReason): void {
    this.#connectionsRefused++;
    this.#service.observer?.connectionRefused?.(reason);
  }

  /** Serves a transport that somebody else opened. @internal */
  accept(transport: Transport, now: number): TransportSink {
    return new Connection(this.#service, transport, now);
  }

  /** A server that was closed begins anew. */
  #open(): void {
    if (this.#closing === undefined) return;
    if (!this.#closing.isOver) {
      const error = new Error(
        'sluice: the server is closing; it may listen again when the promise of close() has settled',
      );
      throw Object.assign(error, { code: 'SLUICE_SERVER_CLOSED' });
    }
    this.#closing = undefined;
    this.#service.reopen();
  }
}

/** Where nobody said how much memory is for connections, it is what their home has room for. */
function withBudget(
  settings: ServiceSettings,
  { limits }: ServerOptions,
  environment: Environment,
): ServiceSettings {
  if (limits?.bufferedBytesMax !== undefined) return settings;
  const bufferedBytesMax = environment.bufferedBytesDefault();
  return { ...settings, limits: Object.freeze({ ...settings.limits, bufferedBytesMax }) };
}

/**
 * Makes a server. It listens when told to.
 *
 * @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'` for an unknown or ill-typed option
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

/** The same in another environment: virtual time, for tests. @internal */
export function createServerIn(environment: Environment, options: ServerOptions): Server {
  return new Server(options, () => environment);
}
