// Whether the connection carries another request (RFC 9112 §9.3). The state `last` never changes back.

import type { Action, Event } from './events.js';
import { go, never, stay, type Table } from './transition.js';

export const PERSISTENCE_STATES = [
  /** Another request may follow. */
  'keep',
  /** No request may follow the one in progress. */
  'last',
] as const;
export type PersistenceState = (typeof PERSISTENCE_STATES)[number];

export type PersistenceEvent = Extract<
  Event,
  'closeAfter' | 'fault' | 'fin' | 'finEarly' | 'drainLimit' | 'contentUnread' | 'upgraded'
>;

export function persistenceTable(): Table<PersistenceState, PersistenceEvent, Action> {
  return {
    keep: {
      closeAfter: go('last'),
      // After a fault, the beginning of the next request is unknown.
      fault: go('last'),
      fin: go('last'),
      finEarly: go('last'),
      drainLimit: go('last'),
      contentUnread: go('last'),
      // A tunnel lasts to the end of its connection.
      upgraded: go('last'),
    },
    last: {
      closeAfter: stay,
      fault: stay,
      fin: stay,
      finEarly: stay,
      // Content is drained only to reach the next request.
      drainLimit: never,
      contentUnread: stay,
      upgraded: stay,
    },
  };
}
