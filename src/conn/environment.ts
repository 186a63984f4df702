// What a connection needs of the world besides bytes: time, a turn of the event
// loop and its ticks, memory, and chance. `src/io` gives the real one, `src/testing` a virtual one.

import type { FaultId } from '../fsm/faults.js';
import type { RequestChannel } from './handler/request-channel.js';
import type { Transport, TransportSink } from './transport.js';

/**
 * Time, turns, ticks, memory and chance. Everything below `src/server.ts` gets them from here
 * or as parameters, so that a whole server runs in virtual time from one seed.
 */
export interface Environment {
  /** The monotonic clock in milliseconds, with fractions. Its zero has no meaning. */
  now(): number;
  /** How long the event loop has slept since the process started, in milliseconds. */
  idleMs(): number;
  /** Milliseconds since 1970, for the Date field and for logs. May jump. */
  wallNow(): number;
  /** A number in [0, 1). Not for secrets. */
  random(): number;
  /** Makes a timer that calls `onDue`. A server needs one. */
  createTimer(onDue: (now: number) => void): DueTimer;
  /** Makes a turn that calls `onTurn`. A server needs one. */
  createTurn(onTurn: (now: number) => void): Turn;
  /** Makes a tick that calls `onTick`. A server needs one. */
  createTick(onTick: () => void): Tick;
  /** What a server may hold for all its connections where nobody said how much, in bytes. */
  bufferedBytesDefault(): number;
  /** Exactly so many bytes for content, alone in their ArrayBuffer, with whatever was in them before. */
  makeMemory(bytes: number): Uint8Array<ArrayBuffer>;
  /** Says to whoever looks after the process what there is nobody else to tell. */
  warn(text: string): void;
  /** The asynchronous context of this moment: see `AsyncLocalStorage`. */
  scopeOfNow(): Scope;
  /** Who traces the calls of handlers. */
  readonly requestChannel?: RequestChannel;
  /** Keeps the process alive until what this gives is called: for as long as a promise of ours is waited for. */
  holdProcess(): () => void;
}

/** An asynchronous context. What one request enters there, no other finds. */
export interface Scope {
  /** Calls `work` in this context, now. */
  run<Self, Values extends unknown[], Result>(
    work: (this: Self, ...values: Values) => Result,
    self: Self,
    ...values: Values
  ): Result;
  /** Calls what begins a request, and gives the context for what comes later of it. */
  begin<Self>(work: (this: Self) => void, self: Self): Scope;
  /** The context of this moment: this one, where it is the same. */
  ofNow(): Scope;
}

/** Work runs where it is called. */
export const anyScope: Scope = {
  run: (work, self, ...values) => work.apply(self, values),
  begin(work, self) {
    work.call(self);
    return anyScope;
  },
  ofNow: () => anyScope,
};

/**
 * A timer for the earliest of many due times, which somebody else keeps.
 * It does not keep the process alive.
 */
export interface DueTimer {
  /**
   * Asks for one call of `onDue` at `at` (a monotonic time) or soon after, never
   * before. Takes the place of what was asked for earlier; cheap to call often.
   */
  arm(at: number): void;
  /** Nothing is asked for any more. `arm` may be called again. */
  stop(): void;
}

/** One call in the next turn of the event loop, after the input that is ready. */
export interface Turn {
  /** Asks for one call. Asking again before it came changes nothing. */
  arm(): void;
  /** Nothing is asked for any more. `arm` may be called again. */
  stop(): void;
}

/** One call as soon as what runs now has ended, and all promises were heard that are settled by then. */
export interface Tick {
  /** Asks for one call. Asking again before it came changes nothing. It can't be stopped. */
  arm(): void;
}

/**
 * Takes a new transport and gives the sink to which its events go. Until it has
 * returned, no event is told.
 */
export type Accept = (
  transport: Transport,
  now: number,
  /** What the peer has done wrong before it was let in: it gets an answer, and no request is read. */
  fault?: FaultId,
) => TransportSink;
