// The asynchronous context in which listeners run: what they find in an AsyncLocalStorage of the application. As under
// node:http it is that of `listen()`, and not that of the turn in which something comes.

import { AsyncResource } from 'node:async_hooks';

/** Undefined where nothing is in it, or nobody would know: each request saves the time that entering it takes. */
export type Scope = AsyncResource | undefined;

/**
 * Before Node 24, an AsyncLocalStorage keeps its value at the resource whose callback runs: here the connection's.
 * What one request enters there, the next would find.
 */
const KEEPS_RESOURCES_APART: boolean = Number.parseInt(process.versions.node, 10) < 24;

/** Somebody follows asynchronous contexts: by an AsyncLocalStorage, which may hold something, or by hooks of his own. */
let isFollowed = false;

/** The context of this moment. */
export function scopeOfNow(): Scope {
  const scope = new AsyncResource('sluice.server');
  noteFollowers();
  return isEmpty(scope) ? undefined : scope;
}

/** The context of one request and its content: what its listener enters there is no other request's. */
export function scopeOfRequest(scope: Scope): Scope {
  if (!KEEPS_RESOURCES_APART) return scope;
  noteFollowers();
  return isFollowed ? within(scope, newScope, undefined) : undefined;
}

/** That of content that comes later, where the listener has run in none: it may have been the first to enter anything. */
export function scopeOfContent(): Scope {
  noteFollowers();
  return isFollowed ? newScope() : undefined;
}

/**
 * Node says nowhere whether hooks are enabled. But before Node 24 it refuses a resource without a name where they are,
 * and there alone. Once they were, they may be so again.
 */
function noteFollowers(): void {
  if (isFollowed || !KEEPS_RESOURCES_APART) return;
  try {
    new AsyncResource('', 0);
  } catch {
    isFollowed = true;
  }
}

/** Calls `work` in a context. */
export function within<Result, Self, Values extends unknown[]>(
  scope: Scope,
  work: (this: Self, ...values: Values) => Result,
  self: Self,
  ...values: Values
): Result {
  if (scope === undefined) return work.apply(self, values);
  return scope.runInAsyncScope(
    work as (this: unknown, ...values: Values) => Result,
    self,
    ...values,
  );
}

function newScope(): AsyncResource {
  return new AsyncResource('HTTPINCOMINGMESSAGE');
}

/** A boundary: from Node 24 on, a resource has the whole context at one property, under a symbol that is shown nowhere. */
function isEmpty(scope: AsyncResource): boolean {
  if (KEEPS_RESOURCES_APART) return false;
  const symbol = Object.getOwnPropertySymbols(scope).find(
    ({ description }) => description === 'context_frame',
  );
  return (
    symbol !== undefined && (scope as unknown as Record<symbol, unknown>)[symbol] === undefined
  );
}
