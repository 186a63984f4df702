// The timeout of a socket: it runs from the last byte, and what is read or written only notes the time.

import type { DueTimer } from '../../conn/environment.js';
import type { HostWriter } from '../../conn/host.js';

export class IdleTimer {
  readonly #link: HostWriter;
  readonly #onIdle: () => void;
  #timer: DueTimer | undefined = undefined;
  /** Milliseconds; 0: it doesn't run. */
  #ms = 0;
  #activeAt = 0;

  constructor(link: HostWriter, onIdle: () => void) {
    this.#link = link;
    this.#onIdle = onIdle;
  }

  set(ms: number): void {
    this.#ms = ms;
    if (ms === 0) {
      this.#timer?.stop();
      return;
    }
    this.#timer ??= this.#link.createTimer((now) => this.#due(now));
    this.#activeAt = this.#link.now();
    this.#timer.arm(this.#activeAt + ms);
  }

  /** Something was read or written. */
  touch(): void {
    if (this.#ms > 0) this.#activeAt = this.#link.now();
  }

  #due(now: number): void {
    if (this.#ms === 0) return;
    const dueAt = this.#activeAt + this.#ms;
    if (now < dueAt) this.#timer?.arm(dueAt);
    else this.#onIdle();
  }
}
