// The virtual environment, counting the timers and turns that are armed: at the
// end of a world none may be.

import type { DueTimer, Environment, Turn } from '../../src/conn/environment.js';

export class CountingEnvironment implements Environment {
  readonly #inner: Environment;
  readonly #armed: Set<object> = new Set();

  constructor(inner: Environment) {
    this.#inner = inner;
  }

  /** Timers and turns that somebody has asked for and not got yet. */
  get armedCount(): number {
    return this.#armed.size;
  }

  now(): number {
    return this.#inner.now();
  }

  wallNow(): number {
    return this.#inner.wallNow();
  }

  random(): number {
    return this.#inner.random();
  }

  createTimer(onDue: (now: number) => void): DueTimer {
    const armed = this.#armed;
    const timer = this.#inner.createTimer((now) => {
      armed.delete(counted);
      onDue(now);
    });
    const counted: DueTimer = {
      arm(at) {
        armed.add(counted);
        timer.arm(at);
      },
      stop() {
        armed.delete(counted);
        timer.stop();
      },
    };
    return counted;
  }

  createTurn(onTurn: (now: number) => void): Turn {
    const armed = this.#armed;
    const turn = this.#inner.createTurn((now) => {
      armed.delete(counted);
      onTurn(now);
    });
    const counted: Turn = {
      arm() {
        armed.add(counted);
        turn.arm();
      },
      stop() {
        armed.delete(counted);
        turn.stop();
      },
    };
    return counted;
  }
}
