// The Date field (RFC 9110 §6.6.1), written once a second. Time is a parameter.

/** Remembers the last second that it was asked for. */
export class HttpDate {
  #second: number;
  #date: string;
  #fieldLine: string;

  constructor() {
    this.#second = Number.NaN;
    this.#date = '';
    this.#fieldLine = '';
  }

  /**
   * IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
   *
   * @param epochMs milliseconds since 1970, of the wall clock
   */
  at(epochMs: number): string {
    this.#turnTo(epochMs);
    return this.#date;
  }

  /** The whole field line, `Date: …` with its CRLF. */
  fieldLineAt(epochMs: number): string {
    this.#turnTo(epochMs);
    return this.#fieldLine;
  }

  #turnTo(epochMs: number): void {
    const second = Math.floor(epochMs / 1000);
    if (second === this.#second) return;
    this.#second = second;
    this.#date = new Date(second * 1000).toUTCString();
    this.#fieldLine = `Date: ${this.#date}\r\n`;
  }
}
