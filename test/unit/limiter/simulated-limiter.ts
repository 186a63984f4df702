// A limiter in virtual time: the tests hold its clock, and run the turn that it asks for.

import type { LimitAlgorithm } from '../../../src/limiter/algorithms/algorithm.js';
import { Limiter, type LimiterPorts } from '../../../src/limiter/limiter.js';
import { type LimiterOptions, parseLimiterOptions } from '../../../src/limiter/options.js';
import type { RefusalReason } from '../../../src/limiter/refusal.js';
import { type Outcome, type Priority, priorityClass, Ticket } from '../../../src/limiter/ticket.js';

/** What a turn of the loop takes. */
const TURN_MS = 0.05;

export class SimulatedLimiter {
  now: number = 1000.5;
  turnArmed = false;
  /** Everything that was called back, in order. */
  readonly log: string[] = [];
  readonly limiter: Limiter;

  constructor(
    options: LimiterOptions = {},
    algorithm?: LimitAlgorithm,
    ports: Pick<LimiterPorts, 'idleMs' | 'asking'> = {},
  ) {
    this.limiter = new Limiter(
      parseLimiterOptions(options),
      {
        armTurn: () => {
          if (this.turnArmed) throw new Error('a turn was asked for twice');
          this.turnArmed = true;
        },
        clock: () => this.now,
        random: () => 0.5,
        ...ports,
      },
      algorithm,
    );
  }

  ticket(name: string, given: TicketGiven = {}): TestTicket {
    return new TestTicket(this, name, given);
  }

  offer(name: string, given: TicketGiven = {}): TestTicket {
    const ticket = this.ticket(name, given);
    this.limiter.offer(ticket, this.now);
    return ticket;
  }

  /** Runs the turn that was asked for; false if none was. */
  turn(): boolean {
    if (!this.turnArmed) return false;
    this.turnArmed = false;
    this.limiter.turn(this.now);
    return true;
  }

  /** Runs turns until none is asked for. */
  settle(): void {
    for (let turns = 0; this.turn(); turns++) {
      if (turns > 10_000) throw new Error('turns without end');
    }
  }

  expire(): void {
    this.limiter.expire(this.now);
  }

  /** Lets time pass in a process that never stalls: each turn and each timer comes when it is due. */
  pass(ms: number): void {
    const until = this.now + ms;
    for (let events = 0; ; events++) {
      if (events > 100_000) throw new Error('events without end');
      const turnAt = this.turnArmed ? this.now + TURN_MS : Number.POSITIVE_INFINITY;
      const expiryAt = this.limiter.nextExpiry();
      if (Math.min(turnAt, expiryAt) > until) break;
      this.now = Math.max(this.now, Math.min(turnAt, expiryAt));
      if (expiryAt <= turnAt) this.expire();
      else this.turn();
    }
    this.now = Math.max(this.now, until);
  }

  /** What was called back since the last look. */
  takeLog(): string[] {
    return this.log.splice(0);
  }
}

export interface TicketGiven {
  readonly priority?: Priority;
  readonly client?: number;
  readonly deadline?: number;
  readonly bytes?: number;
  readonly kind?: number;
  /** Ends within `onAdmitted`, after as much time. */
  readonly runsInlineMs?: number;
  /** Computes for as long within `onAdmitted`, and goes on afterwards. */
  readonly startsForMs?: number;
  readonly onStart?: (ticket: TestTicket) => void;
  readonly onEnd?: (ticket: TestTicket) => void;
}

export class TestTicket extends Ticket {
  readonly name: string;
  readonly given: TicketGiven;
  readonly world: SimulatedLimiter;
  clientLeft = false;
  fate: 'none' | 'started' | 'refused' | 'gone' = 'none';
  reason: RefusalReason | undefined;
  retryAfterMs = 0;
  startedAt = Number.NaN;

  constructor(world: SimulatedLimiter, name: string, given: TicketGiven) {
    super();
    this.world = world;
    this.name = name;
    this.given = given;
    this.priority = priorityClass[given.priority ?? 'default'];
    this.clientBucket = given.client ?? 0;
    this.deadlineAt = given.deadline ?? Number.POSITIVE_INFINITY;
    this.queuedBytes = given.bytes ?? 0;
  }

  release(outcome: Outcome = 'finished'): boolean {
    return this.world.limiter.release(this, outcome, this.world.now);
  }

  override onAdmitted(now: number): void {
    this.fate = 'started';
    this.startedAt = now;
    this.world.log.push(`start ${this.name}`);
    this.given.onStart?.(this);
    this.world.now += this.given.startsForMs ?? 0;
    if (this.given.runsInlineMs !== undefined) {
      this.world.now += this.given.runsInlineMs;
      this.release();
      this.given.onEnd?.(this);
    }
  }

  override onRefused(reason: RefusalReason, retryAfterMs: number): void {
    this.fate = 'refused';
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.world.log.push(`refuse ${this.name}: ${reason}`);
    this.given.onEnd?.(this);
  }

  override kindHash(): number {
    return this.given.kind ?? 0;
  }

  override isGone(): boolean {
    return this.clientLeft;
  }

  override onGone(): void {
    this.fate = 'gone';
    this.world.log.push(`gone ${this.name}`);
    this.given.onEnd?.(this);
  }
}
