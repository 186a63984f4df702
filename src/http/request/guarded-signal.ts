// Listeners of a request's signal are the application's code. Node tells the process what one of them
// throws, or rejects with, and that ends it; a client makes the signal abort whenever it likes. So the
// signals that sluice hands out hear such errors first, and tell who looks after the server.

import { rejectionOf } from '../thenable.js';

/** Hears what a listener threw, or with what it rejected. Never throws. */
export interface ErrorListener {
  report(error: unknown): void;
}

type Handler = (this: unknown, event: Event) => unknown;
type Listener = Handler | { handleEvent(event: Event): unknown };

/** Who hears the errors of a guarded signal. */
const owners: WeakMap<AbortSignal, ErrorListener> = new WeakMap();

/**
 * The same signal, whose listeners may throw. Signals that follow it (`AbortSignal.any`) have listeners of
 * their own, which are not heard here.
 */
export function guardListeners(signal: AbortSignal, owner: ErrorListener): AbortSignal {
  if (owners.has(signal)) return signal;
  owners.set(signal, owner);
  /** The platform finds by its function a listener that is added twice, or removed. */
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
  // Boundary: they take whatever the application gives, and the platform says what doesn't fit.
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

/** Guards `signal` as `other` is guarded, which it follows. */
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
