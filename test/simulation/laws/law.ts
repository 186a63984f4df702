// What a law is held against, and what it is made of.

import type { LimiterSettings } from '../../../src/limiter/options.js';
import type { RefusalReason } from '../../../src/limiter/refusal.js';
import type { LimiterStats } from '../../../src/limiter/stats.js';
import type { Outcome } from '../../../src/limiter/ticket.js';
import type { ServerStats } from '../../../src/server.js';
import type { Overheard } from './limiter-tap.js';

/** A run as the laws see it. */
export interface LawSubject {
  readonly settings: LimiterSettings;
  /** Every ticket that went by, by age. */
  readonly heard: readonly Overheard[];
  /** Those whose fate is open, by age. */
  readonly undecided: ReadonlySet<Overheard>;
  /** Those that hold a token. */
  readonly holding: ReadonlySet<Overheard>;
  readonly now: number;
  /** So long has the loop been busy, all in all: what was due meanwhile happened late. */
  readonly spentMs: number;
  readonly turnsArmed: number;
  readonly timersArmed: number;
  readonly isDraining: boolean;
  readonly limiter: LimiterStats;
  readonly server: ServerStats;
  readonly clients: readonly Heard[];
  /** Its handler has been called, and has neither returned nor thrown nor settled. */
  isRunning(heard: Overheard): boolean;
  /** Its class, as the application says. */
  classOf(heard: Overheard): number;
  /** The bucket of its client, whom the application names. */
  bucketOf(heard: Overheard): number;
  /** In how many milliseconds its answer is worthless, as the application says. */
  deadlineMsOf(heard: Overheard): number;
}

/** What one client sent and got, by the ids of requests; undefined for a response that tells none. */
export interface Heard {
  readonly number: number;
  readonly sent: readonly string[];
  readonly got: readonly (string | undefined)[];
}

/** Watches one law through one run. */
export interface Check {
  /** A token is given: the handler is about to start. */
  admitted?(heard: Overheard): void;
  /** The application's handler was called. */
  started?(heard: Overheard): void;
  /** Refused, gone or withdrawn. */
  ended?(heard: Overheard, reason: RefusalReason | 'gone'): void;
  /** A token was given back; `counted` where the limiter took it. */
  returned?(heard: Overheard, outcome: Outcome, counted: boolean): void;
  /** Nothing is under way: between two events. */
  atRest?(): void;
  /** Nothing will happen any more. */
  atEnd?(): void;
}

export interface Law {
  /** As the laws of admission are counted. */
  readonly number: number;
  readonly says: string;
  /** @param fail is told what breaks the law */
  watch(simulated: LawSubject, fail: (what: string) => void): Check;
}
