// A network without a wire: connections in virtual time, all chance from one seed.

import type { Accept } from '../../conn/environment.js';
import type { TransportAddress } from '../../conn/transport.js';
import {
  booleanAt,
  functionAt,
  invalid,
  namesOf,
  objectAt,
  refuseOthers,
  stringAt,
  wholeNumberAt,
} from '../../options/checks.js';
import { checkLink } from './link-checks.js';
import { type LinkOptions, type PipeOptions, pipeDefaults } from './link-options.js';
import { Pipe, type PipeEnds } from './pipe.js';
import { Random, seedAt } from './random.js';
import { SimulatedTransport } from './simulated-transport.js';
import type { EndName, TraceEntry, TraceEvent } from './trace.js';
import { VirtualClock } from './virtual-clock.js';
import { VirtualEnvironment } from './virtual-environment.js';

export interface SimulatedNetworkOptions {
  /** All chance comes from it. Default 1. */
  readonly seed?: number;
  /** Default: a clock of its own, starting at 0. */
  readonly clock?: VirtualClock;
  /** What connections are like that don't say otherwise. */
  readonly link?: LinkOptions;
  /** Hears of all that is asked of a transport and told to a sink, in order. */
  readonly trace?: (entry: TraceEntry) => void;
}

/** The names of the options. A missing name does not compile. */
export const NETWORK_NAMES: readonly string[] = namesOf<SimulatedNetworkOptions>({
  seed: true,
  clock: true,
  link: true,
  trace: true,
});

export interface ConnectOptions extends LinkOptions {
  /** Where the client seems to be. Default: an address of 198.51.100.0/24, a port of its own. */
  readonly from?: TransportAddress;
  /** Whether both transports claim TLS. Default false. */
  readonly encrypted?: boolean;
}

/** What stands beside the link's options. */
const CONNECT_NAMES: readonly string[] = namesOf<Omit<ConnectOptions, keyof LinkOptions>>({
  from: true,
  encrypted: true,
});

/**
 * A simulated network with one listening server on it.
 *
 * Nothing happens until its clock runs, and then everything happens in an order
 * that the seed decides: the same seed, options and calls give the same trace.
 * Nothing is told from within a call of a transport.
 *
 * @example
 * const network = new SimulatedNetwork({ seed: 7, link: { split: 'random' } });
 * network.listen((transport) => new EchoSink(transport));
 * const heard = new RecordingSink();
 * const client = network.connect(() => heard);
 * client.write('hello');
 * network.clock.run();
 * heard.text; // 'hello'
 */
export class SimulatedNetwork {
  readonly clock: VirtualClock;
  readonly random: Random;
  /** Where the server is: 192.0.2.1, port 80. */
  readonly serverAddress: TransportAddress;
  readonly #link: LinkOptions;
  readonly #trace: ((entry: TraceEntry) => void) | undefined;
  readonly #breakers: WeakMap<SimulatedTransport, () => void>;
  #accept: Accept | undefined;
  #letsIn: () => boolean;
  #connectionCount: number;

  /** @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'` for a wrong option */
  constructor(options: SimulatedNetworkOptions = {}) {
    refuseOthers('', objectAt('options', options), NETWORK_NAMES);
    const { seed, clock, link, trace } = options;
    if (seed !== undefined) seedAt('seed', seed);
    if (clock !== undefined && !(clock instanceof VirtualClock)) {
      throw invalid(TypeError, 'clock', clock, 'a VirtualClock');
    }
    if (link !== undefined) checkLink('link', link);
    if (trace !== undefined) functionAt('trace', trace);
    this.clock = options.clock ?? new VirtualClock();
    this.random = new Random(options.seed ?? 1);
    this.serverAddress = { address: '192.0.2.1', port: 80 };
    this.#link = options.link ?? {};
    this.#trace = options.trace;
    this.#breakers = new WeakMap();
    this.#accept = undefined;
    this.#letsIn = () => true;
    this.#connectionCount = 0;
  }

  /** Time, turns and chance for a server on this network. */
  environment(): VirtualEnvironment {
    return new VirtualEnvironment(this.clock, { random: this.random.fork() });
  }

