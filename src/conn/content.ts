// The content of one request on its way to the handler. Short content is here
// before the handler starts; other content is parsed out of the read-ahead when
// it is asked for, so that a handler that reads slowly slows its sender.

import type { ChunkTaker, IncomingBody } from '../http/request/incoming.js';

/** What content needs of its request. */
export interface ContentOwner {
  /** The next chunk if it is there, undefined at the end, null if it must be awaited or has failed. */
  pullContent(): Uint8Array | undefined | null;
  /** The most that this request's content may be. Asked when it is first read. */
  readonly bodyBytesMax: number;
  /** Memory to put the content into. */
  makeMemory(bytes: number): Uint8Array<ArrayBuffer>;
  /** Whether so many bytes more may be held for it. With them it has all, or nobody knows how much will follow. */
  memoryFits(bytes: number, isAll: boolean): boolean;
  /** {@link Content.heldBytes} has changed, and not because something was asked or told. */
  heldChanged(): void;
  /** More was declared or gathered than `bodyBytesMax`: fails the content. */
  refuseContent(): void;
  /** A reader waits from now on; nothing is there for it. */
  contentAwaited(): void;
  /** It waits no more. */
  contentWaitEnded(): void;
}

export class Content implements IncomingBody {
  readonly #owner: ContentOwner;
  /** Bytes declared, -1 under chunked. */
  readonly #declared: number;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #whole: Uint8Array | undefined = undefined;
  #error: Error | undefined = undefined;
  #resolve: ((chunk: Uint8Array | undefined) => void) | undefined = undefined;
  #reject: ((error: Error) => void) | undefined = undefined;
  /** Takes all that comes while `readEach` is awaited. */
  #taker: ChunkTaker | undefined = undefined;
  /** Memory of content that the handler was given as a whole. It is taken to keep that until it answers. */
  #keptBytes = 0;
  /** The handler is taken to keep every chunk that it is given. */
  #keepsAll = false;
  /** The handler has begun to read. */
  begun = false;
  /** All of it was parsed. */
  ended = false;
  /** The handler wants no more of it. */
  cancelled = false;

  constructor(owner: ContentOwner, declared: number) {
    this.#owner = owner;
    this.#declared = declared;
  }

  /** A reader waits for the next chunk. */
  get awaited(): boolean {
    return this.#resolve !== undefined;
  }

  /** All that comes is copied by who awaits it: it need not be kept for him. */
  get copying(): boolean {
    return this.#taker !== undefined;
  }

  get declaredBytes(): number {
    return this.#declared;
  }

  makeMemory(bytes: number): Uint8Array<ArrayBuffer> {
    return this.#owner.makeMemory(bytes);
  }

  memoryFits(bytes: number, isAll: boolean): boolean {
    return this.#owner.memoryFits(bytes, isAll);
  }

  countAllRead(): void {
    this.#keepsAll = true;
  }

  /** What the handler is taken to keep, once it was given all there is. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** The handler has answered, and needs no more of what it was given. */
  forgetKept(): void {
    this.#keptBytes = 0;
  }

  /**
   * Memory held for this content: here, by who puts it together, and by the handler that was given all
   * of it at once. A handler that reads chunks has them for itself.
   */
  get heldBytes(): number {
    const gathered = this.#whole === undefined ? this.#gatheredBytes : this.#whole.length;
    const taken = this.#taker === undefined ? 0 : this.#taker.heldBytes;
    return gathered + taken + this.#keptBytes;
  }

  /** How many of `bytes` more there is memory for. */
  roomFor(bytes: number): number {
    return this.#taker === undefined ? bytes : this.#taker.roomFor(bytes);
  }

