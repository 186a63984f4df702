// Handlers that go on computing after a wait are in flight, and what they are going to compute is a queue
// before the event loop that nobody sees. Where the loop is never idle, as many may run as it gets done
// within the target and the time that a handler takes by itself. Where it is idle there is no such limit.

/** How busy the loop was is looked at over as long, at least. */
const WINDOW_MS = 20;
/** Busier than this, it is the loop that is scarce; */
const BUSY_SHARE = 0.95;
/** less busy than this, handlers take what they take by themselves, and a quarter more may run; */
const CALM_SHARE = 0.9;
const RISE = 1.25;
/** and less than this, or for so long not busy, it is not scarce. */
const IDLE_SHARE = 0.5;
const IDLE_MS_TO_LIFT = 1000;
/** Where nothing ended for so long, it is not our handlers that the loop is busy with. */
const SILENT_MS = 100;
/** What the loop may have before it. */
const TARGET_MS = 10;
const LIMIT_MIN = 2;
const ALONE_WEIGHT = 1 / 4;

export class LoopLimit {
  limit: number = Number.POSITIVE_INFINITY;
  readonly #idleMs: (() => number) | undefined;
  #windowFrom: number = Number.NaN;
  #idleBefore: number = Number.NaN;
  #busyAt: number = Number.NEGATIVE_INFINITY;
  #endedAt: number = Number.NEGATIVE_INFINITY;
  #finished: number = 0;
  #sumMs: number = Number.MIN_VALUE;
  #shortestMs: number = Number.POSITIVE_INFINITY;
  /** What a handler takes where the loop is not busy. */
  #aloneMs: number = Number.NaN;

  /** @param idleMs - how long the event loop has slept since the start; undefined where nobody knows */
  constructor(idleMs: (() => number) | undefined) {
    this.#idleMs = idleMs;
  }

  /** Other handlers may come. */
  forget(): void {
    this.#shortestMs = Number.POSITIVE_INFINITY;
    this.#aloneMs = Number.NaN;
  }

  noteEnd(durationMs: number): void {
    this.#finished++;
    this.#sumMs += durationMs;
    if (durationMs < this.#shortestMs) this.#shortestMs = durationMs;
  }

  look(now: number): void {
    if (this.#idleMs === undefined) return;
    const tookMs = now - this.#windowFrom;
    if (tookMs < WINDOW_MS) return;
    const idle = this.#idleMs();
    if (tookMs >= WINDOW_MS) this.#conclude(tookMs, 1 - (idle - this.#idleBefore) / tookMs, now);
    this.#windowFrom = now;
    this.#idleBefore = idle;
    this.#finished = 0;
    this.#sumMs = 0;
  }

  #conclude(tookMs: number, busy: number, now: number): void {
    const finished = this.#finished;
    if (finished > 0) this.#endedAt = now;
    if (finished > 0 && busy < CALM_SHARE) {
      const meanMs = this.#sumMs / finished;
      if (Number.isNaN(this.#aloneMs)) this.#aloneMs = meanMs;
      else this.#aloneMs += (meanMs - this.#aloneMs) * ALONE_WEIGHT;
    }
    if (busy >= BUSY_SHARE) {
      this.#busyAt = now;
      if (finished === 0) {
        if (now - this.#endedAt >= SILENT_MS) this.limit = Number.POSITIVE_INFINITY;
        return;
      }
      const aloneMs = Number.isNaN(this.#aloneMs) ? this.#shortestMs : this.#aloneMs;
      this.limit = Math.max(LIMIT_MIN, Math.ceil(((TARGET_MS + aloneMs) * finished) / tookMs));
    } else if (busy < IDLE_SHARE || now - this.#busyAt >= IDLE_MS_TO_LIFT) {
      this.limit = Number.POSITIVE_INFINITY;
    } else if (busy < CALM_SHARE) this.limit = Math.ceil(this.limit * RISE);
  }
}
