// Who observes a server: those of the option from the start, others from when they join until they leave.
// All that tell of something tell one observer, which passes it on, and is undefined where there is none.

import type { Observer, ObserverMethod } from '../../observe/observer.js';
import { guardObservers } from './guarded-observer.js';

/** Boundary: the methods by their names. One object for good: a method that nobody has is undefined. */
type Methods = { -readonly [Name in ObserverMethod]: Observer[Name] | undefined };

export class Observers {
  /** All of them in one, whose methods don't throw; undefined where there is none. */
  observer: Observer | undefined = undefined;
  readonly #onError: (error: unknown) => void;
  readonly #methods: Methods = {
    connectionOpened: undefined,
    connectionRefused: undefined,
    connectionClosed: undefined,
    transition: undefined,
    requestStarted: undefined,
    requestCompleted: undefined,
    requestRefused: undefined,
    fault: undefined,
    limitChanged: undefined,
  };
  #all: readonly Observer[];

  /** @param onError Hears of what observers throw. */
  constructor(observers: readonly Observer[], onError: (error: unknown) => void) {
    this.#all = observers;
    this.#onError = onError;
    this.#join();
  }

  add(observer: Observer): void {
    this.#all = [...this.#all, observer];
    this.#join();
  }

  remove(observer: Observer): void {
    this.#all = this.#all.filter((one) => one !== observer);
    this.#join();
  }

  #join(): void {
    const guarded = guardObservers(this.#all, this.#onError);
    for (const name of Object.keys(this.#methods) as ObserverMethod[])
      (this.#methods as Record<string, unknown>)[name] = guarded[name];
    this.observer = this.#all.length === 0 ? undefined : (this.#methods as Observer);
  }
}
