// Which deadlines there are, and which state of a connection runs which clock.
// Reading clocks run only while sluice reads, writing clocks only while bytes
// wait for the peer: a silent event stream is no fault.

import type { Limits } from '../fsm/limits.js';
import { type Deadline, DeadlineList, Deadlines } from '../fsm/time/deadlines.js';
import { Reading, Writing } from './states.js';

/** A stream that is silent for so long is given up once its client has ended its side. */
const ENDED_STREAM_MS_MAX = 1000;
/** By how much later than a client was told an idle connection ends: a request that it sends in time has to arrive. */
const TOLD_MS = 1000;
/** How often the clock is looked at while bytes are awaited. */
const WATCH_MS = 1000;
/**
 * A loop that is later than this stood still. So much of each stop is charged all the same: in a loop
 * that is always late deadlines come later, but they come.
 */
const LATE_MS_MAX = 50;
/** What is left of idle time limits while memory is tight. */
const TIGHT_SHARE = 0.25;
/** A server that nobody asked for so long has no request on its way, as far as one can tell. */
const DRAIN_QUIET_MS = 50;
/** For how long after the server's FIN, in a drain, an idle connection waits for the peer's: a response may be on its way. */
const DRAIN_LINGER_MS = 500;
/**
 * For how long the head of a streamed reply waits for the first chunk, so that a source that fails at once
 * is a 500: long enough to open a file, and too short to be noticed.
 */
const HEAD_DELAY_MS = 50;
/** For how long a connection is not read from whose request was one refusal too many. */
const REST_MS = 50;

/** One list a kind, all of a server's connections on it. */
export class Clocks {
  readonly keepAlive: DeadlineList;
  /** Of connections whose clients were told for how long they are kept. */
  readonly keepAliveTold: DeadlineList;
  readonly head: DeadlineList;
  readonly body: DeadlineList;
  readonly linger: DeadlineList;
  readonly lingerMax: DeadlineList;
  readonly writeStall: DeadlineList;
  readonly ended: DeadlineList;
  readonly endedStream: DeadlineList;
  readonly handler: DeadlineList;
  /** Rates are looked at, and a loop that stood still is noticed. */
  readonly watch: DeadlineList;
  readonly drainQuiet: DeadlineList;
  readonly drainLinger: DeadlineList;
  readonly rest: DeadlineList;
  /** Nothing is armed in it: by its name an idle connection is told to make room. */
  readonly room: DeadlineList;
  readonly headDelay: DeadlineList;
  readonly deadlines: Deadlines;
  /** For so long, in all, the loop stood still, and nobody could be heard. */
  #stoppedMs = 0;
  /** When the loop was last seen to go on. */
  #seenMs = Number.NEGATIVE_INFINITY;

  constructor(limits: Limits) {
    this.keepAlive = new DeadlineList('keepAlive', limits.keepAliveMs);
    this.keepAliveTold = new DeadlineList('keepAliveTold', limits.keepAliveMs + TOLD_MS);
    this.head = new DeadlineList('head', limits.headMs);
    this.body = new DeadlineList('body', limits.bodyIdleMs);
    this.linger = new DeadlineList('linger', limits.lingerMs);
    this.lingerMax = new DeadlineList('lingerMax', limits.lingerMsMax);
    this.writeStall = new DeadlineList('writeStall', limits.writeStallMs);
    this.ended = new DeadlineList('ended', limits.peerEndedMs);
    this.endedStream = new DeadlineList(
      'endedStream',
      Math.min(limits.peerEndedMs, ENDED_STREAM_MS_MAX),
    );
    this.handler = new DeadlineList('handler', limits.handlerMs);
    this.watch = new DeadlineList('watch', WATCH_MS);
    this.drainQuiet = new DeadlineList('drainQuiet', DRAIN_QUIET_MS);
    this.drainLinger = new DeadlineList('drainLinger', DRAIN_LINGER_MS);
    this.rest = new DeadlineList('rest', REST_MS);
    this.room = new DeadlineList('room', Number.POSITIVE_INFINITY);
    this.headDelay = new DeadlineList('headDelay', HEAD_DELAY_MS);
    this.deadlines = new Deadlines([
      this.keepAlive,
      this.keepAliveTold,
      this.head,
      this.body,
      this.linger,
      this.lingerMax,
      this.writeStall,
      this.ended,
      this.endedStream,
      this.handler,
      this.watch,
      this.drainQuiet,
      this.drainLinger,
      this.rest,
      this.headDelay,
    ]);
  }

