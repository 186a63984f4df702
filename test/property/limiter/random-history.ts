// Random histories of a limiter: what may happen to it, and a player that lets it happen and shows
// every start and every moment of rest to whoever watches a law.

import fc from 'fast-check';
import type { LimiterOptions } from '../../../src/limiter/options.js';
import { type Outcome, outcomes, priorities, ticketState } from '../../../src/limiter/ticket.js';
import {
  SimulatedLimiter,
  type TestTicket,
  type TicketGiven,
} from '../../unit/limiter/simulated-limiter.js';

export type Step =
  | { readonly do: 'offer'; readonly given: OfferGiven }
  | { readonly do: 'release'; readonly which: number; readonly outcome: Outcome }
  | { readonly do: 'pause'; readonly which: number; readonly holdsSlot: boolean }
  | { readonly do: 'resume'; readonly which: number }
  | { readonly do: 'withdraw'; readonly which: number }
  | { readonly do: 'leave'; readonly which: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'turn' }
  | { readonly do: 'expire' }
  | { readonly do: 'setLimit'; readonly limit: number }
  | { readonly do: 'setMemoryShort'; readonly memoryShort: boolean }
  | { readonly do: 'refuseQueued' };

interface OfferGiven {
  readonly priority: (typeof priorities)[number];
  readonly client: number;
  readonly kind: number;
  readonly withinMs: number;
  readonly bytes: number;
  /** Undefined: it runs until it is released. */
  readonly runsInlineMs: number | undefined;
  /** As many more are offered, from its own callbacks. */
  readonly followers: number;
  readonly throws: boolean;
  /** Within its start it waits on purpose: until later, or until what it waits for comes within its start, too. */
  readonly waits: 'later' | 'within' | undefined;
  /** What else happens within its callback. */
  readonly meddles: Step | undefined;
}

const which = fc.nat({ max: 20 });
const release = fc.record({
  do: fc.constant('release' as const),
  which,
  outcome: fc.constantFrom(...outcomes),
});
const pause = fc.record({
  do: fc.constant('pause' as const),
  which,
  holdsSlot: fc.integer({ min: 0, max: 3 }).map((n) => n === 3),
});
const resume = fc.record({ do: fc.constant('resume' as const), which });
const withdraw = fc.record({ do: fc.constant('withdraw' as const), which });
const leave = fc.record({ do: fc.constant('leave' as const), which });
const setLimit = fc.record({
  do: fc.constant('setLimit' as const),
  limit: fc.integer({ min: 1, max: 6 }),
});
const setMemoryShort = fc.record({
  do: fc.constant('setMemoryShort' as const),
  memoryShort: fc.boolean(),
});
const turn = fc.constant<Step>({ do: 'turn' });
const expire = fc.constant<Step>({ do: 'expire' });

const offerGiven: fc.Arbitrary<OfferGiven> = fc.record({
  priority: fc.constantFrom('default', 'default', 'default', ...priorities),
  client: fc.integer({ min: 0, max: 3 }),
  kind: fc.integer({ min: 0, max: 2 }),
  withinMs: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 1, 5, 30, 200),
  bytes: fc.integer({ min: 0, max: 40 }),
  runsInlineMs: fc.constantFrom(undefined, undefined, 0, 0.3, 2, 7),
  followers: fc.constantFrom(0, 0, 0, 1, 3),
  throws: fc.integer({ min: 0, max: 20 }).map((n) => n === 20),
  waits: fc.constantFrom(undefined, undefined, undefined, undefined, 'later', 'within'),
  meddles: fc.option(
    fc.oneof(release, pause, resume, withdraw, leave, setLimit, setMemoryShort, turn, expire),
    {
      nil: undefined,
      freq: 2,
    },
  ),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('offer' as const), given: offerGiven }) },
  { weight: 5, arbitrary: release },
  { weight: 2, arbitrary: pause },
  { weight: 2, arbitrary: resume },
  { weight: 1, arbitrary: withdraw },
  { weight: 1, arbitrary: leave },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(0.1, 1, 4, 5, 11, 20, 45, 150, 400),
    }),
  },
  { weight: 5, arbitrary: turn },
  { weight: 2, arbitrary: expire },
  { weight: 1, arbitrary: setLimit },
  { weight: 1, arbitrary: setMemoryShort },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'refuseQueued' }) },
);

export const steps: fc.Arbitrary<Step[]> = fc.array(step, { maxLength: 120, size: 'max' });

export const bounds = { entriesMax: 6, bytesMax: 100 } as const;
export const sojourn = { targetMs: 10, waitMsMax: 100 } as const;

export const limiterOptions: fc.Arbitrary<LimiterOptions> = fc.record({
  concurrency: fc.oneof(
    fc.integer({ min: 1, max: 4 }),
    fc.constant({ algorithm: 'gradient' as const, initial: 2, min: 1, max: 5 }),
  ),
  queue: fc.constantFrom(
    { law: 'timed' as const, waitMs: 60, ...bounds },
    { law: 'sojourn' as const, ...sojourn, ...bounds },
    { law: 'patient' as const, ...bounds },
  ),
});

