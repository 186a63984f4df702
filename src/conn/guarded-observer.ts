// An observer looks on. What it throws is told to `onError`, and changes nothing for those whom it
// watches.

import { rejectionOf } from '../http/thenable.js';
import type { Observer } from '../observe/observer.js';

type Method = (...values: unknown[]) => unknown;

/** Every method that an observer may have. A method that is missing here doesn't compile. */
const METHODS: Readonly<Record<keyof Observer, true>> = {
  connectionOpened: true,
  connectionRefused: true,
  connectionClosed: true,
  transition: true,
  requestStarted: true,
  requestCompleted: true,
  requestRefused: true,
};

/**
 * The same observer, made so that its methods never throw. A method that it doesn't have is missing
 * here too, so that it goes on costing nothing.
 *
 * @param onError Hears what a method threw, and with what its promise rejected if it gave one.
 */
export function guardObserver(observer: Observer, onError: (error: unknown) => void): Observer {
  const guarded: Record<string, Method> = {};
  for (const name of Object.keys(METHODS)) {
    // A boundary: the method by its name.
    const watched = observer as Record<string, Method | undefined>;
    if (watched[name] === undefined) continue;
    guarded[name] = (...values) => {
      try {
        rejectionOf(watched[name]?.(...values), onError);
      } catch (error) {
        onError(error);
      }
    };
  }
  return guarded as Observer;
}
