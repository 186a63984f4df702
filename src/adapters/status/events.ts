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
   * The frames from now on, as the lines of an event stream: the first at once. It ends with `signal`, when the server
   * of the page drains or the client has left. The last frame is made then: so a page shows the end of a server.
   *
   * @param make makes the first frame and the last
   */
  stream(make: () => string, signal: AbortSignal): AsyncIterableIterator<string> {
    let seen = this.#number;
    let isOpen = true;
    let next: string | undefined = `retry: 2000\n${eventOf(make())}`;
    const close = (): void => {
      if (!isOpen) return;
      isOpen = false;
      this.#streams--;
      signal.removeEventListener('abort', end);
      this.#wake();
    };
    const end = (): void => {
      next = eventOf(make());
      close();
    };
    this.#streams++;
    if (signal.aborted) close();
    else signal.addEventListener('abort', end);
    const take = (): string | undefined => {
      const value = next ?? (seen === this.#number ? undefined : eventOf(this.#text));
      next = undefined;
      seen = this.#number;
      return value;
    };
    return {
      next: async () => {
        for (let value = take(); ; value = take()) {
          if (value !== undefined) return { done: false, value };
          if (!isOpen) return { done: true, value: undefined };
          await new Promise<void>((resolve) => this.#waiting.push(resolve));
        }
      },
      return: async () => {
        next = undefined;
        seen = this.#number;
        close();
        return { done: true, value: undefined };
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