export interface Watcher {
  /** A handler starts: `ticket.state` tells in which lane. */
  onStart?(ticket: TestTicket, game: Game): void;
  /** A ticket is refused, or dropped as gone. */
  onEnd?(ticket: TestTicket, game: Game): void;
  /** No call into the limiter is under way. */
  atRest?(game: Game): void;
  /** Turns and timers come when they are due, and not only where the history says so. */
  readonly neverStalls?: boolean;
}

export class Game {
  readonly world: SimulatedLimiter;
  readonly tickets: TestTicket[] = [];
  /** Taken back by their owner, who needs no answer. */
  readonly withdrawn: Set<TestTicket> = new Set();
  private readonly watcher: Watcher;

  constructor(options: LimiterOptions, watcher: Watcher) {
    this.world = new SimulatedLimiter(options);
    this.watcher = watcher;
  }

  get waiting(): TestTicket[] {
    return this.tickets.filter((ticket) => ticket.state === ticketState.queued);
  }

  get running(): TestTicket[] {
    return this.tickets.filter((ticket) => ticket.state >= ticketState.admitted);
  }

  /** Those who run without a slot. */
  get parked(): number {
    return this.tickets.filter((ticket) => ticket.state > ticketState.probing).length;
  }

  /** Those who run in ordinary slots. */
  get inFlight(): number {
    return this.tickets.filter((ticket) => ticket.state === ticketState.admitted).length;
  }

  play(history: readonly Step[]): void {
    for (const step of history) {
      try {
        this.take(step);
      } catch (error) {
        if (!(error instanceof ThrownByCallback)) throw error;
      }
      this.watcher.atRest?.(this);
    }
  }

  /** Ends all that runs, and runs turns and time-outs until nothing is left to do. */
  playOut(): void {
    this.world.limiter.setMemoryShort(false);
    // What a callback that threw left undecided neither runs nor waits: a turn will decide it.
    const isOver = (): boolean =>
      this.running.length === 0 && this.waiting.length === 0 && !this.world.turnArmed;
    for (let rounds = 0; !isOver(); rounds++) {
      if (rounds > 1000) throw new Error('something waits for ever');
      this.play([
        { do: 'turn' },
        ...this.running.map((): Step => ({ do: 'release', which: 0, outcome: 'finished' })),
        { do: 'wait', ms: 1 },
      ]);
    }
  }

  private take(step: Step): void {
    const { limiter } = this.world;
    switch (step.do) {
      case 'offer':
        this.offer(step.given, step.given.followers);
        return;
      case 'release':
        pick(this.running, step.which)?.release(step.outcome);
        return;
      case 'pause': {
        const ticket = pick(this.running, step.which);
        if (ticket !== undefined) limiter.pause(ticket, step.holdsSlot, this.world.now);
        return;
      }
      case 'resume': {
        // Of one that waits for nothing, or has ended, too: a promise may settle late.
        const ticket = pick(this.tickets, step.which);
        if (ticket !== undefined) limiter.resume(ticket, this.world.now);
        return;
      }
      case 'withdraw': {
        const ticket = pick(this.waiting, step.which);
        if (ticket !== undefined && limiter.withdraw(ticket)) {
          ticket.fate = 'gone';
          this.withdrawn.add(ticket);
        }
        return;
      }
      case 'leave': {
        const ticket = pick(this.waiting, step.which);
        if (ticket !== undefined) ticket.clientLeft = true;
        return;
      }
      case 'wait':
        if (this.watcher.neverStalls) this.world.pass(step.ms);
        else this.world.now += step.ms;
        return;
      case 'turn':
        this.world.turn();
        return;
      case 'expire':
        this.world.expire();
        return;
      case 'setLimit':
        limiter.setLimit(step.limit);
        return;
      case 'setMemoryShort':
        limiter.setMemoryShort(step.memoryShort);
        return;
      case 'refuseQueued':
        limiter.refuseQueued('closing', this.world.now);
        return;
      default:
        step satisfies never;
    }
  }

  private offer(given: OfferGiven, followers: number): void {
    const follow = (): void => {
      if (followers > 0) this.offer(given, followers - 1);
    };
    const asked: TicketGiven = {
      priority: given.priority,
      client: given.client,
      kind: given.kind,
      deadline: this.world.now + given.withinMs,
      bytes: given.bytes,
      ...(given.runsInlineMs === undefined ? {} : { runsInlineMs: given.runsInlineMs }),
      onStart: (ticket) => {
        this.watcher.onStart?.(ticket, this);
        if (given.waits !== undefined) this.world.limiter.pause(ticket, false, this.world.now);
        if (given.waits === 'within') this.world.limiter.resume(ticket, this.world.now);
        if (given.meddles !== undefined) this.take(given.meddles);
        if (given.runsInlineMs === undefined) follow();
        if (given.throws) throw new ThrownByCallback();
      },
      onEnd: (ticket) => {
        if (ticket.fate !== 'started') {
          this.watcher.onEnd?.(ticket, this);
          if (given.meddles !== undefined) this.take(given.meddles);
        }
        follow();
      },
    };
    const ticket = this.world.ticket(`${this.tickets.length}`, asked);
    this.tickets.push(ticket);
    this.world.limiter.offer(ticket, this.world.now);
  }
}

class ThrownByCallback extends Error {}

function pick<T>(from: readonly T[], which: number): T | undefined {
  return from[which % Math.max(1, from.length)];
}
