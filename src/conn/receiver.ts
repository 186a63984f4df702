// The reading side of a connection's driver: takes bytes, asks the parser for the
// next thing in them, and no more than the state of the connection has use for.
// What follows from what it finds, the machine decides.

import { bug } from '../fsm/bug.js';
import { Fault, type FaultId } from '../fsm/faults.js';
import type { Limits } from '../fsm/limits.js';
import { type EventId, EventIds } from '../fsm/machine/machine.js';
import type { Head } from '../fsm/parse/head.js';
import {
  READ_CONTENT,
  READ_END,
  READ_FAULT,
  READ_HEAD,
  READ_MORE,
  type RequestReader,
} from '../fsm/parse/request-reader.js';
import type { Exchange } from './exchange.js';
import type { FaultPlace } from './fault-report.js';
import { SCARCE, TIGHT } from './ledger.js';
import type { Lifecycle } from './lifecycle.js';
import { ReadAhead } from './read-ahead.js';
import type { Readers } from './readers.js';
import { Reading, Writing } from './states.js';
import { type Borrower, FULL_READ_BYTES, type Transport } from './transport.js';

const {
  idle: R_IDLE,
  head: R_HEAD,
  body: R_BODY,
  done: R_DONE,
  drain: R_DRAIN,
  discard: R_DISCARD,
} = Reading;
const { idle: W_IDLE, gathering: W_GATHERING, done: W_DONE, shut: W_SHUT } = Writing;

/** So much is read ahead at most while memory is tight. */
const TIGHT_READ_AHEAD_BYTES_MAX = 16 * 1024;

/** What the receiver asks of its connection. */
export interface ReceiverOwner extends Borrower {
  readonly life: Lifecycle;
  readonly exchange: Exchange | undefined;
  /** Bytes that were written still wait for the peer. */
  isLeaving(): boolean;
  fire(event: EventId): void;
  /** A head is complete: a request begins. What was received ends at `to` of the memory that it stands in. */
  begin(head: Head, to: number): void;
  /** The peer broke a rule at `offset`, counted from the connection's first byte. */
  refuse(fault: FaultId, offset: number, place: FaultPlace): void;
  /** The peer's FIN came within a message. */
  truncated(fault: FaultId, offset: number): void;
  /** Content came. */
  countContent(bytes: number): void;
  /** How many of so many bytes there is memory for. */
  contentRoom(bytes: number): number;
}

export class Receiver {
  readonly input: ReadAhead = new ReadAhead();
  readonly #owner: ReceiverOwner;
  readonly #life: Lifecycle;
  readonly #limits: Limits;
  readonly #readers: Readers;
  /** Had from `#readers` while a message is under way, and for good after a fault. */
  #reader: RequestReader | undefined = undefined;
  /** Bytes consumed since the connection's first, before `#reader` was had. */
  #consumedBytes = 0;
  #advancing = false;
  #paused = false;
  /** What comes may be lent. */
  #lending = false;
  #lacksRoom = false;
  /** Nothing is read until somebody says so. */
  resting = false;
  /** Content bytes of the request in progress that were read so far, by whomever. */
  #contentBytes = 0;
  #drainFrom = 0;
  #discardedBytes = 0;

  constructor(owner: ReceiverOwner, limits: Limits, readers: Readers) {
    this.#owner = owner;
    this.#life = owner.life;
    this.#limits = limits;
    this.#readers = readers;
  }

  /** The head that was at fault, or that has begun; undefined between messages. */
  get head(): Head | undefined {
    return this.#reader?.head;
  }

  /** Bytes of content that a declared length still promises and that were not read. */
  get contentLeft(): number {
    return this.#reader === undefined ? 0 : this.#reader.contentLeft;
  }

  get consumedBytes(): number {
    return this.#reader === undefined ? this.#consumedBytes : this.#reader.consumedBytes;
  }

  /** Content that somebody waits for is here, and there is no memory to put it into. */
  get starved(): boolean {
    return (
      this.#lacksRoom &&
      this.#life.reading === R_BODY &&
      this.#owner.exchange?.body?.awaited === true
    );
  }

  get heldBytes(): number {
    const carried = this.#reader === undefined ? 0 : this.#reader.carriedMemoryBytes;
    return this.input.length + carried;
  }

