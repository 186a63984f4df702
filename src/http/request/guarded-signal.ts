// Listeners of a request's signal are code of the application. If a listener throws or rejects,
// Node ends the process. A client can make the signal abort at any time. So the signals that sluice
// gives out catch such errors and report them.

import { rejectionOf } from '../../options/thenable.js';

/** Gets the errors of listeners, thrown or rejected. Never throws. */
export interface ErrorListener {
  report(error: unknown): void;
}

type Handler = (this: unknown, event: Event) => unknown;
type Listener = Handler | { handleEvent(event: Event): unknown };

/** The receiver of the errors of each guarded signal. */
const owners: WeakMap<AbortSignal, ErrorListener> = new WeakMap();

/**
 * Guards the signal, so that its listeners may throw, and gives it back. A signal that follows it
 * (`AbortSignal.any`) has its own listeners, which are not guarded.
 */
export function guardListeners(signal: AbortSignal, owner: ErrorListener): AbortSignal {
  if (owners.has(signal)) return signal;
  owners.set(signal, owner);
  /**
   * One guard for each listener: the platform finds a repeated or removed listener by its function.
   */
  const guards: WeakMap<object, Handler> = new WeakMap();
  const guarded = (listener: unknown): unknown => {
    if (!isListener(listener)) return listener;
    let guard = guards.get(listener);
    if (guard === undefined) {
      guard = guardOf(listener, owner);
      guards.set(listener, guard);
    }
    return guard;
  };
  // Boundary: the application gives any values. The platform throws for wrong ones.
  const { addEventListener: add, removeEventListener: remove } = signal as unknown as Methods;
  const attribute: PropertyDescriptor | undefined = Reflect.getOwnPropertyDescriptor(
    AbortSignal.prototype,
    'onabort',
  );
  let onabort: unknown = null;
  Object.defineProperties(signal, {
    addEventListener: method((type, listener, options) =>
      add.call(signal, type, guarded(listener), options),
    ),
    removeEventListener: method((type, listener, options) =>
      remove.call(signal, type, guarded(listener), options),
    ),
    onabort: {
      configurable: true,
      get: () => onabort,
      set(value: unknown) {
        onabort = typeof value === 'function' ? value : null;
        attribute?.set?.call(signal, guarded(onabort));
      },
    },
  });
  return signal;
}

/** Guards `signal` like `other`, which it follows. */
export function guardListenersLike(signal: AbortSignal, other: AbortSignal): void {
  const owner = owners.get(other);
  if (owner !== undefined) guardListeners(signal, owner);
}

interface Methods {
  addEventListener(...given: unknown[]): unknown;
  removeEventListener(...given: unknown[]): unknown;
}

function method(value: (...given: unknown[]) => unknown): PropertyDescriptor {
  return { value, writable: true, configurable: true };
}

function isListener(value: unknown): value is Listener {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}

function guardOf(listener: Listener, owner: ErrorListener): Handler {
  return function (this: unknown, event: Event): void {
    try {
      const given =
        typeof listener === 'function' ? listener.call(this, event) : listener.handleEvent(event);
      rejectionOf(given, (error) => owner.report(error));
    } catch (error) {
      owner.report(error);
    }
  };
}
