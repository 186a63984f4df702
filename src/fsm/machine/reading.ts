// The reading half of a connection: the position in the peer's bytes. It knows nothing of handlers and
// responses. The rules for both halves together are in `joint.ts`.

import type { Action, Event } from './events.js';
import { go, never, stay, type Table } from './transition.js';

export const READING_STATES = [
  /** Between messages: no byte of the next message has come. */
  'idle',
  /** Within a head. */
  'head',
  /** Within content that the handler may read. */
  'body',
  /** The message is complete. */
  'done',
  /** Within content that no handler reads any more. It is dropped, to keep the connection. */
  'drain',
  /** The bytes are a tunnel's. They are not parsed. */
  'tunnel',
  /** Bytes are dropped without parsing, until the peer's FIN. */
  'discard',
  /** The peer's FIN was read, or reading has stopped for ever. */
  'closed',
] as const;
export type ReadingState = (typeof READING_STATES)[number];

/** The events that the reading half hears. Other events leave its state as it is. */
export type ReadingEvent = Extract<
  Event,
  | 'headStart'
  | 'requestBare'
  | 'requestGathered'
  | 'requestStreamed'
  | 'contentEnd'
  | 'fault'
  | 'fin'
  | 'finEarly'
  | 'gone'
  | 'idleTimeout'
  | 'drainLimit'
  | 'contentUnread'
  | 'lingerOver'
  | 'upgraded'
  | 'tunnelLeft'
  | 'reset'
  | 'cut'
>;

/** Built in a function, so that a test can build it again. */
export function readingTable(): Table<ReadingState, ReadingEvent, Action> {
  return {
    idle: {
      headStart: go('head'),
      requestBare: go('done'),
      requestGathered: go('body'),
      requestStreamed: go('body'),
      contentEnd: never,
      // The byte can't begin a request.
      fault: go('discard'),
      fin: go('closed'),
      finEarly: never,
      gone: never,
      // Without a 408: a browser would take a 408 on a spare connection as the response to its next request.
      idleTimeout: go('discard'),
      drainLimit: never,
      contentUnread: never,
      lingerOver: never,
      upgraded: never,
      tunnelLeft: never,
      reset: go('closed'),
      cut: go('closed'),
    },
    head: {
      headStart: never,
      requestBare: go('done'),
      requestGathered: go('body'),
      requestStreamed: go('body'),
      contentEnd: never,
      fault: go('discard'),
      fin: never,
      finEarly: go('closed'),
      gone: never,
      idleTimeout: never,
      drainLimit: never,
      contentUnread: never,
      lingerOver: never,
      upgraded: never,
      tunnelLeft: never,
      reset: go('closed'),
      cut: go('closed'),
    },
    body: {
      headStart: never,
      requestBare: never,
      requestGathered: never,
      requestStreamed: never,
      contentEnd: go('done'),
      fault: go('discard'),
      fin: never,
      finEarly: go('closed'),
      // The FIN may follow content that the handler has not read yet.
      gone: go('closed'),
      idleTimeout: never,
      drainLimit: never,
      // Only reading shows whether the peer is there. What comes is dropped.
      contentUnread: go('discard'),
      lingerOver: never,
      upgraded: never,
      tunnelLeft: never,
      reset: go('closed'),
      cut: go('closed'),
    },
    done: {
      headStart: never,
      requestBare: never,
      requestGathered: never,
      requestStreamed: never,
      contentEnd: never,
      fault: never,
      fin: go('closed'),
      finEarly: never,
      gone: go('closed'),
      idleTimeout: never,
      drainLimit: never,
      contentUnread: never,
      lingerOver: never,
      upgraded: go('tunnel'),
      tunnelLeft: never,
      reset: go('closed'),
      cut: go('closed'),
    },
    drain: {
      headStart: never,
      requestBare: never,
      requestGathered: never,
      requestStreamed: never,
      contentEnd: go('done'),
      fault: go('discard'),
      fin: never,
      finEarly: go('closed'),
      gone: never,
      idleTimeout: never,
      drainLimit: go('discard'),
      contentUnread: never,
      lingerOver: never,
      upgraded: never,
      tunnelLeft: never,
      reset: go('closed'),
      cut: go('closed'),
    },
    tunnel: {
      headStart: never,
      requestBare: never,
      requestGathered: never,
      requestStreamed: never,
      contentEnd: never,
      fault: never,
      // The other way stays open.
      fin: go('closed'),
      finEarly: never,
      gone: never,
      idleTimeout: never,
      drainLimit: never,
      contentUnread: never,
      lingerOver: never,
      upgraded: never,
      tunnelLeft: go('discard'),
      reset: go('closed'),
      cut: go('closed'),
    },
    discard: {
      headStart: never,
      requestBare: never,
      requestGathered: never,
      requestStreamed: never,
      contentEnd: never,
      fault: never,
      fin: go('closed'),
      finEarly: never,
      gone: never,
      idleTimeout: never,
      drainLimit: never,
      contentUnread: never,
      lingerOver: go('closed'),
      upgraded: never,
      tunnelLeft: never,
      reset: go('closed'),
      cut: go('closed'),
    },
    closed: {
      headStart: never,
      requestBare: never,
      requestGathered: never,
      requestStreamed: never,
      contentEnd: never,
      fault: never,
      fin: never,
      finEarly: never,
      gone: stay,
      idleTimeout: never,
      drainLimit: never,
      contentUnread: never,
      lingerOver: never,
      upgraded: stay,
      tunnelLeft: stay,
      reset: stay,
      cut: stay,
    },
  };
}
