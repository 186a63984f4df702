// The content of a request under WHATWG's rules for a body: read once, by one
// reader, as a whole or as a stream. No stream is made before `stream` is asked for.

import type { Gathering } from './gathering.js';
import type { IncomingBody } from './incoming.js';
import { gather, IncomingStream } from './incoming-stream.js';

export class RequestBody {
  #source: IncomingBody;
  #stream: IncomingStream | undefined;
  /** Taken as a whole, while no stream existed. */
  #taken: boolean;

  constructor(source: IncomingBody) {
    this.#source = source;
    this.#stream = undefined;
    this.#taken = false;
  }

  get stream(): ReadableStream<Uint8Array> {
    if (this.#stream === undefined) {
      this.#stream = new IncomingStream(this.#source);
      // What was taken as a whole is seen as a closed stream, locked for good.
      if (this.#taken) this.#stream.close(this.#stream.stream.getReader());
    }
    return this.#stream.stream;
  }

  get used(): boolean {
    return this.#taken || this.#stream?.disturbed === true;
  }

  /** All content in one piece of memory of its own. Rejects with a TypeError if it was read before. */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    this.#checkUnused('read');
    const { complete } = this.#source;
    if (complete !== undefined && this.#stream === undefined) {
      this.#taken = true;
      return concat(complete);
    }
    return (await this.#gather(false)).take();
  }

  /** The same, decoded as UTF-8 without its byte order mark; what isn't UTF-8 becomes U+FFFD. */
  async text(): Promise<string> {
    this.#checkUnused('read');
    const { complete } = this.#source;
    if (complete !== undefined && this.#stream === undefined) {
      this.#taken = true;
      return decode(complete.length === 1 ? (complete[0] as Uint8Array) : concat(complete));
    }
    return (await this.#gather(true)).pass(decode);
  }

  /** The same piece by piece, as UTF-8. */
  textStream(): ReadableStream<string> {
    this.#checkUnused('read');
    return this.stream.pipeThrough(new TextDecoderStream());
  }

  /** A second reader's share of the content. The first goes on here, and each chunk waits for both. */
  tee(): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> {
    this.#checkUnused('cloned');
    const { complete } = this.#source;
    if (complete !== undefined) return concat(complete);
    // What one branch has read and the other has not, the stream keeps.
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

/** Stateless as long as it isn't asked to stream. */
const utf8 = new TextDecoder();

function decode(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** One branch of a native tee as a source. */
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
    // Settled by the other branch too; the connection is told once both were cancelled.
    this.#reader.cancel(reason).catch(() => undefined);
  }
}

/** Always a copy: a chunk's memory holds its neighbours' bytes, which are not the handler's. */
function concat(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
