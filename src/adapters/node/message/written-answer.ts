// What a response has written and nobody has taken over yet: its head, and content behind it. It waits here until
// it is known whether it is whole, and is counted against the length that the head declares. Who wants to hear when
// it has left waits here, too.

import type { Output } from '../../../conn/bytes/output.js';
import type { Scope } from '../../../conn/environment.js';
import type { HostedAnswer } from '../../../conn/host.js';
import { throwLater } from '../host-calls.js';
import type { InnerResponse } from '../node-internals.js';
import type { WriteCallback } from '../ports.js';
import { closingHead, type ScannedHead, scanHead } from './head-scan.js';

/** The head that a host writes itself, past its response: nobody knows what it says. */
const RAW: ScannedHead = scanHead('');

/** A part of the exchange, and no object of its own: each request has one. */
export abstract class WrittenAnswer implements HostedAnswer {
  abstract readonly socket: { _httpMessage: InnerResponse | null };
  readonly res: InnerResponse;
  #head: ScannedHead | undefined = undefined;
  /** The first write of the response: its head, and perhaps content. */
  #first: string = '';
  #encoding: BufferEncoding | undefined = undefined;
  /** `#first` has characters that take more than a byte. */
  #isWide = false;
  #more: (string | Uint8Array)[] | undefined = undefined;
  /** Those in `#more`. Each write asks how many wait, and there may be thousands of pieces. */
  #moreBytes = 0;
  /** Content that the declared length still asks for. */
  #left: number = Number.POSITIVE_INFINITY;

  /** Where all of that is heard: as under node:http, in the context of the last write or of `end()`. */
  protected heardIn: Scope | undefined = undefined;
  /** Those who want to hear when all of it has left. */
  #callback: WriteCallback | undefined = undefined;
  #callbacks: WriteCallback[] | undefined = undefined;

  constructor(res: InnerResponse) {
    this.res = res;
  }

  protected get isAwaited(): boolean {
    return this.#callback !== undefined;
  }

  protected keep(callback: WriteCallback): void {
    if (this.#callback === undefined) this.#callback = callback;
    else {
      this.#callbacks ??= [];
      this.#callbacks.push(callback);
    }
  }

  protected call(error: Error | null): void {
    const callback = this.#callback;
    if (callback === undefined) return;
    const more = this.#callbacks;
    this.#callback = undefined;
    this.#callbacks = undefined;
    try {
      callback(error);
      if (more !== undefined) for (const one of more) one(error);
    } catch (thrown) {
      throwLater(thrown);
    }
  }

  /**
   * The last callback tells 'finish'. Whoever hears that sees no socket. Those before it see the response with its
   * socket, as in node:http. The callback of `end()` is one of these from Node 24 on.
   */
  protected callAndDetach(): void {
    const { res } = this;
    if (res._eventsCount > 0 && res.listenerCount('finish') > 0)
      res.prependOnceListener('finish', () => this.detach());
    this.call(null);
    this.detach();
  }

  /** The next response gets the socket. */
  detach(): void {
    if (this.socket._httpMessage !== this.res) return;
    this.socket._httpMessage = null;
    this.res.socket = null;
  }

  get status(): number {
    return this.res.statusCode;
  }

  get closes(): boolean {
    const { _last: isLast, maxRequestsOnConnectionReached: asksToClose } = this.res;
    // As in node:http, the client is asked to close. What it sends meanwhile is told by 'dropRequest'.
    return this.#head === RAW || isLast || (this.#head?.closes === true && !asksToClose);
  }

  /** Its head was written. */
  protected get isBegun(): boolean {
    return this.#head !== undefined;
  }

  /** Its head says where it ends. */
  protected get isFramed(): boolean {
    const head = this.#head;
    if (head === undefined) return true;
    return head.chunked || head.contentLength >= 0 || (head !== RAW && !this.res._hasBody);
  }

  /** Bytes that are missing to the declared length. */
  protected get missingBytes(): number {
    return this.#left === Number.POSITIVE_INFINITY || !this.res._hasBody ? 0 : this.#left;
  }

  /** Bytes that were written and not handed over. */
  get heldBytes(): number {
    return this.#first.length + this.#moreBytes;
  }

  /**
   * Keeps what the response writes.
   *
   * @returns what keeps the response from being sent; '' if nothing does
   */
  protected hold(data: string | Uint8Array, encoding: BufferEncoding | undefined): string {
    // Boundary: a head is written as text.
    if (this.#head === undefined) return this.#begin(data as string, encoding);
    if (data.length === 0) return '';
    const isPlain =
      typeof data !== 'string' ||
      encoding === 'latin1' ||
      Buffer.byteLength(data, encoding) === data.length;
    const piece = isPlain ? data : Buffer.from(data as string, encoding);
    this.#append(piece);
    return this.#count(piece.length);
  }

  /** Keeps what the host writes past the response. */
  protected holdRaw(bytes: Uint8Array): void {
    this.#head ??= RAW;
    this.#append(bytes);
  }

  #append(piece: string | Uint8Array): void {
    this.#more ??= [];
    this.#more.push(piece);
    this.#moreBytes += piece.length;
  }

  /** What was written behind what `writeTo` has handed over. */
  protected takeMore(): readonly (string | Uint8Array)[] | undefined {
    const more = this.#more;
    this.#more = undefined;
    this.#moreBytes = 0;
    return more;
  }

  writeTo(output: Output, last: boolean): number {
    // Boundary: it is handed over only once it has begun.
    const head = this.#head as ScannedHead;
    // What its maker has removed from it stays removed.
    const isPatched = last && !head.closes && head !== RAW && !this.res._removedConnection;
    const headText = isPatched ? closingHead(head.text) : head.text;
    const text = isPatched ? headText + this.#first.slice(head.text.length) : this.#first;
    if (this.#isWide) output.bytes(Buffer.from(text, this.#encoding));
    else output.text(text);
    this.#first = '';
    const more = this.takeMore();
    if (more === undefined) return headText.length;
    for (const piece of more) {
      if (typeof piece === 'string') output.text(piece);
      else output.bytes(piece);
    }
    return headText.length;
  }

  #begin(data: string, encoding: BufferEncoding | undefined): string {
    const { _header: header, _hasBody: hasBody } = this.res;
    const head = scanHead(header as string);
    this.#head = head;
    this.#first = data;
    this.#encoding = encoding;
    const isLatin1 = encoding === 'latin1' || encoding === 'binary' || encoding === 'ascii';
    const bytes = isLatin1 ? data.length : Buffer.byteLength(data, encoding);
    this.#isWide = bytes !== data.length;
    if (head.fault !== '') return head.fault;
    if (head.contentLength < 0 || !hasBody) return '';
    const headBytes = this.#isWide ? Buffer.byteLength(head.text, encoding) : head.text.length;
    this.#left = head.contentLength;
    return this.#count(bytes - headBytes);
  }

  #count(bytes: number): string {
    this.#left -= bytes;
    if (this.#left >= 0) return '';
    return `more than its Content-Length said: ${-this.#left} bytes too many`;
  }
}
