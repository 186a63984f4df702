// The tunnel that a handler gets: web streams over the raw port, by the names of the draft Fetch Server
// API (WinterTC). The ways end one by one. An abort or a cancellation ends both at once.

import { droppable } from '../../options/thenable.js';
import { showAs } from '../inspect.js';
import { withDroppableWrites } from '../request/droppable-stream.js';
import type { IncomingBody } from '../request/incoming.js';
import { IncomingStream } from '../request/incoming-stream.js';
import { Settlement } from './settlement.js';
import { tunnelBytes } from './tunnel-chunk.js';
import type { TunnelPort, TunnelSink } from './tunnel-port.js';

/**
 * A connection after an upgrade: bytes both ways. It fits everywhere where the platform takes a pair of
 * `readable` and `writable`.
 *
 * @example
 * const tunnel = await context.upgrade({ protocol: 'echo' });
 * await tunnel.readable.pipeTo(tunnel.writable); // ends with the client
 */
export class Tunnel {
  /**
   * The bytes of the client, as they come. It is closed at the client's FIN, and errors if the connection
   * breaks. To cancel it ends the tunnel as `destroy` does.
   */
  readonly readable: ReadableStream<Uint8Array>;
  /**
   * Takes bytes and strings, which are sent as UTF-8. A `write` settles when the operating system has taken
   * its bytes. Until then, they must not change. To close it sends FIN; reading goes on. To abort it ends the
   * tunnel as `destroy` does.
   */
  readonly writable: WritableStream<Uint8Array | string>;
  readonly #ends: TunnelEnds;

  /** @internal */
  constructor(open: (sink: TunnelSink) => TunnelPort) {
    const ends = new TunnelEnds(open);
    this.#ends = ends;
    this.readable = ends.incoming.stream;
    this.writable = ends.writable;
  }

  /**
   * Settles when the connection is over: resolves if both sides have sent FIN, and all that was written has
   * left; else rejects with the reason. What came before may still be read then. The promise may be dropped.
   */
  get closed(): Promise<undefined> {
    return this.#ends.closed.promise;
  }

  /** Sends what was written, then FIN, as `writable.close()` does, even if `writable` is locked. Reading goes on. */
  close(): void {
    this.#ends.close();
  }

  /**
   * Ends the tunnel at once, with a reset. Both streams error. Without effect if the tunnel is over.
   *
   * @param error what streams and `closed` are given; default: a {@link RequestAborted} with the reason
   * `closed`
   */
  destroy(error?: unknown): void {
    this.#ends.destroy(error);
  }

  /** Closes, and waits for the end: for `await using tunnel = await context.upgrade()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ends.isOver) return;
    this.close();
    await this.closed;
  }
}

showAs(Tunnel.prototype, 'Tunnel', ({ readable, writable }) => ({ readable, writable }));

/** Both ends of the streams, in one: what the platform asks, and what the connection tells. */
class TunnelEnds implements TunnelSink, IncomingBody {
  readonly complete = undefined;
  readonly incoming: IncomingStream;
  readonly writable: WritableStream<Uint8Array | string>;
  readonly closed: Settlement<undefined> = new Settlement();
  isOver = false;
  readonly #port: TunnelPort;
  #controller: WritableStreamDefaultController | undefined = undefined;
  #error: unknown = undefined;
  /** The reader that waits. */
  #reading: Settlement<Uint8Array | undefined> | undefined = undefined;
  /** The write that waits, or the close. */
  #flushing: Settlement<void> | undefined = undefined;
  /** Chunks that `writable` was given, and has not given on. */
  #queuedChunks = 0;
  /** Nothing follows the chunks that are queued. */
  #isClosing = false;

  constructor(open: (sink: TunnelSink) => TunnelPort) {
    this.incoming = new IncomingStream(this);
    this.writable = withDroppableWrites(
      new WritableStream<Uint8Array | string>(
        {
          start: (controller) => {
            this.#controller = controller;
            // `abort` of a sink would wait for the write that is under way.
            // Boundary: some types of the platform lack it.
            const { signal } = controller as unknown as { readonly signal: AbortSignal };
            signal.addEventListener('abort', () => {
              // The stream errors by itself, and Node can't bear to have it errored from here.
              this.#controller = undefined;
              this.destroy(signal.reason);
            });
          },
          write: (chunk) => this.#write(chunk),
          close: () => this.#end(),
        },
        {
          highWaterMark: 1,
          // Called once for each chunk, when it is given.
          size: () => {
            this.#queuedChunks++;
            return 1;
          },
        },
      ),
    );
    this.#port = open(this);
  }

  close(): void {
    if (this.isOver || this.#isClosing) return;
    if (!this.writable.locked) {
      droppable(this.writable.close());
      return;
    }
    this.#isClosing = true;
    if (this.#queuedChunks === 0 && this.#flushing === undefined) this.#endLocked();
  }

  destroy(error: unknown): void {
    if (!this.isOver) this.#port.destroy(error);
  }

  // What `readable` asks.

  readNow(): Uint8Array | undefined | null {
    return this.#port.read();
  }

  read(): Promise<Uint8Array | undefined> {
    // `readNow` was asked before, and gave null.
    this.#reading = new Settlement();
    if (this.isOver) this.#reading.reject(this.#error);
    return this.#reading.promise;
  }

  cancel(reason: unknown): void {
    this.destroy(reason);
  }

  // What `writable` asks.

  #write(chunk: unknown): Promise<void> | undefined {
    this.#queuedChunks--;
    let bytes: Uint8Array;
    try {
      bytes = tunnelBytes(chunk);
    } catch (error) {
      this.destroy(error);
      throw error;
    }
    if (this.#port.write(bytes)) {
      this.#endIfLast();
      return undefined;
    }
    return this.#untilFlushed();
  }

  /** All chunks were given on. */
  #end(): Promise<void> | undefined {
    if (this.isOver) return undefined;
    this.#isClosing = true;
    const left = this.#untilFlushed();
    this.#port.end();
    return left;
  }

  #untilFlushed(): Promise<void> {
    this.#flushing ??= new Settlement();
    return this.#flushing.promise;
  }

  #endIfLast(): void {
    if (this.#isClosing && this.#queuedChunks === 0) this.#endLocked();
  }

  /** Ends a way whose stream another one has locked: that one finds it closed. */
  #endLocked(): void {
    if (this.isOver) return;
    this.#controller?.error(new TypeError('the tunnel was closed by close()'));
    this.#port.end();
  }

  // What the connection tells.

  onRead(bytes: Uint8Array | undefined): void {
    const reading = this.#reading;
    this.#reading = undefined;
    reading?.resolve(bytes);
  }

  onFlushed(): void {
    const flushing = this.#flushing;
    this.#flushing = undefined;
    flushing?.resolve();
    this.#endIfLast();
  }

  onClose(error: unknown): void {
    this.isOver = true;
    if (error === undefined) {
      this.onFlushed();
      this.closed.resolve(undefined);
      return;
    }
    this.#error = error;
    this.#reading?.reject(error);
    this.#reading = undefined;
    this.incoming.fail(error);
    this.#flushing?.reject(error);
    this.#flushing = undefined;
    this.#controller?.error(error);
    this.closed.reject(error);
  }
}
