// Whether a peer moves bytes fast enough (slow POSTs and slow readers are attacks
// that no idle time-out sees). A peer has credit, in milliseconds: each byte adds
// to it what it may take, and waiting for bytes uses it up. Credit has a cap: so
// no history, however good, buys a longer silence than the cap.

/** What a peer begins with: nobody sends or takes the first byte at once. */
const GRACE_MS = 5000;

export class RateMeter {
  readonly #msPerByte: number;
  readonly #creditMsMax: number;
  /** As of `#since`, or since nothing is awaited. Below 0: too slow. */
  #creditMs: number;
  #since = Number.NaN;

  /**
   * @param bytesPerSecondMin above 0
   * @param creditMsMax the longest that a peer can be silent, whatever it moved before
   */
  constructor(bytesPerSecondMin: number, creditMsMax: number) {
    this.#msPerByte = 1000 / bytesPerSecondMin;
    this.#creditMsMax = creditMsMax;
    this.#creditMs = Math.min(GRACE_MS, creditMsMax);
  }

  /** Bytes are awaited from `now` on. */
  start(now: number): void {
    if (Number.isNaN(this.#since)) this.#since = now;
  }

  /** Nothing is awaited any more. */
  stop(now: number): void {
    if (Number.isNaN(this.#since)) return;
    this.#charge(now);
    this.#since = Number.NaN;
  }

  count(bytes: number, now: number): void {
    if (!Number.isNaN(this.#since)) this.#charge(now);
    this.#creditMs = Math.min(this.#creditMs + bytes * this.#msPerByte, this.#creditMsMax);
  }

  /** Another message: measured by itself. */
  reset(): void {
    this.#creditMs = Math.min(GRACE_MS, this.#creditMsMax);
    this.#since = Number.NaN;
  }

  /** All that was awaited has come: the next wait begins with the grace, or what is left beyond it. */
  renew(): void {
    this.#creditMs = Math.max(this.#creditMs, Math.min(GRACE_MS, this.#creditMsMax));
  }

  get running(): boolean {
    return !Number.isNaN(this.#since);
  }

  /** False while nothing is awaited: what was too slow then has been dealt with, or has come. */
  tooSlow(now: number): boolean {
    return this.running && now - this.#since > this.#creditMs;
  }

  /** A clock that was read a moment ago elsewhere may lag. */
  #charge(now: number): void {
    if (now <= this.#since) return;
    this.#creditMs -= now - this.#since;
    this.#since = now;
  }
}
