// The content of one request on its way to the handler. Short content is collected before the handler
// starts. Other content is parsed when the handler asks for it, so a slow handler slows its client.

import type { ChunkTaker, IncomingBody } from '../../http/request/incoming.js';
import { utf8 } from '../../http/utf8.js';

/** What content needs of its request. */
export interface ContentOwner {
  /** The next chunk if it has come; undefined at the end; null if it must be awaited or has failed. */
  pullContent(): Uint8Array | undefined | null;
  /** Maximum of this request's content. It is asked at the first read. */
  readonly bodyBytesMax: number;
  readonly parts: {
    readonly environment: {
      /** Makes memory for content. */
      makeMemory(bytes: number): Uint8Array<ArrayBuffer>;
    };
  };
  /**
   * Says whether `bytes` more may be held for the content.
   *
   * @param isAll True if the content needs no more than these bytes. False if its length is unknown.
   */
  memoryFits(bytes: number, isAll: boolean): boolean;
  /** {@link Content.heldBytes} has changed without a call of the connection. */
  heldChanged(): void;
  /** The declared or gathered content is longer than `bodyBytesMax`: fails the content. */
  refuseContent(): void;
  /** A reader begins to wait for a chunk. */
  contentAwaited(): void;
  /** The reader waits no more. */
  contentWaitEnded(): void;
}

/** Takes content as it comes. None of its methods throws. */
export interface ContentSink {
  /** It needs the memory of a chunk no longer than for the call. */
  readonly copies: boolean;
  /** @returns true if it takes the next chunk, too; else it asks again */
  onChunk(chunk: Uint8Array): boolean;
  /** It was given all of the content. */
  onEnd(): void;
  /** The rest won't come. */
  onFailure(error: Error): void;
}

export const NO_TRAILERS: readonly string[] = Object.freeze([]);

const NONE = new Uint8Array(0);

export class Content implements IncomingBody {
  readonly #owner: ContentOwner;
  /** Bytes of the declared length; -1 with the chunked coding. */
  readonly #declared: number;
  /** What was gathered and not read is `[#from, #to)` of this memory. */
  #gathered: Uint8Array | undefined = undefined;
  #from = 0;
  #to = 0;
  /** That memory is another's again after {@link Content.keep}. */
  #isLent = false;
  /** {@link Content.lendNow} is asked. */
  #isLending = false;
  #error: Error | undefined = undefined;
  /** Waits for chunks. */
  #sink: ContentSink | undefined = undefined;
  /** Takes all chunks while `readEach` is awaited. */
  #taker: ChunkTaker | undefined = undefined;
  /** Memory of content that the handler was given as a whole. It counts as kept until the handler answers. */
  #keptBytes = 0;
  /** Every chunk that the handler is given counts as kept. */
  #keepsAll = false;
  /** Memory that the handler keeps though the connection is done with the request. */
  #orphanBytes = 0;
  /** The trailer section, flat; undefined until the content is over. Content that failed has none. */
  trailers: readonly string[] | undefined = undefined;
  /** The handler has begun to read. */
  begun = false;
  /** All of the content was parsed. */
  ended = false;
  /** The handler wants no more of the content. */
  cancelled = false;

  constructor(owner: ContentOwner, declared: number) {
    this.#owner = owner;
    this.#declared = declared;
  }

  /** A reader waits for the next chunk. */
  get awaited(): boolean {
    return this.#sink !== undefined;
  }

  /** The reader copies every chunk, so a chunk's memory need not be kept for it. */
  get copying(): boolean {
    return this.#taker !== undefined || this.#isLending || this.#sink?.copies === true;
  }

  get declaredBytes(): number {
    return this.#declared;
  }

  makeMemory(bytes: number): Uint8Array<ArrayBuffer> {
    return this.#owner.parts.environment.makeMemory(bytes);
  }

  memoryFits(bytes: number, isAll: boolean): boolean {
    return this.#owner.memoryFits(bytes, isAll);
  }

