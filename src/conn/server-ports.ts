// What the shared parts of a server see of a connection, of a request and of a responder. The parts
// know nothing else of them, so the imports lead one way: from a connection to what it shares.

import type { Due } from '../fsm/time/due-heap.js';
import type { Observer } from '../observe/observer.js';
import type { AbortReason } from './handler/abort.js';
import type { Lifecycle } from './machine/lifecycle.js';
import type { Place } from './memory/member-list.js';

/** A connection, as memory relief sees it. */
export interface MemoryHolder {
  /** Bytes that this connection holds in memory. */
  readonly bufferedBytes: number;
  /** Since when content has waited here for memory. */
  readonly starvedSince: number;
  /** Tells the ledger how many bytes are held now. */
  countHeld(): void;
  /** Looks again at what may be read and sent. */
  lookAgain(now: number): void;
  /** Content has waited for memory for long enough: its handler is told. */
  giveUpStarved(): void;
  readonly ending: {
    /** Resets the connection. */
    cut(reason: AbortReason): void;
  };
}

/** A connection, as the roster and a closing server see it. */
export interface OpenConnection extends MemoryHolder {
  /** Among the open connections; undefined where it is none of them. Only the roster sets it. */
  place: Place<OpenConnection> | undefined;
  readonly life: Lifecycle;
  readonly ending: {
    cut(reason: AbortReason): void;
    /** The response in progress is to be the last. */
    startDrain(now: number): void;
    /** The grace is over: the connection ends now. */
    cutOff(): void;
    /** The owner of the server wants it to end now. */
    endNow(): void;
  };
  /** Tells the handler that runs why its work is in vain. */
  abort(reason: AbortReason): void;
  /** Somebody has begun to observe the server, or ceased to. */
  observersChanged(): void;
  /** Tells `observer` that this connection is open. */
  tellOpened(observer: Observer): void;
}

/** A request, as memory relief sees it. */
export interface GrowingRequest {
  readonly connection: MemoryHolder;
}

/** A request whose handler runs, and which has a deadline. */
export interface RunningRequest extends Due {
  /** Tells the handler why its work is in vain. */
  abort(reason: AbortReason): void;
}

/** A responder, as the scheduler sees it. */
export interface ScheduledResponder {
  /** The turn that was asked for has come. */
  continuePump(): void;
}

/** Responses that are held back, as the scheduler sees them. */
export interface HeldBackSender {
  /** The tick that was asked for has come. */
  sendHeldBack(): void;
}
