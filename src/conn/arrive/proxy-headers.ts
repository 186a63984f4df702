// Connections that a header of the PROXY protocol has to begin, until it has come. Only a trusted proxy may
// send one. Where the header says whose connection it is, the connection is given its ends, and the one who
// is to serve it.

import { Fault, type FaultId } from '../../fsm/faults.js';
import type { ProxyHeader } from '../../fsm/proxy/proxy-header.js';
import {
  PROXY_FAULT,
  PROXY_HEADER,
  ProxyHeaderParser,
} from '../../fsm/proxy/proxy-header-parser.js';
import { Deadline, type DeadlineList, type DeadlineOwner } from '../../fsm/time/deadlines.js';
import type { Clocks } from '../clock/clocks.js';
import type { Accept } from '../environment.js';
import { arrivalReport, type FaultPlace } from '../fault/fault-report.js';
import type { Peer } from '../handler/peer.js';
import { MemberList, type Place } from '../memory/member-list.js';
import type {
  ArrivingTransport,
  Transport,
  TransportAddress,
  TransportEnds,
  TransportSink,
} from '../transport.js';
import type { Reports } from '../watch/reports.js';

/** What headers need of their server. */
export interface ProxyHeadersServer {
  readonly clocks: Clocks;
  readonly reports: Reports;
  /** The server closes. */
  readonly isDraining: () => boolean;
  /** Whether the peer at this address is one of `trustedProxies`. */
  trusts(address: string): boolean;
  armTimer(): void;
  /** One is over: whoever waits until nothing is open looks again. */
  oneOver(): void;
}

/**
 * Takes over a connection whose header has come.
 *
 * @param ends whose connection it is
 * @param rest what came behind the header
 */
export type AfterHeader = (ends: TransportEnds, rest: Uint8Array, now: number) => void;

/** Serves a connection whose header has come, without TLS. */
export function serveBehindHeader(
  transport: ArrivingTransport,
  accept: Accept,
  ends: TransportEnds,
  rest: Uint8Array,
  now: number,
): void {
  transport.standFor(ends);
  const sink = accept(transport, now);
  transport.passTo(sink);
  if (rest.length > 0) sink.onBytes(rest, now);
}

export class ProxyHeaders {
  /** First come, first. */
  readonly #open: MemberList<AwaitedHeader> = new MemberList();
  readonly #server: ProxyHeadersServer;

  constructor(server: ProxyHeadersServer) {
    this.#server = server;
  }

  /** Connections whose header has not come yet. */
  get size(): number {
    return this.#open.size;
  }

  /** A connection has come. What this gives is to hear of it. */
  arrive(transport: Transport, now: number, after: AfterHeader): TransportSink {
    // Asked first: a list of the application's may throw.
    const trusted = this.#server.trusts(transport.remote.address);
    const header = new AwaitedHeader(this, transport, now, after);
    header.place = this.#open.add(header);
    if (!trusted) {
      this.fail(header, Fault.proxyPeerUntrusted, 0);
      return header;
    }
    const { head, drainQuiet } = this.#server.clocks;
    (this.#server.isDraining() ? drainQuiet : head).arm(header.deadline, now);
    this.#server.armTimer();
    return header;
  }

  /** Closes the one that came first, if it came before `before`. False where there is none. */
  makeRoom(before: number): boolean {
    const { first } = this.#open;
    if (first === undefined || first.since >= before) return false;
    this.fail(first, Fault.proxyHeaderTimeout, 0);
    return true;
  }

  /** The server closes. A header may be on its way, with a request behind it: it comes soon, or never. */
  startDrain(now: number): void {
    for (const header of this.#open) {
      if (!header.begun) this.#server.clocks.drainQuiet.arm(header.deadline, now);
    }
    this.#server.armTimer();
  }

  /** The server is closed: ends all. */
  endAll(): void {
    for (const header of [...this.#open]) this.drop(header);
  }

  /** @internal The time of one is over. */
  expired(header: AwaitedHeader, list: DeadlineList): void {
    if (list === this.#server.clocks.drainQuiet) this.drop(header);
    else this.fail(header, Fault.proxyHeaderTimeout, header.length);
  }

  /** @internal */
  fail(header: AwaitedHeader, fault: FaultId, offset: number, place?: FaultPlace): void {
    const { remote } = header.transport;
    this.#server.reports.fault(() => arrivalReport('proxyHeader', fault, remote, offset, place));
    this.drop(header);
  }

  /** @internal Closes it without a word. */
  drop(header: AwaitedHeader): void {
    if (header.place?.list === undefined) return;
    header.transport.destroy();
    this.leave(header);
  }

  /** @internal It is over, or somebody else's from now on. */
  leave(header: AwaitedHeader): void {
    header.deadline.disarm();
    if (header.place?.leave() !== true) return;
    this.#server.armTimer();
    this.#server.oneOver();
  }
}

/** One connection whose header has not come yet. */
class AwaitedHeader implements TransportSink, DeadlineOwner {
  readonly transport: Transport;
  readonly since: number;
  place: Place<AwaitedHeader> | undefined = undefined;
  readonly deadline: Deadline = new Deadline(this);
  /** Bytes of the header that have come. */
  length = 0;
  readonly #all: ProxyHeaders;
  readonly #after: AfterHeader;
  readonly #parser: ProxyHeaderParser = new ProxyHeaderParser();

  constructor(all: ProxyHeaders, transport: Transport, now: number, after: AfterHeader) {
    this.#all = all;
    this.transport = transport;
    this.since = now;
    this.#after = after;
  }

  get begun(): boolean {
    return this.length > 0;
  }

  onBytes(bytes: Uint8Array, now: number): void {
    const parser = this.#parser;
    const signal = parser.read(bytes, 0, bytes.length);
    const before = this.length;
    this.length += parser.at;
    if (signal === PROXY_FAULT) {
      // A line is read when it is complete: its fault may lie in bytes that came before.
      const { fault, faultOffset } = parser;
      const at = Math.max(0, faultOffset - before);
      const place = { bytes, from: 0, at, to: bytes.length };
      this.#all.fail(this, fault, faultOffset, place);
    } else if (signal === PROXY_HEADER) {
      // The boundary: the signal says that there is one.
      const ends = endsBy(parser.header as ProxyHeader, this.transport);
      // Counted until it has gone on: a server that closes must not find nothing open in between.
      this.deadline.disarm();
      this.#after(ends, bytes.subarray(parser.at), now);
      this.#all.leave(this);
    }
  }

  /** A balancer that only looks whether somebody listens sends nothing. */
  onFin(): void {
    if (this.begun) this.#all.fail(this, Fault.proxyHeaderTruncated, this.length);
    else this.#all.drop(this);
  }

  onFlushed(): void {
    // Nothing is written before the header has come.
  }

  onReset(): void {
    this.#all.leave(this);
  }

  expired(list: DeadlineList): void {
    this.#all.expired(this, list);
  }
}

/**
 * Whose connection it is. The proxy's own, such as a health check, stays the proxy's. Of one that the proxy
 * can't tell about, the address stays the proxy's. But it is not the proxy who speaks, so what is said in
 * fields is nobody's word (see {@link Peer}).
 */
function endsBy({ kind, source, destination }: ProxyHeader, transport: Transport): TransportEnds {
  const { remote, local } = transport;
  if (kind === 'local') return { remote, local };
  if (source === undefined || destination === undefined || source.address === '') {
    return { remote: unnamed(source ?? remote), local: destination ?? local };
  }
  return { remote: source, local: destination };
}

function unnamed({ address, port }: TransportAddress): TransportAddress {
  return { address, port, isUnnamed: true };
}
