// The composition root: options, limiter, connections and sockets become a server.

import { Connection } from './conn/connection.js';
import type { DueTimer, Environment } from './conn/environment.js';
import { Service } from './conn/service.js';
import type { Transport, TransportSink } from './conn/transport.js';
import { PHASES, type Phase } from './fsm/phase.js';
import { nodeEnvironment } from './io/environment.js';
import {
  type BoundAddress,
  type ListenAddress,
  Listener,
  type TransportChoice,
} from './io/listener.js';
import { type ServerOptions, settingsFrom, transportFrom } from './server-options.js';

/** What `close()` takes. */
export interface CloseOptions {
  /** For how long requests under way may go on, in milliseconds. Default 10,000. */
  readonly graceMs?: number;
  /** For how long the readiness path says no before anything else happens, so that balancers see it. Default 0. */
  readonly readinessDelayMs?: number;
}

/** What became of the requests that were there when `close()` was called. */
export interface CloseReport {
  /** Answered. */
  readonly finished: number;
  /** Queued, and answered with 503. */
  readonly refused: number;
  /** Cut off at the end of the grace. */
  readonly cutOff: number;
}

/** The server at this moment. */
export interface ServerStats {
  /** Open connections by phase. */
  readonly connections: Readonly<Record<Phase, number>>;
  /** Handlers that hold a slot. */
  readonly inFlight: number;
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
}

const GRACE_MS = 10_000;

/** A server made by {@link createServer}. */
export class Server {
  readonly #service: Service;
  readonly #environment: Environment;
  readonly #transport: TransportChoice;
  readonly #listeners: Listener[] = [];
  #closing: Promise<CloseReport> | undefined = undefined;

  /** @internal */
  constructor(options: ServerOptions, environmentFor: (transport: TransportChoice) => Environment) {
    const settings = settingsFrom(options);
    this.#transport = transportFrom(options);
    this.#environment = environmentFor(this.#transport);
    this.#service = new Service(settings, this.#environment);
  }

  /**
   * Listens, on port 0 for one that the system chooses. May be called again for another address.
   *
   * @returns where it listens, as `{ address, port, family }`
   * @throws what the system says, with its `code`: EADDRINUSE, EACCES, …
   */
  async listen(where: ListenAddress = {}): Promise<BoundAddress> {
    if (this.#closing !== undefined)
      throw new Error('sluice: this server was closed; make a new one');
    const listener = new Listener({
      accept: (transport, now) => this.accept(transport, now),
      connectionsMax: this.#service.limits.connectionsMax,
      transport: this.#transport,
      onError: (error) => this.#service.report(error, undefined, undefined),
    });
    const bound = await listener.listen(where);
    this.#listeners.push(listener);
    return bound;
  }

  /**
   * Lets requests end and takes no more: readiness goes false, then no connection
   * is accepted, every response is its connection's last, and after the grace what
   * is left is aborted and cut off.
   *
   * @returns what finished, was refused and was cut off; never rejects
   */
  close(options: CloseOptions = {}): Promise<CloseReport> {
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  stats(): ServerStats {
    const connections = Object.fromEntries(PHASES.map((phase) => [phase, 0])) as Record<
      Phase,
      number
    >;
    for (const connection of this.#service.connections) connections[connection.life.phase]++;
    const { inFlight, probesInFlight, queued, limit } = this.#service.limiter.stats();
    return {
      connections,
      inFlight: inFlight + probesInFlight,
      queued,
      limit,
      refused: this.#service.requestsRefused,
      started: this.#service.requestsStarted,
      faults: this.#service.faults,
      bytes: this.#service.ledger.bytes,
    };
  }

  /** Time, turns and chance as this server has them. @internal */
  get environment(): Environment {
    return this.#environment;
  }

  /** Serves a transport that somebody else opened. @internal */
  accept(transport: Transport, now: number): TransportSink {
    return new Connection(this.#service, transport, now);
  }

  async #close({ graceMs = GRACE_MS, readinessDelayMs = 0 }: CloseOptions): Promise<CloseReport> {
    const service = this.#service;
    service.ready = false;
    if (readinessDelayMs > 0) await this.#timerFor(readinessDelayMs).due;
    const before = {
      finished: service.requestsFinished,
      refused: service.requestsRefused,
      cutOff: service.requestsCutOff,
    };
    for (const listener of this.#listeners) listener.close();
    service.draining = true;
    const idle = new Promise<void>((resolve) => service.whenIdle(resolve));
    for (const connection of [...service.connections])
      connection.startDrain(this.#environment.now());
    const { timer, due } = this.#timerFor(graceMs);
    await Promise.race([idle, due.then(() => this.#cutOff())]);
    timer.stop();
    service.stop();
    return {
      finished: service.requestsFinished - before.finished,
      refused: service.requestsRefused - before.refused,
      cutOff: service.requestsCutOff - before.cutOff,
    };
  }

  /** The grace is over: handlers are told, given one turn to answer, and cut off. */
  async #cutOff(): Promise<void> {
    const service = this.#service;
    service.limiter.refuseQueued('closing', this.#environment.now());
    for (const connection of service.connections) connection.abort('drain');
    await new Promise<void>((resolve) => this.#environment.createTurn(() => resolve()).arm());
    for (const connection of [...service.connections]) connection.cutOff();
  }

  /** A running timer, and the promise of its time. */
  #timerFor(ms: number): { timer: DueTimer; due: Promise<void> } {
    const { promise, resolve } = deferred();
    const timer = this.#environment.createTimer(resolve);
    timer.arm(this.#environment.now() + ms);
    return { timer, due: promise };
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
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
