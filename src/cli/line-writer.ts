// Lines to a stream: one write for all lines of a turn, never more than a bounded
// amount waiting, and no crash when the reader leaves (`sluice | head -1`).

/** What is asked of the stream: `process.stdout` fits. */
export interface LineOutput {
  readonly writableLength: number;
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** What may wait in a stream that takes nothing, before lines are dropped rather than kept. */
export const WAITING_CHARACTERS_MAX: number = 1024 * 1024;

export class LineWriter {
  readonly #output: LineOutput;
  readonly #defer: (callback: () => void) => void;
  readonly #flush: () => void;
  #pending: string;
  #dropped: number;
  #scheduled: boolean;
  #gone: boolean;

  constructor(output: LineOutput, defer: (callback: () => void) => void) {
    this.#output = output;
    this.#defer = defer;
    this.#flush = () => this.flush();
    this.#pending = '';
    this.#dropped = 0;
    this.#scheduled = false;
    this.#gone = false;
    // A server does not stop serving because nobody reads its log.
    output.on('error', () => {
      this.#gone = true;
    });
  }

  /** Adds a line, to be written with the others of this turn. */
  line(text: string): void {
    if (this.#gone) return;
    if (this.#output.writableLength + this.#pending.length > WAITING_CHARACTERS_MAX) {
      this.#dropped++;
      return;
    }
    if (this.#dropped > 0) {
      this.#pending += `(${this.#dropped} lines were lost: nobody took them)\n`;
      this.#dropped = 0;
    }
    this.#pending += `${text}\n`;
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#defer(this.#flush);
  }

  /** Writes what has been added, now. */
  flush(): void {
    this.#scheduled = false;
    if (this.#pending === '' || this.#gone) return;
    const text = this.#pending;
    this.#pending = '';
    this.#output.write(text);
  }
}