  countAllRead(): void {
    this.#keepsAll = true;
  }

  /** Bytes that count as kept by the handler, once it was given all there is. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** The handler has answered: the content that it was given counts no longer. */
  forgetKept(): void {
    this.#keptBytes = 0;
  }

  /**
   * Memory held for this content: by this object, by the taker, and by a handler that was given all of
   * it at once. Chunks that a handler reads one by one are not counted.
   */
  get heldBytes(): number {
    const taken = this.#taker === undefined ? 0 : this.#taker.heldBytes;
    return this.#gatheredMemoryBytes + taken + this.#keptBytes;
  }

  get #gatheredMemoryBytes(): number {
    if (this.#gathered === undefined) return 0;
    return this.#isLent ? this.#to - this.#from : this.#gathered.length;
  }

  /**
   * The connection is done with the request, and its handler runs on. What the handler was given, or may
   * still ask for, since all of it has come, is counted until the handler ends.
   *
   * @returns the bytes that count from now on
   */
  orphan(): number {
    this.#orphanBytes = this.ended ? this.heldBytes : this.#keptBytes;
    return this.#orphanBytes;
  }

  /** The handler has ended. Gives the bytes that {@link orphan} gave, once. */
  adopt(): number {
    const bytes = this.#orphanBytes;
    this.#orphanBytes = 0;
    return bytes;
  }

  /** The number of bytes, up to `bytes`, for which there is memory. */
  roomFor(bytes: number): number {
    return this.#taker === undefined ? bytes : this.#taker.roomFor(bytes);
  }

  get complete(): Uint8Array | undefined {
    if (!this.#isComplete) return undefined;
    return this.#gathered?.subarray(this.#from, this.#to) ?? NONE;
  }

  takeText(): string | undefined {
    if (!this.#isComplete) return undefined;
    const text = this.#gathered === undefined ? '' : utf8(this.#gathered, this.#from, this.#to);
    this.#endWhole();
    return text;
  }

  takeBytes(): Uint8Array<ArrayBuffer> | undefined {
    const { complete } = this;
    if (complete === undefined) return undefined;
    const bytes = new Uint8Array(complete);
    this.#endWhole();
    return bytes;
  }

  /** The handler was given all of it at once. */
  #endWhole(): void {
    this.begun = true;
    this.#keptBytes += this.#to - this.#from;
    this.#dropGathered();
  }

  get #isComplete(): boolean {
    if (!this.ended || this.begun || this.#error !== undefined) return false;
    return this.#to - this.#from <= this.#owner.bodyBytesMax;
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

  /** The taker has all of the content, which is the handler's now. */
  #endTaking(): void {
    const taker = this.#taker;
    this.#taker = undefined;
    if (taker !== undefined) this.#keptBytes += taker.heldBytes;
  }

  #await(): Promise<Uint8Array | undefined> {
    return new Promise((resolve, reject) => this.flowTo(new NextChunk(resolve, reject)));
  }

