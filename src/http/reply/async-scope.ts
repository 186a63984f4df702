// The asynchronous context in which a streamed body was given. The generator of the body sees the
// values of an AsyncLocalStorage from that context, whenever it is pulled.

/** A context in which a function can be called later. */
export interface AsyncScope {
  /** Calls `work` on `self` in this context. */
  runInAsyncScope<Self, Result>(work: (this: Self) => Result, self: Self): Result;
}

/** `src/http` knows nothing of Node. The composition root sets how a context is kept. */
let keep: (() => AsyncScope) | undefined;

export function keepScopesBy(keepScope: () => AsyncScope): void {
  keep = keepScope;
}

/**
 * The context of the running code; undefined if `keepScopesBy` was not called. Used for streamed
 * bodies only.
 */
export function currentScope(): AsyncScope | undefined {
  return keep?.();
}

/** Calls `what` in `scope`, or as it is where there is none. */
export function within<Result>(scope: AsyncScope | undefined, what: () => Result): Result {
  return scope === undefined ? what() : scope.runInAsyncScope(what, undefined);
}
