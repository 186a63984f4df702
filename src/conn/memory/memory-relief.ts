// Who gives way as the memory of all connections is used up, and in which order. The ledger counts;
// here is decided what follows from its level, and from content that waits for memory.

import { dropSpareMemory } from '../../http/request/gathering.js';
import type { GrowingRequest, MemoryHolder } from '../server-ports.js';
import { EXHAUSTED, Ledger, SCARCE, TIGHT } from './ledger.js';
import { MemberList, type Place } from './member-list.js';

/** How often memory is looked after while it is tight, or content waits for it. */
const CHECK_MS = 100;
/** Connections that one look may cut off. */
const CUT_COUNT_MAX = 50;
/** Content waits so long for memory to put it into, before some of it is given up. */
const STARVED_MS_MAX = 5000;
/** The same where those who wait hold most of the memory themselves, and no request has ended for so long. */
const STALLED_MS_MAX = 250;
/** The share of those that one look gives up. What they held may be enough for the others. */
const STARVED_SHARE = 1 / 8;
/** So many are looked at when there is more room. The others' turn comes behind them. */
const FED_COUNT_MAX = 32;

/** What memory relief asks of the server. */
export interface MemoryOwner {
  readonly roster: {
    readonly connections: Iterable<MemoryHolder>;
    readonly requestsFinished: number;
  };
  /** Has {@link MemoryRelief.relieve} called in the next turn. */
  armTurn(): void;
  /** New work is refused, or no longer. */
  memoryIsShort(isShort: boolean): void;
  /** Idle connections are closed sooner, once the sockets were looked at. */
  expireIdle(now: number): void;
}

export class MemoryRelief {
  readonly ledger: Ledger;
  /** When to look again. */
  checkAt: number = Number.POSITIVE_INFINITY;
  readonly #owner: MemoryOwner;
  readonly #bytesMax: number;
  readonly #armTurn: () => void;
  /** Connections whose content waits for memory, in turn. */
  readonly #starving: MemberList<MemoryHolder> = new MemberList();
  /** The one whose content may grow while memory is tight, though nobody knows how long it is. */
  #growing: GrowingRequest | undefined = undefined;
  #relieved = true;
  /** When a request was last seen to have ended while content waited. */
  #movedAt: number = Number.NEGATIVE_INFINITY;
  #finishedBefore = 0;

  constructor(bytesMax: number, owner: MemoryOwner) {
    this.#owner = owner;
    this.#bytesMax = bytesMax;
    this.#armTurn = () => owner.armTurn();
    this.ledger = new Ledger(bytesMax, (level) => {
      owner.memoryIsShort(level >= SCARCE);
      // Not from within whatever changed the sum: connections are asked in a turn of their own.
      this.#armTurn();
    });
  }

  /**
   * Whether so many bytes more may be held for this content. Many contents of unknown length that grow
   * side by side would wait for each other: while memory is tight, one grows at a time.
   *
   * @param isAll With these bytes it has all; else nobody knows how much will follow.
   */
  fits(request: GrowingRequest, bytes: number, isAll: boolean): boolean {
    if (this.ledger.fits(bytes, TIGHT)) return true;
    if (!this.ledger.fits(bytes, SCARCE)) return false;
    if (isAll) return true;
    this.#growing ??= request;
    return this.#growing === request;
  }

  /** This content grows no more. */
  endGrowth(request: GrowingRequest): void {
    if (this.#growing !== request) return;
    this.#growing = undefined;
    this.#armTurn();
  }

  /** Content of this connection waits for memory to put it into, until it leaves its place. */
  starve(connection: MemoryHolder): Place<MemoryHolder> {
    this.#armTurn();
    return this.#starving.add(connection);
  }

  /** Counts anew: what a paused transport holds comes without a wake-up. */
  recount(): void {
    for (const connection of this.#owner.roster.connections) connection.countHeld();
  }

  /** Does what the level asks for, and looks again while it asks for anything. */
  relieve(now: number): void {
    if (this.ledger.level >= TIGHT) this.#owner.expireIdle(now);
    const scarce = this.ledger.level >= SCARCE;
    if (scarce === this.#relieved) {
      this.#relieved = !scarce;
      if (scarce) dropSpareMemory();
      // At the end of a wake-up each reads as much or as little as the level allows.
      for (const connection of [...this.#owner.roster.connections]) connection.lookAgain(now);
    }
    this.#feed(now);
    this.#giveUpStarved(now);
    if (this.ledger.level >= EXHAUSTED) this.#cutLargest();
    const isWaitedFor = this.#starving.size > 0;
    this.ledger.onLess = isWaitedFor ? this.#armTurn : undefined;
    const looksAgain = isWaitedFor || this.ledger.level >= TIGHT;
    this.checkAt = looksAgain ? now + CHECK_MS : Number.POSITIVE_INFINITY;
  }

  /** Lets those whose content waits look again whether there is memory for it. */
  #feed(now: number): void {
    const growing = this.#growing?.connection;
    const inTurn = [...this.#starving];
    if (growing !== undefined && inTurn.includes(growing)) inTurn.unshift(growing);
    for (const connection of inTurn.slice(0, FED_COUNT_MAX)) connection.lookAgain(now);
  }

  /** Where nobody makes room, the largest of those who wait give way. */
  #giveUpStarved(now: number): void {
    let bytes = 0;
    for (const { bufferedBytes } of this.#starving) bytes += bufferedBytes;
    const { requestsFinished } = this.#owner.roster;
    if (requestsFinished !== this.#finishedBefore) this.#movedAt = now;
    this.#finishedBefore = requestsFinished;
    const isStalled = bytes > this.ledger.bytes / 2 && now - this.#movedAt >= STALLED_MS_MAX;
    const waitMsMax = isStalled ? STALLED_MS_MAX : STARVED_MS_MAX;
    const late = [...this.#starving].filter((one) => now - one.starvedSince >= waitMsMax);
    late.sort(byBytesHeld);
    for (const connection of late.slice(0, Math.ceil(late.length * STARVED_SHARE)))
      connection.giveUpStarved();
  }

  /**
   * A few large holders go, so that the many small ones can stay: first those whose content waits for
   * memory. They can still be told so, and hold less at the next look.
   */
  #cutLargest(): void {
    if (this.#starving.size > 0) {
      let bytes = this.ledger.bytes;
      for (const connection of [...this.#starving].sort(byBytesHeld)) {
        if (bytes < this.#bytesMax / 2) return;
        bytes -= connection.bufferedBytes;
        connection.giveUpStarved();
      }
      return;
    }
    const largest = [...this.#owner.roster.connections].sort(byBytesHeld);
    for (const connection of largest.slice(0, CUT_COUNT_MAX)) {
      if (this.ledger.level < EXHAUSTED) return;
      connection.ending.cut('memory');
    }
  }
}

/** The largest holder first. */
function byBytesHeld(a: MemoryHolder, b: MemoryHolder): number {
  return b.bufferedBytes - a.bufferedBytes;
}
