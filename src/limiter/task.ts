// A call to `run`, from its offer to the settling of its promise.

import { listen, promiseOf } from '../options/thenable.js';
import type { Limiter } from './limiter.js';
import type { RefusalReason } from './refusal.js';
import { Refused } from './refused.js';
import type { AbortSignalLike } from './run-options.js';
import type { Signals, Withdrawable } from './signals.js';
import { type Outcome, Ticket, ticketState } from './ticket.js';

/** What `fn` is given. */
export interface RunContext {
  /**
   * Waits on purpose, for an event or a time, and gives the slot back for as long. When `promise` has settled
   * `fn` runs on at once.
   *
   * @returns what `promise` gives, or its error
   */
  waiting<W>(promise: W | PromiseLike<W>): Promise<W>;
}

/** What a task needs of the limiter that it is offered to. */
export interface TaskOwner {
  readonly limiter: Limiter;
  readonly signals: Signals;
  clock(): number;
  onWithdrawn(): void;
}

export class Task<T> extends Ticket implements Withdrawable {
  readonly #owner: TaskOwner;
  readonly #fn: (context: RunContext) => T | PromiseLike<T>;
  readonly #signal: AbortSignalLike | undefined;
  readonly #resolve: (result: T) => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    owner: TaskOwner,
    fn: (context: RunContext) => T | PromiseLike<T>,
    signal: AbortSignalLike | undefined,
    resolve: (result: T) => void,
    reject: (error: unknown) => void,
  ) {
    super();
    this.#owner = owner;
    this.#fn = fn;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** The limiter has it. While it waits, its signal may take it back. */
  wasOffered(): void {
    const signal = this.#signal;
    if (signal === undefined || !this.#waits) return;
    try {
      // What the offer has begun may have aborted it.
      if (signal.aborted) this.onAbort(signal.reason);
      else this.#owner.signals.watch(signal, this);
    } catch (error) {
      this.onAbort(error);
    }
  }

  get #waits(): boolean {
    return this.state === ticketState.queued || this.state === ticketState.postponed;
  }

  override onAdmitted(): void {
    this.#forgetSignal();
    try {
      const result = this.#fn(new TaskContext(this));
      const promise = promiseOf(result);
      // Boundaries: what is no promise is the result, and a promise gives it.
      if (promise === undefined) this.#succeed(result as T);
      else listen(promise as Promise<T>, this.#succeed, this.#fail);
    } catch (error) {
      this.#fail(error);
    }
  }

  waiting<W>(promise: W | PromiseLike<W>): Promise<W> {
    return this.#owner.limiter.waiting(this, promise);
  }

  override onRefused(reason: RefusalReason, retryAfterMs: number): void {
    this.#forgetSignal();
    this.#reject(new Refused(reason, retryAfterMs));
  }

  // Who leaves tells so, by the signal.
  override isGone(): boolean {
    return false;
  }

  override onGone(): void {}

  onAbort(reason: unknown): void {
    if (!this.#owner.limiter.withdraw(this)) return;
    this.#owner.onWithdrawn();
    this.#reject(reason);
  }

  #forgetSignal(): void {
    if (this.#signal !== undefined) this.#owner.signals.forget(this.#signal, this);
  }

  readonly #succeed = (result: T): void => {
    this.#release('finished');
    this.#resolve(result);
  };

  readonly #fail = (error: unknown): void => {
    this.#release('failed');
    this.#reject(error);
  };

  #release(outcome: Outcome): void {
    this.#owner.limiter.release(this, outcome, this.#owner.clock());
  }
}

/** What nobody asks of it is not made. */
class TaskContext implements RunContext {
  readonly #task: RunContext;

  constructor(task: RunContext) {
    this.#task = task;
  }

  // Bound, so that it may be taken out.
  get waiting(): <W>(promise: W | PromiseLike<W>) => Promise<W> {
    return (promise) => this.#task.waiting(promise);
  }
}
