// The scope that a turn or a timer of the server runs in: nobody's.

import { AsyncResource } from 'node:async_hooks';

/**
 * What one connection asks for may do work for others. So it runs in the asynchronous context in
 * which this was made, not in that of whoever asked: what a handler keeps in an AsyncLocalStorage
 * is not seen by the handlers of others. Each call has a scope of its own, so that one which
 * changes its context (`enterWith`) changes no later call's.
 */
export function inNoScope(work: () => void): () => void {
  const outside = new AsyncResource('sluice');
  const makeScope = (): AsyncResource => new AsyncResource('sluice');
  return () => outside.runInAsyncScope(makeScope).runInAsyncScope(work);
}
