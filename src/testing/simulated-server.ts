// A whole server in virtual time, for tests of handlers and of what happens
// between a client and them.

import type { ServerOptions } from '../index.js';
import { createServerIn, type Server } from '../server.js';
import type { LinkOptions } from './network/link-options.js';
import { SimulatedNetwork } from './network/simulated-network.js';
import type { TraceEntry } from './network/trace.js';
import type { VirtualClock } from './network/virtual-clock.js';
import { listenOn } from './wire.js';

export interface SimulationOptions {
  /** All chance comes from it: the same seed gives the same run. Default 1. */
  readonly seed?: number;
  /** What connections are like that don't say otherwise: slow, cut into bytes, broken, … */
  readonly link?: LinkOptions;
  /** Hears of all that is asked of a transport and told to its sink, in order. */
  readonly trace?: (entry: TraceEntry) => void;
}

/** What {@link createSimulatedServer} gives. */
export interface SimulatedServer {
  readonly server: Server;
  /** Connect clients to it here. */
  readonly network: SimulatedNetwork;
  /** Moves time: `clock.run()`, or `clock.runAsync()` where handlers are asynchronous. */
  readonly clock: VirtualClock;
  /** Resolves in so many milliseconds of virtual time: what a handler waits with. */
  sleep(ms: number): Promise<void>;
}

/**
 * Makes a server on a simulated network, in virtual time. It takes what
 * `createServer` takes; {@link inject} works with it; and clients of your own can
 * misbehave towards it as real ones do, without a real clock or socket. Nothing
 * happens until the clock runs.
 *
 * @throws what `createServer` throws
 *
 * @example
 * // A client that stops within a head is told so after `headMs`, and the test takes no time.
 * const { network, clock } = createSimulatedServer({ fetch: () => reply('Hello!\n') });
 * const heard = new RecordingSink();
 * const client = network.connect(() => heard);
 * client.write('GET / HTTP/1.1\r\nHost:');
 * await clock.runAsync({ until: 60_000 });
 * heard.text.startsWith('HTTP/1.1 408'); // true
 *
 * @example
 * // Every byte in a segment of its own, a handler that takes a second, a deadline of half of that.
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
