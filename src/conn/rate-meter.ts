// Whether a peer moves bytes fast enough: n bytes may take 5 s + n / rate, counted
// over the time in which they were awaited (Kestrel's rule; slow POSTs and slow
// readers are attacks that no idle time-out sees).

const GRACE_MS = 5000;

export class RateMeter {
  #bytes = 0;
  #awaitedMs = 0;
  #since = Number.NaN;

  /** Bytes are awaited from `now` on. */
  start(now: number): void {
    if (Number.isNaN(this.#since)) this.#since = now;
  }

  /** Nothing is awaited any more. */
  stop(now: number): void {
    if (Number.isNaN(this.#since)) return;
    this.#awaitedMs += now - this.#since;
    this.#since = Number.NaN;
  }

  count(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Another message. */
  reset(): void {
    this.#bytes = 0;
    this.#awaitedMs = 0;
    this.#since = Number.NaN;
  }

  get running(): boolean {
    return !Number.isNaN(this.#since);
  }

  /** False while nothing is awaited: what was too slow then has been dealt with, or has come. */
  tooSlow(bytesPerSecondMin: number, now: number): boolean {
    if (bytesPerSecondMin === 0 || !this.running) return false;
    const awaitedMs = this.#awaitedMs + now - this.#since;
    return awaitedMs > GRACE_MS + (this.#bytes * 1000) / bytesPerSecondMin;
  }
}
