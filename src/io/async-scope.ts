// The asynchronous context of work that one connection causes and that serves all of them.

import { AsyncResource } from 'node:async_hooks';

/** The asynchronous context of this moment, to run something in later. */
export function keepScope(): AsyncResource {
  return new AsyncResource('sluice.body');
}

/**
 * `work` as a function that runs in the asynchronous context of this moment, not in that of the connection which causes
 * the work. So no handler sees what the handler of another connection keeps in an AsyncLocalStorage. Each call has a scope
 * of its own: work that changes its context (`enterWith`) does not change the context of later calls.
 */
export function inNoScope(work: () => void): () => void {
  const outside = new AsyncResource('sluice');
  const makeScope = (): AsyncResource => new AsyncResource('sluice');
  return () => {
    outside.runInAsyncScope(makeScope).runInAsyncScope(work);
  };
}
