// Listening: an address, and a transport for everyone who connects to it.

import { createServer, Server, Socket } from 'node:net';
import {
  type AfterHeader,
  type ProxyHeaders,
  serveBehindHeader,
} from '../../conn/arrive/proxy-headers.js';
import type { Accept, Turn } from '../../conn/environment.js';
import type { ArrivingTransport, TransportAddress, TransportEnds } from '../../conn/transport.js';
import { refuse } from '../../options/checks.js';
import { monotonicNow } from '../clock.js';
import { systemError } from '../system-error.js';
import { TlsContexts } from '../tls/tls-contexts.js';
import { TlsDoor } from '../tls/tls-door.js';
import type { Bypass, DoorRefusal } from '../transport/door.js';
import {
  SOCKET_MARK_BYTES,
  socketOf,
  takeHandles,
  takeHandlesOfSockets,
  usableApi,
} from '../transport/handle-door.js';
import type { HandleGroup } from '../transport/handle-group.js';
import { endsOfHandle, HandleTransport } from '../transport/handle-transport.js';
import { ignored } from '../transport/ignored.js';
import { NetTransport } from '../transport/net-transport.js';
import { localOf, remoteOf } from '../transport/socket-ends.js';
import type { StreamApi, StreamHandle } from '../transport/stream-api.js';
import { TurnScheduler } from '../turn.js';
import { LastDescriptors } from './descriptors.js';
import { KeepAliveProbes } from './keep-alive-probes.js';
import {
  type BoundAddress,
  boundAddress,
  type CheckedListen,
  commonLocalAddress,
  DEFAULT_BACKLOG,
  isGiven,
} from './listen-address.js';
import type { ListenerOptions } from './listener-options.js';
import { Opening } from './opening.js';
import { type KnownOfSocket, serveSocket } from './socket-way.js';
import { leavePlace, takePlace } from './taken-places.js';

/** Came while there was no room. Nothing is read from it. */
interface Waiting {
  readonly accepted: StreamHandle | Socket;
  readonly reason: DoorRefusal;
  readonly since: number;
  turnsLeft: number;
}

/**
 * Accepts connections. Neither Node nor libuv can stop accepting but by closing the
 * listening socket, which would reset all who wait behind it; and who waits
 * unaccepted doesn't learn that he should go elsewhere. So where there is no room
 * everyone is accepted all the same. He waits until the sockets have been looked at
 * once more, so that nobody counts as idle whose request is there already. Then the
 * connection that has been idle for longest makes room, or the newcomer is refused.
 */
export class Listener {
  /** Connections that have come so far, let in or not. */
  arrivals = 0;
  readonly #server: Server;
  readonly #accept: Accept;
  readonly #hasRoom: () => boolean;
  readonly #makeRoom: (before: number) => boolean;
  /** By it connections are read at handles. Undefined: they are sockets. */
  readonly #api: StreamApi | undefined;
  readonly #lastDescriptors: LastDescriptors;
  readonly #onError: ((error: unknown) => void) | undefined;
  readonly #onRefused: ListenerOptions['onRefused'];
  readonly #turn: Turn;
  /** Undefined where connections are let in as they come. */
  readonly #tlsDoor: TlsDoor | undefined;
  readonly #proxyHeaders: ProxyHeaders | undefined;
  readonly #bypass: Bypass | undefined;
  /** The address of every accepted socket, where all have the same. */
  #local: TransportAddress | undefined;
  /** What the transports below sockets share, where there are any. */
  #group: HandleGroup | undefined;
  /** First come, first. */
  #waiting: Waiting[];
  #backlog: number;
  readonly #probes: KeepAliveProbes;
  #bound: BoundAddress | undefined;
  #closed: boolean;
  #isAdopted = false;
  /** A `listen` that is under way. */
  #opening: Opening | undefined;

  constructor(options: ListenerOptions) {
    this.#accept = options.accept;
    this.#hasRoom = options.hasRoom ?? (() => true);
    this.#makeRoom = options.makeRoom ?? (() => false);
    this.#api = usableApi(options.transport ?? 'auto');
    this.#onError = options.onError;
    this.#lastDescriptors = new LastDescriptors(options.descriptorEnd);
    this.#onRefused = options.onRefused;
    this.#turn = new TurnScheduler((now) => this.#turned(now));
    const { tls } = options;
    this.#tlsDoor =
      tls &&
      new TlsDoor(
        tls.contexts,
        tls.handshakes,
        {
          secured: (socket, secured) => this.#letIn(socket, { local: this.#local, secured }),
          plain: (socket, fault, ends) => this.#letIn(socket, { local: this.#local, ends, fault }),
        },
        this.#api,
      );
    this.#proxyHeaders = options.proxyHeaders;
    this.#bypass = tls === undefined ? options.bypass : undefined;
    this.#local = undefined;
    this.#group = undefined;
    this.#waiting = [];
    this.#backlog = DEFAULT_BACKLOG;
    this.#bound = undefined;
    this.#closed = false;
    this.#opening = undefined;
    this.#probes = new KeepAliveProbes(options.keepAliveMs);
    const { seconds } = this.#probes;
    this.#server =
      (options.server as Server | undefined) ??
      createServer({
        allowHalfOpen: true,
        noDelay: true,
        keepAlive: seconds > 0,
        keepAliveInitialDelay: seconds * 1000,
        highWaterMark: SOCKET_MARK_BYTES,
      });
    if (options.server !== undefined) return;
    this.#server.on('connection', (socket: Socket) => this.#arrived(socket));
    this.#server.on('error', (error) => {
      if (this.#opening !== undefined) this.#opening.failed(error);
      else if (!this.#closed) this.#onError?.(error);
    });
  }

