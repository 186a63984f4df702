// Who watches the transitions of one connection: observers, its trace, or both.

import type { EventId, StateId } from '../../fsm/machine/machine.js';
import type { Observer } from '../../observe/observer.js';
import type { TraceRing } from './traces.js';

export class TransitionWatch {
  readonly observer: Observer | undefined;
  readonly trace: TraceRing | undefined;

  constructor(observer: Observer | undefined, trace: TraceRing | undefined) {
    this.observer = observer;
    this.trace = trace;
  }

  moved(connectionId: number, from: StateId, event: EventId, to: StateId): void {
    this.trace?.note(event, to);
    this.observer?.transition?.({ connectionId, from, event, to });
  }
}

/** Undefined where nobody watches. */
export function watchFor(
  observer: Observer | undefined,
  trace: TraceRing | undefined,
): TransitionWatch | undefined {
  const observing = observer?.transition === undefined ? undefined : observer;
  if (observing === undefined && trace === undefined) return undefined;
  return new TransitionWatch(observing, trace);
}
