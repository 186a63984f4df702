// An event loop in virtual time with a limiter before its handlers, and behind them a backend that
// serves so many at once and keeps the rest waiting. It asks what an algorithm makes of a backend that it
// can't see, a hundred times faster than the real thing and the same each time.
//
// The limiter comes from outside, so that the same file runs on the sources in a test and on what was
// built here.

import { randomFrom } from '../lib/random.mjs';
import { Heap } from './heap.mjs';

/** What reading a request and refusing one cost the loop. */
const readMs = 0.01;
const refuseMs = 0.02;
/** One turn of the loop. */
const turnMs = 0.01;

/**
 * @param limiting - `{ Limiter, parseLimiterOptions, Ticket }` of src/limiter
 * @param load - `seconds`; `rate(second)`, requests a second; `cpuMs(random)`, what a handler computes;
 * `backend(second)`, if it then waits for one: `{ servers, ms, spread }`, where `spread` is the standard
 * deviation of the logarithm of a service time, 0 for none; `options` of the limiter;
 * `algorithm(random)`, if another than the options name; `deadlineMs`, after which an answer is
 * worthless
 * @returns every answer as `{ askedAt, at, latencyMs, ok }`, and the limit, each 10 ms
 */
export function simulate({ Limiter, parseLimiterOptions, Ticket }, load, seed = 1) {
  const random = randomFrom(seed);
  const arrivals = drawArrivals(load, random);
  const answers = [];
  const limits = [];
  let now = 0;
  let armed = false;
  const ports = {
    armTurn: () => {
      armed = true;
    },
    clock: () => now,
    random,
  };
  const limiter = new Limiter(parseLimiterOptions(load.options), ports, load.algorithm?.(random));

  const waiting = [];
  let waitingFrom = 0;
  const running = new Heap((a, b) => a.endsAt - b.endsAt);
  const fillBackend = () => {
    const { servers, ms, spread = 0.1 } = load.backend(now / 1000);
    while (running.size < servers && waitingFrom < waiting.length) {
      const request = waiting[waitingFrom++];
      running.push({ request, endsAt: now + ms * logNormal(random, spread) });
    }
  };

  class Request extends Ticket {
    constructor(askedAt) {
      super();
      this.askedAt = askedAt;
    }
    answer(ok) {
      const latencyMs = now - this.askedAt;
      answers.push({ askedAt: this.askedAt, at: now, latencyMs, ok });
    }
    onAdmitted() {
      now += load.cpuMs(random);
      if (load.backend === undefined) {
        limiter.release(this, 'finished', now);
        this.answer(true);
        return;
      }
      waiting.push(this);
      fillBackend();
    }
    onRefused() {
      now += refuseMs;
      this.answer(false);
    }
    isGone() {
      return now - this.askedAt > load.deadlineMs;
    }
    onGone() {}
  }

  let next = 0;
  let sampledAt = 0;
  const end = load.seconds * 1000;
  while (now < end) {
    for (; next < arrivals.length && arrivals[next] <= now; next++) {
      now += readMs;
      limiter.offer(new Request(arrivals[next]), now);
    }
    while (running.size > 0 && running.least.endsAt <= now) {
      const { request } = running.pop();
      limiter.release(request, 'finished', now);
      request.answer(true);
      fillBackend();
    }
    limiter.expire(now);
    for (; sampledAt <= now; sampledAt += 10) limits.push(limiter.stats().limit);
    now += turnMs;
    if (armed) {
      armed = false;
      limiter.turn(now);
    } else {
      const wakes = [arrivals[next] ?? end, running.least?.endsAt ?? end, limiter.nextExpiry()];
      now = Math.max(now, Math.min(...wakes, end));
    }
  }
  return { answers, limits };
}

function drawArrivals({ seconds, rate }, random) {
  const arrivals = [];
  for (let at = 0; at < seconds * 1000; ) {
    at += (-Math.log(1 - random()) / rate(at / 1000)) * 1000;
    arrivals.push(at);
  }
  return arrivals;
}

/** Around 1, with a mean of 1. */
function logNormal(random, spread) {
  if (spread === 0) return 1;
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.exp(spread * normal - (spread * spread) / 2);
}
