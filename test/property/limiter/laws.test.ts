// The laws of admission that concern the limiter, each on random histories in virtual time.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ticketState } from '../../../src/limiter/ticket.js';
import type { TestTicket } from '../../unit/limiter/simulated-limiter.js';
import { bounds, Game, limiterOptions, sojourn, steps, type Watcher } from './random-history.js';

const numRuns = 200;

/** Plays histories before a watcher of its own for each, and then to their end. */
function holds(watcher: () => Watcher & { atEnd?(game: Game): void }): void {
  fc.assert(
    fc.property(limiterOptions, steps, (options, history) => {
      const watching = watcher();
      const game = new Game(options, watching);
      game.play(history);
      game.playOut();
      watching.atEnd?.(game);
    }),
    { numRuns },
  );
}

// Law 1: an admission never lifts in-flight over the limit; after a cut it only falls.
test('law 1: never admits over the limit', () => {
  holds(() => ({
    onStart(ticket, game) {
      const { inFlight, limit } = game.world.limiter.stats();
      if (ticket.state === ticketState.admitted) expect(inFlight).toBeLessThanOrEqual(limit);
      expect(game.inFlight).toBe(inFlight);
    },
    atRest(game) {
      expect(game.world.limiter.stats().inFlight).toBe(game.inFlight);
      expect(game.world.limiter.stats().parked).toBe(game.parked);
      expect(game.world.limiter.stats().probesInFlight).toBeLessThanOrEqual(2);
    },
  }));
});

// Law 2: the queue stays within its bounds, in entries and bytes.
test('law 2: bounds the queue in entries and bytes', () => {
  holds(() => ({
    atRest(game) {
      const { queued, queuedBytes } = game.world.limiter.stats();
      const bytes = game.waiting.reduce((sum, ticket) => sum + ticket.queuedBytes, 0);
      expect([queued, queuedBytes]).toEqual([game.waiting.length, bytes]);
      expect(queued).toBeLessThanOrEqual(bounds.entriesMax);
      expect(queuedBytes).toBeLessThanOrEqual(bounds.bytesMax);
    },
  }));
});

// Law 3: admitted = finished + aborted + in flight, each token released once.
test('law 3: accounts for every token', () => {
  holds(() => ({
    atRest(game) {
      const { admitted, released, inFlight, probesInFlight, parked } = game.world.limiter.stats();
      const given = Object.values(released).reduce((sum, count) => sum + count, 0);
      expect(admitted).toBe(given + inFlight + probesInFlight + parked);
      const done = game.tickets.find((ticket) => ticket.state === ticketState.idle);
      expect(done?.release() ?? false).toBe(false);
    },
    atEnd(game) {
      const started = game.tickets.filter((ticket) => ticket.fate === 'started');
      expect(game.world.limiter.stats()).toMatchObject({
        admitted: started.length,
        inFlight: 0,
        probesInFlight: 0,
        parked: 0,
      });
    },
  }));
});

// Law 4: offered = admitted + refused + queued + gone.
test('law 4: accounts for every request', () => {
  holds(() => ({
    atRest(game) {
      const { offered, admitted, refused, queued, gone } = game.world.limiter.stats();
      const undecided = game.tickets.filter((ticket) => ticket.state === ticketState.postponed);
      expect(offered).toBe(game.tickets.length);
      expect(offered).toBe(admitted + refused + queued + gone + undecided.length);
      // Only a callback that threw leaves something undecided, until the turn that is armed then.
      expect(undecided.length === 0 || game.world.turnArmed).toBe(true);
    },
    atEnd(game) {
      const fates = game.tickets.map((ticket) => ticket.fate);
      expect(fates).not.toContain('none');
      const { admitted, refused, gone } = game.world.limiter.stats();
      const count = (fate: string): number => fates.filter((other) => other === fate).length;
      expect([admitted, refused, gone]).toEqual([
        count('started'),
        count('refused'),
        count('gone'),
      ]);
    },
  }));
});

// Law 5: queue not empty and in-flight < limit ⇒ a turn is armed.
test('law 5: arms a turn whenever somebody could be served', () => {
  holds(() => ({
    atRest(game) {
      const { queued, inFlight, limit } = game.world.limiter.stats();
      if (queued > 0 && inFlight < limit) expect(game.world.turnArmed).toBe(true);
    },
  }));
});

// Law 6: no lost wake-up after release, limit rise, abort or throw.
test('law 6: serves all that wait once slots come free, with no help but its own turns', () => {
  fc.assert(
    fc.property(limiterOptions, steps, (options, history) => {
      const game = new Game(options, {});
      // Without time nobody is refused for waiting: who is still there afterwards was forgotten.
      game.play(history.filter((step) => step.do !== 'wait'));
      game.playOut();
      expect(game.tickets.every((ticket) => ticket.state === ticketState.idle)).toBe(true);
    }),
    { numRuns },
  );
});

/** Who starts without a slot takes it from nobody: only those of its own kind have to be before it. */
function isInTheWay(one: TestTicket, started: TestTicket): boolean {
  return started.state !== ticketState.parked || one.kindHash() === started.kindHash();
}

// Law 7: FIFO within class and bucket.
test('law 7: is first in, first out within a class and bucket', () => {
  holds(() => ({
    onStart(ticket, game) {
      const overtaken = game.waiting.filter(
        (other) =>
          other.priority === ticket.priority &&
          other.clientBucket === ticket.clientBucket &&
          isInTheWay(other, ticket) &&
          game.tickets.indexOf(other) < game.tickets.indexOf(ticket),
      );
      expect(overtaken).toEqual([]);
    },
  }));
});

