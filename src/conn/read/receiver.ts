// The reading side of a connection's driver. It asks the parser for the next thing in the bytes that
// came, but only for what the state of the connection can use. The machine decides what follows.

import { Fault, type FaultId } from '../../fsm/faults.js';
import type { Limits } from '../../fsm/limits.js';
import { EventIds } from '../../fsm/machine/machine.js';
import type { Head } from '../../fsm/parse/head.js';
import { READ_FAULT, READ_HEAD, type RequestReader } from '../../fsm/parse/request-reader.js';
import { ReadAhead } from '../bytes/read-ahead.js';
import { placeOfFault } from '../fault/fault-place.js';
import type { Lifecycle } from '../machine/lifecycle.js';
import { Reading, Writing } from '../machine/states.js';
import { TIGHT } from '../memory/ledger.js';
import { Look, tightReadAhead } from '../memory/look-ahead.js';
import { type Borrower, FULL_READ_BYTES, type Transport } from '../transport.js';
import type { RawTunnel } from '../tunnel/tunnel.js';
import {
  ContentReader,
  type ContentReaderOwner,
  type MessageInProgress,
} from './content-reader.js';
import type { Readers } from './readers.js';

const {
  idle: R_IDLE,
  head: R_HEAD,
  body: R_BODY,
  done: R_DONE,
  tunnel: R_TUNNEL,
  drain: R_DRAIN,
  discard: R_DISCARD,
} = Reading;
const { idle: W_IDLE, gathering: W_GATHERING, done: W_DONE, shut: W_SHUT } = Writing;

/** What the receiver asks of its connection. */
export interface ReceiverOwner extends Borrower, ContentReaderOwner {
  /** True while written bytes still wait for the peer. */
  isLeaving(): boolean;
  /** A head is complete: a request begins. The received bytes end at `to` of the head's memory. */
  begin(head: Head, to: number): void;
  /** The peer's FIN came within a message. */
  truncated(fault: FaultId, offset: number): void;
}

export class Receiver implements MessageInProgress {
  readonly input: ReadAhead = new ReadAhead();
  readonly #owner: ReceiverOwner;
  readonly #life: Lifecycle;
  readonly #limits: Limits;
  readonly #readers: Readers;
  /** Taken from `#readers` while a message is under way. After a fault it is kept for good. */
  reader: RequestReader | undefined = undefined;
  /** Bytes consumed since the connection began, up to when `reader` was taken. */
  #consumedBytes = 0;
  #advancing = false;
  #paused = false;
  /** The transport was told to lend its memory. */
  #lending = false;
  /** Made for the first content that comes. */
  #content: ContentReader | undefined = undefined;
  /** The tunnel that the connection has become. */
  tunnel: RawTunnel | undefined = undefined;
  /** Reading is paused until the connection sets this to false. */
  resting = false;
  /** Reading has stopped at the maximum of bytes read ahead. The peer's FIN may lie behind them. */
  full = false;
  /** How far was looked for that FIN: a value of `Look`. */
  look: number = Look.none;
  /** Maximum of bytes read ahead for it; 0 for no more than usual. */
  #aheadBytesMax = 0;
  #discardedBytes = 0;

  constructor(owner: ReceiverOwner, limits: Limits, readers: Readers) {
    this.#owner = owner;
    this.#life = owner.life;
    this.#limits = limits;
    this.#readers = readers;
  }

  /** The head that has begun or was at fault; undefined between messages. */
  get head(): Head | undefined {
    return this.reader?.head;
  }

  /** Bytes of a declared length that were not read yet. */
  get contentLeft(): number {
    return this.reader === undefined ? 0 : this.reader.contentLeft;
  }

  /** A message has begun, and was not read to its end. */
  get midMessage(): boolean {
    return this.reader?.between === false;
  }

  /** Content bytes of the request in progress that were read or dropped so far. */
  get contentBytes(): number {
    return this.#content === undefined ? 0 : this.#content.bytes;
  }

  /** Bytes that were consumed before the message in progress began. */
  get messageFrom(): number {
    return this.#consumedBytes;
  }

  get consumedBytes(): number {
    return this.reader === undefined ? this.#consumedBytes : this.reader.consumedBytes;
  }

  /** A handler awaits content that is here, and there is no memory for it. */
  get starved(): boolean {
    return (
      this.#content?.lacksRoom === true &&
      this.#life.reading === R_BODY &&
      this.#owner.exchange?.body?.awaited === true
    );
  }

  get heldBytes(): number {
    const carried = this.reader === undefined ? 0 : this.reader.carriedMemoryBytes;
    return this.input.length + carried;
  }

