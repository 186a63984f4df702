// Checks whether an object can be an observer.

import { entriesOf, functionAt, invalid, objectAt, unknownOption } from '../options/checks.js';
import { OBSERVER_OTHER_NAMES } from '../options/other-names.js';
import { OBSERVER_NAMES, type Observer } from './observer.js';

/**
 * One observer or a list of them, each checked. The objects themselves are kept, and their methods are
 * called on them: an instance of a class keeps its state.
 *
 * @throws TypeError with `code: 'SLUICE_OPTION_INVALID'`
 */
export function observersFrom(path: string, given: unknown): readonly Observer[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) {
    checkObserver(path, given);
    return [given as Observer];
  }
  entriesOf(given).forEach((observer, i) => {
    checkObserver(`${path}[${i}]`, observer);
  });
  return [...given];
}

/**
 * Refuses a method that would never be called. In a plain object, that is every function with
 * another name. An instance of a class may have other methods and fields, but needs at least one
 * method of an observer.
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

/** True for an object literal of any realm, false for an instance of a class. */
function isPlain(given: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(given);
  if (prototype === null) return true;
  return typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null;
}

function isObserverName(name: string): boolean {
  return OBSERVER_NAMES.some((known) => known === name);
}
