// Writes lines to a stream: all lines of a turn in one write. The amount of waiting text is
// bounded. If the reader leaves (`sluice | head -1`), nothing crashes.

/** The part of a stream that is used here: `process.stdout` fits. */
export interface LineOutput {
  readonly writableLength: number;
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** The text that may wait in a stream. Beyond it, lines are dropped. */
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
    // The server goes on when the reader of its log leaves.
    output.on('error', () => {
      this.#gone = true;
    });
  }

  /** Adds a line. All lines of this turn are written together. */
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

  /** Writes the added lines now. */
  flush(): void {
    this.#scheduled = false;
    if (this.#pending === '' || this.#gone) return;
    const text = this.#pending;
    this.#pending = '';
    this.#output.write(text);
  }
}
