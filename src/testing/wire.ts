// The wire between an injected request and its server: a simulated connection in the server's own
// time. In virtual time, a waiting caller runs the clock. In real time, the events of the
// connection happen in turns of the real loop.

import type { Environment, Turn } from '../conn/environment.js';
import type { TransportSink } from '../conn/transport.js';
import type { Server } from '../server.js';
import { InjectError } from './inject-error.js';
import { SimulatedNetwork } from './network/simulated-network.js';
import type { SimulatedTransport } from './network/simulated-transport.js';
import { VirtualClock } from './network/virtual-clock.js';
import { VirtualEnvironment } from './network/virtual-environment.js';

export interface Wire {
  /** Opens the connection. `sink` gets the calls for bytes of the server. */
  connect(sink: TransportSink): SimulatedTransport;
  /**
   * Resolves when `holds` gives true. It is asked after each event of the wire. The process is kept
   * alive until then.
   */
  until(holds: () => boolean): Promise<void>;
  /** An event outside of the wire, for which a caller may wait. */
  notice(): void;
}

/** The networks of simulated servers: requests are injected there. */
const networks = new WeakMap<Server, SimulatedNetwork>();

/** Makes `server` listen on a simulated network. */
export function listenOn(network: SimulatedNetwork, server: Server): void {
  networks.set(server, network);
  network.listen(
    (transport, now) => server.accept(transport, now),
    () => letsIn(server, network.clock.now),
  );
}

/** Who is refused has no transport yet. */
const NOBODY = { address: '', port: 0 };

/** The checks of a listener before it accepts. */
function letsIn(server: Server, now: number): boolean {
  if (server.isShut) return false;
  if (server.hasRoom || server.makeRoom(now)) return true;
  server.refused('connections', () => ({ remote: NOBODY, local: NOBODY }));
  return false;
}

export function wireTo(server: Server): Wire {
  const { environment } = server;
  if (!(environment instanceof VirtualEnvironment)) return new RealWire(server, environment);
  let network = networks.get(server);
  if (network === undefined) {
    network = new SimulatedNetwork({ clock: environment.clock, link: { latencyMs: 0 } });
    listenOn(network, server);
  }
  return new VirtualWire(network);
}

class VirtualWire implements Wire {
  readonly #network: SimulatedNetwork;

  constructor(network: SimulatedNetwork) {
    this.#network = network;
  }

  connect(sink: TransportSink): SimulatedTransport {
    return this.#network.connect(() => sink);
  }

  async until(holds: () => boolean): Promise<void> {
    const { clock } = this.#network;
    if (holds()) return;
    await clock.runAsync({ when: holds });
    if (holds()) return;
    throw new InjectError(
      'SLUICE_INJECT_IDLE',
      `nothing is left to happen in virtual time (${clock.now} ms), and there is no response: the handler waits for something outside of it, or for ever`,
    );
  }

  notice(): void {
    // The clock asks before each event.
  }
}

class RealWire implements Wire {
  readonly #clock: VirtualClock;
  readonly #network: SimulatedNetwork;
  readonly #environment: Environment;
  readonly #turn: Turn;
  #waiting: { readonly holds: () => boolean; readonly resolve: () => void }[];

  constructor(server: Server, environment: Environment) {
    this.#environment = environment;
    // Its own clock, which shows the time of the server at each event.
    this.#clock = new VirtualClock(environment.now());
    this.#turn = environment.createTurn((now) => this.#run(now));
    this.#network = new SimulatedNetwork({
      clock: this.#clock,
      link: { latencyMs: 0 },
      // Each call on either end leads to an event, and is seen here.
      trace: () => this.#turn.arm(),
    });
    listenOn(this.#network, server);
    this.#waiting = [];
  }

  connect(sink: TransportSink): SimulatedTransport {
    this.#turn.arm();
    return this.#network.connect(() => sink);
  }

  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    const release = this.#environment.holdProcess();
    return new Promise<void>((resolve) => this.#waiting.push({ holds, resolve })).then(release);
  }

  notice(): void {
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ holds }) => !holds());
    for (const waiter of waiting) if (!this.#waiting.includes(waiter)) waiter.resolve();
  }

  #run(now: number): void {
    this.#clock.spend(Math.max(0, now - this.#clock.now));
    this.#clock.run();
    this.notice();
  }
}
