// SIGINT and SIGTERM: the first signal asks for an orderly close, the second for an end at once.

export const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

/**
 * One Ctrl-C under `npm start` sends two signals. The terminal signals all its foreground
 * processes, and npm passes its own signal on. A second signal within this time is the same Ctrl-C:
 * a person is slower.
 */
export const SAME_SIGNAL_MS = 100;

export class StopSignals {
  /** Resolves with the first signal. */
  readonly first: Promise<StopSignal>;
  /** Resolves with the second. */
  readonly second: Promise<StopSignal>;
  readonly #resolvers: ((signal: StopSignal) => void)[];
  #last: StopSignal | undefined;
  #lastAt: number;

  constructor() {
    this.#resolvers = [];
    this.#last = undefined;
    this.#lastAt = 0;
    this.first = new Promise((resolve) => this.#resolvers.push(resolve));
    this.second = new Promise((resolve) => this.#resolvers.push(resolve));
  }

  /** A signal came at `now`, in milliseconds. */
  receive(signal: StopSignal, now: number): void {
    if (signal === this.#last && now - this.#lastAt < SAME_SIGNAL_MS) return;
    this.#last = signal;
    this.#lastAt = now;
    this.#resolvers.shift()?.(signal);
  }
}