  /** Reads on as far as the state allows and the bytes reach. */
  advance(): void {
    if (this.#advancing) return;
    this.#advancing = true;
    while (this.#step());
    this.#advancing = false;
  }

  /** Stops reading where more is held than somebody asked for; goes on when there is room. */
  throttle(transport: Transport, memoryLevel: number): void {
    this.borrow(transport);
    const max = memoryLevel < TIGHT ? this.#limits.readAheadBytesMax : this.#maxAt(memoryLevel);
    const { length, lastBytes } = this.input;
    // A read that came full has more behind it: the next would go past the mark.
    const brimming = lastBytes >= FULL_READ_BYTES && length > 0 && length + FULL_READ_BYTES > max;
    const full = length >= max || brimming || this.resting || this.starved;
    if (full === this.#paused) return;
    this.#paused = full;
    if (full) transport.pause();
    else transport.resume();
  }

  #maxAt(memoryLevel: number): number {
    // While memory is scarce, content is taken a piece at a time.
    const oneByOne = memoryLevel >= SCARCE && this.#life.reading === R_BODY;
    return oneByOne ? 1 : Math.min(this.#limits.readAheadBytesMax, TIGHT_READ_AHEAD_BYTES_MAX);
  }

  /** Has the transport lend what comes, but for content that a handler reads piece by piece: those are his to keep. */
  borrow(transport: Transport): void {
    // What was lent is given back.
    this.input.keep();
    const { exchange } = this.#owner;
    const lending =
      this.#life.reading !== R_BODY ||
      this.#life.writing === W_GATHERING ||
      exchange?.body?.copying === true;
    if (lending === this.#lending) return;
    this.#lending = lending;
    transport.lendTo(lending ? this.#owner : undefined);
  }

  /** Content that is read from now on belongs to another request. */
  startContent(): void {
    this.#contentBytes = 0;
  }

  /** Content that is read from now on is wanted by nobody. */
  startDrain(): void {
    this.#drainFrom = this.#contentBytes;
  }

  /** The next of the content for a handler that asks, undefined at its end, null where it must be awaited or has failed. */
  pull(): Uint8Array | undefined | null {
    const chunk = this.#nextContent();
    this.#finishDeclared();
    return chunk;
  }

  #nextContent(): Uint8Array | undefined | null {
    const input = this.input;
    const reader = this.#reader ?? this.#takeReader();
    for (;;) {
      const { bytes, at, to, borrowed } = input;
      const room = this.#owner.contentRoom(to - at);
      this.#lacksRoom = room === 0 && at < to;
      if (this.#lacksRoom) return null;
      const signal = reader.read(bytes, at, at + room);
      if (signal === READ_FAULT) {
        this.#owner.refuse(reader.fault, reader.faultOffset, { bytes, at: faultAt(reader), to });
        return null;
      }
      input.advance(reader.at);
      if (signal === READ_CONTENT) return this.#takeContent(reader, bytes, to, borrowed);
      if (signal === READ_END) {
        this.#endContent(reader);
        return undefined;
      }
      if (signal !== READ_MORE) bug(`signal ${signal} within content`);
      if (input.length === 0) {
        if (input.ended && !this.#endWaits) this.#readEnd();
        return null;
      }
    }
  }

  /** One step; false where nothing can be done before something happens. */
  #step(): boolean {
    switch (this.#life.reading) {
      case R_IDLE:
      case R_HEAD:
        return this.#readHead();
      case R_BODY:
        return this.#life.writing === W_GATHERING ? this.#gather() : this.#deliver();
      case R_DONE:
        return this.#atEnd && this.#readEnd();
      case R_DRAIN:
        return this.#drain();
      case R_DISCARD:
        return this.#discard();
      default:
        return false;
    }
  }

  #readHead(): boolean {
    const input = this.input;
    if (input.length === 0) return input.ended && !this.#endWaits && this.#readEnd();
    const reader = this.#reader ?? this.#takeReader();
    const { bytes, to: cameTo } = input;
    const signal = reader.read(bytes, input.at, cameTo);
    if (signal === READ_FAULT) {
      const at = faultAt(reader);
      this.#owner.refuse(reader.fault, reader.faultOffset, { bytes, at, to: cameTo });
      return true;
    }
    const { head } = reader;
    // A head that came in pieces stands in memory of its own.
    const to = head.bytes === bytes ? cameTo : head.to;
    input.advance(reader.at);
    if (reader.between) this.#giveReader(reader);
    if (signal === READ_HEAD) this.#owner.begin(head, to);
    else if (reader.midHead && this.#life.reading === R_IDLE) this.#owner.fire(EventIds.headStart);
    return true;
  }

  #takeContent(
    reader: RequestReader,
    bytes: Uint8Array,
    to: number,
    borrowed: boolean,
  ): Uint8Array | null {
    const { exchange } = this.#owner;
    const { contentFrom, contentTo } = reader;
    this.#contentBytes += contentTo - contentFrom;
    this.#owner.countContent(contentTo - contentFrom);
    // What nobody has begun to read is bounded otherwise; the handler may still raise the limit.
    const wanted = exchange?.body?.begun === true && this.#life.reading === R_BODY;
    const excess = this.#contentBytes - (exchange?.bodyBytesMax ?? 0);
    if (wanted && excess > 0) {
      // Found at the first byte too many, however the content was cut.
      const offset = reader.consumedBytes - excess;
      const at = Math.max(0, contentTo - excess);
      this.#owner.refuse(Fault.bodyTooLarge, offset, { bytes, at, to });
      return null;
    }
    const content = bytes.subarray(contentFrom, contentTo);
    // What is drained nobody keeps, and who copies keeps the copy.
    const kept = this.#life.reading === R_BODY && exchange?.body?.copying !== true;
    // Who keeps a chunk may look at all of its memory, and may transfer that to somebody else. So nothing
    // else stands in it: not the next request, of another user perhaps, nor what others read.
    const alone = !borrowed && content.length === bytes.length;
    return kept && !alone ? new Uint8Array(content) : content;
  }

  /** Content of a declared length is over with its last byte: that is told once the bytes are where they belong. */
  #finishDeclared(): void {
    const reader = this.#reader;
    if (reader?.declaredOver !== true) return;
    reader.read(this.input.bytes, this.input.at, this.input.at);
    this.#endContent(reader);
  }

  #endContent(reader: RequestReader): void {
    const { trailers } = reader;
    this.#giveReader(reader);
    this.#owner.exchange?.contentEnded(trailers);
    this.#owner.fire(EventIds.contentEnd);
  }

  /** Collects short content before the request is offered. */
  #gather(): boolean {
    if (this.#nothingToRead) return false;
    const chunk = this.#nextContent();
    if (chunk === null) return this.#life.reading !== R_BODY;
    if (chunk !== undefined) this.#owner.exchange?.body?.gather(chunk);
    this.#finishDeclared();
    return true;
  }

  /** Gives a handler that waits for content the next of it. */
  #deliver(): boolean {
    if (this.#nothingToRead) return false;
    const body = this.#owner.exchange?.body;
    if (body?.awaited !== true) {
      // Content of which nothing is left to come is cut off; nobody needs to ask for that.
      return this.#atEnd && this.#readEnd();
    }
    const chunk = this.#nextContent();
    if (chunk === null) return this.#life.reading !== R_BODY;
    body.deliver(chunk);
    this.#finishDeclared();
    return true;
  }

  #drain(): boolean {
    if (this.#nothingToRead) return false;
    const chunk = this.#nextContent();
    if (chunk === null) return this.#life.reading !== R_DRAIN;
    this.#finishDeclared();
    const drained = this.#contentBytes - this.#drainFrom;
    if (drained > this.#limits.drainBytesMax && this.#life.reading === R_DRAIN)
      this.#owner.fire(EventIds.drainLimit);
    return true;
  }

  /** Throws away what came, until the peer's FIN or until it has been enough. */
  #discard(): boolean {
    this.#discardedBytes += this.input.clear();
    const over =
      this.#life.writing === W_SHUT && this.#discardedBytes > this.#limits.lingerBytesMax;
    if (this.#endWaits) return false;
    if (this.input.ended) this.#owner.fire(EventIds.fin);
    else if (over) this.#owner.fire(EventIds.lingerOver);
    return false;
  }

  /** The peer's FIN, at the end of what it sent. */
  #readEnd(): boolean {
    const reader = this.#reader;
    if (reader === undefined) this.#owner.fire(EventIds.fin);
    else if (reader.midHead) this.#owner.truncated(Fault.headTruncated, reader.consumedBytes);
    else if (reader.midContent) this.#owner.truncated(Fault.bodyTruncated, reader.consumedBytes);
    else this.#owner.fire(EventIds.fin);
    return true;
  }

  #takeReader(): RequestReader {
    const reader = this.#readers.take(this.#consumedBytes);
    this.#reader = reader;
    return reader;
  }

  #giveReader(reader: RequestReader): void {
    this.#consumedBytes = reader.consumedBytes;
    this.#reader = undefined;
    this.#readers.give(reader);
  }

  /**
   * Where no response is under way, the connection is not closed before the peer has what was
   * written, FIN or not: it may read on, as fast as it can, and the clocks of writing watch it.
   */
  get #endWaits(): boolean {
    const { writing } = this.#life;
    const idle = writing === W_IDLE || writing === W_DONE || writing === W_SHUT;
    return idle && this.#owner.isLeaving();
  }

  get #atEnd(): boolean {
    return this.input.ended && this.input.length === 0;
  }

  get #nothingToRead(): boolean {
    return this.input.length === 0 && !this.input.ended;
  }
}

/** Where the reader's fault lies in the bytes it was given last; a head's may lie before them. */
function faultAt(reader: RequestReader): number {
  return Math.max(0, reader.at + reader.faultOffset - reader.consumedBytes);
}
