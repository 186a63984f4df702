// One question to the file system on behalf of many who ask at once. Whoever asks is told
// what was found after they asked: an answer that was already being looked for might be older
// than the change that they know of. So at most two are under way, whatever the crowd.

export class SharedCheck {
  readonly #ask: () => Promise<boolean>;
  #running: Promise<boolean> | undefined = undefined;
  /** Begins when the running one is over; for all who ask until then. */
  #next: Promise<boolean> | undefined = undefined;

  constructor(ask: () => Promise<boolean>) {
    this.#ask = ask;
  }

  /** Rejects as the question does, for all who wait for the same answer. */
  run(): Promise<boolean> {
    if (this.#next !== undefined) return this.#next;
    if (this.#running === undefined) return this.#begin();
    const beginNext = (): Promise<boolean> => {
      this.#next = undefined;
      return this.#begin();
    };
    this.#next = this.#running.then(beginNext, beginNext);
    return this.#next;
  }

  #begin(): Promise<boolean> {
    const answer = this.#ask();
    const over = (): void => {
      if (this.#running === answer) this.#running = undefined;
    };
    this.#running = answer;
    answer.then(over, over);
    return answer;
  }
}
