// An event loop in virtual time before a limiter: arrivals drawn in advance, a poll phase that reads
// what has come, then the turn. Enough to see whether a law holds under overload.

import type { LimitAlgorithm } from '../../../src/limiter/algorithms/algorithm.js';
import { Limiter } from '../../../src/limiter/limiter.js';
import { type LimiterOptions, parseLimiterOptions } from '../../../src/limiter/options.js';
import type { RefusalReason } from '../../../src/limiter/refusal.js';
import { type Priority, priorityClass, Ticket } from '../../../src/limiter/ticket.js';

export interface Load {
  readonly options: LimiterOptions;
  readonly algorithm?: (random: () => number) => LimitAlgorithm;
  readonly seconds: number;
  /** Requests a second, at a time in seconds. */
  readonly rate: (second: number) => number;
  /** What a handler computes, and what it then waits for: so many servers, each so long. */
  readonly cpuMs: number;
  readonly backend?: (second: number) => { servers: number; ms: number };
  readonly who?: (random: () => number) => { priority?: Priority; client?: number };
}

export interface Answer {
  readonly at: number;
  readonly latencyMs: number;
  readonly ok: boolean;
  readonly priority: number;
  readonly client: number;
}

const parseMs = 0.01;
const refuseMs = 0.02;
const timeScale = 1000;

export function simulate(load: Load, seed = 1): { answers: Answer[]; limiter: Limiter } {
  const random = mulberry32(seed);
  const arrivals = drawArrivals(load, random);
  const answers: Answer[] = [];
  let now = 0;
  let armed = false;
  const limiter = new Limiter(
    parseLimiterOptions(load.options),
    {
      armTurn: () => {
        armed = true;
      },
      clock: () => now,
      random,
    },
    load.algorithm?.(random),
  );

  const backendWaiting: Request[] = [];
  const backendRunning: { request: Request; endsAt: number }[] = [];
  const fillBackend = (): void => {
    const backend = load.backend!(now / timeScale);
    while (backendRunning.length < backend.servers) {
      const request = backendWaiting.shift();
      if (request === undefined) return;
      const ms = backend.ms * (0.8 + 0.4 * random());
      backendRunning.push({ request, endsAt: now + ms });
    }
  };

  class Request extends Ticket {
    readonly arrivedAt: number;
    constructor(arrivedAt: number) {
      super();
      this.arrivedAt = arrivedAt;
      const { priority = 'default', client = 0 } = load.who?.(random) ?? {};
      this.priority = priorityClass[priority];
      this.clientBucket = client;
    }
    end(ok: boolean): void {
      answers.push({
        at: now,
        latencyMs: now - this.arrivedAt,
        ok,
        priority: this.priority,
        client: this.clientBucket,
      });
    }
    override onAdmitted(): void {
      now += load.cpuMs;
      if (load.backend === undefined) {
        limiter.release(this, 'finished', now);
        this.end(true);
        return;
      }
      backendWaiting.push(this);
      fillBackend();
    }
    override onRefused(_reason: RefusalReason): void {
      now += refuseMs;
      this.end(false);
    }
    override isGone(): boolean {
      return false;
    }
    override onGone(): void {}
  }

  let next = 0;
  const end = load.seconds * timeScale;
  while (now < end) {
    // The poll phase: what has come, and what the backend has answered.
    for (; next < arrivals.length && arrivals[next]! <= now; next++) {
      now += parseMs;
      limiter.offer(new Request(arrivals[next]!), now);
    }
    backendRunning.sort((a, b) => a.endsAt - b.endsAt);
    while (backendRunning.length > 0 && backendRunning[0]!.endsAt <= now) {
      const { request } = backendRunning.shift()!;
      limiter.release(request, 'finished', now);
      request.end(true);
      fillBackend();
    }
    limiter.expire(now);
    now += parseMs;
    if (armed) {
      armed = false;
      limiter.turn(now);
    } else {
      const wakes = [arrivals[next] ?? end, backendRunning[0]?.endsAt ?? end, limiter.nextExpiry()];
      now = Math.max(now, Math.min(...wakes, end));
    }
  }
  return { answers, limiter };
}

function drawArrivals(load: Load, random: () => number): number[] {
  const arrivals: number[] = [];
  for (let at = 0; at < load.seconds * timeScale; ) {
    at += (-Math.log(1 - random()) / load.rate(at / timeScale)) * timeScale;
    arrivals.push(at);
  }
  return arrivals;
}

function mulberry32(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
