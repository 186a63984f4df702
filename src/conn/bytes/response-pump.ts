// A reply's streamed content on its way to the peer, pulled at the peer's pace:
// the next chunk is asked for only while the backlog is short. Nobody has a
// `write()` whose result could be ignored.

import type { BodySource } from '../../http/reply/body-source.js';
import { ReplyError } from '../../http/reply/reply-error.js';
import { SEND_CHUNKED } from '../../http/reply/reply-framing.js';
import type { Trailers } from '../../http/reply/trailers.js';
import { droppable } from '../../options/thenable.js';
import type { AbortReason } from '../handler/abort.js';
import type { Output } from './output.js';
import type { TurnShare } from './turn-share.js';

/** The backlog at which the source is left alone, while memory is plenty. */
export const BACKLOG_BYTES_MAX: number = 64 * 1024;

/** What fills the output of a connection at the pace of its peer: the content of a reply, or a tunnel. */
export interface Pumped {
  /** True while the peer's slowness is what holds it up. */
  readonly waitsForPeer: boolean;
  /** Content that it has written. */
  readonly givenBytes: number;
  /** Moves what can be moved. */
  run(): void;
  /** The head was sent: nothing waits for it any more. */
  begin(): void;
  /** Nothing more is written. */
  close(reason: AbortReason, onError: (error: unknown) => void): void;
}

/**
 * Ends a pump whose response is given up. Apart from its caller: V8 makes a context for the closure at each call of the
 * function in which it stands.
 */
export function endPump(
  pump: Pumped,
  reason: AbortReason,
  exchange: { report(error: unknown): void } | undefined,
): void {
  pump.close(reason, (error) => exchange?.report(error));
}

/** What the pump needs of its connection. */
export interface PumpOwner {
  readonly output: Output;
  /** The backlog at which the source is left alone. */
  readonly backlogBytesMax: number;
  /** A source answered later: takes `step` and runs the pump, within a wake-up. */
  pumpAnswered(step: () => void): void;
  /** Of a turn of the event loop. Where it is used up, the pump runs again in the next one. */
  readonly share: TurnShare;
  /** The source has given its first chunk, or its end: what follows is written. */
  pumpBegins(): void;
  /** All content was handed over. */
  pumpEnded(): void;
  /** The source failed, or gave more or less than was declared. */
  pumpFailed(error: unknown): void;
}

export class ResponsePump implements Pumped {
  readonly #owner: PumpOwner;
  readonly #source: BodySource;
  readonly #chunked: boolean;
  readonly #trailers: Trailers | undefined;
  /** Bytes that the declared length still asks for; Infinity where none was declared. */
  #left: number;
  /** Content that was handed over. */
  givenBytes = 0;
  /** The source has been asked and not answered. */
  #asked = false;
  /** The source has answered, and not failed. What follows is written. */
  #begun = false;
  /**
   * The first chunk, where the trailers are not known yet. Content that ends with it waits a moment for them: if
   * they fail, the peer gets an error response.
   */
  #held: Uint8Array | undefined = undefined;
  /** The source has given its end. */
  #sourceOver = false;
  #running = false;
  /** All was handed over, or nothing more will be. */
  #over = false;

  constructor(
    owner: PumpOwner,
    source: BodySource,
    framing: number,
    trailers: Trailers | undefined,
  ) {
    this.#owner = owner;
    this.#source = source;
    this.#chunked = framing === SEND_CHUNKED;
    this.#trailers = trailers;
    this.#left = framing >= 0 ? framing : Number.POSITIVE_INFINITY;
  }

  /** True while the peer's slowness, not the source's, is what holds it up. */
  get waitsForPeer(): boolean {
    return !this.#over && !this.#asked;
  }

  /** Moves what can be moved. */
  run(): void {
    if (this.#running) return;
    this.#running = true;
    const { output } = this.#owner;
    while (!this.#over && !this.#asked && output.backlogBytes < this.#owner.backlogBytesMax) {
      if (this.#owner.share.yields()) break;
      this.#ask();
    }
    if (!this.#sourceOver) this.begin();
    this.#running = false;
  }

  /** Writes what was held back: no error response takes its place any more. */
  begin(): void {
    const held = this.#held;
    if (held === undefined || this.#over) return;
    this.#held = undefined;
    this.#write(held);
  }

  /** Gives the source up. */
  close(reason: unknown, onError: (error: unknown) => void): void {
    if (this.#over) return;
    this.#over = true;
    this.#source.close(reason, onError);
  }

  #ask(): void {
    const answer = this.#source.next();
    // Asked for the request's content, it may have met what ended the connection.
    if (this.#over) {
      if (answer instanceof Promise) droppable(answer);
      return;
    }
    if (answer instanceof Promise) this.#await(answer, (chunk) => this.#answered(chunk));
    else this.#answered(answer);
  }

  /** Goes on with what `promise` gives, unless the pump was closed meanwhile. */
  #await<Value>(promise: Promise<Value>, goOn: (value: Value) => void): void {
    this.#asked = true;
    promise.then(
      (value) => {
        this.#asked = false;
        if (this.#over) return;
        this.#owner.pumpAnswered(() => goOn(value));
      },
      (error) => {
        this.#asked = false;
        if (!this.#over) this.#owner.pumpAnswered(() => this.#fail(error));
      },
    );
  }

  #answered(chunk: Uint8Array | undefined): void {
    if (chunk === undefined) {
      this.#sourceEnded();
      return;
    }
    if (chunk.length > this.#left) {
      this.#refuse(
        `more than the declared Content-Length: ${chunk.length - this.#left} bytes too many`,
      );
      return;
    }
    this.#left -= chunk.length;
    if (!this.#begun && this.#held === undefined && this.#trailers?.isKnown === false) {
      this.#held = chunk;
      return;
    }
    this.begin();
    this.#write(chunk);
  }

  #write(chunk: Uint8Array): void {
    this.#begin();
    this.givenBytes += chunk.length;
    const { output, share } = this.#owner;
    share.count(chunk.length);
    if (this.#chunked) output.text(`${chunk.length.toString(16)}\r\n`);
    // Whole, however long: it is in memory, and counted there until its last byte has left.
    output.bytes(chunk);
    if (this.#chunked) output.text('\r\n');
  }

  #sourceEnded(): void {
    if (this.#left > 0 && this.#left !== Number.POSITIVE_INFINITY) {
      this.#refuse(`less than the declared Content-Length: ${this.#left} bytes are missing`);
      return;
    }
    this.#sourceOver = true;
    if (!this.#chunked) {
      this.begin();
      this.#begin();
      this.#end();
      return;
    }
    let lines: string | Promise<string>;
    try {
      lines = this.#trailers?.lines() ?? '';
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (typeof lines === 'string') this.#endChunked(lines);
    else this.#await(lines, (text) => this.#endChunked(text));
  }

  #endChunked(trailerLines: string): void {
    this.begin();
    this.#begin();
    this.#owner.output.text(`0\r\n${trailerLines}\r\n`);
    this.#end();
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#owner.pumpBegins();
  }

  #end(): void {
    this.#over = true;
    this.#owner.pumpEnded();
  }

  #refuse(what: string): void {
    const error = new ReplyError('SLUICE_REPLY_LENGTH_INVALID', `the body gave ${what}`);
    this.#source.close(error);
    this.#fail(error);
  }

  #fail(error: unknown): void {
    this.#over = true;
    this.#owner.pumpFailed(error);
  }
}
