// Connections that have come and are not let in yet, because they have to show who they are first: a TLS
// handshake. How many are under way at once is bounded, and so is the time of each. Sockets are not known
// here: `src/io` does what is ordered, and tells what has come.

import { Fault, type FaultId } from '../../fsm/faults.js';
import { Deadline, type DeadlineList, type DeadlineOwner } from '../../fsm/time/deadlines.js';
import { handshakeReport } from '../fault/fault-report.js';
import { MemberList, type Place } from '../memory/member-list.js';
import type { TransportAddress } from '../transport.js';
import type { Reports } from '../watch/reports.js';

/** The socket of a handshake. */
export interface HandshakeSocket {
  readonly remote: TransportAddress;
  /** The handshake may begin. */
  begin(): void;
  /**
   * Closes it. Nothing more is told of it.
   *
   * @param isLate its handshake has taken too long
   */
  drop(isLate: boolean): void;
}

/** What handshakes need of their server. */
export interface HandshakeServer {
  readonly handshakesMax: number;
  /** From the arrival to the end. */
  readonly clock: DeadlineList;
  /** From the beginning to when it may be asked to make room. An honest client answers within a round trip. */
  readonly stallClock: DeadlineList;
  readonly reports: Reports;
  armTimer(): void;
  /** One is over: whoever waits until nothing is open looks again. */
  oneOver(): void;
}

type State =
  /** The client has sent nothing, or no whole message. It costs a descriptor, and no CPU time. */
  | 'silent'
  /** It may begin, and all places are taken. */
  | 'waiting'
  /** It has a place. */
  | 'shaking'
  | 'over';

export class Handshake implements DeadlineOwner {
  readonly socket: HandshakeSocket;
  readonly since: number;
  state: State = 'silent';
  /** In the order in which handshakes could begin. */
  place = 0;
  /** Among those that are not over. */
  open: Place<Handshake> | undefined = undefined;
  /** Among those that wait. */
  waiting: Place<Handshake> | undefined = undefined;
  /** Among those that have begun. */
  shaking: Place<Handshake> | undefined = undefined;
  readonly deadline: Deadline = new Deadline(this);
  readonly stall: Deadline = new Deadline(this);
  readonly #all: Handshakes;

  constructor(all: Handshakes, socket: HandshakeSocket, now: number) {
    this.#all = all;
    this.socket = socket;
    this.since = now;
  }

  /** The client has sent the first message of a handshake. */
  begins(now: number): void {
    if (this.state === 'silent') this.#all.offer(this, now);
  }

  /** The handshake has succeeded, or what came was none: the connection is somebody else's now. */
  done(now: number): void {
    this.#all.leave(this, now);
  }

  /** The client has left before it sent anything: a port scanner, or a health check. */
  gone(now: number): void {
    this.#all.leave(this, now);
  }

  /** @param alert Node's code of what went wrong */
  failed(alert: string, now: number): void {
    if (this.state !== 'over') this.#all.fail(this, Fault.handshakeFailed, alert, now);
  }

  expired(list: DeadlineList, now: number): void {
    this.#all.expired(this, list, now);
  }
}

export class Handshakes {
  /** First come, first. */
  readonly #open: MemberList<Handshake> = new MemberList();
  /** Of those that wait. Last come, first: who has waited for long has given up, or never meant it. */
  readonly #waiting: MemberList<Handshake> = new MemberList();
  #places = 0;
  /** In the order in which they began. */
  readonly #shaking: MemberList<Handshake> = new MemberList();
  readonly #server: HandshakeServer;

  constructor(server: HandshakeServer) {
    this.#server = server;
  }

  /** Connections that are not let in yet. */
  get size(): number {
    return this.#open.size;
  }

  /** Those that have a place: at most `handshakesMax`. */
  get underWay(): number {
    return this.#shaking.size;
  }

  /** A connection has come on which a handshake has to be the first thing. */
  arrive(socket: HandshakeSocket, now: number): Handshake {
    const handshake = new Handshake(this, socket, now);
    handshake.open = this.#open.add(handshake);
    this.#server.clock.arm(handshake.deadline, now);
    this.#server.armTimer();
    return handshake;
  }

  /** Closes the one that came first, if it came before `before`. False where there is none. */
  makeRoom(before: number, now: number): boolean {
    const { first } = this.#open;
    if (first === undefined || first.since >= before) return false;
    this.fail(first, Fault.handshakeTimeout, undefined, now);
    return true;
  }

  /** The server closes. Who has begun may end, as a request may be on its way. */
  startDrain(now: number): void {
    for (const handshake of [...this.#open])
      if (handshake.state === 'silent') this.#drop(handshake, now);
  }

  /** The server is closed: ends all. */
  endAll(now: number): void {
    for (const handshake of [...this.#open]) this.#drop(handshake, now);
  }

  /** @internal Its time is over, or its place may be taken. */
  expired(handshake: Handshake, list: DeadlineList, now: number): void {
    // It makes room for who has come later. Who came before has waited for longer than clients do.
    if (list === this.#server.stallClock && !this.#isNewer(this.#waiting.last, handshake)) return;
    this.fail(handshake, Fault.handshakeTimeout, undefined, now);
  }

  /** @internal It may begin. */
  offer(handshake: Handshake, now: number): void {
    handshake.state = 'waiting';
    handshake.place = ++this.#places;
    handshake.waiting = this.#waiting.add(handshake);
    this.#makePlace(now);
    this.#beginNext(now);
  }

  /** @internal It is over, without a fault. */
  leave(handshake: Handshake, now: number): void {
    if (handshake.state === 'over') return;
    this.#end(handshake);
    this.#beginNext(now);
    this.#server.oneOver();
  }

  /** @internal It is over, and its client is at fault. */
  fail(handshake: Handshake, fault: FaultId, alert: string | undefined, now: number): void {
    const { remote } = handshake.socket;
    this.#server.reports.fault(() => handshakeReport(fault, remote, alert));
    this.#drop(handshake, now, fault === Fault.handshakeTimeout);
  }

  #drop(handshake: Handshake, now: number, isLate = false): void {
    if (handshake.state === 'over') return;
    this.#end(handshake);
    handshake.socket.drop(isLate);
    this.#beginNext(now);
    this.#server.oneOver();
  }

  #end(handshake: Handshake): void {
    handshake.state = 'over';
    handshake.deadline.disarm();
    handshake.stall.disarm();
    handshake.open?.leave();
    handshake.waiting?.leave();
    handshake.shaking?.leave();
  }

  /** Where all places are taken, the oldest handshake makes room if its client has stalled. */
  #makePlace(now: number): void {
    if (this.#shaking.size < this.#server.handshakesMax) return;
    const { first: oldest } = this.#shaking;
    if (oldest === undefined || oldest.stall.armed) return;
    this.fail(oldest, Fault.handshakeTimeout, undefined, now);
  }

  #isNewer(one: Handshake | undefined, other: Handshake): boolean {
    return one !== undefined && one.place > other.place;
  }

  #beginNext(now: number): void {
    while (this.#shaking.size < this.#server.handshakesMax) {
      const next = this.#waiting.last;
      if (next === undefined) break;
      next.waiting?.leave();
      next.shaking = this.#shaking.add(next);
      next.state = 'shaking';
      this.#server.stallClock.arm(next.stall, now);
      next.socket.begin();
    }
    this.#server.armTimer();
  }
}
