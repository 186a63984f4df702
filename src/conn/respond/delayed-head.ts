// The head of a streamed reply whose source has given nothing yet. It waits for a moment: if the source fails
// meanwhile, another head is sent in its place.

import { Deadline, type DeadlineList, type DeadlineOwner } from '../../fsm/time/deadlines.js';

/** What the delay of heads shares with the server. */
export interface SharedDelay {
  readonly clocks: { readonly headDelay: DeadlineList };
  readonly scheduler: { armTimer(): void };
}

export class DelayedHead implements DeadlineOwner {
  readonly #shared: SharedDelay;
  readonly #onDue: () => void;
  readonly #deadline: Deadline = new Deadline(this);
  #text = '';

  /** @param onDue called where the head has waited for long enough */
  constructor(shared: SharedDelay, onDue: () => void) {
    this.#shared = shared;
    this.#onDue = onDue;
  }

  get waits(): boolean {
    return this.#text !== '';
  }

  /** Keeps a head. It waits for as long as the source is asked at once. */
  keep(text: string): void {
    this.#text = text;
  }

  /** The source has given nothing at once: the time begins at `now`. */
  startTime(now: number): void {
    this.#shared.clocks.headDelay.arm(this.#deadline, now);
    this.#shared.scheduler.armTimer();
  }

  /** Gives the head, which waits no more; empty where none waits. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    this.#deadline.disarm();
    return text;
  }

  expired(): void {
    this.#onDue();
  }
}
