// A whole server in virtual time, for tests of handlers, and of everything between a client and a
// handler.

import type { ServerOptions } from '../index.js';
import { createServerIn, type Server } from '../server.js';
import type { LinkOptions } from './network/link-options.js';
import { SimulatedNetwork } from './network/simulated-network.js';
import type { TraceEntry } from './network/trace.js';
import type { VirtualClock } from './network/virtual-clock.js';
import { listenOn } from './wire.js';

export interface SimulationOptions {
  /** The source of all random numbers: the same seed gives the same run. Default 1. */
  readonly seed?: number;
  /** The default for all connections: slow, cut into bytes, broken, … */
  readonly link?: LinkOptions;
  /** Is called for each call of a transport and of its sink, in order. */
  readonly trace?: (entry: TraceEntry) => void;
}

/** The result of {@link createSimulatedServer}. */
export interface SimulatedServer {
  readonly server: Server;
  /** The network of the server, to which clients connect. */
  readonly network: SimulatedNetwork;
  /** Moves time: `clock.run()`, or `clock.runAsync()` if handlers are asynchronous. */
  readonly clock: VirtualClock;
  /** Resolves after `ms` milliseconds of virtual time. For waits in a handler. */
  sleep(ms: number): Promise<void>;
}

/**
 * Makes a server on a simulated network, in virtual time. It takes the options of `createServer`,
 * and {@link inject} works with it. Your own clients can misbehave like real ones, without a real
 * clock or socket. Nothing happens until the clock runs.
 *
 * @throws as `createServer`
 *
 * @example
 * // A client that stops within a head gets a 408 after `headMs`. The test takes no time.
 * const { network, clock } = createSimulatedServer({ fetch: () => reply('Hello!\n') });
 * const heard = new RecordingSink();
 * const client = network.connect(() => heard);
 * client.write('GET / HTTP/1.1\r\nHost:');
 * await clock.runAsync({ until: 60_000 });
 * heard.text.startsWith('HTTP/1.1 408'); // true
 *
 * @example
 * // Each byte in its own segment. The handler takes a second, and its deadline is half of that.
 * const simulated = createSimulatedServer(
 *   {
 *     limits: { handlerMs: 500 },
 *     fetch: () => simulated.sleep(1000).then(() => reply('late')),
 *   },
 *   { seed: 7, link: { split: 'bytes' } },
 * );
 * const response = await inject(simulated.server, new Request('http://localhost/'));
 * response.status; // 503
 */
export function createSimulatedServer(
  options: ServerOptions,
  simulation: SimulationOptions = {},
): SimulatedServer {
  const network = new SimulatedNetwork(simulation);
  const { clock } = network;
  const server = createServerIn(network.environment(), options);
  listenOn(network, server);
  return {
    server,
    network,
    clock,
    sleep: (ms) =>
      new Promise((resolve) => {
        clock.after(ms, resolve);
      }),
  };
}
