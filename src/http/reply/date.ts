// The Date field (RFC 9110 §6.6.1), written once for each second. Time is a parameter.

/** The wall clock. It is read at most once for each second. */
export interface WallClock {
  /** Milliseconds since 1970. */
  wallNow(): number;
}

export class DateLine {
  #line = '';
  /** The time on the monotonic clock at which the second of `#line` ends. */
  #endsAt = Number.NEGATIVE_INFINITY;

  /**
   * `Date: Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate, RFC 9110 §5.6.7) with its CRLF. A change of
   * the wall clock is seen within a second.
   *
   * @param now the monotonic clock, in milliseconds
   */
  at(now: number, clock: WallClock): string {
    if (now >= this.#endsAt) {
      const epochMs = clock.wallNow();
      this.#line = `Date: ${new Date(epochMs).toUTCString()}\r\n`;
      this.#endsAt = now + 1000 - (epochMs % 1000);
    }
    return this.#line;
  }
}
