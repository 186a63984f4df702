// A client that sends exactly the bytes it is told to, and reads exactly what
// comes: responses one by one, how the server ended, nothing smoothed over.

import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import {
  chunkSizeOf,
  framingOf,
  type ReadHead,
  readResponseHead,
  trailersOf,
  valuesOf,
} from './response-head-parser.js';

/** How the server's side ended: in order, or broken off. */
export type Ending = 'fin' | 'reset';

export class RawResponse {
  readonly head: ReadHead;
  readonly body: Buffer;
  /** In order, case as sent. */
  readonly trailers: readonly (readonly [name: string, value: string])[];

  constructor(head: ReadHead, body: Buffer, trailers: RawResponse['trailers']) {
    this.head = head;
    this.body = body;
    this.trailers = trailers;
  }

  get status(): number {
    return this.head.status;
  }

  get text(): string {
    return this.body.toString('utf8');
  }

  /** All values of a field, joined; undefined where there is none. */
  get(name: string): string | undefined {
    const values = valuesOf(this.head, name.toLowerCase());
    return values.length === 0 ? undefined : values.join(', ');
  }

  /** The server said that this is the connection's last response. */
  get closes(): boolean {
    return this.get('connection') === 'close';
  }
}

export class RawClient {
  readonly socket: Socket;
  /** Settles when the server has ended its side. */
  readonly ended: Promise<Ending>;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  /** What came behind `#bytes`: joined to it when it is looked at. */
  #behind: Buffer[] = [];
  #behindBytes = 0;
  #ending: Ending | undefined = undefined;
  #wake: (() => void) | undefined = undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.ended = new Promise((resolve) => {
      const end = (ending: Ending): void => {
        this.#ending ??= ending;
        resolve(this.#ending);
        this.#wake?.();
      };
      socket.on('end', () => end('fin'));
      socket.on('error', () => end('reset'));
      socket.on('close', () => end('reset'));
    });
    socket.on('data', (bytes: Buffer) => {
      this.#behind.push(bytes);
      this.#behindBytes += bytes.length;
      this.#wake?.();
    });
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = createConnection({
      host: '127.0.0.1',
      port,
      allowHalfOpen: true,
      noDelay: true,
    });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  /** A client on a socket that is connected, under TLS perhaps. */
  static on(socket: Socket): RawClient {
    return new RawClient(socket);
  }

  /** Sends a string as latin1, or bytes. */
  send(bytes: string | Uint8Array): this {
    if (typeof bytes === 'string') this.socket.write(bytes, 'latin1');
    else this.socket.write(bytes);
    return this;
  }

  /** Sends, and settles once the kernel has taken all of it. */
  async sent(bytes: string | Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const taken = (error?: Error | null): void => (error ? reject(error) : resolve());
      if (typeof bytes === 'string') this.socket.write(bytes, 'latin1', taken);
      else this.socket.write(bytes, taken);
    });
  }

  /** Sends FIN and goes on reading. */
  finish(): this {
    this.socket.end();
    return this;
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Takes no byte from here on. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Bytes that came and were not read yet. */
  get unread(): number {
    return this.#bytes.length - this.#at + this.#behindBytes;
  }

  /** The next response, an informational one too. `to` is the request's method: HEAD has no content. */
  async response(to: string = 'GET'): Promise<RawResponse> {
    const head = await this.head();
    const { framing, length } = framingOf(head, to === 'HEAD');
    switch (framing) {
      case 'none':
        return new RawResponse(head, Buffer.alloc(0), []);
      case 'length':
        return new RawResponse(head, await this.take(length), []);
      case 'chunked':
        return this.#chunked(head);
      case 'close':
        return new RawResponse(head, await this.rest(), []);
    }
  }

  /** The next responses, each with content. */
  async responses(count: number): Promise<RawResponse[]> {
    const responses: RawResponse[] = [];
    while (responses.length < count) responses.push(await this.response());
    return responses;
  }

  /** The next response's head only. */
  async head(): Promise<ReadHead> {
    return readResponseHead((await this.#through('\r\n\r\n')).toString('latin1'));
  }

  /** The next so many bytes. */
  async take(count: number): Promise<Buffer> {
    while (this.unread < count) await this.#more(`${count} bytes`);
    if (this.#bytes.length - this.#at < count) this.#join();
    const bytes = this.#bytes.subarray(this.#at, this.#at + count);
    this.#at += count;
    if (this.unread === 0) this.#join();
    return bytes;
  }

  /** All that is still to come, until the server ends. */
  async rest(): Promise<Buffer> {
    await this.ended;
    return this.take(this.unread);
  }

  /** The data of the next chunk; empty for the last one, whose trailers are then still to be read. */
  async chunk(): Promise<Buffer> {
    const size = chunkSizeOf((await this.#through('\r\n')).toString('latin1'));
    if (size === 0) return Buffer.alloc(0);
    const data = await this.take(size);
    const end = await this.take(2);
    if (end.toString('latin1') !== '\r\n') throw new Error('chunk data without its CRLF');
    return data;
  }

  async #chunked(head: ReadHead): Promise<RawResponse> {
    const chunks: Buffer[] = [];
    for (;;) {
      const chunk = await this.chunk();
      if (chunk.length === 0) break;
      chunks.push(chunk);
    }
    let section = '';
    do {
      section += (await this.#through('\r\n')).toString('latin1');
    } while (section !== '\r\n' && !section.endsWith('\r\n\r\n'));
    return new RawResponse(head, Buffer.concat(chunks), trailersOf(section));
  }

  async #through(mark: string): Promise<Buffer> {
    let from = 0;
    for (;;) {
      const found = this.#bytes.indexOf(mark, this.#at + from, 'latin1');
      if (found >= 0) return this.take(found + mark.length - this.#at);
      from = Math.max(0, this.#bytes.length - this.#at - mark.length);
      if (this.#behindBytes === 0) await this.#more(JSON.stringify(mark));
      this.#join();
    }
  }

  /** Puts all that came into one piece; lets go of what was read. */
  #join(): void {
    this.#bytes = Buffer.concat([this.#bytes.subarray(this.#at), ...this.#behind]);
    this.#at = 0;
    this.#behind = [];
    this.#behindBytes = 0;
  }

  async #more(wanted: string): Promise<void> {
    if (this.#ending !== undefined) {
      this.#join();
      const rest = this.#bytes.toString('latin1', 0, 200);
      throw new Error(
        `waited for ${wanted}, but it ended (${this.#ending}) after ${JSON.stringify(rest)}`,
      );
    }
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}
