// The work behind each path, the same for every server: so much computing, or a wait for a backend
// that serves so many at once. What a server adds to it is what the benchmark measures.

import { monotonicMs } from '../lib/time.mjs';

/** What every handler answers; the generator checks it. */
export const answerText = 'It is done.\n';

/**
 * A backend somewhere else: `slots` requests at once, `ms` each, the rest in line. When each answer
 * comes is settled on arrival, so that a server with a late event loop does not slow it down.
 */
class Backend {
  constructor(ms, slots) {
    this.ms = ms;
    this.freeAt = new Array(slots).fill(0);
    this.next = 0;
    /** Calls that wait for their answer, and the most that there were. */
    this.calls = 0;
    this.mostCalls = 0;
  }

  /** Answers nobody for so long; who asks meanwhile waits, too. */
  stall(ms) {
    const until = monotonicMs() + ms;
    this.freeAt = this.freeAt.map((at) => Math.max(at, until));
  }

  /** From now on; what is under way keeps its time. */
  change(ms, slots) {
    const now = monotonicMs();
    const busy = this.freeAt.filter((at) => at > now).sort((a, b) => a - b);
    this.ms = ms;
    this.freeAt = busy.slice(0, slots);
    while (this.freeAt.length < slots) this.freeAt.unshift(now);
    this.next = 0;
  }

  /** First come, first served, and each takes as long: the slots come free in turn. */
  ask() {
    const now = monotonicMs();
    const slot = this.next;
    this.next = (slot + 1) % this.freeAt.length;
    const endsAt = Math.max(now, this.freeAt[slot]) + this.ms;
    this.freeAt[slot] = endsAt;
    this.calls++;
    this.mostCalls = Math.max(this.mostCalls, this.calls);
    return new Promise((resolve) => {
      setTimeout(() => {
        this.calls--;
        resolve(answerText);
      }, endsAt - now);
    });
  }
}

/** Keeps the loop below from being optimised away. */
export let lastSpin = 0;

/** Computes: a number of steps and not a time, so that a slower moment doesn't make less work. */
export function spin(steps) {
  let x = lastSpin | 1;
  for (let i = 0; i < steps; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
  }
  lastSpin = x;
}

/** Steps of `spin` that take a millisecond here, at the best speed that was seen. */
export function calibrate() {
  const steps = 200_000;
  let leastMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 200; i++) {
    const before = monotonicMs();
    spin(steps);
    leastMs = Math.min(leastMs, monotonicMs() - before);
  }
  return Math.round(steps / leastMs);
}

/** Gives the answer to a path, or a promise of it. */
export class Work {
  constructor(stepsPerMs) {
    this.stepsPerMs = stepsPerMs;
    this.backends = {
      20: new Backend(10, 20),
      100: new Backend(10, 100),
      slow: new Backend(100, 20),
    };
  }

  answer(path) {
    const timed = timedPath.exec(path);
    if (timed !== null) return this.take(timed[1], Number(timed[2]));
    switch (path) {
      case '/hello':
        return answerText;
      case '/cpu2':
        spin(2 * this.stepsPerMs);
        return answerText;
      case '/cpu02':
        spin(0.2 * this.stepsPerMs);
        return answerText;
      case '/cpu2-async':
        return this.computeLater();
      case '/cpu2-after-io':
        return this.waitAndCompute();
      case '/backend20':
        return this.backends[20].ask();
      case '/backend100':
        return this.backends[100].ask();
      case '/backend-slow':
        return this.backends.slow.ask();
      case '/park':
        return new Promise(() => {});
      default:
        return '';
    }
  }

  /** `/compute/5` computes for 5 ms, `/await/20` waits for 20 ms. */
  take(what, ms) {
    if (what === 'await') return new Promise((resolve) => setTimeout(resolve, ms, answerText));
    spin(ms * this.stepsPerMs);
    return answerText;
  }

  /** As most handlers are written: async, though nothing is waited for. */
  async computeLater() {
    await null;
    spin(2 * this.stepsPerMs);
    return answerText;
  }

  /** Waits for something that is never short, then computes. */
  async waitAndCompute() {
    await new Promise((resolve) => setTimeout(resolve, 1));
    spin(2 * this.stepsPerMs);
    return answerText;
  }

  /** What the parent asks: another pace, or a stall. */
  changeBackend({ ms, slots, stallMs }) {
    if (stallMs !== undefined) this.backends[20].stall(stallMs);
    else this.backends[20].change(ms, slots);
  }
}

const timedPath = /^\/(compute|await)\/([\d.]+)$/;

/** Long bodies by path, in pieces that are made anew for each reader, as from a file. */
const bigBytes = { '/big1': 1_000_000, '/big8': 8_000_000 };
const pieceBytes = 50_000;

/** `{ bytes, pieces }` for the path of a long body, else undefined. */
export function bigBody(path) {
  const bytes = bigBytes[path];
  return bytes === undefined ? undefined : { bytes, pieces: piecesOf(bytes) };
}

function* piecesOf(bytes) {
  for (let sent = 0; sent < bytes; sent += pieceBytes) yield Buffer.alloc(pieceBytes, 'x');
}
