// The request that a handler gets. It is `instanceof Request`, and every member answers. Each part
// is constructed at its first use.

import { droppable } from '../../options/thenable.js';
import { showAs } from '../inspect.js';
import { withDroppableBody } from './droppable-stream.js';
import { guardListenersLike } from './guarded-signal.js';
import type { Incoming } from './incoming.js';
import { asMalformed } from './malformed.js';
import { chainTo } from './platform-chain.js';
import { explainState } from './private-state.js';
import { RequestBody } from './request-body.js';
import { RequestHeaders } from './request-headers.js';

/** Methods that a WHATWG Request can't have (Fetch §2.2.1, 'forbidden method'). */
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);

/**
 * A WHATWG Request for one received head. It differs on purpose in four points:
 *
 * - `method` is as received.
 * - The content of a GET can be read.
 * - `url` is never resolved.
 * - `clone()` gives a native Request, so it throws for requests that WHATWG forbids.
 */
export class SluiceRequest implements Request {
  readonly #incoming: Incoming;
  #url: string | undefined;
  #headers: RequestHeaders | undefined;
  #body: RequestBody | undefined;

  constructor(incoming: Incoming) {
    this.#incoming = incoming;
    this.#url = undefined;
    this.#headers = undefined;
    this.#body = undefined;
  }

  get method(): string {
    return this.#incoming.requestHead.method;
  }

  get url(): string {
    if (this.#url === undefined) {
      this.#url = this.#incoming.requestHead.url(this.#incoming.origin);
    }
    return this.#url;
  }

  get headers(): Headers {
    if (this.#headers === undefined) this.#headers = new RequestHeaders(this.#incoming.requestHead);
    return this.#headers;
  }

  /**
   * Aborts when the client leaves, at the deadline, or at the end of the grace of `close()`. It
   * never aborts after the reply was sent.
   */
  get signal(): AbortSignal {
    return this.#incoming.signal();
  }

  get body(): ReadableStream<Uint8Array> | null {
    return this.#content()?.stream ?? null;
  }

  get bodyUsed(): boolean {
    return this.#body?.used === true;
  }

  // These promises may be dropped: a client can make them reject at any time.

  arrayBuffer(): Promise<ArrayBuffer> {
    return droppable(this.#arrayBuffer());
  }

  blob(): Promise<Blob> {
    return droppable(this.#blob());
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return droppable(this.#bytes());
  }

  formData(): Promise<FormData> {
    return droppable(this.#formData());
  }

  /**
   * Rejects with a SyntaxError for malformed JSON. If the handler does not catch it, the client
   * gets 400.
   */
  json(): Promise<unknown> {
    return this.#ofText(parsed);
  }

  text(): Promise<string> {
    return this.#ofText(unchanged);
  }

  /** The content as text, piece by piece, as Node 26 has it. */
  textStream(): ReadableStream<string> {
    const content = this.#content();
    return content === null ? emptyStream() : content.textStream();
  }

  /**
   * A native Request of the same message, for code that reads the private state of a Request:
   * `fetch(request)`, `new Request(request)`. Both requests then have the content.
   *
   * @throws TypeError if WHATWG does not allow such a Request (CONNECT, TRACE, a GET or HEAD with
   * content), and if the body was read or is locked.
   */
  clone(): Request {
    const { method } = this;
    if (FORBIDDEN_METHODS.has(method)) {
      throw new TypeError(`request.clone(): WHATWG knows no Request with the method ${method}`);
    }
    const content = this.#content();
    const init = { method, headers: this.headers, signal: this.signal };
    if (content === null) return this.#guarded(new Request(this.url, init));
    if (method === 'GET' || method === 'HEAD') {
      throw new TypeError(
        `request.clone(): WHATWG knows no ${method} with content, and this one has some; read it from the request itself`,
      );
    }
    return this.#guarded(new Request(this.url, { ...init, body: content.tee(), duplex: 'half' }));
  }

  // Members that mean nothing to a server answer as in a new native Request.

  get cache(): Request['cache'] {
    return 'default';
  }

  get credentials(): Request['credentials'] {
    return 'same-origin';
  }

  get destination(): Request['destination'] {
    return '';
  }

  get duplex(): Request['duplex'] {
    return 'half';
  }

  get integrity(): string {
    return '';
  }

  get isHistoryNavigation(): boolean {
    return false;
  }

  get isReloadNavigation(): boolean {
    return false;
  }

  get keepalive(): boolean {
    return false;
  }

  get mode(): Request['mode'] {
    return 'cors';
  }

  get redirect(): Request['redirect'] {
    return 'follow';
  }

  get referrer(): string {
    return 'about:client';
  }

  get referrerPolicy(): Request['referrerPolicy'] {
    return '';
  }

  async #arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.#bytes()).buffer;
  }

  async #blob(): Promise<Blob> {
    return (await this.#native()).blob();
  }

  async #bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const content = this.#content();
    return content === null ? new Uint8Array(0) : content.bytes();
  }

  async #formData(): Promise<FormData> {
    const native = await this.#native();
    try {
      return await native.formData();
    } catch (error) {
      throw asMalformed(error);
    }
  }

  /** The result of `make` on the text. Content that has come whole costs one promise. */
  #ofText<Made>(make: (text: string) => Made): Promise<Made> {
    try {
      const text = this.#content()?.text() ?? '';
      return typeof text === 'string' ? Promise.resolve(make(text)) : droppable(later(text, make));
    } catch (error) {
      return droppable(Promise.reject(error));
    }
  }

  #content(): RequestBody | null {
    if (this.#body !== undefined) return this.#body;
    const { body } = this.#incoming;
    if (body === null) return null;
    this.#body = new RequestBody(body);
    return this.#body;
  }

  /** Lets the promises of the native request be dropped, and the listeners of its signal throw. */
  #guarded(native: Request): Request {
    guardListenersLike(native.signal, this.signal);
    return withDroppableBody(native);
  }

  /** The content as a native body, for parsers that only a native body has. */
  async #native(): Promise<Response> {
    const type = this.#incoming.requestHead.get('content-type');
    return new Response(
      await this.#bytes(),
      type === null ? {} : { headers: { 'content-type': type } },
    );
  }
}

async function later<Made>(text: Promise<string>, make: (text: string) => Made): Promise<Made> {
  return make(await text);
}

function unchanged(text: string): string {
  return text;
}

/** @throws SyntaxError, marked as the client's mistake */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw asMalformed(error);
  }
}

function emptyStream(): ReadableStream<string> {
  return new ReadableStream<string>({ start: (controller) => controller.close() });
}

// The chain is set by hand: `extends Request` would construct a Request for each request.
chainTo(SluiceRequest.prototype, () => {
  explainState(SluiceRequest.prototype);
  return Request.prototype;
});
showAs(SluiceRequest.prototype, 'Request', ({ method, url, headers, bodyUsed }) => ({
  method,
  url,
  headers,
  bodyUsed,
}));
