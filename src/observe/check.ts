// Whether an object can be meant as an observer.

import { functionAt, invalid, namesOf, objectAt, unknownOption } from '../options/checks.js';
import { OBSERVER_OTHER_NAMES } from '../options/other-names.js';
import type { Observer } from './observer.js';

/** The names of the methods; the compiler refuses one that is forgotten here. */
export const OBSERVER_NAMES: readonly (keyof Observer)[] = namesOf<Observer>({
  connectionOpened: true,
  connectionRefused: true,
  connectionClosed: true,
  transition: true,
  requestStarted: true,
  requestCompleted: true,
  requestRefused: true,
});

/**
 * A method that would never be called is refused: in a plain object every function of another name.
 * An instance of a class may have methods and fields of its own, but must have one of an observer's.
 *
 * @throws TypeError with `code: 'SLUICE_OPTION_INVALID'`
 */
export function checkObserver(path: string, given: unknown): void {
  const observer = objectAt(path, given, 'an object of observing methods');
  let methods = 0;
  for (const name of OBSERVER_NAMES) {
    const method = observer[name];
    if (method === undefined) continue;
    functionAt(`${path}.${name}`, method);
    methods++;
  }
  if (isPlain(observer)) {
    for (const name of Object.keys(observer)) {
      if (typeof observer[name] !== 'function' || isObserverName(name)) continue;
      throw unknownOption(path, name, observer[name], OBSERVER_NAMES, OBSERVER_OTHER_NAMES);
    }
  } else if (methods === 0) {
    const fits = `an object with one of the methods ${OBSERVER_NAMES.join(', ')}`;
    throw invalid(TypeError, path, given, fits);
  }
}

/** Made by braces, in whatever realm, and not by a class. */
function isPlain(given: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(given);
  if (prototype === null) return true;
  return typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null;
}

function isObserverName(name: string): boolean {
  return OBSERVER_NAMES.some((known) => known === name);
}
