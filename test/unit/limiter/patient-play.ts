// The default law, played in virtual time without a limiter.

import { expect } from 'vitest';
import { PATIENCE_MS } from '../../../src/limiter/laws/overload.js';
import { PatientLaw } from '../../../src/limiter/laws/patient.js';
import type { Ticket } from '../../../src/limiter/ticket.js';
import { SimulatedLimiter } from './simulated-limiter.js';

export const startMs = 2;

/** A law before which one request ends and the next starts every {@link startMs}, and as many stand in the queue as are said. */
export class Play {
  now = 0.5;
  isRunning = true;
  readonly law: PatientLaw;
  readonly ticket: Ticket = new SimulatedLimiter().ticket('any');

  constructor(callers?: { asking: number; outstanding: number }) {
    this.law = new PatientLaw(
      callers && { asking: () => callers.asking, outstanding: () => callers.outstanding },
      () => this.isRunning,
    );
  }

  /** Nothing runs or waits for as long; then one starts on arrival. */
  rest(ms: number): void {
    this.law.noteDuration(0, this.now);
    this.isRunning = false;
    this.now += ms;
    this.law.noteInlineStart(this.ticket, this.now);
    this.isRunning = true;
  }

  /** Arrivals that find `entries` ahead, for as long. Gives how many were refused. */
  run(ms: number, entries: number): number {
    let refused = 0;
    for (const end = this.now + ms; this.now < end; this.now += startMs) {
      this.law.noteDuration(0, this.now);
      this.law.noteStart(this.ticket, this.now);
      const reason = this.law.refusesArrival(this.ticket, entries, this.now);
      if (reason === null) continue;
      expect(reason).toBe('waitTooLong');
      this.law.noteRefusal(this.ticket, reason, this.now);
      refused++;
    }
    return refused;
  }

  leave(waitedMs = 100): void {
    this.ticket.offeredAt = this.now - waitedMs;
    this.law.noteGone(this.ticket, this.now);
  }

  get isTight(): boolean {
    return this.law.patienceMs(this.ticket.priority) < PATIENCE_MS;
  }
}

export const tooMany = PATIENCE_MS / startMs;
