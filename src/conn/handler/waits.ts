// What a handler may wait for beside the content: the abort, the trailers, the end
// of the response. Few ask; whoever doesn't costs nothing.

import { type ErrorListener, guardListeners } from '../../http/request/guarded-signal.js';
import { type AbortReason, RequestAborted } from './abort.js';
import type { Completion } from './context.js';

/** A promise with the function that resolves it. */
class Awaited<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;

  constructor() {
    let settled: (value: Value) => void = () => undefined;
    this.promise = new Promise((resolve) => {
      settled = resolve;
    });
    this.resolve = settled;
  }
}

export class Waits {
  #controller: AbortController | undefined = undefined;
  #trailers: Awaited<readonly string[]> | undefined = undefined;
  #completion: Awaited<Completion> | undefined = undefined;

  /**
   * @param aborted why it is aborted already, if it is
   * @param owner hears of listeners that throw
   */
  signal(aborted: AbortReason | undefined, owner: ErrorListener): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      guardListeners(this.#controller.signal, owner);
      if (aborted !== undefined) this.abort(aborted);
    }
    return this.#controller.signal;
  }

  /** @param received what the trailers are, if that is known */
  trailers(received: readonly string[] | undefined): Promise<readonly string[]> {
    if (this.#trailers === undefined) {
      this.#trailers = new Awaited();
      if (received !== undefined) this.#trailers.resolve(received);
    }
    return this.#trailers.promise;
  }

  /** @param completion how the response ended, if it has */
  completed(completion: Completion | undefined): Promise<Completion> {
    if (this.#completion === undefined) {
      this.#completion = new Awaited();
      if (completion !== undefined) this.#completion.resolve(completion);
    }
    return this.#completion.promise;
  }

  get completionAwaited(): boolean {
    return this.#completion !== undefined;
  }

  abort(reason: AbortReason): void {
    this.#controller?.abort(new RequestAborted(reason));
  }

  trailersCame(trailers: readonly string[]): void {
    this.#trailers?.resolve(trailers);
  }

  complete(completion: Completion): void {
    this.#completion?.resolve(completion);
  }
}
