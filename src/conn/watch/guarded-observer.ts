// Observers look on. What one throws is told to `onError`, and changes nothing for those whom it watches,
// nor for the observers behind it.

import { OBSERVER_NAMES, type Observer } from '../../observe/observer.js';
import { rejectionOf } from '../../options/thenable.js';

type Method = (record: unknown) => unknown;

/**
 * One observer for all of `observers`, in their order. Its methods never throw. A method that none of them
 * has is missing here too, so that it goes on costing nothing.
 *
 * @param onError Hears what a method threw, and with what its promise rejected if it gave one.
 */
export function guardObservers(
  observers: readonly Observer[],
  onError: (error: unknown) => void,
): Observer {
  const guarded: Record<string, Method> = {};
  for (const name of OBSERVER_NAMES) {
    // A boundary: the method by its name.
    const watching = (observers as readonly Record<string, Method | undefined>[]).filter(
      (observer) => observer[name] !== undefined,
    );
    const [first, ...others] = watching;
    if (first === undefined) continue;
    const tell = (observer: Record<string, Method | undefined>, record: unknown): void => {
      try {
        rejectionOf(observer[name]?.(record), onError);
      } catch (error) {
        onError(error);
      }
    };
    guarded[name] =
      others.length === 0
        ? (record) => tell(first, record)
        : (record) => {
            for (const observer of watching) tell(observer, record);
          };
  }
  return guarded as Observer;
}
