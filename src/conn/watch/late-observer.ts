// An observer that joins a server which runs. Pairs stay pairs for it: of a request that had begun before,
// it is told neither the start nor the end. After it has left it is told nothing.

import type { Observer } from '../../observe/observer.js';

export interface LateObserver {
  /** Tells the other one. A method that it lacks is missing here, too. */
  readonly observer: Observer;
  /** Tells it no more. */
  leave(): void;
}

/** @param lastRequestId requests up to here have begun before */
export function lateObserver(behind: Observer, lastRequestId: number): LateObserver {
  let isHere = true;
  const passOn = <Record>(
    method: ((record: Record) => void) | undefined,
  ): ((record: Record) => void) | undefined =>
    method === undefined
      ? undefined
      : // What it gives may be a promise, whose rejection is heard by who guards the observers.
        (record) => (isHere ? method.call(behind, record) : undefined);
  const ofRequests = <Record extends { readonly requestId: number }>(
    method: ((record: Record) => void) | undefined,
  ): ((record: Record) => void) | undefined => {
    const tell = passOn(method);
    return tell && ((record) => (record.requestId > lastRequestId ? tell(record) : undefined));
  };
  const methods = {
    connectionOpened: passOn(behind.connectionOpened),
    connectionRefused: passOn(behind.connectionRefused),
    connectionClosed: passOn(behind.connectionClosed),
    transition: passOn(behind.transition),
    requestStarted: ofRequests(behind.requestStarted),
    requestCompleted: ofRequests(behind.requestCompleted),
    requestRefused: ofRequests(behind.requestRefused),
    fault: passOn(behind.fault),
    limitChanged: passOn(behind.limitChanged),
  } satisfies { [Name in keyof Observer]-?: Observer[Name] | undefined };
  return {
    // Boundary: a method that is undefined counts as missing.
    observer: methods as Observer,
    leave() {
      isHere = false;
    },
  };
}
