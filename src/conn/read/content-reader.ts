// The content of the message in progress, from the parser to whoever takes it: it is gathered, delivered,
// pulled or drained. The state says which. Most connections never have content, and never make one of these.

import { bug } from '../../fsm/bug.js';
import { Fault, type FaultId } from '../../fsm/faults.js';
import { type EventId, EventIds } from '../../fsm/machine/machine.js';
import {
  READ_CONTENT,
  READ_END,
  READ_FAULT,
  READ_MORE,
  type RequestReader,
} from '../../fsm/parse/request-reader.js';
import type { ReadAhead } from '../bytes/read-ahead.js';
import type { Exchange } from '../exchange.js';
import { placeOfFault } from '../fault/fault-place.js';
import type { FaultPlace } from '../fault/fault-report.js';
import type { Lifecycle } from '../machine/lifecycle.js';
import { Reading, Writing } from '../machine/states.js';

const { body: R_BODY, drain: R_DRAIN } = Reading;
const { gathering: W_GATHERING } = Writing;

/** In the place of a chunk that nobody is given. */
const NOBODYS = new Uint8Array(0);

/** What reading content asks of its connection. */
export interface ContentReaderOwner {
  readonly life: Lifecycle;
  readonly exchange: Exchange | undefined;
  fire(event: EventId): void;
  /** The peer broke a rule. `offset` counts from the first byte of the connection. */
  refuse(fault: FaultId, offset: number, place: FaultPlace): void;
  /** Content came. */
  countContent(bytes: number): void;
  /** The number of bytes, up to `bytes`, for which there is memory. */
  contentRoom(bytes: number): number;
}

/** The message that the content belongs to. */
export interface MessageInProgress {
  readonly input: ReadAhead;
  /** The peer's FIN is not acted on yet. */
  readonly endWaits: boolean;
  /** Its parser; undefined once it is complete. */
  readonly reader: RequestReader | undefined;
  takeReader(): RequestReader;
  /** It is complete. */
  giveReader(reader: RequestReader): void;
  /** Acts on the peer's FIN, behind the last byte. */
  readEnd(): boolean;
}

export class ContentReader {
  readonly #owner: ContentReaderOwner;
  readonly #life: Lifecycle;
  readonly #message: MessageInProgress;
  readonly #input: ReadAhead;
  readonly #drainBytesMax: number;
  /** Content bytes of the request in progress that were read or dropped so far. */
  bytes = 0;
  /** At the last read, content was here and there was no memory for it. */
  lacksRoom = false;
  /** Offset of the content, from the first byte of the connection. */
  #from = 0;
  /** The value of `bytes` when the drain began. */
  #drainFrom = 0;

  constructor(owner: ContentReaderOwner, message: MessageInProgress, drainBytesMax: number) {
    this.#owner = owner;
    this.#life = owner.life;
    this.#message = message;
    this.#input = message.input;
    this.#drainBytesMax = drainBytesMax;
  }

  /** A new request begins. Its content, if it has any, begins at `from`. */
  begin(from: number): void {
    this.#from = from;
    this.bytes = 0;
    this.lacksRoom = false;
  }

  /**
   * The next chunk for a handler that asks: undefined at the end of the content, null if the chunk must
   * be awaited or the content has failed.
   */
  pull(): Uint8Array | undefined | null {
    const chunk = this.#next();
    this.#finishDeclared();
    return chunk;
  }

