// The Date field (RFC 9110 §6.6.1), written once a second. Time is a parameter.

/** The wall clock, read once for each second that passes. */
export interface WallClock {
  /** Milliseconds since 1970. */
  wallNow(): number;
}

export class DateLine {
  #line = '';
  /** On the monotonic clock: when the second is over that the line names. */
  #endsAt = Number.NEGATIVE_INFINITY;

  /**
   * `Date: Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate, RFC 9110 §5.6.7) with its CRLF. Where the
   * wall clock is set, it follows within a second.
   *
   * @param now of the monotonic clock, in milliseconds
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
