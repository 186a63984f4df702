// One question to the file system for many callers at once. Each caller gets a result from after
// its call: an older result might miss a change that the caller knows of. So at most two questions
// are under way, for any number of callers.

export class SharedCheck {
  readonly #ask: () => Promise<boolean>;
  #running: Promise<boolean> | undefined = undefined;
  /** Begins at the end of the running question, for all callers until then. */
  #next: Promise<boolean> | undefined = undefined;

  constructor(ask: () => Promise<boolean>) {
    this.#ask = ask;
  }

  /** Rejects for all callers that wait for the same failing question. */
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
