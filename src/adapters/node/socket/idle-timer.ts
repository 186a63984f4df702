// The timeout of a socket: it runs from the last byte, and what is read or written only notes the time.

import type { DueTimer } from '../../../conn/environment.js';
import type { HostWriter } from '../../../conn/host.js';

export class IdleTimer {
  readonly #link: HostWriter;
  readonly #onIdle: () => void;
  #timer: DueTimer | undefined = undefined;
  /** Milliseconds; 0: it doesn't run. */
  #ms = 0;
  #activeAt = 0;
  /** This silence was told. */
  #isTold = false;

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
    this.#arm();
  }

  /** Something was read or written. */
  touch(): void {
    if (this.#ms === 0) return;
    // The next silence is told as well.
    if (this.#isTold) this.#arm();
    else this.#activeAt = this.#link.now();
  }

  #arm(): void {
    this.#isTold = false;
    this.#activeAt = this.#link.now();
    this.#timer?.arm(this.#activeAt + this.#ms);
  }

  #due(now: number): void {
    if (this.#ms === 0) return;
    const dueAt = this.#activeAt + this.#ms;
    if (now < dueAt) this.#timer?.arm(dueAt);
    else {
      this.#isTold = true;
      this.#onIdle();
    }
  }
}