  /**
   * Hands the server's end of each connection to `accept`, when it has arrived.
   *
   * @param letsIn Whether it is let in, or refused; asked for each. Default: always.
   */
  listen(accept: Accept, letsIn: () => boolean = () => true): void {
    functionAt('accept', accept);
    functionAt('letsIn', letsIn);
    this.#accept = accept;
    this.#letsIn = letsIn;
  }

  /** Who connects from now on is refused. Connections that arrived go on. */
  stopListening(): void {
    this.#accept = undefined;
  }

  /**
   * Connects to the server. The client's end may be written to at once.
   *
   * @param open Takes the client's end and gives its sink; called before this returns.
   * @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'` for a wrong option
   */
  connect(open: Accept, options: ConnectOptions = {}): SimulatedTransport {
    functionAt('open', open);
    checkLink('', options, CONNECT_NAMES);
    const { from, encrypted } = options;
    if (encrypted !== undefined) booleanAt('encrypted', encrypted);
    if (from !== undefined) addressAt('from', from);
    const connection = ++this.#connectionCount;
    const remote = options.from ?? {
      address: `198.51.100.${1 + (connection % 254)}`,
      port: 1024 + (connection % 64_512),
    };
    const random = this.random.fork();
    const toServer = pipeOptions(this.#link, options, 'toServer');
    const toClient = pipeOptions(this.#link, options, 'toClient');
    const common = {
      clock: this.clock,
      random,
      encrypted: options.encrypted ?? false,
      trace: (end: EndName, event: TraceEvent, bytes: number): void =>
        this.#trace?.({ at: this.clock.now, connection, end, event, bytes }),
    };

    const breakBoth = (): void => {
      client.broken();
      server.broken();
    };
    const up = new Pipe(
      this.clock,
      random,
      toServer,
      pipeEnds(
        () => client,
        () => server,
        breakBoth,
      ),
    );
    const down = new Pipe(
      this.clock,
      random,
      toClient,
      pipeEnds(
        () => server,
        () => client,
        breakBoth,
      ),
    );
    const client: SimulatedTransport = new SimulatedTransport(
      { ...common, end: 'client', remote: this.serverAddress, local: remote },
      up,
      down,
    );
    const server: SimulatedTransport = new SimulatedTransport(
      { ...common, end: 'server', remote, local: this.serverAddress },
      down,
      up,
    );
    this.#breakers.set(client, breakBoth);
    this.#breakers.set(server, breakBoth);

    client.attach(open(client, this.clock.now));
    this.clock.after(toServer.latencyMs, () => {
      if (this.#accept === undefined || !this.#letsIn()) client.refused();
      else server.attach(this.#accept(server, this.clock.now));
    });
    return client;
  }

  /** Breaks a connection, given by either end: both ends see a reset, next. */
  cut(transport: SimulatedTransport): void {
    const breakBoth = this.#breakers.get(transport);
    if (breakBoth === undefined) throw new Error('no connection of this network');
    this.clock.after(0, breakBoth);
  }
}

function pipeOptions(
  link: LinkOptions,
  own: LinkOptions,
  direction: 'toServer' | 'toClient',
): PipeOptions {
  return { ...pipeDefaults, ...link, ...own, ...link[direction], ...own[direction] };
}

function addressAt(path: string, value: unknown): void {
  const given = objectAt(path, value, 'an object { address, port }');
  refuseOthers(path, given, ['address', 'port']);
  stringAt(`${path}.address`, given.address);
  wholeNumberAt(`${path}.port`, given.port, { least: 0, most: 65_535 });
}

/** The pipe is made before its ends, hence the functions. */
function pipeEnds(
  sender: () => SimulatedTransport,
  receiver: () => SimulatedTransport,
  cut: () => void,
): PipeEnds {
  return {
    readable: () => receiver().readable(),
    finArrived: () => receiver().finArrived(),
    resetArrived: () => receiver().resetArrived(),
    flushed: () => sender().flushed(),
    cut,
  };
}
