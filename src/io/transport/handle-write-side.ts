// Writes to a bare handle, and ends it. The table decides what happens; this does the I/O that it orders,
// and counts the bytes that libuv keeps.

import { monotonicNow } from '../clock.js';
import { systemErrorName } from '../system-error.js';
import { type HandleGroup, type HandleSideOwner, newShutdown } from './handle-group.js';
import { INITIAL, orderOf, SideMachine, stateAfter } from './side-machine.js';
import type { StreamHandle, WriteRequest } from './stream-api.js';
import { writeSide } from './write-table.js';

const MACHINE = new SideMachine(writeSide());
const { closed: CLOSED } = MACHINE.state;
const {
  write: WRITE,
  retained: RETAINED,
  drained: DRAINED,
  end: END,
  shutDownOver: SHUT_DOWN_OVER,
  fail: FAIL,
  close: CLOSE,
  reset: RESET,
} = MACHINE.event;
const {
  send: SEND,
  shutDown: SHUT_DOWN,
  tellFlushed: TELL_FLUSHED,
  shutDownFlushed: SHUT_DOWN_FLUSHED,
  close: CLOSE_HANDLE,
  reset: RESET_HANDLE,
} = MACHINE.order;

export class HandleWriteSide {
  readonly #handle: StreamHandle;
  readonly #group: HandleGroup;
  readonly #owner: HandleSideOwner;
  #state: number;
  /** Bytes of the writes that libuv took over and has not finished. */
  #retainedBytes: number;

  constructor(handle: StreamHandle, group: HandleGroup, owner: HandleSideOwner) {
    this.#handle = handle;
    this.#group = group;
    this.#owner = owner;
    this.#state = INITIAL;
    this.#retainedBytes = 0;
  }

  /** Exact to the byte: a peer who takes a big write slowly is seen to take it. */
  get unflushedBytes(): number {
    return this.retainedBytes === 0 ? 0 : this.#handle.writeQueueSize;
  }

  get retainedBytes(): number {
    return this.#state === CLOSED ? 0 : this.#retainedBytes;
  }

  write(bytes: Uint8Array | string): void {
    if (bytes.length === 0 || this.#fire(WRITE) !== SEND) return;
    const { spareWrite } = this.#group;
    const status =
      typeof bytes === 'string'
        ? this.#handle.writeLatin1String(spareWrite, bytes)
        : this.#handle.writeBuffer(spareWrite, bytes);
    this.#written(status, bytes, bytes.length);
  }

  writeAll(pieces: readonly (Uint8Array | string)[]): void {
    if (this.#fire(WRITE) !== SEND) return;
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (const piece of pieces) {
      length += piece.length;
      if (piece.length === 0) continue;
      // A string costs Node an allocation of its own for each call. This one comes out of its pool.
      chunks.push(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
    }
    if (length === 0) return;
    const status = this.#handle.writev(this.#group.spareWrite, chunks, true);
    this.#written(status, chunks, length);
  }

  end(): void {
    this.#fire(END);
  }

  /** A call failed at once. Until the sink hears of it, nothing more is written. */
  fail(): void {
    this.#fire(FAIL);
  }

  /** @returns false where it was closed already */
  close(): boolean {
    return this.#fire(CLOSE) === CLOSE_HANDLE;
  }

  reset(): void {
    this.#fire(RESET);
  }

  /** libuv has finished one of the writes that it took over. */
  wrote(bytesCount: number, status: number): void {
    if (bytesCount === 0) return;
    this.#retainedBytes -= bytesCount;
    if (status !== 0) this.#owner.broke(status, 'write');
    else if (this.#retainedBytes === 0) this.#fire(DRAINED);
  }

  /** Our FIN is on its way, or can't be sent any more. */
  wasShutDown(): void {
    this.#fire(SHUT_DOWN_OVER);
  }

  /** Looks at the result of a write: done, failed, or taken over by libuv with the request. */
  #written(status: number, retained: WriteRequest['retained'], bytesCount: number): void {
    const group = this.#group;
    const { api, spareWrite } = group;
    if (status !== 0) {
      this.#owner.fail(status, 'write');
    } else if (api.state[api.wasAsync] !== 0) {
      group.renewSpareWrite();
      // libuv takes over what exceeds one call of the kernel (1024 pieces), and may be
      // done with it already: then nothing is pending but the news of it.
      if (this.#handle.writeQueueSize === 0) return;
      this.#retainedBytes += bytesCount;
      spareWrite.retained = retained;
      spareWrite.retainedBytes = bytesCount;
      this.#fire(RETAINED);
    }
  }

  /** Moves and does what is ordered, but for `send`. @returns the order */
  #fire(event: number): number {
    const transition = MACHINE.transition(this.#state, event);
    this.#state = stateAfter(transition);
    const order = orderOf(transition);
    switch (order) {
      case SHUT_DOWN:
        this.#shutDown();
        break;
      case TELL_FLUSHED:
        this.#owner.sink.onFlushed(monotonicNow());
        break;
      case SHUT_DOWN_FLUSHED:
        this.#shutDown();
        this.#owner.sink.onFlushed(monotonicNow());
        break;
      case CLOSE_HANDLE:
        this.#handle.close();
        break;
      case RESET_HANDLE:
        // A Unix domain socket knows no reset.
        if (this.#handle.reset === undefined) this.#handle.close();
        else this.#handle.reset();
    }
    return order;
  }

  #shutDown(): void {
    const status = this.#handle.shutdown(newShutdown(this.#group.api));
    if (status === 0) return;
    this.#fire(SHUT_DOWN_OVER);
    // ENOTCONN: the peer is gone. The read side hears of it, and nobody needs our FIN any more.
    if (systemErrorName(status) !== 'ENOTCONN') this.#owner.fail(status, 'shutdown');
  }
}
