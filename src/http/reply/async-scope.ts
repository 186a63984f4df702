// The asynchronous context in which a streamed body was given: what the application keeps in an
// AsyncLocalStorage is seen by its generator, too, whoever pulls it and when.

/** A context to come back to. */
export interface AsyncScope {
  /** Calls `work` on `self` in this context. */
  runInAsyncScope<Self, Result>(work: (this: Self) => Result, self: Self): Result;
}

/** `src/http` knows nothing of Node: the composition root says how a context is kept. */
let keep: (() => AsyncScope) | undefined;

export function keepScopesBy(keepScope: () => AsyncScope): void {
  keep = keepScope;
}

/** The context of what runs now; undefined where nobody said how it is kept. For streamed bodies only. */
export function currentScope(): AsyncScope | undefined {
  return keep?.();
}