// Law 8: no lower class before a higher one.
test('law 8: serves no lower class before a higher one', () => {
  holds(() => ({
    onStart(ticket, game) {
      const above = game.waiting.filter((other) => other.priority < ticket.priority);
      expect(above.filter((other) => isInTheWay(other, ticket))).toEqual([]);
    },
  }));
});

// Law 9: nothing starts past its deadline.
test('law 9: starts nothing at or past its deadline', () => {
  holds(() => ({
    onStart(ticket) {
      expect(ticket.startedAt).toBeLessThan(ticket.deadlineAt);
    },
  }));
});

// Law 10: M ≤ w ≤ N.
test('law 10: keeps the wait between target and ceiling', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const { targetMs, waitMsMax } = sojourn;
      const queue = { law: 'sojourn', ...sojourn, ...bounds } as const;
      const game = new Game(
        { concurrency: 2, queue },
        {
          atRest({ world }) {
            for (const patienceMs of Object.values(world.limiter.stats().patienceMs)) {
              expect(patienceMs / 2).toBeGreaterThanOrEqual(targetMs);
              expect(patienceMs / 2).toBeLessThanOrEqual(waitMsMax);
            }
          },
        },
      );
      game.play(history);
      game.playOut();
    }),
    { numRuns },
  );
});

// Law 11: probes are never queued.
test('law 11: never lets a probe wait', () => {
  holds(() => ({
    atRest(game) {
      expect(game.waiting.filter((ticket) => ticket.given.priority === 'probe')).toEqual([]);
    },
  }));
});

// Law 12: one response a request, in order. The order is the connection's; that there is one, and no
// second, begins here.
test('law 12: answers each request once', () => {
  holds(() => {
    const answers = new Map<unknown, number>();
    const count = (ticket: unknown): void => {
      answers.set(ticket, (answers.get(ticket) ?? 0) + 1);
    };
    return {
      onStart: count,
      onEnd: count,
      atEnd(game) {
        for (const ticket of game.tickets) {
          const wasWithdrawn = game.withdrawn.has(ticket);
          expect(answers.get(ticket) ?? 0).toBe(wasWithdrawn ? 0 : 1);
        }
      },
    };
  });
});

// Law 13: the ledger returns to 0. Of it the limiter holds the queue's bytes, and the slots.
test('law 13: holds nothing once all is done', () => {
  holds(() => ({
    atEnd(game) {
      expect(game.world.limiter.stats()).toMatchObject({
        inFlight: 0,
        probesInFlight: 0,
        parked: 0,
        queued: 0,
        queuedBytes: 0,
      });
    },
  }));
});

// Law 14: idle ⇒ no timers.
test('law 14: wants neither turn nor timer once nothing waits', () => {
  holds(() => ({
    atRest(game) {
      const { world } = game;
      const expiry = world.limiter.nextExpiry();
      expect(Number.isFinite(expiry)).toBe(game.waiting.length > 0);
    },
    atEnd(game) {
      expect(game.world.turnArmed).toBe(false);
      expect(game.world.limiter.nextExpiry()).toBe(Number.POSITIVE_INFINITY);
    },
  }));
});

// Law 15: every bucket with demand is served within a bounded number of rounds: none twice while
// another of its class waits for its turn.
test('law 15: serves no bucket of a class twice while another waits', () => {
  holds(() => {
    const key = (ticket: { priority: number; clientBucket: number }): string =>
      `${ticket.priority}/${ticket.clientBucket}`;
    /** For each bucket that waits: the buckets served since it began to, or since its last turn. */
    const servedMeanwhile = new Map<string, Set<string>>();
    const look = (game: Game): void => {
      const waiting = new Set(game.waiting.map(key));
      for (const bucket of servedMeanwhile.keys()) {
        if (!waiting.has(bucket)) servedMeanwhile.delete(bucket);
      }
      for (const bucket of waiting) {
        if (!servedMeanwhile.has(bucket)) servedMeanwhile.set(bucket, new Set());
      }
    };
    return {
      onStart(ticket, game) {
        look(game);
        // Without a slot: that takes nobody's turn.
        if (ticket.state === ticketState.parked) return;
        servedMeanwhile.delete(key(ticket));
        if (ticket.offeredAt === ticket.startedAt && ticket.priority === 0) return;
        for (const [bucket, served] of servedMeanwhile) {
          if (!bucket.startsWith(`${ticket.priority}/`)) continue;
          expect(served.has(key(ticket))).toBe(false);
          served.add(key(ticket));
        }
        look(game);
      },
      onEnd(ticket, game) {
        // A turn that found its ticket gone or late was a turn.
        servedMeanwhile.delete(key(ticket));
        look(game);
      },
      atRest: look,
    };
  });
});

// What waits is told in time that it waits in vain, though no slot comes free. Where turns come late, the
// process stalls, and that is not counted (stall.test.ts). A turn that comes at once is no stall, whatever
// armed it, and however long nothing was told before.
test('leaves nobody waiting past patience or deadline, if the process never stalls', () => {
  holds(() => ({
    neverStalls: true,
    atRest(game) {
      const { limiter } = game.world;
      if (limiter.nextExpiry() <= game.world.now) game.play([{ do: 'expire' }]);
      const { patienceMs } = limiter.stats();
      for (const ticket of game.waiting) {
        const priority = ticket.given.priority as keyof typeof patienceMs;
        expect(game.world.now - ticket.offeredAt).toBeLessThan(patienceMs[priority]);
        expect(game.world.now).toBeLessThan(ticket.deadlineAt);
      }
    },
  }));
});
