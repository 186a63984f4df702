// The laws of admission, on a whole server: what its limiter decides, and what its connections, its
// timers and its clients make of that. Each is watched through every run, at every event.

import { INTAKE_MS } from '../../../src/limiter/budget.js';
import { TIGHT_MS } from '../../../src/limiter/laws/overload.js';
import { CLOSED_PATIENCE_MS, TIGHT_FACTOR } from '../../../src/limiter/laws/patient.js';
import type { QueueSettings } from '../../../src/limiter/options.js';
import { LOOK_EVERY_MS, PROBES_MAX } from '../../../src/limiter/slots.js';
import { priorities, priorityClass, ticketState } from '../../../src/limiter/ticket.js';
import { STALL_MS_MIN } from '../../../src/limiter/waiting-line.js';
import type { Law } from './law.js';
import type { Overheard } from './limiter-tap.js';
import { nameOf, sum } from './shown-words.js';

/** Longer than the limiter leaves a backlog alone to read sockets. */
const intakeMsMax = 2 * INTAKE_MS;
/** A timer may be late by its own rounding. */
const lateMs = 1;
/** The limiter looks so often whether the loop goes on: of a stall it knows no better when it began. */
const stallBeganMs = LOOK_EVERY_MS;

export const limitHolds: Law = {
  number: 1,
  says: 'an admission never lifts in-flight over the limit; after a cut it only falls',
  watch(simulated, fail) {
    let before = 0;
    let parkedBefore = 0;
    let limitBefore = 0;
    /** Whether they hold tokens or not. */
    const running = new Set<Overheard>();
    return {
      admitted(heard) {
        const { inFlight, limit } = simulated.limiter;
        if (!heard.isProbing && inFlight > limit)
          fail(`${nameOf(heard)} is one of ${inFlight} in flight, of ${limit} allowed`);
      },
      started(heard) {
        if (heard.isProbing) return;
        for (const one of running) if (!simulated.isRunning(one)) running.delete(one);
        running.add(heard);
        const inSlots = [...running].filter(({ ticket }) => ticket.state === ticketState.admitted);
        if (inSlots.length > simulated.limiter.limit)
          fail(`${nameOf(heard)} is one of ${inSlots.length} handlers that run in slots`);
      },
      atRest() {
        const { inFlight, limit, probesInFlight, parked } = simulated.limiter;
        // Who has waited runs on at once, beyond the limit if need be; nobody is admitted beyond it.
        // The limit may have fallen since the last was admitted.
        if (inFlight > Math.max(limit, limitBefore, before + parkedBefore))
          fail(`from ${before} to ${inFlight}`);
        if (probesInFlight > PROBES_MAX) fail(`${probesInFlight} probes in flight`);
        before = inFlight;
        parkedBefore = parked;
        limitBefore = limit;
      },
    };
  },
};

export const queueIsBounded: Law = {
  number: 2,
  says: 'the queue stays within its bounds, in entries and bytes',
  watch: (simulated, fail) => ({
    atRest() {
      const { queued, queuedBytes } = simulated.limiter;
      const waiting = [...simulated.undecided].filter((heard) => heard.isQueued);
      const bytes = sum(waiting, ({ ticket }) => ticket.head.to - ticket.head.from);
      if (queued !== waiting.length || queuedBytes !== bytes)
        fail(`${queued} with ${queuedBytes} bytes; ${waiting.length} with ${bytes} wait`);
      const { entriesMax, bytesMax } = simulated.settings.queue;
      if (queued > entriesMax || bytes > bytesMax)
        fail(`${queued} entries and ${bytes} bytes, of ${entriesMax} and ${bytesMax}`);
    },
  }),
};