  /** The loop goes on. `within`: in the same call as when it was last seen, so that it stood still since. */
  seen(now: number, within: boolean): void {
    if (now <= this.#seenMs) return;
    if (within && now - this.#seenMs > LATE_MS_MAX) this.#forgive(now - this.#seenMs);
    this.#seenMs = now;
  }

  /**
   * The timer comes at `now` and was due at `dueMs`. Where it is late, the loop stood still, since some
   * moment between when it was last seen and `dueMs`: for twice as long as the timer is late, should it
   * have been in the middle.
   */
  fired(now: number, dueMs: number): void {
    const lateMs = now - dueMs;
    if (lateMs > LATE_MS_MAX)
      this.#forgive(Math.max(lateMs, Math.min(2 * lateMs, now - this.#seenMs)));
    this.#seenMs = now;
  }

  /** Time that passes only while peers can be heard. */
  heardMs(now: number): number {
    return now - this.#stoppedMs;
  }

  /** A stop is nobody's silence. What is the handler's time, or ours, goes on. */
  #forgive(stoppedMs: number): void {
    const ms = stoppedMs - LATE_MS_MAX;
    this.#stoppedMs += ms;
    this.keepAlive.postpone(ms);
    this.keepAliveTold.postpone(ms);
    this.head.postpone(ms);
    this.body.postpone(ms);
    this.linger.postpone(ms);
    this.lingerMax.postpone(ms);
    this.writeStall.postpone(ms);
    this.ended.postpone(ms);
    this.endedStream.postpone(ms);
  }

  /** The deadline of the connection that has been idle for longest. */
  get longestIdle(): Deadline | undefined {
    const { first } = this.keepAlive;
    const told = this.keepAliveTold.first;
    if (first === undefined || told === undefined) return first ?? told;
    return told.dueMs - TOLD_MS < first.dueMs ? told : first;
  }

  /** Memory is tight: who has been silent for a quarter of the time allowed is taken at once. */
  expireIdle(now: number): void {
    for (const list of [this.keepAlive, this.keepAliveTold, this.head, this.body]) {
      const early = list.durationMs * (1 - TIGHT_SHARE);
      for (
        let { first } = list;
        first !== undefined && first.dueMs - early <= now;
        first = list.first
      ) {
        list.remove(first);
        first.expire(list, now);
      }
    }
  }

  /**
   * The clock that runs while a peer that has sent FIN, and has left perhaps, waits for bytes of ours;
   * undefined where it doesn't.
   */
  endedClock(writing: number): DeadlineList | undefined {
    switch (writing) {
      case Writing.queued:
      case Writing.pending:
        return this.ended;
      case Writing.streaming:
        return this.endedStream;
      default:
        return undefined;
    }
  }

  /**
   * The clock that runs while the peer's bytes are awaited; undefined where they
   * are not. `awaited` says whether the handler waits for content, `leaving` whether
   * bytes wait for the peer: while it reads, its silence means nothing.
   */
  readingClock(
    reading: number,
    writing: number,
    awaited: boolean,
    leaving: boolean,
    told: boolean,
  ): DeadlineList | undefined {
    switch (reading) {
      case Reading.idle:
        if (leaving) return undefined;
        return told ? this.keepAliveTold : this.keepAlive;
      case Reading.head:
        return this.head;
      case Reading.body:
        return awaited || writing === Writing.gathering ? this.body : undefined;
      case Reading.drain:
        return this.body;
      case Reading.discard:
        return writing === Writing.shut && !leaving ? this.linger : undefined;
      default:
        return undefined;
    }
  }
}
