// Reads the first final response from the bytes of a connection, as they come.

import { InjectError } from './inject-error.js';
import { latin1Of } from './request-bytes.js';

/** The head of a response. */
export interface ResponseHead {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
}

/** The results of the reader, in this order. */
export interface ResponseSink {
  head(head: ResponseHead): void;
  content(bytes: Uint8Array): void;
  end(): void;
}

type Stage = 'head' | 'length' | 'close' | 'chunkSize' | 'chunkEnd' | 'trailers' | 'over';

export class ResponseReader {
  readonly #sink: ResponseSink;
  readonly #isHead: boolean;
  #stage: Stage;
  /** The current, incomplete line. */
  #line: string;
  /** The lines of the head that have come. */
  #lines: string[];
  /** Bytes of content, or of a chunk, that are still to come. */
  #left: number;
  #isChunked: boolean;

  constructor(isHead: boolean, sink: ResponseSink) {
    this.#sink = sink;
    this.#isHead = isHead;
    this.#stage = 'head';
    this.#line = '';
    this.#lines = [];
    this.#left = 0;
    this.#isChunked = false;
  }

  get over(): boolean {
    return this.#stage === 'over';
  }

  /** @throws InjectError if the bytes are no response */
  feed(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && this.#stage !== 'over') {
      if (this.#stage === 'length' || this.#stage === 'close') {
        const to = Math.min(bytes.length, at + this.#left);
        this.#left -= to - at;
        this.#sink.content(bytes.subarray(at, to));
        at = to;
        if (this.#left === 0) this.#contentOver();
      } else {
        const lf = bytes.indexOf(0x0a, at);
        const to = lf < 0 ? bytes.length : lf + 1;
        this.#line += latin1Of(bytes.subarray(at, to));
        at = to;
        if (lf >= 0) this.#takeLine();
      }
    }
  }

  /** The connection ended in order. False if the response is not complete. */
  finish(): boolean {
    if (this.#stage === 'close') this.#end();
    return this.#stage === 'over';
  }

  #takeLine(): void {
    const line = this.#line;
    this.#line = '';
    if (!line.endsWith('\r\n')) throw invalid('a line that does not end in CR LF', line);
    const text = line.slice(0, -2);
    switch (this.#stage) {
      case 'head':
        if (text !== '') this.#lines.push(text);
        else this.#headOver();
        return;
      case 'chunkSize':
        this.#beginChunk(text);
        return;
      case 'chunkEnd':
        if (text !== '') throw invalid('bytes behind a chunk', text);
        this.#stage = 'chunkSize';
        return;
      default:
        // A Response can't hold trailers.
        if (text === '') this.#end();
    }
  }

  #headOver(): void {
    const [statusLine = '', ...fieldLines] = this.#lines;
    this.#lines = [];
    const parts = /^HTTP\/1\.1 ([1-5][0-9][0-9]) (.*)$/.exec(statusLine);
    if (parts === null) throw invalid('no status line', statusLine);
    const status = Number(parts[1]);
    // Interim responses come before the final one (RFC 9110 §15.2).
    if (status === 101) {
      const message =
        'the connection has become a tunnel; connect to a simulated network to talk through it';
      throw new InjectError('SLUICE_INJECT_UPGRADED', message);
    }
    if (status < 200) return;
    const headers = new Headers();
    for (const line of fieldLines) {
      const colon = line.indexOf(':');
      if (colon <= 0) throw invalid('no field line', line);
      headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    this.#sink.head({ status, statusText: parts[2] ?? '', headers });
    this.#beginContent(status, headers);
  }

  /** The rules of RFC 9112 §6.3 for responses. */
  #beginContent(status: number, headers: Headers): void {
    const length = headers.get('content-length');
    if (this.#isHead || status === 204 || status === 304) this.#end();
    else if (headers.get('transfer-encoding') === 'chunked') {
      this.#isChunked = true;
      this.#stage = 'chunkSize';
    } else if (length === null) {
      this.#left = Infinity;
      this.#stage = 'close';
    } else if (/^[0-9]+$/.test(length)) {
      this.#left = Number(length);
      this.#stage = 'length';
      if (this.#left === 0) this.#end();
    } else throw invalid('no Content-Length', length);
  }

  #beginChunk(line: string): void {
    const size = /^([0-9a-f]+)(;.*)?$/i.exec(line)?.[1];
    if (size === undefined) throw invalid('no chunk size', line);
    this.#left = Number.parseInt(size, 16);
    this.#stage = this.#left === 0 ? 'trailers' : 'length';
  }

  #contentOver(): void {
    if (this.#isChunked) this.#stage = 'chunkEnd';
    else this.#end();
  }

  #end(): void {
    this.#stage = 'over';
    this.#sink.end();
  }
}

function invalid(what: string, text: string): InjectError {
  return new InjectError(
    'SLUICE_INJECT_RESPONSE_INVALID',
    `the server sent ${what}: ${JSON.stringify(text)}`,
  );
}
