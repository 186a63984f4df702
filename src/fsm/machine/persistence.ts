// Whether this connection carries another request (RFC 9112 §9.3). Once it does
// not, nothing brings that back.

import type { Action, Event } from './events.js';
import { go, never, stay, type Table } from './transition.js';

export const PERSISTENCE_STATES = [
  /** Another request may follow. */
  'keep',
  /** The response in progress, or none, is the last. */
  'last',
] as const;
export type PersistenceState = (typeof PERSISTENCE_STATES)[number];

export type PersistenceEvent = Extract<
  Event,
  'closeAfter' | 'fault' | 'fin' | 'finEarly' | 'drainLimit'
>;

export function persistenceTable(): Table<PersistenceState, PersistenceEvent, Action> {
  return {
    keep: {
      closeAfter: go('last'),
      // After a fault nobody knows where the next request would begin.
      fault: go('last'),
      fin: go('last'),
      finEarly: go('last'),
      drainLimit: go('last'),
    },
    last: {
      closeAfter: stay,
      fault: stay,
      fin: stay,
      finEarly: stay,
      // Nothing is drained for a request that will not come.
      drainLimit: never,
    },
  };
}