  /** After {@link readNow} gave null: gives `sink` all that comes, for as long as it takes it. */
  flowTo(sink: ContentSink): void {
    if (this.#error !== undefined) {
      sink.onFailure(this.#error);
      return;
    }
    this.#sink = sink;
    this.#owner.contentAwaited();
  }

  readNow(): Uint8Array | undefined | null {
    if (!this.begun) {
      this.begun = true;
      const { bodyBytesMax } = this.#owner;
      const bytes = Math.max(this.#declared, this.#to - this.#from);
      if (bytes > bodyBytesMax && this.#error === undefined) this.#owner.refuseContent();
    }
    if (this.#error !== undefined) return null;
    if (this.#gathered !== undefined) return this.#given(this.#takeGathered(this.#gathered));
    if (this.ended || this.cancelled) return undefined;
    return this.#given(this.#owner.pullContent());
  }

  /** As {@link Content.readNow}, for one who needs the memory of the chunk no longer than for its own call. */
  lendNow(): Uint8Array | undefined | null {
    this.#isLending = true;
    const chunk = this.readNow();
    this.#isLending = false;
    return chunk;
  }

  #takeGathered(gathered: Uint8Array): Uint8Array {
    const lent = this.#isLent ? gathered.subarray(this.#from, this.#to) : undefined;
    this.#dropGathered();
    if (lent === undefined) return gathered;
    return this.copying ? lent : new Uint8Array(lent);
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
    this.#tellEnd();
  }

  /**
   * Keeps the chunk `[from, to)` of `bytes`, for which nobody has asked yet. The memory is another's again after
   * {@link Content.keep}. Chunks are joined in one piece of memory: a client that sends single bytes must not cost an
   * object for each byte.
   */
  gather(bytes: Uint8Array, from: number, to: number): void {
    if (to - from === this.#declared) {
      this.#gathered = bytes;
      this.#from = from;
      this.#to = to;
      this.#isLent = true;
      return;
    }
    this.#gathered ??= new Uint8Array(this.#declared);
    this.#gathered.set(bytes.subarray(from, to), this.#to);
    this.#to += to - from;
  }

  /** What was lent is given back: copies what of it nobody has read. */
  keep(): void {
    if (this.#isLent && this.#gathered !== undefined) this.#keepLent(this.#gathered);
  }

  #keepLent(lent: Uint8Array): void {
    // Not `slice`: a Buffer's copies nothing.
    this.#gathered = new Uint8Array(lent.subarray(this.#from, this.#to));
    this.#to -= this.#from;
    this.#from = 0;
    this.#isLent = false;
  }

  /** Gives the reader that waits its chunk. */
  deliver(chunk: Uint8Array): void {
    if (this.#taker === undefined) {
      const sink = this.#sink;
      this.#given(chunk);
      // Within the call, the content may have failed, or have been cancelled.
      if (sink?.onChunk(chunk) === false && sink === this.#sink) this.#endWait();
      return;
    }
    try {
      this.#taker.add(chunk);
    } catch (error) {
      // The taker may be out of memory. The error is for the handler, and not for the connection.
      this.fail(error as Error);
    }
  }

  /** All of the content was parsed. The gathered chunks are still to be read. */
  end(trailers: readonly string[]): void {
    this.trailers = trailers;
    this.ended = true;
    // Whoever was given the last chunk may wait already, within that call. A taker that does not wait yet has
    // still to add the last chunks.
    if (this.#sink !== undefined) this.#tellEnd();
  }

  /** The rest of the content won't come. Chunks that were read stay valid. */
  fail(error: Error): void {
    this.trailers ??= NO_TRAILERS;
    // An error may have come between the end of the content and its reader.
    if (!this.ended || this.awaited) this.refuse(error);
  }

  /** The handler gets none of the content, even if all of it has come. */
  refuse(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#dropGathered();
    this.#taker = undefined;
    this.#endWait()?.onFailure(error);
  }

  #dropGathered(): void {
    this.#gathered = undefined;
    this.#from = 0;
    this.#to = 0;
    this.#isLent = false;
  }

  #tellEnd(): void {
    this.#endTaking();
    this.#endWait()?.onEnd();
  }

  /** @returns who has waited */
  #endWait(): ContentSink | undefined {
    const sink = this.#sink;
    if (sink === undefined) return undefined;
    this.#sink = undefined;
    this.#owner.contentWaitEnded();
    return sink;
  }
}

/** A reader that waits for one chunk. */
class NextChunk implements ContentSink {
  readonly copies: boolean = false;
  readonly onEnd: () => void;
  readonly onFailure: (error: Error) => void;
  readonly #resolve: (chunk: Uint8Array | undefined) => void;

  constructor(resolve: (chunk: Uint8Array | undefined) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.onEnd = resolve as () => void;
    this.onFailure = reject;
  }

  onChunk(chunk: Uint8Array): boolean {
    this.#resolve(chunk);
    return false;
  }
}
