// The asynchronous context in which handlers and listeners start: what they find in an AsyncLocalStorage of the
// application. It is that of `listen()`, whatever code has run before in the same callback of Node's.
//
// Node keeps contexts in one of two ways. The newer way is the default from Node 24 on: the context is a value, the
// frame, and `enterWith` puts another frame in its place for the rest of the callback. In the older way each storage
// keeps its value at the resource whose callback runs: here the connection's, where the next request would find it.

import { AsyncLocalStorage, AsyncResource, executionAsyncResource } from 'node:async_hooks';
import type { Scope } from '../conn/environment.js';

/** A boundary: only a storage of the older way has this method. */
const KEEPS_FRAMES = !('_enable' in AsyncLocalStorage.prototype);

/** A resource has the frame of the moment in which it was made under a symbol that Node shows nowhere. */
const FRAME: symbol | undefined = Object.getOwnPropertySymbols(new AsyncResource('sluice')).find(
  ({ description }) => description === 'context_frame',
);

/** The context of this moment. */
export function scopeOfNow(): Scope {
  return KEEPS_FRAMES ? new FrameScope(new AsyncResource('sluice')) : new BaseScope();
}

/** Entering a frame costs more than looking whether it is the one at hand. */
class FrameScope implements Scope {
  readonly #resource: AsyncResource;
  readonly #frame: unknown;

  constructor(resource: AsyncResource) {
    this.#resource = resource;
    this.#frame = frameOf(resource);
  }

  run<Self, Values extends unknown[], Result>(
    work: (this: Self, ...values: Values) => Result,
    self: Self,
    ...values: Values
  ): Result {
    if (this.#isAtHand()) return work.apply(self, values);
    return runIn(this.#resource, work, self, ...values);
  }

  begin<Self>(work: (this: Self) => void, self: Self): Scope {
    if (this.#isAtHand()) work.call(self);
    else runIn(this.#resource, work, self);
    return this;
  }

  ofNow(): Scope {
    return this.#isAtHand() ? this : new FrameScope(new AsyncResource('sluice'));
  }

  /** Not known where hooks are enabled: they would be told of a resource for each look. */
  #isAtHand(): boolean {
    if (areHooksKnown) return false;
    const resource = namelessResource();
    return resource !== undefined && frameOf(resource) === this.#frame;
  }
}

/** Not even equal to itself where Node has hidden it better: then the frame is entered each time. */
function frameOf(resource: AsyncResource): unknown {
  return FRAME === undefined ? Number.NaN : (resource as unknown as Record<symbol, unknown>)[FRAME];
}

/** In the older way, each run has a resource of its own once somebody follows asynchronous contexts. */
class BaseScope implements Scope {
  readonly #resource: AsyncResource = new AsyncResource('sluice');

  run<Self, Values extends unknown[], Result>(
    work: (this: Self, ...values: Values) => Result,
    self: Self,
    ...values: Values
  ): Result {
    if (isFollowed()) return runIn(this.#newResource(), work, self, ...values);
    try {
      return work.apply(self, values);
    } finally {
      if (isFollowed()) forgetEntered();
    }
  }

  begin<Self>(work: (this: Self) => void, self: Self): Scope {
    if (isFollowed()) return new OwnScope(this.#newResource()).begin(work, self);
    let after: Scope = this;
    try {
      work.call(self);
    } finally {
      if (isFollowed()) {
        after = new OwnScope(newResource());
        forgetEntered();
      }
    }
    return after;
  }

  ofNow(): Scope {
    return isFollowed() ? new OwnScope(newResource()) : this;
  }

  #newResource(): AsyncResource {
    return this.#resource.runInAsyncScope(newResource);
  }
}

/** Of one request: what it enters at one time it finds at a later one. */
class OwnScope implements Scope {
  readonly #resource: AsyncResource;

  constructor(resource: AsyncResource) {
    this.#resource = resource;
  }

  run<Self, Values extends unknown[], Result>(
    work: (this: Self, ...values: Values) => Result,
    self: Self,
    ...values: Values
  ): Result {
    return runIn(this.#resource, work, self, ...values);
  }

  begin<Self>(work: (this: Self) => void, self: Self): Scope {
    runIn(this.#resource, work, self);
    return this;
  }

  ofNow(): Scope {
    return new OwnScope(newResource());
  }
}

function newResource(): AsyncResource {
  return new AsyncResource('HTTPINCOMINGMESSAGE');
}

function runIn<Self, Values extends unknown[], Result>(
  resource: AsyncResource,
  work: (this: Self, ...values: Values) => Result,
  self: Self,
  ...values: Values
): Result {
  // Boundary: Node's types know no type of `this`.
  return resource.runInAsyncScope(
    work as (this: unknown, ...values: Values) => Result,
    self,
    ...values,
  );
}

/** Hooks were enabled once, and may be so again: somebody's own, or in the older way those of an AsyncLocalStorage. */
let areHooksKnown = false;

/** Somebody follows asynchronous contexts, in the older way. */
function isFollowed(): boolean {
  return areHooksKnown || namelessResource() === undefined;
}

/**
 * Node says nowhere whether hooks are enabled. But it refuses a resource without a name where they are, and there alone.
 *
 * @returns undefined where they are
 */
function namelessResource(): AsyncResource | undefined {
  try {
    return new AsyncResource('', 0);
  } catch {
    areHooksKnown = true;
    return undefined;
  }
}

/**
 * The first of all has entered a context, and there was no resource for it. So it stands at the connection's: the next
 * must not find it there.
 */
function forgetEntered(): void {
  const resource = executionAsyncResource() as Record<symbol, unknown>;
  for (const symbol of Object.getOwnPropertySymbols(resource))
    if (symbol.description === 'kResourceStore') resource[symbol] = undefined;
}
