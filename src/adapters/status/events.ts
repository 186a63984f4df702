// The event stream: one frame a second for everybody who looks. A frame is made once for all. A slow reader gets the
// newest frame when it reads on; those in between are dropped, never kept.

/** The newest frame, and those who wait for the next one. */
export class Frames {
  #number = 0;
  #text = '';
  #waiting: (() => void)[] = [];
  #streams = 0;

  /** Streams that are open. */
  get streams(): number {
    return this.#streams;
  }

  /** Gives everybody a new frame. */
  publish(text: string): void {
    this.#number++;
    this.#text = text;
    this.#wake();
  }

  /**
   * The frames from now on, the first of them `first`, as the lines of an event stream. It ends with `signal`: the
   * client has left, or the server of the page drains.
   */
  stream(first: string, signal: AbortSignal): AsyncIterableIterator<string> {
    let seen = this.#number;
    let isOpen = true;
    let next: string | undefined = `retry: 2000\n${eventOf(first)}`;
    this.#streams++;
    const end = (): void => {
      if (!isOpen) return;
      isOpen = false;
      this.#streams--;
      signal.removeEventListener('abort', end);
      this.#wake();
    };
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    const done = { done: true, value: undefined } as const;
    return {
      next: async () => {
        while (isOpen) {
          const value = next ?? (seen === this.#number ? undefined : eventOf(this.#text));
          next = undefined;
          if (value !== undefined) {
            seen = this.#number;
            return { done: false, value };
          }
          await new Promise<void>((resolve) => this.#waiting.push(resolve));
        }
        return done;
      },
      return: async () => {
        end();
        return done;
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** JSON has no line feed. */
function eventOf(json: string): string {
  return `data: ${json}\n\n`;
}
