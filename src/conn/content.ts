// The content of one request on its way to the handler. Short content is here
// before the handler starts; other content is parsed out of the read-ahead when
// it is asked for, so that a handler that reads slowly slows its sender.

import type { ChunkTaker, IncomingBody } from '../http/incoming.js';

/** What content needs of its request. */
export interface ContentOwner {
  /** The next chunk if it is there, undefined at the end, null if it must be awaited or has failed. */
  pullContent(): Uint8Array | undefined | null;
  /** The most that this request's content may be. Asked when it is first read. */
  readonly bodyBytesMax: number;
  /** Memory to put the content into. */
  makeMemory(bytes: number): Uint8Array<ArrayBuffer>;
  /** More was declared or gathered than `bodyBytesMax`: fails the content. */
  refuseContent(): void;
  /** A reader waits from now on; nothing is there for it. */
  contentAwaited(): void;
  /** It waits no more. */
  contentSettled(): void;
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

  /** Bytes held here for the handler. */
  get heldBytes(): number {
    return this.#gatheredBytes;
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
        this.#taker = undefined;
        return Promise.resolve();
      }
      taker.add(chunk);
    }
    if (this.#error !== undefined) this.#taker = undefined;
    return this.#await();
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
      return chunk;
    }
    if (this.ended || this.cancelled) return undefined;
    return this.#owner.pullContent();
  }

  cancel(): void {
    this.begun = true;
    this.cancelled = true;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#settle(undefined);
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
      this.#settle(chunk);
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
    if (this.#taker !== undefined) this.#settle(undefined);
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
    this.#gathered = [];
    this.#gatheredBytes = 0;
    const reject = this.#reject;
    this.#resolve = undefined;
    this.#reject = undefined;
    this.#taker = undefined;
    if (reject === undefined) return;
    this.#owner.contentSettled();
    reject(error);
  }

  #settle(chunk: Uint8Array | undefined): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    this.#reject = undefined;
    this.#taker = undefined;
    if (resolve === undefined) return;
    this.#owner.contentSettled();
    resolve(chunk);
  }
}
