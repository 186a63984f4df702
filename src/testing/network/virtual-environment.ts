// The Environment port in virtual time.

import {
  anyScope,
  type DueTimer,
  type Environment,
  type Scope,
  type Tick,
  type Turn,
} from '../../conn/environment.js';
import {
  invalid,
  msAt,
  namesOf,
  objectAt,
  refuseOthers,
  wholeNumberAt,
} from '../../options/checks.js';
import type { Scheduled } from './event-heap.js';
import { Random } from './random.js';
import { CANARY } from './simulated-transport.js';
import type { VirtualClock } from './virtual-clock.js';

export interface VirtualEnvironmentOptions {
  /** The source of `random()`. Default: a generator with seed 1. */
  readonly random?: Random;
  /** Milliseconds since 1970 at the time 0 of the clock. Default: 2026-01-01T00:00:00Z. */
  readonly wallStart?: number;
  /**
   * The time that a turn of the loop takes. Default 0.05. It is not 0, so that work that is spread
   * over turns for some milliseconds comes to an end.
   */
  readonly turnMs?: number;
}

/** The names of the options. A missing name does not compile. */
export const ENVIRONMENT_NAMES: readonly string[] = namesOf<VirtualEnvironmentOptions>({
  random: true,
  wallStart: true,
  turnMs: true,
});

/**
 * Time, turns and chance for a server in a simulation.
 *
 * @example
 * const clock = new VirtualClock();
 * const environment = new VirtualEnvironment(clock);
 * environment.createTimer((now) => console.log(now)).arm(5000);
 * clock.run(); // prints 5000 at once
 */
export class VirtualEnvironment implements Environment {
  /** The clock of this environment. */
  readonly clock: VirtualClock;
  readonly #random: Random;
  readonly #wallStart: number;
  readonly #turnMs: number;
  /** The time of all turns so far. The clock itself counts this time as idle. */
  #turnsMs: number;

  constructor(clock: VirtualClock, options: VirtualEnvironmentOptions = {}) {
    refuseOthers('', objectAt('options', options), ENVIRONMENT_NAMES);
    const { random, wallStart, turnMs } = options;
    if (random !== undefined && !(random instanceof Random)) {
      throw invalid(TypeError, 'random', random, 'a Random');
    }
    if (wallStart !== undefined) wholeNumberAt('wallStart', wallStart, { least: 0, unit: 'ms' });
    if (turnMs !== undefined) msAt('turnMs', turnMs, 0);
    this.clock = clock;
    this.#random = options.random ?? new Random(1);
    this.#wallStart = options.wallStart ?? Date.UTC(2026, 0, 1);
    this.#turnMs = options.turnMs ?? 0.05;
    this.#turnsMs = 0;
  }

  now(): number {
    return this.clock.now;
  }

  idleMs(): number {
    return this.clock.idleMs - this.#turnsMs;
  }

  wallNow(): number {
    return this.#wallStart + Math.floor(this.clock.now);
  }

  random(): number {
    return this.#random.next();
  }

  createTimer(onDue: (now: number) => void): DueTimer {
    return new VirtualTimer(this.clock, onDue);
  }

  /** The same value on every machine. */
  bufferedBytesDefault(): number {
    return 256 * 1024 * 1024;
  }

  makeMemory(bytes: number): Uint8Array<ArrayBuffer> {
    // Code that shows unwritten memory shows this byte.
    return new Uint8Array(bytes).fill(CANARY);
  }

  /** A simulated process has no reader of warnings. */
  warn(): void {}

  scopeOfNow(): Scope {
    return anyScope;
  }

  /** In virtual time, a waiting caller runs the clock. No process must be kept alive. */
  holdProcess(): () => void {
    return () => {};
  }

  createTurn(onTurn: (now: number) => void): Turn {
    return new VirtualTurn(this.clock, this.#turnMs, (now) => {
      this.#turnsMs += this.#turnMs;
      onTurn(now);
    });
  }

  createTick(onTick: () => void): Tick {
    return new VirtualTurn(this.clock, 0, onTick);
  }
}

class VirtualTimer implements DueTimer {
  readonly #clock: VirtualClock;
  readonly #onDue: (now: number) => void;
  #scheduled: Scheduled | undefined;

  constructor(clock: VirtualClock, onDue: (now: number) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
    this.#scheduled = undefined;
  }

  arm(at: number): void {
    this.#scheduled?.cancel();
    this.#scheduled = undefined;
    if (at === Infinity) return;
    this.#scheduled = this.#clock.timerAt(at, () => {
      this.#scheduled = undefined;
      this.#onDue(this.#clock.now);
    });
  }

  stop(): void {
    this.arm(Infinity);
  }
}

class VirtualTurn implements Turn {
  readonly #clock: VirtualClock;
  readonly #turnMs: number;
  readonly #onTurn: (now: number) => void;
  #scheduled: Scheduled | undefined;

  constructor(clock: VirtualClock, turnMs: number, onTurn: (now: number) => void) {
    this.#clock = clock;
    this.#turnMs = turnMs;
    this.#onTurn = onTurn;
    this.#scheduled = undefined;
  }

  arm(): void {
    this.#scheduled ??= this.#clock.after(this.#turnMs, () => {
      this.#scheduled = undefined;
      this.#onTurn(this.#clock.now);
    });
  }

  stop(): void {
    this.#scheduled?.cancel();
    this.#scheduled = undefined;
  }
}