  get complete(): readonly Uint8Array[] | undefined {
    if (!this.ended || this.begun || this.#error !== undefined) return undefined;
    return this.#gatheredBytes <= this.#owner.bodyBytesMax ? this.#gathered : undefined;
  }

  read(): Promise<Uint8Array | undefined> {
    const chunk = this.readNow();
    if (chunk !== null) return Promise.resolve(chunk);
    return this.#await();
  }

  readEach(taker: ChunkTaker): Promise<unknown> {
    this.#taker = taker;
    for (;;) {
      const chunk = this.readNow();
      if (chunk === null) break;
      if (chunk === undefined) {
        this.#endTaking();
        this.#owner.heldChanged();
        return Promise.resolve();
      }
      taker.add(chunk);
    }
    if (this.#error !== undefined) this.#taker = undefined;
    return this.#await();
  }

  /** All was taken, and is the handler's. */
  #endTaking(): void {
    const taker = this.#taker;
    this.#taker = undefined;
    if (taker !== undefined) this.#keptBytes += taker.heldBytes;
  }

  #await(): Promise<Uint8Array | undefined> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    const awaited = new Promise<Uint8Array | undefined>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#owner.contentAwaited();
    return awaited;
  }

  readNow(): Uint8Array | undefined | null {
    if (!this.begun) {
      this.begun = true;
      const { bodyBytesMax } = this.#owner;
      const bytes = Math.max(this.#declared, this.#gatheredBytes);
      if (bytes > bodyBytesMax && this.#error === undefined) this.#owner.refuseContent();
    }
    if (this.#error !== undefined) return null;
    const chunk = this.#gathered.shift();
    if (chunk !== undefined) {
      this.#gatheredBytes -= chunk.length;
      this.#whole = undefined;
      return this.#given(chunk);
    }
    if (this.ended || this.cancelled) return undefined;
    return this.#given(this.#owner.pullContent());
  }

  #given(chunk: Uint8Array | undefined | null): Uint8Array | undefined | null {
    if (this.#keepsAll && chunk) this.#keptBytes += chunk.length;
    return chunk;
  }

  cancel(): void {
    this.begun = true;
    this.cancelled = true;
    this.#dropGathered();
    this.#taker = undefined;
    this.#answerReader(undefined);
  }

  /** Keeps a chunk that nobody has asked for yet. Content that comes in pieces is put together: a peer that sends single bytes must not cost an object for each. */
  gather(chunk: Uint8Array): void {
    if (this.#gatheredBytes === 0 && chunk.length === this.#declared) {
      this.#gathered = [chunk];
    } else {
      this.#whole ??= new Uint8Array(this.#declared);
      this.#whole.set(chunk, this.#gatheredBytes);
      this.#gathered = [this.#whole];
    }
    this.#gatheredBytes += chunk.length;
  }

  /** Gives the awaiting reader its chunk, or undefined at the end. */
  deliver(chunk: Uint8Array | undefined): void {
    if (this.#taker === undefined || chunk === undefined) {
      if (chunk !== undefined) this.#given(chunk);
      this.#answerReader(chunk);
      return;
    }
    try {
      this.#taker.add(chunk);
    } catch (error) {
      // Out of memory, for one: that is for the handler to hear, not for the connection.
      this.fail(error as Error);
    }
  }

  /** All of it was parsed; what is held is still to be read. */
  end(): void {
    this.ended = true;
    // Who takes it without having waited is still to add the last of it.
    if (this.#taker !== undefined && this.#resolve !== undefined) this.#answerReader(undefined);
  }

  /** The rest won't come. What was read stays read. */
  fail(error: Error): void {
    // Something that was thrown may have come between the end and its reader.
    if (!this.ended || this.awaited) this.refuse(error);
  }

  /** The handler gets none of it, here though it may be. */
  refuse(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#dropGathered();
    const reject = this.#reject;
    this.#resolve = undefined;
    this.#reject = undefined;
    this.#taker = undefined;
    if (reject === undefined) return;
    this.#owner.contentWaitEnded();
    reject(error);
  }

  #dropGathered(): void {
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#whole = undefined;
  }

  #answerReader(chunk: Uint8Array | undefined): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    this.#reject = undefined;
    this.#endTaking();
    if (resolve === undefined) return;
    this.#owner.contentWaitEnded();
    resolve(chunk);
  }
}
