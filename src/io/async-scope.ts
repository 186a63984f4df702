// The scope of what the server does for others than who caused it: nobody's.

import { AsyncResource } from 'node:async_hooks';

/**
 * What one connection asks for may do work for others. So it runs in the asynchronous context in
 * which this was made, not in that of whoever asked: what a handler keeps in an AsyncLocalStorage
 * is not seen by the handlers of others. Each call has a scope of its own, so that one which
 * changes its context (`enterWith`) changes no later call's.
 *
 * @returns runs what it is given so
 */
export function noScope(): (work: () => void) => void {
  const outside = new AsyncResource('sluice');
  const makeScope = (): AsyncResource => new AsyncResource('sluice');
  return (work) => {
    outside.runInAsyncScope(makeScope).runInAsyncScope(work);
  };
}

/** The context of what runs now, to come back to. */
export function keepScope(): AsyncResource {
  return new AsyncResource('sluice.body');
}

/** `work` as a function that always runs so. */
export function inNoScope(work: () => void): () => void {
  const run = noScope();
  return () => run(work);
}