  /**
   * Accepts what comes to the server that was given, which listens. No connection is told to its own listeners,
   * and it counts none.
   */
  adopt(): void {
    this.#isAdopted = true;
    this.#begin(false);
    if (this.#group !== undefined) return;
    takeHandlesOfSockets(this.#server, (status, handle) => this.#acceptedHandle(status, handle));
  }

  /** How many may wait to be accepted. */
  get backlog(): number {
    return this.#backlog;
  }

  /** The address has not been had yet. */
  get isPending(): boolean {
    return this.#opening !== undefined;
  }

  /**
   * Starts to listen. Once.
   *
   * @param isOurs whether a listener is one of the same server
   * @throws ListenError (as a rejection) where the address can't be had, or it is closed meanwhile.
   */
  async listen(
    where: CheckedListen = {},
    isOurs: (listener: object) => boolean = () => false,
  ): Promise<BoundAddress> {
    const server = this.#server;
    this.#backlog = where.backlog ?? DEFAULT_BACKLOG;
    const opening = new Opening(server, where, this.#backlog, isOurs);
    this.#opening = opening;
    // Not later: somebody may close it in the same turn, or connect.
    server.once('listening', () => {
      this.#opening = undefined;
      // Closed while the host name was being looked up.
      if (this.#closed) server.close();
      else {
        this.#begin(!isGiven(where));
        takePlace(this, { ...boundAddress(server), ipv6Only: where.ipv6Only });
      }
    });
    try {
      await opening.over;
    } finally {
      this.#opening = undefined;
    }
    const bound = this.#bound ?? boundAddress(server);
    // Where a name was looked up.
    if (where.ipv6Only === true && bound.family === 'IPv4') {
      this.close();
      throw refuse(
        TypeError,
        'ipv6Only',
        `${where.host} is ${bound.address}, which is IPv4; '::' is every IPv6 address`,
      );
    }
    return bound;
  }

  /** The address is had, at a socket that was made for it or given. */
  #begin(isOwn: boolean): void {
    const server = this.#server;
    if (isOwn) this.#probes.inherit(server, this.#backlog);
    this.#bound = boundAddress(server);
    this.#local = commonLocalAddress(this.#bound);
    // Behind a header of the PROXY protocol, Node's TLS is given a socket.
    const needsSockets = this.#tlsDoor !== undefined && this.#proxyHeaders !== undefined;
    if (this.#api !== undefined && !needsSockets) {
      this.#group = takeHandles(server, this.#api, this.#local, (status, handle) =>
        this.#acceptedHandle(status, handle),
      );
    }
  }

  /**
   * Stops listening at once: the port is free when this returns, and who waits
   * unaccepted is reset. Connections that were accepted go on. A `listen` that is
   * under way rejects.
   */
  close(): void {
    // An adopted server may listen for somebody else by now.
    if (this.#closed) return;
    this.#closed = true;
    leavePlace(this);
    // Node's own method, whatever the class of an adopted server makes of it.
    if (this.#server.listening || this.#isAdopted) Server.prototype.close.call(this.#server);
    for (const waiting of this.#waiting.splice(0)) this.#refuse(waiting);
    this.#turn.stop();
    const error = Object.assign(new Error('the server was closed meanwhile'), {
      code: 'SLUICE_SERVER_CLOSED',
    });
    this.#opening?.failed(error);
  }

  /** What a net.Server would see to. */
  #acceptedHandle(status: number, handle: StreamHandle | undefined): void {
    if (handle === undefined || status !== 0) {
      this.#onError?.(systemError(status, 'accept'));
      return;
    }
    handle.setNoDelay?.(true);
    this.#probes.turnOn(handle);
    this.#arrived(this.#group === undefined ? socketOf(handle) : handle);
  }

  #arrived(accepted: StreamHandle | Socket): void {
    this.arrivals++;
    if (this.#closed) this.#discard(accepted);
    else if (this.#lastDescriptors.areTaken(accepted)) this.#wait(accepted, 'descriptors');
    else if (!this.#hasRoom()) this.#wait(accepted, 'connections');
    else this.#take(accepted, monotonicNow());
  }

  /** The certificates of a listener with TLS. Those of an adopted server are its own. */
  get tls(): TlsContexts | undefined {
    const contexts = this.#tlsDoor?.contexts;
    return contexts instanceof TlsContexts ? contexts : undefined;
  }

  /** There is room for it: its way to a connection begins. */
  #take(accepted: StreamHandle | Socket, now: number): void {
    const group = this.#group;
    try {
      if (this.#proxyHeaders !== undefined) {
        if (accepted instanceof Socket)
          this.#awaitHeader(new NetTransport(accepted, this.#local), this.#proxyHeaders, now);
        else if (group !== undefined)
          this.#awaitHeader(new HandleTransport(accepted, group), this.#proxyHeaders, now);
      } else if (this.#bypass?.wantsSockets === true) {
        this.#bypass.take(accepted instanceof Socket ? accepted : socketOf(accepted));
      } else if (accepted instanceof Socket) {
        if (this.#tlsDoor === undefined) this.#letIn(accepted, { local: this.#local });
        else this.#tlsDoor.admit(accepted, now);
      } else if (group !== undefined) {
        if (this.#tlsDoor === undefined) this.#letInHandle(accepted, group, now);
        else this.#tlsDoor.admitHandle(accepted, group, now);
      }
    } catch (error) {
      // Whoever threw, the next one is to be accepted all the same.
      this.#discard(accepted);
      this.#onError?.(error);
    }
  }

  #letInHandle(accepted: StreamHandle, group: HandleGroup, now: number): void {
    const transport = new HandleTransport(accepted, group);
    transport.attach(this.#accept(transport, now));
  }

  /** Nothing but the header is taken from it, until the header has said whose connection it is. */
  #awaitHeader(
    transport: NetTransport | HandleTransport,
    headers: ProxyHeaders,
    now: number,
  ): void {
    const tlsDoor = this.#tlsDoor;
    const after: AfterHeader =
      tlsDoor !== undefined && transport instanceof NetTransport
        ? (ends, rest, at) => tlsDoor.admit(transport.detach(rest), at, ends)
        : (ends, rest, at) => this.#serve(transport, ends, rest, at);
    transport.attach(headers.arrive(transport, now, after));
  }

  /** A header has come on a transport without TLS: it becomes a connection. */
  #serve(transport: ArrivingTransport, ends: TransportEnds, rest: Uint8Array, now: number): void {
    try {
      serveBehindHeader(transport, this.#accept, ends, rest, now);
    } catch (error) {
      transport.reset();
      this.#onError?.(error);
    }
  }

  /** The socket's way is over: it becomes a connection. */
  #letIn(socket: Socket, known: KnownOfSocket): void {
    try {
      serveSocket(socket, this.#accept, known);
    } catch (error) {
      this.#discard(socket);
      this.#onError?.(error);
    }
  }

  #wait(accepted: StreamHandle | Socket, reason: DoorRefusal): void {
    const waiting = { accepted, reason, since: monotonicNow(), turnsLeft: 2 };
    const isTooMuch =
      reason === 'descriptors' && this.#waiting.length >= this.#lastDescriptors.waitingMax;
    if (isTooMuch) {
      this.#refuse(waiting);
      return;
    }
    // An error that nobody listens to ends the process.
    if (accepted instanceof Socket) accepted.on('error', ignored);
    this.#waiting.push(waiting);
    this.#turn.arm();
  }

  /** The first turn may come before the sockets are looked at; the second comes after. */
  #turned(now: number): void {
    const still: Waiting[] = [];
    for (const waiting of this.#waiting.splice(0)) {
      if (--waiting.turnsLeft > 0) still.push(waiting);
      else this.#decide(waiting, now);
    }
    this.#waiting.unshift(...still);
    if (this.#waiting.length > 0 && !this.#closed) this.#turn.arm();
  }

  #decide(waiting: Waiting, now: number): void {
    const { accepted, reason, since } = waiting;
    if (accepted instanceof Socket && accepted.destroyed) return;
    const hasRoom = reason === 'connections' && this.#hasRoom();
    if (!hasRoom && !this.#makeRoom(since)) {
      this.#refuse(waiting);
      return;
    }
    this.#lastDescriptors.note(accepted);
    this.#take(accepted, now);
    if (accepted instanceof Socket) accepted.off('error', ignored);
  }

  #refuse({ accepted, reason }: Waiting): void {
    // Before: of a handle that is closed, nobody knows the ends.
    this.#onRefused?.(reason, () => endsOf(accepted));
    this.#discard(accepted);
  }

  #discard(accepted: StreamHandle | Socket): void {
    if (accepted instanceof Socket) accepted.on('error', ignored).destroy();
    else accepted.close();
  }
}

function endsOf(accepted: StreamHandle | Socket): TransportEnds {
  if (!(accepted instanceof Socket)) return endsOfHandle(accepted);
  return { remote: remoteOf(accepted), local: localOf(accepted) };
}
