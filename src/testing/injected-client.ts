// The client of one injected request. It sends the bytes of the request, and makes a native
// Response of the received bytes. The test pulls the content at its own pace.

import type { TransportSink } from '../conn/transport.js';
import { InjectError } from './inject-error.js';
import type { SimulatedTransport } from './network/simulated-transport.js';
import type { RequestBytes } from './request-bytes.js';
import { type ResponseHead, ResponseReader, type ResponseSink } from './response-reader.js';
import type { Wire } from './wire.js';

/** The content that may wait until the test reads it. */
const UNREAD_BYTES_MAX = 64 * 1024;

export class InjectedClient implements TransportSink, ResponseSink {
  readonly #wire: Wire;
  readonly #reader: ResponseReader;
  readonly #transport: SimulatedTransport;
  readonly #isHead: boolean;
  #head: ResponseHead | undefined;
  #chunks: Uint8Array[];
  #unreadBytes: number;
  #over: boolean;
  #error: unknown;

  constructor(wire: Wire, { bytes, isHead }: RequestBytes) {
    this.#wire = wire;
    this.#isHead = isHead;
    this.#reader = new ResponseReader(isHead, this);
    this.#head = undefined;
    this.#chunks = [];
    this.#unreadBytes = 0;
    this.#over = false;
    this.#error = undefined;
    this.#transport = wire.connect(this);
    this.#transport.write(bytes);
  }

  /** The response, when its head has come. */
  async response(): Promise<Response> {
    await this.#wire.until(() => this.#head !== undefined || this.#over);
    if (this.#head === undefined) throw this.#error;
    const { status, statusText, headers } = this.#head;
    const isBare = this.#isHead || status === 204 || status === 205 || status === 304;
    return new Response(isBare ? null : this.#content(), { status, statusText, headers });
  }

  /** Resets the connection, as a client that does not want the response any more. */
  abandon(reason: unknown): void {
    if (this.#over) return;
    this.#transport.reset();
    this.#fail(reason);
    this.#wire.notice();
  }

  // The calls of the transport.

  onBytes(bytes: Uint8Array): void {
    try {
      this.#reader.feed(bytes);
    } catch (error) {
      this.#transport.reset();
      this.#fail(error);
    }
  }

  onFin(): void {
    if (!this.#reader.finish()) this.#cut('ended');
  }

  onFlushed(): void {}

  onReset(_now: number, error: Error | undefined): void {
    this.#cut(`broke (${error?.message ?? 'reset'})`);
  }

  // The calls of the reader.

  head(head: ResponseHead): void {
    this.#head = head;
  }

  content(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#unreadBytes += bytes.length;
    if (this.#unreadBytes >= UNREAD_BYTES_MAX) this.#transport.pause();
  }

  end(): void {
    this.#over = true;
    this.#transport.destroy();
  }

  #cut(how: string): void {
    const error =
      this.#head === undefined
        ? new InjectError('SLUICE_INJECT_NO_RESPONSE', `the connection ${how} without a response`)
        : new InjectError(
            'SLUICE_INJECT_RESPONSE_CUT',
            `the connection ${how} within the response's content`,
          );
    this.#transport.destroy();
    this.#fail(error);
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#error = error;
  }

  #content(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        pull: (controller) => this.#pull(controller),
        cancel: (reason) => this.abandon(reason),
      },
      { highWaterMark: 0 },
    );
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    await this.#wire.until(() => this.#chunks.length > 0 || this.#over);
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#unreadBytes -= chunk.length;
      if (this.#unreadBytes < UNREAD_BYTES_MAX) this.#transport.resume();
      controller.enqueue(chunk);
    } else if (this.#error !== undefined) throw this.#error;
    else controller.close();
  }
}
