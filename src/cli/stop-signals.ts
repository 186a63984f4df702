// SIGINT and SIGTERM: the first asks for an orderly end, the second for an end at once.

export const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

/**
 * One pressing of Ctrl-C under `npm start` comes twice: from the terminal, which
 * signals all of its foreground processes, and from npm, which passes on what it got.
 * A repetition so soon is not a second wish; a person is slower than this.
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

  /** A signal came, at `now` milliseconds. */
  receive(signal: StopSignal, now: number): void {
    if (signal === this.#last && now - this.#lastAt < SAME_SIGNAL_MS) return;
    this.#last = signal;
    this.#lastAt = now;
    this.#resolvers.shift()?.(signal);
  }
}