export const tokensReturn: Law = {
  number: 3,
  says: 'admitted = finished + aborted + in flight, each token released once',
  watch: (simulated, fail) => ({
    returned(heard, outcome, counted) {
      const isHeld = heard.fate === 'admitted';
      if (counted && !isHeld)
        fail(`${nameOf(heard)} gave back (${outcome}) what it did not hold: ${heard.fate}`);
      if (counted && simulated.isRunning(heard))
        fail(`${nameOf(heard)} gave its token back (${outcome}), and its handler runs on`);
      if (!counted && isHeld) fail(`the token of ${nameOf(heard)} was not taken back`);
    },
    atRest() {
      const { admitted, released, inFlight, probesInFlight, parked } = simulated.limiter;
      const back = sum(Object.values(released), (count) => count);
      const running = inFlight + probesInFlight + parked;
      if (admitted !== back + running)
        fail(`${admitted} admitted, ${back} back, ${running} in flight or parked`);
      if (simulated.holding.size !== running)
        fail(`${simulated.holding.size} hold tokens, ${inFlight} + ${probesInFlight} in flight`);
      for (const heard of simulated.holding) {
        if (simulated.isRunning(heard)) continue;
        const { ticket } = heard;
        const isSending =
          simulated.settings.concurrency.hold === 'body' && ticket.connection.exchange === ticket;
        if (!isSending) fail(`${nameOf(heard)} holds a token, and its handler has ended`);
      }
    },
    atEnd() {
      if (simulated.holding.size > 0) fail(`${simulated.holding.size} tokens never came back`);
    },
  }),
};

export const requestsAreCounted: Law = {
  number: 4,
  says: 'offered = admitted + refused + queued + gone',
  watch(simulated, fail) {
    const count = (...fates: readonly Overheard['fate'][]): number =>
      simulated.heard.filter(({ fate }) => fates.includes(fate)).length;
    return {
      atRest() {
        const { offered, admitted, refused, queued, gone } = simulated.limiter;
        const postponed = simulated.undecided.size - queued;
        if (offered !== admitted + refused + queued + gone + postponed)
          fail(
            `${offered} offered, ${admitted} admitted, ${refused} refused, ${queued} queued, ${gone} gone`,
          );
      },
      atEnd() {
        const { offered, admitted, refused, gone } = simulated.limiter;
        const decided = [count('admitted', 'released'), count('refused'), count('gone')];
        const told = [admitted, refused, gone];
        if (offered !== simulated.heard.length || decided.join() !== told.join())
          fail(`${simulated.heard.length} offered, ${decided}; the limiter says ${told}`);
        const { started: begun, probes, refused: answered } = simulated.server;
        const started = begun + probes;
        if (started !== admitted || answered !== refused)
          fail(`${started} started and ${answered} refused; the limiter says ${told}`);
      },
    };
  },
};

export const turnIsArmed: Law = {
  number: 5,
  says: 'queue not empty and in-flight < limit ⇒ a turn is armed',
  watch: (simulated, fail) => ({
    atRest() {
      const { queued, inFlight, limit } = simulated.limiter;
      if (queued > 0 && inFlight < limit && simulated.turnsArmed === 0)
        fail(`${queued} wait, ${inFlight} of ${limit} run, and no turn is armed`);
    },
  }),
};

export const nobodyIsForgotten: Law = {
  number: 6,
  says: 'no lost wake-up after release, limit rise, abort or throw',
  watch(simulated, fail) {
    /** Since when somebody waits beside a free slot, in time that the loop had to itself. */
    let since = Number.POSITIVE_INFINITY;
    const moved = (): void => {
      since = Number.POSITIVE_INFINITY;
    };
    return {
      admitted: moved,
      ended: moved,
      atRest() {
        const { queued, inFlight, limit } = simulated.limiter;
        const at = simulated.now - simulated.spentMs;
        if (queued === 0 || inFlight >= limit) moved();
        else if (since === Number.POSITIVE_INFINITY) since = at;
        else if (at - since > intakeMsMax)
          fail(`${queued} wait beside a free slot for ${at - since} ms`);
      },
      atEnd() {
        for (const heard of simulated.undecided) fail(`${nameOf(heard)} was never decided`);
      },
    };
  },
};

