// Handlers that go on computing after a wait are in flight, and what they are going to compute is a queue
// before the event loop that nobody sees. Where the loop is never idle, as many may run as it gets done
// within the target and the time that a handler takes by itself. Where it is idle there is no such limit.

/** How busy the loop was is looked at over as long, at least. */
const windowMs = 20;
/** Busier than this, it is the loop that is scarce; */
const busyShare = 0.95;
/** less busy than this, handlers take what they take by themselves; */
const calmShare = 0.9;
/** and less than this, or for so long not busy, it is not scarce. */
const idleShare = 0.5;
const idleMsToLift = 1000;
/** Where nothing ended for so long, it is not our handlers that the loop is busy with. */
const silentMs = 100;
/** What the loop may have before it. */
const targetMs = 10;
const limitMin = 2;
const aloneWeight = 1 / 4;

export class LoopLimit {
  limit: number = Number.POSITIVE_INFINITY;
  private readonly idleMs: (() => number) | undefined;
  private windowFrom: number = Number.NaN;
  private idleBefore: number = Number.NaN;
  private busyAt: number = Number.NEGATIVE_INFINITY;
  private endedAt: number = Number.NEGATIVE_INFINITY;
  private finished: number = 0;
  private sumMs: number = Number.MIN_VALUE;
  private shortestMs: number = Number.POSITIVE_INFINITY;
  /** What a handler takes where the loop is not busy. */
  private aloneMs: number = Number.NaN;

  /** @param idleMs - how long the event loop has slept since the start; undefined where nobody knows */
  constructor(idleMs: (() => number) | undefined) {
    this.idleMs = idleMs;
  }

  noteEnd(durationMs: number): void {
    this.finished++;
    this.sumMs += durationMs;
    if (durationMs < this.shortestMs) this.shortestMs = durationMs;
  }

  look(now: number): void {
    if (this.idleMs === undefined) return;
    const tookMs = now - this.windowFrom;
    if (tookMs < windowMs) return;
    const idle = this.idleMs();
    if (tookMs >= windowMs) this.conclude(tookMs, 1 - (idle - this.idleBefore) / tookMs, now);
    this.windowFrom = now;
    this.idleBefore = idle;
    this.finished = 0;
    this.sumMs = 0;
  }

  private conclude(tookMs: number, busy: number, now: number): void {
    const { finished } = this;
    if (finished > 0) this.endedAt = now;
    if (finished > 0 && busy < calmShare) {
      const meanMs = this.sumMs / finished;
      if (Number.isNaN(this.aloneMs)) this.aloneMs = meanMs;
      else this.aloneMs += (meanMs - this.aloneMs) * aloneWeight;
    }
    if (busy >= busyShare) {
      this.busyAt = now;
      if (finished === 0) {
        if (now - this.endedAt >= silentMs) this.limit = Number.POSITIVE_INFINITY;
        return;
      }
      const aloneMs = Number.isNaN(this.aloneMs) ? this.shortestMs : this.aloneMs;
      this.limit = Math.max(limitMin, Math.ceil(((targetMs + aloneMs) * finished) / tookMs));
    } else if (busy < idleShare || now - this.busyAt >= idleMsToLift) {
      this.limit = Number.POSITIVE_INFINITY;
    }
  }
}