  /** Collects short content before the request is offered. True if there may be more to do. */
  gather(): boolean {
    if (this.#nothingToRead) return false;
    const chunk = this.#next();
    if (chunk === null) return this.#life.reading !== R_BODY;
    this.#finishDeclared();
    return true;
  }

  /** Gives the next chunk to a handler that awaits it. */
  deliver(): boolean {
    if (this.#nothingToRead) return false;
    const body = this.#owner.exchange?.body;
    if (body?.awaited !== true) {
      // All bytes were used up, and the FIN was read: the content is truncated.
      return this.#input.length === 0 && this.#message.readEnd();
    }
    const chunk = this.#next();
    if (chunk === null) return this.#life.reading !== R_BODY;
    if (chunk !== undefined) body.deliver(chunk);
    this.#finishDeclared();
    return true;
  }

  /** No handler wants the rest of the content. The drained bytes are counted from here. */
  startDrain(): void {
    this.#drainFrom = this.bytes;
  }

  /** Drops the next chunk. */
  drain(): boolean {
    if (this.#nothingToRead) return false;
    const chunk = this.#next();
    if (chunk === null) return this.#life.reading !== R_DRAIN;
    this.#finishDeclared();
    const drained = this.bytes - this.#drainFrom;
    if (drained > this.#drainBytesMax && this.#life.reading === R_DRAIN)
      this.#owner.fire(EventIds.drainLimit);
    return true;
  }

  /**
   * The next chunk; undefined at the end, null if none is here or the content has failed. Content that is gathered or
   * drained is not given: the chunk is empty.
   */
  #next(): Uint8Array | undefined | null {
    const input = this.#input;
    const reader = this.#message.reader ?? this.#message.takeReader();
    for (;;) {
      const { bytes, at, to, borrowed } = input;
      const room = this.#owner.contentRoom(to - at);
      this.lacksRoom = room === 0 && at < to;
      if (this.lacksRoom) return null;
      const signal = reader.read(bytes, at, at + room);
      if (signal === READ_FAULT) {
        const place = placeOfFault(reader, bytes, this.#begin(reader), to);
        this.#owner.refuse(reader.fault, reader.faultOffset, place);
        return null;
      }
      input.advance(reader.at);
      if (signal === READ_CONTENT) return this.#take(reader, bytes, to, borrowed);
      if (signal === READ_END) {
        this.#end(reader);
        return undefined;
      }
      if (signal !== READ_MORE) bug(`signal ${signal} within content`);
      if (input.length === 0) {
        if (input.ended && !this.#message.endWaits) this.#message.readEnd();
        return null;
      }
    }
  }

  #take(
    reader: RequestReader,
    bytes: Uint8Array,
    to: number,
    borrowed: boolean,
  ): Uint8Array | null {
    const { exchange } = this.#owner;
    const { contentFrom, contentTo } = reader;
    this.bytes += contentTo - contentFrom;
    // Of content that is over, nothing is awaited.
    if (!reader.declaredOver) this.#owner.countContent(contentTo - contentFrom);
    // Before the first read, the handler may still raise the limit. Other bounds hold until then.
    const wanted = exchange?.body?.begun === true && this.#life.reading === R_BODY;
    const excess = this.bytes - (exchange?.bodyBytesMax ?? 0);
    if (wanted && excess > 0) {
      // The offset is that of the first byte too many, however the content was cut.
      const offset = reader.consumedBytes - excess;
      const at = Math.max(0, contentTo - excess);
      const from = this.#begin(reader);
      this.#owner.refuse(Fault.bodyTooLarge, offset, { bytes, from, at, to });
      return null;
    }
    const { reading, writing } = this.#life;
    if (reading !== R_BODY) return NOBODYS;
    if (writing === W_GATHERING) {
      exchange?.body?.gather(bytes, contentFrom, contentTo);
      return NOBODYS;
    }
    const content = bytes.subarray(contentFrom, contentTo);
    // A reader that copies keeps its copy, not this chunk.
    if (exchange?.body?.copying === true) return content;
    // A handler can look at all the memory of its chunk, and can transfer that memory. So the chunk stands
    // alone in its memory: no next request of another user, and no bytes of other readers.
    const alone = !borrowed && content.length === bytes.buffer.byteLength;
    return alone ? content : new Uint8Array(content);
  }

  /** Where the content begins in the bytes at hand, or 0 where it began before them. */
  #begin({ at, consumedBytes }: RequestReader): number {
    return Math.max(0, this.#from - (consumedBytes - at));
  }

  /** Content of a declared length ends with its last byte. The end is told after that byte was handed over. */
  #finishDeclared(): void {
    const { reader } = this.#message;
    if (reader?.declaredOver !== true) return;
    reader.read(this.#input.bytes, this.#input.at, this.#input.at);
    this.#end(reader);
  }

  #end(reader: RequestReader): void {
    const { trailers } = reader;
    this.#message.giveReader(reader);
    this.#owner.exchange?.contentEnded(trailers);
    this.#owner.fire(EventIds.contentEnd);
  }

  get #nothingToRead(): boolean {
    return this.#input.length === 0 && !this.#input.ended;
  }
}
