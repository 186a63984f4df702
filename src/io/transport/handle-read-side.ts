// Reads from a bare handle. The table decides what happens; this does the I/O that it orders, and keeps
// the bytes that wait behind a pause.

import { type Borrower, FULL_READ_BYTES } from '../../conn/transport.js';
import { monotonicNow } from '../clock.js';
import type { HandleGroup, HandleSideOwner } from './handle-group.js';
import { handleReadSide } from './handle-read-table.js';
import { INITIAL, orderOf, SideMachine, stateAfter } from './side-machine.js';
import { END_OF_FILE, type StreamHandle } from './stream-api.js';

const MACHINE = new SideMachine(handleReadSide());
const { closed: CLOSED } = MACHINE.state;
const {
  attach: ATTACH,
  bytes: BYTES,
  bytesFull: BYTES_FULL,
  fin: FIN,
  pause: PAUSE,
  resume: RESUME,
  release: RELEASE,
  releaseFull: RELEASE_FULL,
  close: CLOSE,
} = MACHINE.event;
const {
  start: START,
  stop: STOP,
  tell: TELL,
  hold: HOLD,
  tellFin: TELL_FIN,
  releaseSoon: RELEASE_SOON,
  tellHeld: TELL_HELD,
} = MACHINE.order;

/**
 * libuv asks for memory at the moment of reading, so that one piece serves all handles. On Windows it
 * may ask earlier for a pipe.
 */
const CAN_SHARE_MEMORY: boolean = process.platform !== 'win32';

export class HandleReadSide {
  readonly #handle: StreamHandle;
  readonly #group: HandleGroup;
  readonly #owner: HandleSideOwner;
  #state: number;
  /** The bytes that were read behind a pause. */
  #held: Uint8Array | undefined;
  /** Bytes may be lent to it. */
  #borrower: Borrower | undefined;
  /** The memory for the next read: the shared piece or our own. Undefined where Node makes memory for each read. */
  #memory: Uint8Array | undefined;

  constructor(handle: StreamHandle, group: HandleGroup, owner: HandleSideOwner) {
    this.#handle = handle;
    this.#group = group;
    this.#owner = owner;
    this.#state = INITIAL;
    this.#held = undefined;
    this.#borrower = undefined;
    this.#memory = undefined;
  }

  /** Bytes of memory that wait here: those behind a pause, and memory of our own for the next read. */
  get unreadBytes(): number {
    const memory = this.#memory;
    const own = memory === undefined || memory === this.#group.memory.shared ? 0 : memory.length;
    return this.#held === undefined ? own : own + this.#held.length;
  }

  attach(): void {
    this.#fire(ATTACH);
  }

  pause(): void {
    this.#fire(PAUSE);
  }

  resume(): void {
    this.#fire(RESUME);
  }

  close(): void {
    this.#fire(CLOSE);
    this.#held = undefined;
  }

  /**
   * Node allocates 64 KiB for each read, and V8 makes a full collection for every 64 MiB or so. That is
   * more than half of the cost of an upload, and a tenth of a small request's. Lent bytes need neither.
   */
  lendTo(borrower: Borrower | undefined): void {
    this.#borrower = borrower;
    const isGiven = this.#memory !== undefined || this.#state === CLOSED || !CAN_SHARE_MEMORY;
    if (borrower === undefined || isGiven) return;
    const { shared: readMemory } = this.#group.memory;
    if (this.#handle.useUserBuffer?.(readMemory) === 0) this.#memory = readMemory;
  }

  /**
   * Node has read: bytes, the FIN, or an error. `made` is the memory that Node has made for it, unless
   * it was given some.
   *
   * @returns the memory for the next read, where it is another
   */
  came(made: ArrayBuffer | undefined): Uint8Array | undefined {
    const { api } = this.#group;
    const count = api.state[api.bytesOrError] as number;
    if (count > 0) {
      const order = this.#move(count === FULL_READ_BYTES ? BYTES_FULL : BYTES);
      if (made === undefined) return this.#givenCame(this.#memory as Uint8Array, count, order);
      this.#bytesCame(new Uint8Array(made, api.state[api.offset], count), order);
    } else if (count === END_OF_FILE) {
      this.#fire(FIN);
    } else if (count < 0) {
      this.#owner.broke(count, 'read');
    }
    // 0: there was nothing to read after all.
    return undefined;
  }

  /** @internal The tick of a `resume`. */
  release(): void {
    this.#fire(this.#held?.length === FULL_READ_BYTES ? RELEASE_FULL : RELEASE);
  }

  /** `count` bytes were read into memory that we gave. */
  #givenCame(memory: Uint8Array, count: number, order: number): Uint8Array | undefined {
    const borrower = order === TELL ? this.#borrower : undefined;
    const reads = this.#group.memory;
    if (borrower !== undefined && memory === reads.shared) {
      borrower.onLent(memory, count, monotonicNow());
      return undefined;
    }
    // Memory of our own counts as held, and this is counted within the call: so the next comes first.
    const bytes = borrower === undefined ? reads.kept(memory, count) : memory;
    const next = borrower === undefined ? reads.next(memory, count, order === TELL) : reads.shared;
    this.#memory = next;
    let told = false;
    try {
      if (borrower === undefined) this.#bytesCame(bytes, order);
      else borrower.onLent(memory, count, monotonicNow());
      told = true;
    } finally {
      // After a throw, Node hears of no other memory. It would read on into the memory that was given away.
      if (!told) this.#owner.destroy();
    }
    if (borrower !== undefined) reads.giveBack(memory);
    return next === memory ? undefined : next;
  }

  #bytesCame(bytes: Uint8Array, order: number): void {
    if (order === TELL) {
      this.#owner.sink.onBytes(bytes, monotonicNow());
    } else if (order === HOLD) {
      this.#held = bytes;
      this.#stop();
    }
  }

  /** An event without bytes. */
  #fire(event: number): void {
    switch (this.#move(event)) {
      case START:
        this.#start();
        return;
      case STOP:
        this.#stop();
        return;
      case TELL_FIN:
        this.#owner.sink.onFin(monotonicNow());
        return;
      case RELEASE_SOON:
        process.nextTick(release, this);
        return;
      case TELL_HELD: {
        const held = this.#held as Uint8Array;
        this.#held = undefined;
        this.#start();
        this.#owner.sink.onBytes(held, monotonicNow());
      }
    }
  }

  /** @returns what is ordered */
  #move(event: number): number {
    const transition = MACHINE.transition(this.#state, event);
    this.#state = stateAfter(transition);
    return orderOf(transition);
  }

  #start(): void {
    const status = this.#handle.readStart();
    if (status !== 0) this.#owner.fail(status, 'read');
  }

  #stop(): void {
    // It fails only where Node does not read anyway.
    this.#handle.readStop();
  }
}

function release(side: HandleReadSide): void {
  side.release();
}
