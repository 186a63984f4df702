// A receiver with a connection that notes what it is told: the machine is the real one, all else is small.

import type { Exchange } from '../../src/conn/exchange.js';
import type { FaultPlace } from '../../src/conn/fault/fault-report.js';
import { Lifecycle } from '../../src/conn/machine/lifecycle.js';
import { Readers } from '../../src/conn/read/readers.js';
import { Receiver, type ReceiverOwner } from '../../src/conn/read/receiver.js';
import type { Borrower } from '../../src/conn/transport.js';
import type { FaultId } from '../../src/fsm/faults.js';
import { DEFAULT_LIMITS, type Limits } from '../../src/fsm/limits.js';
import { EVENTS } from '../../src/fsm/machine/events.js';
import { ActionIds, type EventId, EventIds } from '../../src/fsm/machine/machine.js';
import { FRAMING_NONE, type Head } from '../../src/fsm/parse/head.js';
import { RecordingTransport } from './recording-transport.js';

export const KIB = 1024;
export const LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  readAheadBytesMax: 200 * KIB,
  drainBytesMax: 10,
  lingerBytesMax: 10,
};

/** A head that declares so much content. */
export const post = (length: number): string =>
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;
export const CHUNKED: string = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';

/** Content that takes what it is given. */
class Body {
  awaited = false;
  begun = false;
  copying = false;
  readonly gathered: Uint8Array[] = [];
  readonly delivered: Uint8Array[] = [];
  /** How often what was lent was given back. */
  kept = 0;

  gather(memory: Uint8Array, from: number, to: number): void {
    this.gathered.push(memory.subarray(from, to));
  }

  keep(): void {
    this.kept++;
  }

  deliver(chunk: Uint8Array): void {
    this.delivered.push(chunk);
    this.awaited = false;
  }
}

class Line extends RecordingTransport {
  readonly calls: unknown[] = [];

  override pause(): void {
    this.calls.push('pause');
  }

  override resume(): void {
    this.calls.push('resume');
  }

  override lendTo(...[borrower]: readonly (Borrower | undefined)[]): void {
    this.calls.push(borrower === undefined ? 'keeps' : 'lends');
  }
}

export class ReceiverScene implements ReceiverOwner {
  readonly life = new Lifecycle(1, undefined);
  readonly line = new Line();
  readonly body = new Body();
  exchange: Exchange | undefined = undefined;
  bodyBytesMax = 1000;
  leaving = false;
  room = Number.POSITIVE_INFINITY;
  /** The handler runs at once: content is given to it as it asks. */
  streams = false;
  readonly fired: string[] = [];
  readonly begun: [Head, number][] = [];
  readonly faults: [FaultId, number][] = [];
  readonly places: FaultPlace[] = [];
  readonly truncations: [FaultId, number][] = [];
  readonly counted: number[] = [];
  readonly trailers: (readonly string[])[] = [];
  readonly receiver = new Receiver(this, LIMITS, new Readers(LIMITS));

  isLeaving(): boolean {
    return this.leaving;
  }

  fire(event: EventId): void {
    this.fired.push(EVENTS[event] as string);
    if (this.life.move(event) === ActionIds.drain) this.receiver.content.startDrain();
  }

  begin(head: Head, to: number): void {
    this.receiver.startContent();
    this.begun.push([head, to]);
    const scene = this;
    this.exchange = {
      body: this.body,
      get bodyBytesMax() {
        return scene.bodyBytesMax;
      },
      contentEnded: (trailers: readonly string[]) => this.trailers.push(trailers),
    } as unknown as Exchange;
    if (head.framing === FRAMING_NONE) this.fire(EventIds.requestBare);
    else if (this.streams) {
      this.fire(EventIds.requestStreamed);
      this.fire(EventIds.admitted);
    } else this.fire(EventIds.requestGathered);
  }

  refuse(fault: FaultId, offset: number, place: FaultPlace): void {
    this.faults.push([fault, offset]);
    this.places.push(place);
    this.fire(EventIds.fault);
  }

  truncated(fault: FaultId, offset: number): void {
    this.truncations.push([fault, offset]);
    this.fire(EventIds.finEarly);
  }

  countContent(bytes: number): void {
    this.counted.push(bytes);
  }

  contentRoom(bytes: number): number {
    return Math.min(bytes, this.room);
  }

  onLent(): void {}

  /** Bytes came. */
  come(text: string | Uint8Array): this {
    this.receiver.input.push(typeof text === 'string' ? bytes(text) : text);
    this.receiver.advance();
    return this;
  }

  /** The peer's FIN came. */
  end(): this {
    this.receiver.input.ended = true;
    this.receiver.advance();
    return this;
  }

  /** What the transport was asked, since this was asked last. */
  throttle(level = 0): unknown[] {
    this.receiver.throttle(this.line, level);
    return this.line.calls.splice(0).filter((call) => call === 'pause' || call === 'resume');
  }

  lend(): unknown[] {
    this.receiver.borrow(this.line);
    return this.line.calls.splice(0);
  }

  /** The response of the request in progress has left. */
  answer(): this {
    this.fire(EventIds.replyWhole);
    this.fire(EventIds.flushed);
    this.receiver.advance();
    return this;
  }
}

/** A scene in which the handler runs and content is streamed. */
export function streaming(head: string): ReceiverScene {
  const scene = new ReceiverScene();
  scene.streams = true;
  return scene.come(head);
}

/** Alone in its memory. */
export function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

export const textOf = (chunks: readonly (Uint8Array | undefined | null)[]): unknown[] =>
  chunks.map((chunk) => (chunk ? Buffer.from(chunk).toString('latin1') : chunk));
