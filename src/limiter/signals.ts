// The signals of calls that wait. A signal is often shared by many calls, all parts of one job: it gets one
// listener however many of them wait, because Node warns of a leak at the eleventh.

import type { AbortSignalLike } from './run-options.js';

/** A call that its signal may take back. */
export interface Withdrawable {
  /** Must not throw. */
  onAbort(reason: unknown): void;
}

/** The calls that wait under one signal, in the order of their arrival. */
interface Watch {
  readonly waiting: Set<Withdrawable>;
  readonly listener: () => void;
}

export class Signals {
  readonly #watches = new WeakMap<AbortSignalLike, Watch>();

  /**
   * Tells `call` when the signal aborts.
   *
   * @throws what the signal throws: then it is not watched
   */
  watch(signal: AbortSignalLike, call: Withdrawable): void {
    const watch = this.#watches.get(signal);
    if (watch !== undefined) {
      watch.waiting.add(call);
      return;
    }
    const waiting = new Set([call]);
    const listener = (): void => {
      const reason = reasonOf(signal);
      this.#leave(signal, listener);
      for (const each of waiting) each.onAbort(reason);
    };
    // First: a listener may be called by the very signal that it is given to.
    this.#watches.set(signal, { waiting, listener });
    try {
      signal.addEventListener('abort', listener);
    } catch (error) {
      this.#watches.delete(signal);
      throw error;
    }
  }

  /** The call waits no more. Never throws. */
  forget(signal: AbortSignalLike, call: Withdrawable): void {
    const watch = this.#watches.get(signal);
    if (watch?.waiting.delete(call) === true && watch.waiting.size === 0)
      this.#leave(signal, watch.listener);
  }

  #leave(signal: AbortSignalLike, listener: () => void): void {
    this.#watches.delete(signal);
    try {
      signal.removeEventListener('abort', listener);
    } catch {
      // A signal of somebody's own. Its calls have their answers, and a listener without calls does nothing.
    }
  }
}

/** What an abort is told with; the error of a signal that can't say. */
function reasonOf(signal: AbortSignalLike): unknown {
  try {
    return signal.reason;
  } catch (error) {
    return error;
  }
}
