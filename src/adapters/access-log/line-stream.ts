// Writes lines to a stream: all lines of a turn in one write. What waits for a slow reader is bounded, and
// lines beyond that are dropped and counted. Lines that a failing stream has lost are counted, too. The count
// is said to the process while lines are lost, and in the log as soon as it can be.

import { inWords } from '../../options/in-words.js';
import { rejectionOf } from '../../options/thenable.js';

/** The part of a stream that is used here: `process.stdout` fits, as does every Writable of Node. */
export interface LineOutput {
  /** What waits in the stream, if it knows. */
  readonly writableLength?: number;
  /** False where it wants to be left alone until `drain`. */
  write(text: string, written?: (error?: Error | null) => void): unknown;
  on?(event: 'error' | 'drain' | 'close', listener: (error: Error) => void): unknown;
}

/** What a line stream needs of its process. */
export interface LineSurroundings {
  /** Runs the callback at the end of this turn of the event loop. */
  defer(callback: () => void): unknown;
  /** Tells whoever looks after the process. */
  warn(text: string): void;
}

/** The characters that may wait. Beyond them, lines are dropped. */
export const WAITING_CHARACTERS_MAX: number = 1024 * 1024;

export class LineStream {
  readonly #output: LineOutput;
  readonly #surroundings: LineSurroundings;
  readonly #flush: () => void = () => this.flush();
  #pending = '';
  #pendingLines = 0;
  /** Lines of whose loss it tells. */
  #pendingLosses = 0;
  /** Lines that were dropped since the log last told of some. */
  #dropped = 0;
  /** Lines that were lost, in all. */
  #lost = 0;
  #scheduled = false;
  /** The stream has asked to be left alone. */
  #isFull = false;
  /** It tells of no drain any more. Some go on nevertheless, as `process.stdout` does. */
  #isClosed = false;

  constructor(output: LineOutput, surroundings: LineSurroundings) {
    this.#output = output;
    this.#surroundings = surroundings;
    // What failed is counted by the callback of its write. An error without a listener ends the process.
    output.on?.('error', () => undefined);
    output.on?.('drain', () => {
      this.#isFull = false;
      this.flush();
    });
    output.on?.('close', () => {
      // After an error, `process.stdout` says so each time: to write then would never end.
      if (this.#isClosed) return;
      this.#isClosed = true;
      this.#isFull = false;
      this.flush();
    });
  }

  /** Adds a line. All lines of this turn are written together. */
  line(text: string): void {
    if ((this.#output.writableLength ?? 0) + this.#pending.length > WAITING_CHARACTERS_MAX) {
      this.#dropped++;
      this.#tellLoss(1, 'its stream takes no more');
      return;
    }
    this.#addLosses();
    this.#pending += `${text}\n`;
    this.#pendingLines++;
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#surroundings.defer(this.#flush);
  }

  /** Writes the added lines now, unless the stream is full. */
  flush(): void {
    this.#scheduled = false;
    if (!this.#isFull) this.end();
  }

  /** Writes the added lines, though the stream may be full: nothing comes after them. */
  end(): void {
    this.#addLosses();
    if (this.#pending !== '') this.#write();
  }

  /** The log says how many lines it has lost at this place. */
  #addLosses(): void {
    if (this.#dropped === 0) return;
    const what = this.#dropped === 1 ? '1 line was' : `${this.#dropped} lines were`;
    this.#pending += `(${what} lost: nobody took them in time)\n`;
    this.#pendingLosses += this.#dropped;
    this.#dropped = 0;
  }

  #write(): void {
    const text = this.#pending;
    const lines = this.#pendingLines;
    const losses = this.#pendingLosses;
    this.#pending = '';
    this.#pendingLines = 0;
    this.#pendingLosses = 0;
    let hasFailed = false;
    const fail = (error: unknown): void => {
      if (hasFailed) return;
      hasFailed = true;
      this.#fail(error, lines, losses);
    };
    try {
      const went = this.#output.write(text, (error) => {
        if (error) fail(error);
      });
      // Of an async function: nobody waits for it, and nobody else hears how it ends.
      rejectionOf(went, fail);
      this.#isFull = went === false && this.#output.on !== undefined && !this.#isClosed;
    } catch (error) {
      fail(error);
    }
  }

  /** A stream that fails once may go on, as when a disk has room again. Each further line tries. */
  #fail(error: unknown, lines: number, losses: number): void {
    // Nobody tells of a drain any more.
    this.#isFull = false;
    this.#dropped += lines + losses;
    this.#tellLoss(lines, inWords(error));
  }

  /** Tells of the first lost line, of the tenth, the hundredth, and so on. */
  #tellLoss(lines: number, why: string): void {
    const before = this.#lost;
    this.#lost += lines;
    if (before > 0 && magnitudeOf(before) === magnitudeOf(this.#lost)) return;
    this.#surroundings.warn(`sluice: the log can't be written: ${why} (lines lost: ${this.#lost})`);
  }
}

function magnitudeOf(count: number): number {
  return Math.floor(Math.log10(count));
}