  /** Reads until the bytes are used up or the state has no use for more. */
  advance(): void {
    if (this.#advancing) return;
    this.#advancing = true;
    while (this.#step());
    this.#advancing = false;
  }

  /** Pauses the transport at the maximum of bytes read ahead, and resumes it when there is room. */
  throttle(transport: Transport, memoryLevel: number): void {
    this.borrow(transport);
    const { length } = this.input;
    this.full = length > 0 && this.#isFull(length, memoryLevel);
    const paused = this.full || this.resting || this.starved;
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused) transport.pause();
    else transport.resume();
  }

  #isFull(length: number, memoryLevel: number): boolean {
    const { readAheadBytesMax } = this.#limits;
    const { reading } = this.#life;
    const max =
      memoryLevel < TIGHT
        ? Math.max(readAheadBytesMax, this.#aheadBytesMax)
        : tightReadAhead(
            readAheadBytesMax,
            memoryLevel,
            reading === R_BODY || reading === R_TUNNEL,
          );
    // More bytes stand behind a full read. The next read would pass the maximum.
    const isBrimming = this.input.lastBytes >= FULL_READ_BYTES && length + FULL_READ_BYTES > max;
    return length >= max || isBrimming;
  }

  /** Reads ahead up to `bytesMax`, if that is more than usual. */
  lookAhead(bytesMax: number, look: number): void {
    this.#aheadBytesMax = bytesMax;
    this.look = look;
  }

  /**
   * Tells the transport whether it may lend its memory. A handler that reads chunk by chunk keeps the
   * chunks, so their memory is not lent. The reader of a tunnel keeps them, too.
   */
  borrow(transport: Transport): void {
    const { exchange } = this.#owner;
    this.giveBack();
    const { reading } = this.#life;
    const lending =
      (reading !== R_BODY && reading !== R_TUNNEL) ||
      this.#life.writing === W_GATHERING ||
      exchange?.body?.copying === true;
    if (lending === this.#lending) return;
    this.#lending = lending;
    transport.lendTo(lending ? this.#owner : undefined);
  }

  /** What the transport has lent is another's from now on: copies what of it is still at hand. */
  giveBack(): void {
    this.input.keep();
    this.#owner.exchange?.body?.keep();
  }

  /** A new request begins: its content is counted from 0. */
  startContent(): void {
    if (this.reader !== undefined) this.content.begin(this.reader.consumedBytes);
    else this.#content?.begin(this.#consumedBytes);
    this.lookAhead(0, Look.none);
  }

  /** The content of the request in progress, which has some. */
  get content(): ContentReader {
    this.#content ??= new ContentReader(this.#owner, this, this.#limits.drainBytesMax);
    return this.#content;
  }

  /** Takes one step. False if nothing more can be done now. */
  #step(): boolean {
    const { reading } = this.#life;
    return reading === R_IDLE || reading === R_HEAD
      ? this.#readHead()
      : this.#stepBehindHead(reading);
  }

  #stepBehindHead(reading: number): boolean {
    switch (reading) {
      case R_BODY:
        return this.#life.writing === W_GATHERING ? this.content.gather() : this.content.deliver();
      case R_DONE:
        return this.#atEnd && this.readEnd();
      case R_TUNNEL:
        return this.#passOn(this.tunnel as RawTunnel);
      case R_DRAIN:
        return this.content.drain();
      case R_DISCARD:
        return this.#discard();
      default:
        return false;
    }
  }

  #readHead(): boolean {
    const input = this.input;
    if (input.length === 0) return input.ended && !this.endWaits && this.readEnd();
    const reader = this.reader ?? this.takeReader();
    const { bytes, to: cameTo } = input;
    const signal = reader.read(bytes, input.at, cameTo);
    if (signal === READ_FAULT) {
      this.#refuseHead(reader);
      return true;
    }
    const { head } = reader;
    // A head that came in pieces was copied into the reader's memory.
    const to = head.bytes === bytes ? cameTo : head.to;
    input.advance(reader.at);
    if (reader.between) this.giveReader(reader);
    if (signal === READ_HEAD) this.#owner.begin(head, to);
    else if (reader.midHead && this.#life.reading === R_IDLE) this.#owner.fire(EventIds.headStart);
    return true;
  }

  #refuseHead(reader: RequestReader): void {
    const { bytes, at, to } = this.input;
    this.#owner.refuse(reader.fault, reader.faultOffset, placeOfFault(reader, bytes, at, to));
  }

  /** Gives the next bytes to the reader of the tunnel, if it waits, and the peer's FIN behind the last of them. */
  #passOn(tunnel: RawTunnel): boolean {
    if (this.input.length > 0) {
      if (tunnel.passOn()) return true;
      if (!this.input.ended || this.#life.writing !== W_SHUT) return false;
      tunnel.keepRest();
    }
    if (!this.input.ended) return false;
    tunnel.endRead();
    this.#owner.fire(EventIds.fin);
    tunnel.tellEnd();
    return true;
  }

  /** Drops all bytes, until the peer's FIN or beyond `lingerBytesMax`. */
  #discard(): boolean {
    this.#discardedBytes += this.input.clear();
    const over =
      this.#life.writing === W_SHUT && this.#discardedBytes > this.#limits.lingerBytesMax;
    if (this.endWaits) return false;
    if (this.input.ended) this.#owner.fire(EventIds.fin);
    else if (over) this.#owner.fire(EventIds.lingerOver);
    return false;
  }

  /** The peer's FIN, read after its last byte. */
  readEnd(): boolean {
    const { consumedBytes } = this;
    if (this.reader?.midHead === true) this.#owner.truncated(Fault.headTruncated, consumedBytes);
    else if (this.reader?.midContent === true)
      this.#owner.truncated(Fault.bodyTruncated, consumedBytes);
    else this.#owner.fire(EventIds.fin);
    return true;
  }

  takeReader(): RequestReader {
    const reader = this.#readers.take(this.#consumedBytes);
    this.reader = reader;
    return reader;
  }

  giveReader(reader: RequestReader): void {
    this.#consumedBytes = reader.consumedBytes;
    this.reader = undefined;
    this.#readers.give(reader);
  }

  /**
   * The peer's FIN is not acted on yet: no response is under way, and written bytes still wait for the
   * peer. The peer may read on at its pace. The writing clocks watch it.
   */
  get endWaits(): boolean {
    const { writing } = this.#life;
    const idle = writing === W_IDLE || writing === W_DONE || writing === W_SHUT;
    return idle && this.#owner.isLeaving();
  }

  get #atEnd(): boolean {
    return this.input.ended && this.input.length === 0;
  }
}
