// A connection that is a tunnel: its bytes are passed on as they are, both ways. When each way ends, the
// machine says. What the tunnel is for, its sink knows: web streams, or a socket of Node's.

import { type EventId, EventIds } from '../../fsm/machine/machine.js';
import type { TunnelPort, TunnelSink } from '../../http/tunnel/tunnel-port.js';
import type { Output } from '../bytes/output.js';
import type { ReadAhead } from '../bytes/read-ahead.js';
import type { Pumped } from '../bytes/response-pump.js';
import type { TurnShare } from '../bytes/turn-share.js';
import type { WakeUp } from '../clock/wake-up.js';
import { type AbortReason, RequestAborted } from '../handler/abort.js';
import type { Lifecycle } from '../machine/lifecycle.js';
import { Reading, Writing } from '../machine/states.js';

/** The connection, as its tunnel sees it. */
export interface TunnelConnection {
  readonly life: Lifecycle;
  readonly ending: { cut(reason: AbortReason): void };
  fire(event: EventId): void;
}

/** The sides of the connection, and who makes a tunnel of them. */
export interface TunnelSides {
  /** The request that is upgraded. */
  readonly request: object;
  readonly wakeUp: WakeUp;
  readonly input: ReadAhead;
  readonly output: Output;
  /** Of a turn of the event loop. Where it is used up, {@link RawTunnel.run} is called in the next one. */
  readonly share: TurnShare;
  /** Is told what is written first, where that is the head that opens the tunnel. */
  readonly begins: ((piece: Uint8Array | string) => void) | undefined;
}

/** For a tunnel that its owner has left. */
const NOBODY: TunnelSink = {
  onRead: () => undefined,
  onFlushed: () => undefined,
  onClose: () => undefined,
};

export class RawTunnel implements TunnelPort, Pumped {
  /** A reader waits for bytes. */
  awaited = false;
  /** Why the connection was cut, for the sink. */
  error: unknown = undefined;
  readonly request: object;
  readonly #connection: TunnelConnection;
  readonly #life: Lifecycle;
  readonly #wakeUp: WakeUp;
  readonly #input: ReadAhead;
  readonly #output: Output;
  readonly #share: TurnShare;
  #begins: TunnelSides['begins'];
  #sink: TunnelSink;
  /** The peer's FIN was read. */
  #hasEnded: boolean;
  /** The sink waits until all has left. */
  #flushAwaited = false;
  /** Both sides have ended in order. */
  #isInOrder = false;
  #isClosed = false;
  /** Bytes that nobody had read when the connection was over. */
  #left: Uint8Array[] | undefined = undefined;

  constructor(connection: TunnelConnection, sides: TunnelSides, sink: TunnelSink) {
    this.#connection = connection;
    this.#life = connection.life;
    this.request = sides.request;
    this.#wakeUp = sides.wakeUp;
    this.#input = sides.input;
    this.#output = sides.output;
    this.#share = sides.share;
    this.#begins = sides.begins;
    this.#sink = sink;
    this.#hasEnded = this.#life.reading === Reading.closed;
  }

  // What its owner calls.

  get unflushedBytes(): number {
    return this.#isClosed ? 0 : this.#output.backlogBytes;
  }

  get closed(): boolean {
    return this.#isClosed;
  }

  read(): Uint8Array | undefined | null {
    const left = this.#left?.shift();
    if (left !== undefined) return left;
    if (this.#hasEnded) return undefined;
    if (this.#life.reading !== Reading.tunnel) return null;
    if (this.#input.length === 0) {
      this.awaited = true;
      return null;
    }
    this.#wakeUp.enterNow();
    try {
      const bytes = takeNext(this.#input);
      this.#wakeUp.leave();
      return bytes;
    } catch (error) {
      this.#wakeUp.fail(error);
      return null;
    }
  }

  write(bytes: Uint8Array | string): boolean {
    return this.writeAll([bytes]);
  }

  writeAll(pieces: readonly (Uint8Array | string)[]): boolean {
    if (this.#life.writing !== Writing.tunnel) return true;
    this.#wakeUp.enterNow();
    try {
      for (const piece of pieces) {
        this.#share.count(piece.length);
        if (this.#begins !== undefined && piece.length > 0) {
          this.#begins(piece);
          this.#begins = undefined;
        }
        if (typeof piece === 'string') this.#output.text(piece);
        else this.#output.bytes(piece);
      }
      this.#wakeUp.leave();
    } catch (error) {
      this.#wakeUp.fail(error);
      return true;
    }
    if (this.#isClosed) return true;
    this.#flushAwaited = this.#share.yields() || this.#output.backlogBytes > 0;
    return !this.#flushAwaited;
  }

  end(): void {
    if (this.#life.writing !== Writing.tunnel) return;
    this.#wakeUp.run(() => {
      this.#flushAwaited = true;
      this.#connection.fire(EventIds.tunnelEnd);
    });
  }

  leave(): void {
    this.#sink = NOBODY;
    this.#left = undefined;
    this.awaited = false;
    const { reading, writing } = this.#life;
    if (reading !== Reading.tunnel && writing !== Writing.tunnel) return;
    this.#wakeUp.run(() => this.#connection.fire(EventIds.tunnelLeft));
  }

  destroy(error?: unknown): void {
    if (this.#isClosed || this.#sink === NOBODY) return;
    this.error = error;
    this.#connection.ending.cut('closed');
  }

  // What the receiver calls.

  /** Gives the next bytes to a reader that waits. False if none does. */
  passOn(): boolean {
    if (!this.awaited) return false;
    this.awaited = false;
    this.#sink.onRead(takeNext(this.#input));
    return true;
  }

  /** The connection has no use for bytes that nobody has read: they are kept for the reader. */
  keepRest(): void {
    if (this.#sink === NOBODY) return;
    this.#left ??= [];
    while (this.#input.length > 0) this.#left.push(takeNext(this.#input));
  }

  /** The peer's FIN was read. */
  endRead(): void {
    this.#hasEnded = true;
  }

  /** Tells a reader that waits of the peer's FIN. */
  tellEnd(): void {
    if (!this.awaited) return;
    this.awaited = false;
    this.#sink.onRead(undefined);
  }

  // What the connection calls, and its responder.

  get waitsForPeer(): boolean {
    return this.#flushAwaited && this.#output.backlogBytes === 0;
  }

  /** A tunnel has no content, only bytes. */
  get givenBytes(): number {
    return 0;
  }

  /** Tells the sink that all has left. */
  run(): void {
    if (!this.waitsForPeer) return;
    this.#flushAwaited = false;
    this.#sink.onFlushed();
  }

  /** Nothing of a tunnel waits for its head. */
  begin(): void {}

  /** Both sides have ended in order. The connection is about to close. */
  finish(): void {
    this.#isInOrder = true;
  }

  close(reason: AbortReason): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#isInOrder) {
      this.tellEnd();
      this.#sink.onClose(undefined);
      return;
    }
    this.awaited = false;
    this.#left = undefined;
    this.error ??= new RequestAborted(reason);
    this.#sink.onClose(this.error);
  }
}

/** The next piece of what has come. Its reader can look at all of its memory, so that stands alone. */
function takeNext(input: ReadAhead): Uint8Array {
  const { bytes, at, to, borrowed } = input;
  const isAlone = !borrowed && to - at === bytes.buffer.byteLength;
  const piece = isAlone ? bytes : new Uint8Array(bytes.subarray(at, to));
  input.advance(to);
  return piece;
}
