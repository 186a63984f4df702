// The content of a request by the rules of WHATWG for a body. It is read once, by one reader, as a
// whole or as a stream. No stream is made before `stream` is used.

import { utf8 } from '../utf8.js';
import type { Gathering } from './gathering.js';
import type { IncomingBody } from './incoming.js';
import { gather, IncomingStream } from './incoming-stream.js';

export class RequestBody {
  #source: IncomingBody;
  #stream: IncomingStream | undefined;
  /** The content was taken as a whole before a stream existed. */
  #taken: boolean;

  constructor(source: IncomingBody) {
    this.#source = source;
    this.#stream = undefined;
    this.#taken = false;
  }

  get stream(): ReadableStream<Uint8Array> {
    if (this.#stream === undefined) {
      this.#stream = new IncomingStream(this.#source);
      // Content that was taken as a whole looks like a closed stream that is locked for ever.
      if (this.#taken) this.#stream.close(this.#stream.stream.getReader());
    }
    return this.#stream.stream;
  }

  get used(): boolean {
    return this.#taken || this.#stream?.disturbed === true;
  }

  /**
   * All content in one piece of memory of its own. Rejects with a TypeError if it was read before.
   */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    this.#checkUnused('read');
    const complete = this.#stream === undefined ? this.#source.takeBytes?.() : undefined;
    if (complete !== undefined) {
      this.#taken = true;
      return complete;
    }
    return (await this.#gather(false)).take();
  }

  /**
   * The content, decoded as UTF-8 without its byte order mark. Invalid UTF-8 becomes U+FFFD. It is a promise only
   * if some of the content has not come.
   *
   * @throws TypeError if it was read before
   */
  text(): string | Promise<string> {
    this.#checkUnused('read');
    const complete = this.#stream === undefined ? this.#source.takeText?.() : undefined;
    if (complete === undefined) return this.#gatherText();
    this.#taken = true;
    return complete;
  }

  async #gatherText(): Promise<string> {
    return (await this.#gather(true)).pass(decode);
  }

  /** The content as UTF-8 text, piece by piece. */
  textStream(): ReadableStream<string> {
    this.#checkUnused('read');
    return this.stream.pipeThrough(new TextDecoderStream());
  }

  /**
   * The content for a second reader. The first reader continues here. Each chunk waits for both
   * readers.
   */
  tee(): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> {
    this.#checkUnused('cloned');
    const { complete } = this.#source;
    if (complete !== undefined) return new Uint8Array(complete);
    // The stream keeps the chunks that only one branch has read.
    this.#source.countAllRead?.();
    const [ours, theirs] = this.stream.tee();
    this.#source = new Branch(ours);
    this.#stream = undefined;
    return theirs;
  }

  #gather(passing: boolean): Promise<Gathering> {
    if (this.#stream !== undefined) return this.#stream.gather(passing);
    this.#taken = true;
    return gather(this.#source, passing);
  }

  #checkUnused(purpose: string): void {
    if (this.used) {
      throw new TypeError(`The body can't be ${purpose}: it has been read already`);
    }
    if (this.#stream?.locked === true) {
      throw new TypeError(`The body can't be ${purpose}: a reader holds its stream`);
    }
  }
}

function decode(bytes: Uint8Array): string {
  return utf8(bytes, 0, bytes.length);
}

/** One branch of a native tee, as the source of content. */
class Branch implements IncomingBody {
  readonly complete: undefined;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(branch: ReadableStream<Uint8Array>) {
    this.complete = undefined;
    this.#reader = branch.getReader();
  }

  async read(): Promise<Uint8Array | undefined> {
    const { value } = await this.#reader.read();
    return value;
  }

  cancel(reason: unknown): void {
    // The other branch settles this promise too. The connection is told when both branches are
    // cancelled.
    this.#reader.cancel(reason).catch(() => undefined);
  }
}
