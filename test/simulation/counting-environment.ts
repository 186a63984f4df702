// The virtual environment, counting the timers and turns that are armed: while
// nobody is there, and at the end of a run, none may be.

import type { DueTimer, Environment, Scope, Tick, Turn } from '../../src/conn/environment.js';

export class CountingEnvironment implements Environment {
  readonly #inner: Environment;
  readonly #timers: Set<object> = new Set();
  readonly #turns: Set<object> = new Set();
  readonly #holds: Set<object> = new Set();

  constructor(inner: Environment) {
    this.#inner = inner;
  }

  /** Timers that somebody has set and that are not due yet. */
  get timersArmed(): number {
    return this.#timers.size;
  }

  /** Turns that somebody has asked for and not got yet. */
  get turnsArmed(): number {
    return this.#turns.size;
  }

  now(): number {
    return this.#inner.now();
  }

  idleMs(): number {
    return this.#inner.idleMs();
  }

  wallNow(): number {
    return this.#inner.wallNow();
  }

  random(): number {
    return this.#inner.random();
  }

  createTimer(onDue: (now: number) => void): DueTimer {
    const armed = this.#timers;
    const timer = this.#inner.createTimer((now) => {
      armed.delete(counted);
      onDue(now);
    });
    const counted: DueTimer = {
      arm(at) {
        if (at === Infinity) armed.delete(counted);
        else armed.add(counted);
        timer.arm(at);
      },
      stop() {
        armed.delete(counted);
        timer.stop();
      },
    };
    return counted;
  }

  bufferedBytesDefault(): number {
    return this.#inner.bufferedBytesDefault();
  }

  makeMemory(bytes: number): Uint8Array<ArrayBuffer> {
    return this.#inner.makeMemory(bytes);
  }

  warn(text: string): void {
    this.#inner.warn(text);
  }

  scopeOfNow(): Scope {
    return this.#inner.scopeOfNow();
  }

  /** Somebody waits for a promise of the server's. */
  get holds(): number {
    return this.#holds.size;
  }

  holdProcess(): () => void {
    const hold = {};
    this.#holds.add(hold);
    return () => this.#holds.delete(hold);
  }

  createTick(onTick: () => void): Tick {
    const armed = this.#turns;
    const tick = this.#inner.createTick(() => {
      armed.delete(counted);
      onTick();
    });
    const counted: Tick = {
      arm() {
        armed.add(counted);
        tick.arm();
      },
    };
    return counted;
  }

  createTurn(onTurn: (now: number) => void): Turn {
    const armed = this.#turns;
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
