// What the sojourn law knows of one class: the wait that it allows, what happened in the bucket of time
// that is open, and the trials.
//
// Refusing makes the wait of others shorter where those who are refused go away. Clients who ask again
// at once do not: those who wait are fewer, and all of the difference is refused, again and again; as
// something is refused, the wait stays short; as it is short, something is refused. All of them could be
// within a bearable wait, and nobody who looks at refusals only can see it. So now and then it is
// tried: nobody is refused for a moment. If clients wait for their answers, the queue grows once, by
// those who were refused in turns, and stands. If it goes on growing, they are more than can be served:
// what was let in is refused after all, and it takes longer until the next trial.

/** After so long of refusing, and after each trial that failed eight times as long, comes the next. */
const PAUSE_MS_MIN = 500;
const PAUSE_MS_MAX = 16_000;
/** A trial in which nobody was refused for as long has shown that nobody need be. */
const TRIAL_MS = 1000;
/** For so long the queue may grow as it likes: in the first trial, for clients who return at once, */
const GATHER_AT_ONCE_MS = 20;
/** and in the others, for those who take some time, or whose connections rest for some. */
const GATHER_MS = 640;
/** From then on the expected wait may still grow by so many milliseconds, */
const SLACK_MS = 5;
/** and by this part of the time: what a little more than the capacity makes of it is bearable. */
const GROWTH_MAX = 0.4;

/** Times begin as NaN, so that V8 keeps them as doubles. */
export class ClassWait {
  /** The wait that a request may expect on arrival. */
  ms: number;
  /** In the bucket of time that is open. */
  started: number = 0;
  refused: number = 0;
  /** A trial has failed, and what it let in may still be in the queue. */
  hasSurplus: boolean = false;
  /** While a trial is under way: when it has lasted long enough. */
  trialEndsAt: number = Number.NaN;
  /** While none is: when the next may begin. NaN before the first refusal. */
  trialAt: number = Number.NaN;

  /** What a trial that fails goes back to; NaN where none is under way. */
  #msBefore: number = Number.NaN;
  #gatherEndsAt: number = Number.NaN;
  /** The longest wait that was expected while the queue might grow. */
  #gatheredMs: number = Number.NaN;
  #pauseMs: number = PAUSE_MS_MIN;

  constructor(ms: number) {
    this.ms = ms;
  }

  get isOnTrial(): boolean {
    return !Number.isNaN(this.#msBefore);
  }

  /** May one who will wait as long come in? */
  allows(expectedMs: number, now: number): boolean {
    if (!this.isOnTrial) return expectedMs <= this.ms;
    if (now < this.#gatherEndsAt) {
      this.#gatheredMs = Math.max(this.#gatheredMs, expectedMs);
      return expectedMs <= this.ms;
    }
    const grownMs = SLACK_MS + GROWTH_MAX * (now - this.#gatherEndsAt);
    return expectedMs <= Math.min(this.ms, this.#gatheredMs + grownMs);
  }

  /** @param ms - allowed on trial */
  beginTrial(ms: number, now: number): void {
    this.#msBefore = this.ms;
    this.#gatheredMs = this.ms;
    this.ms = ms;
    this.#gatherEndsAt = now + (this.#pauseMs === PAUSE_MS_MIN ? GATHER_AT_ONCE_MS : GATHER_MS);
    this.trialEndsAt = now + TRIAL_MS;
    this.hasSurplus = false;
  }

  /** Something was refused, in this class or above. On trial that means that all is again as it was before. */
  noteRefusal(now: number): void {
    if (this.isOnTrial) {
      this.ms = this.#msBefore;
      this.#msBefore = Number.NaN;
      this.hasSurplus = true;
      this.#pauseMs = Math.min(PAUSE_MS_MAX, 8 * this.#pauseMs);
    } else if (!Number.isNaN(this.trialAt)) return;
    this.trialAt = now + this.#pauseMs;
  }

  /** The wait is at its ceiling, and nobody need be refused. */
  settle(): void {
    this.#msBefore = Number.NaN;
    this.trialAt = Number.NaN;
    this.#pauseMs = PAUSE_MS_MIN;
  }
}