export const firstInFirstOut: Law = {
  number: 7,
  says: 'FIFO within class and bucket',
  watch: (simulated, fail) => ({
    admitted(heard) {
      for (const other of simulated.undecided) {
        if (other.order < heard.order && isBeside(other, heard) && isInTheWay(other, heard))
          fail(`${nameOf(heard)} overtook ${nameOf(other)}`);
      }
    },
  }),
};

export const classesComeFirst: Law = {
  number: 8,
  says: 'no lower class before a higher one',
  watch: (simulated, fail) => ({
    admitted(heard) {
      const said = simulated.classOf(heard);
      if (heard.ticket.priority !== said)
        fail(`${nameOf(heard)} is ${heard.ticket.priorityName}, not ${priorities[said]}`);
      for (const other of simulated.undecided) {
        if (other.isQueued && simulated.classOf(other) < said && isInTheWay(other, heard))
          fail(`${nameOf(heard)} went before ${nameOf(other)}`);
      }
    },
  }),
};

export const deadlinesAreKept: Law = {
  number: 9,
  says: 'nothing starts past its deadline',
  watch(simulated, fail) {
    const check = (heard: Overheard): void => {
      const due = Math.min(
        heard.ticket.deadlineAt,
        heard.offeredAt + simulated.deadlineMsOf(heard),
      );
      if (simulated.now >= due) fail(`${nameOf(heard)} starts ${simulated.now - due} ms too late`);
    };
    return { admitted: check, started: check };
  },
};

export const waitsAreShort: Law = {
  number: 10,
  says: 'M ≤ w ≤ N, and nobody waits for longer than that allows',
  watch(simulated, fail) {
    const { queue } = simulated.settings;
    const [least, most] = patienceRange(queue);
    /** When each began to wait too long, in time that the loop had to itself. */
    const overdueSince = new Map<Overheard, number>();
    /** When each was first seen to wait, in the same time: a handler that computes is no wait. */
    const waitsSince = new Map<Overheard, number>();
    const lateMsMax = (): number => (simulated.spentMs > 0 ? stallBeganMs : 0) + lateMs;
    return {
      admitted(heard) {
        const at = simulated.now - simulated.spentMs;
        const waitedMs = at - (waitsSince.get(heard) ?? at);
        if (waitedMs > 0 && waitedMs >= most + lateMsMax())
          fail(`${nameOf(heard)} starts after ${waitedMs} ms, of ${most}`);
      },
      atRest() {
        if (simulated.heard.length === 0) return;
        const { patienceMs } = simulated.limiter;
        for (const ms of Object.values(patienceMs))
          if (ms < least || ms > most) fail(`a patience of ${ms} ms, not ${least} to ${most}`);
        const at = simulated.now - simulated.spentMs;
        for (const heard of simulated.undecided) {
          const waitedMs = at - (waitsSince.get(heard) ?? at);
          waitsSince.set(heard, at - waitedMs);
          const { priorityName } = heard.ticket;
          // Patience shrinks, too: who has waited too long by now is told by the timer.
          if (priorityName === 'probe' || waitedMs < patienceMs[priorityName]) continue;
          const since = overdueSince.get(heard) ?? at;
          overdueSince.set(heard, since);
          if (at > since + lateMsMax()) fail(`${nameOf(heard)} waits ${at - since} ms too long`);
        }
      },
    };
  },
};

