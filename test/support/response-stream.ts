// What a strict client reads on a connection: responses, one after the other. Written from RFC 9112
// alone, so that it can judge what sluice writes. It throws on whatever such a client would refuse.

import {
  type ContentFraming,
  chunkSizeOf,
  framingOf,
  type ReadHead,
  readResponseHead,
  trailersOf,
  valuesOf,
} from './response-head-parser.js';

export interface StreamedResponse {
  /** Interim responses that came before it. */
  readonly interim: readonly ReadHead[];
  readonly head: ReadHead;
  readonly framing: ContentFraming;
  /** The content so far, in the pieces in which it came. */
  readonly pieces: Uint8Array[];
  contentBytes: number;
  /** In order, case as sent. */
  trailers: readonly (readonly [name: string, value: string])[];
  complete: boolean;
}

type Stage = 'head' | 'content' | 'chunkSize' | 'chunkEnd' | 'trailers' | 'ended';

/** `perhaps`: the server may have seen too little of the request to know its method. */
export type IsHead = (index: number, response: ReadHead) => boolean | 'perhaps';

export class ResponseStream {
  readonly responses: StreamedResponse[] = [];
  /** Interim responses in front of a final one that has not come yet. */
  interim: ReadHead[] = [];
  readonly #isHead: IsHead;
  #stage: Stage = 'head';
  #text = '';
  /** Bytes of content, or of the chunk, that are still to come. */
  #left = 0;
  /** Content of a response that perhaps has none. */
  #perhapsBytes = 0;

  /** @param isHead whether the request at this place was a HEAD: its response has no content */
  constructor(isHead: IsHead) {
    this.#isHead = isHead;
  }

  /** How many final responses are complete. */
  get completeCount(): number {
    return this.responses.length - (this.responses.at(-1)?.complete === false ? 1 : 0);
  }

  /** Nothing of a response has come that is not complete. */
  get between(): boolean {
    return (this.#stage === 'head' && this.#text === '') || this.#stage === 'ended';
  }

  feed(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#stage === 'ended') {
        this.#perhapsBytes -= bytes.length - at;
        if (this.#perhapsBytes < 0) throw new Error('bytes behind the end of the last response');
        return;
      }
      if (this.#stage === 'content') {
        const to = Math.min(bytes.length, at + this.#left);
        this.#takeContent(bytes.subarray(at, to));
        at = to;
      } else {
        this.#text += String.fromCharCode(bytes[at] as number);
        at++;
        this.#takeText();
      }
    }
  }

  /** The connection ended in order. */
  finish(): void {
    const last = this.responses.at(-1);
    if (last !== undefined && !last.complete && last.framing === 'close') last.complete = true;
    if (this.#stage === 'content' && last?.complete === true) this.#stage = 'ended';
  }

  #takeContent(piece: Uint8Array): void {
    const response = this.responses.at(-1) as StreamedResponse;
    response.pieces.push(piece);
    response.contentBytes += piece.length;
    this.#left -= piece.length;
    if (this.#left > 0) return;
    if (response.framing === 'chunked') this.#stage = 'chunkEnd';
    else this.#complete();
  }

  #takeText(): void {
    const text = this.#text;
    if (!text.endsWith('\n')) return;
    if (this.#stage === 'head' || this.#stage === 'trailers') {
      const isEmpty = this.#stage === 'trailers' && text === '\r\n';
      if (!isEmpty && !text.endsWith('\r\n\r\n')) return;
      this.#text = '';
      if (this.#stage === 'head') this.#takeHead(readResponseHead(text));
      else this.#takeTrailers(text);
      return;
    }
    this.#text = '';
    if (this.#stage === 'chunkEnd') {
      if (text !== '\r\n') throw new Error(`no CR LF behind a chunk: ${JSON.stringify(text)}`);
      this.#stage = 'chunkSize';
      return;
    }
    this.#left = chunkSizeOf(text);
    this.#stage = this.#left === 0 ? 'trailers' : 'content';
  }

  #takeTrailers(text: string): void {
    const response = this.responses.at(-1) as StreamedResponse;
    response.trailers = trailersOf(text);
    this.#complete();
  }

  #takeHead(head: ReadHead): void {
    if (head.status === 101) {
      this.#switch(head);
      return;
    }
    if (head.status < 200) {
      framingOf(head, false);
      this.interim.push(head);
      return;
    }
    const framing = this.#framingOf(head);
    const response: StreamedResponse = {
      interim: this.interim,
      head,
      framing,
      pieces: [],
      contentBytes: 0,
      trailers: [],
      complete: false,
    };
    this.interim = [];
    this.responses.push(response);
    if (framing === 'chunked') this.#stage = 'chunkSize';
    else if (framing === 'none' || (framing === 'length' && this.#left === 0)) this.#complete();
    else this.#stage = 'content';
  }

  /** All that follows is a tunnel's. */
  #switch(head: ReadHead): void {
    const rest = { pieces: [], contentBytes: 0, trailers: [], complete: false };
    this.responses.push({ interim: this.interim, head, framing: 'close', ...rest });
    this.interim = [];
    this.#stage = 'content';
    this.#left = Number.POSITIVE_INFINITY;
  }

  #framingOf(head: ReadHead): ContentFraming {
    const isHead = this.#isHead(this.responses.length, head);
    const { framing, length } = framingOf(head, isHead !== false);
    if (isHead === 'perhaps') this.#perhapsBytes = Number(valuesOf(head, 'content-length')[0] ?? 0);
    this.#left = length;
    return framing;
  }

  #complete(): void {
    const response = this.responses.at(-1) as StreamedResponse;
    response.complete = true;
    // RFC 9112 §9.6: nothing may follow the response that says close.
    this.#stage = valuesOf(response.head, 'connection').includes('close') ? 'ended' : 'head';
  }
}

/** The content in one piece. */
export function contentOf(response: StreamedResponse): Uint8Array {
  const whole = new Uint8Array(response.contentBytes);
  let at = 0;
  for (const piece of response.pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
