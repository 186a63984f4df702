// A network without a wire: connections in virtual time, all random numbers from one seed.

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
  /** The source of all random numbers. Default 1. */
  readonly seed?: number;
  /** Default: a new clock that starts at 0. */
  readonly clock?: VirtualClock;
  /** The default for all connections. */
  readonly link?: LinkOptions;
  /** Is called for each call of a transport and of its sink, in order. */
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
  /** The client's address. Default: an address of 198.51.100.0/24, with its own port. */
  readonly from?: TransportAddress;
  /** True if both transports say that they use TLS. Default false. */
  readonly encrypted?: boolean;
}

/** The options beside those of the link. */
const CONNECT_NAMES: readonly string[] = namesOf<Omit<ConnectOptions, keyof LinkOptions>>({
  from: true,
  encrypted: true,
});

/**
 * A simulated network with one listening server.
 *
 * Nothing happens until its clock runs. Then the seed decides the order of all events: the same
 * seed, options and calls give the same trace. A call of a transport never calls a sink directly.
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
  /** The address of the server: 192.0.2.1, port 80. */
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
   * Calls `accept` with the server's end of each connection, when the connection has arrived.
   *
   * @param letsIn True if the connection is accepted, false if it is refused; called for each
   * connection. Default: always true.
   */
  listen(accept: Accept, letsIn: () => boolean = () => true): void {
    functionAt('accept', accept);
    functionAt('letsIn', letsIn);
    this.#accept = accept;
    this.#letsIn = letsIn;
  }

  /** New connections are refused from now on. Existing connections go on. */
  stopListening(): void {
    this.#accept = undefined;
  }

  /**
   * Connects to the server. The client's end can be written to at once.
   *
   * @param open Takes the client's end and gives its sink. It is called before this method returns.
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

  /** Breaks a connection, given by one of its ends. Both ends see a reset as the next event. */
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

/** These are functions because the pipe is made before its ends. */
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