export const stallsAreForgiven: Law = {
  number: 16,
  says: 'who is refused for a wait has waited so long beside the longest stall of the loop',
  watch(simulated, fail) {
    const [least] = patienceRange(simulated.settings.queue);
    /** Of those who wait: the longest stall through which each has waited. */
    const stalledMs = new Map<Overheard, number>();
    let spentMs = 0;
    /** Of the stalls up to now, before what comes next is told of it. */
    const note = (): void => {
      const ms = simulated.spentMs - spentMs;
      spentMs = simulated.spentMs;
      if (ms === 0) return;
      for (const [heard, before] of stalledMs) stalledMs.set(heard, Math.max(before, ms));
    };
    return {
      ended(heard, reason) {
        note();
        const forgivenMs = stalledMs.get(heard) ?? 0;
        stalledMs.delete(heard);
        if (reason !== 'waited' || forgivenMs < LOOK_EVERY_MS + STALL_MS_MIN) return;
        const waitedMs = simulated.now - heard.offeredAt;
        if (waitedMs < least + forgivenMs)
          fail(`${nameOf(heard)} has waited for ${waitedMs} ms, stalled for ${forgivenMs}`);
      },
      admitted(heard) {
        note();
        stalledMs.delete(heard);
      },
      atRest() {
        note();
        for (const heard of simulated.undecided) {
          if (heard.isQueued && !stalledMs.has(heard)) stalledMs.set(heard, 0);
        }
      },
    };
  },
};

export const probesNeverWait: Law = {
  number: 11,
  says: 'probes are never queued',
  watch: (simulated, fail) => ({
    atRest() {
      for (const heard of simulated.undecided) {
        if (simulated.classOf(heard) === priorityClass.probe) fail(`${nameOf(heard)} waits`);
      }
    },
  }),
};

export const bucketsTakeTurns: Law = {
  number: 15,
  says: 'every bucket with demand is served within a bounded number of rounds',
  watch(simulated, fail) {
    const keyOf = ({ ticket }: Overheard): string => `${ticket.priority}/${ticket.clientBucket}`;
    /** For each bucket that waits: the buckets served since it began to, or since its last turn. */
    const servedMeanwhile = new Map<string, Set<string>>();
    const look = (): void => {
      const waiting = new Set([...simulated.undecided].filter((one) => one.isQueued).map(keyOf));
      for (const key of servedMeanwhile.keys()) if (!waiting.has(key)) servedMeanwhile.delete(key);
      for (const key of waiting) if (!servedMeanwhile.has(key)) servedMeanwhile.set(key, new Set());
    };
    return {
      admitted(heard) {
        look();
        const key = keyOf(heard);
        servedMeanwhile.delete(key);
        if (heard.ticket.clientBucket !== simulated.bucketOf(heard))
          fail(`${nameOf(heard)} is not in the bucket of its client`);
        if (heard.ticket.priority === priorityClass.probe) return;
        // Of a kind that waits on purpose: it takes no slot, and nobody's turn.
        if (heard.ticket.state === ticketState.parked) return;
        for (const [other, served] of servedMeanwhile) {
          if (!other.startsWith(`${heard.ticket.priority}/`)) continue;
          if (served.has(key)) fail(`${nameOf(heard)} is of a bucket served twice already`);
          served.add(key);
        }
        look();
      },
      ended(heard) {
        // A turn that found its ticket gone or late was a turn.
        servedMeanwhile.delete(keyOf(heard));
        look();
      },
      atRest: look,
    };
  },
};

/** From the least to the most that a law may let wait. */
function patienceRange(queue: QueueSettings): [least: number, most: number] {
  switch (queue.law) {
    case 'timed':
      return [queue.waitMs, queue.waitMs];
    case 'sojourn':
      // The wait that is expected may be wrong by half.
      return [2 * queue.targetMs, 2 * queue.waitMsMax];
    case 'patient':
      return [TIGHT_FACTOR * TIGHT_MS, CLOSED_PATIENCE_MS];
  }
}

function isBeside(one: Overheard, other: Overheard): boolean {
  return (
    one.ticket.priority === other.ticket.priority &&
    one.ticket.clientBucket === other.ticket.clientBucket
  );
}

/**
 * Who starts without a slot takes it from nobody: its kind waits on purpose, as a long poll does. Only
 * those of its own kind, who could do so too, have to be before it.
 */
function isInTheWay(one: Overheard, heard: Overheard): boolean {
  return (
    heard.ticket.state !== ticketState.parked || one.ticket.kindHash() === heard.ticket.kindHash()
  );
}
