// The deadlines of a server, and the clock that each state of a connection runs. Reading clocks run only
// while sluice reads. Writing clocks run only while bytes wait for the peer: a silent event stream is no
// fault.

import type { Limits } from '../../fsm/limits.js';
import { type Deadline, DeadlineList, Deadlines } from '../../fsm/time/deadlines.js';
import { Reading, Writing } from '../machine/states.js';
import { Look } from '../memory/look-ahead.js';

/** Maximum silence of a stream whose client has sent FIN. After it the stream is given up. */
const ENDED_STREAM_MS_MAX = 1000;
/** Maximum silence of a stream before sluice looks whether the FIN lies behind unread bytes. */
const UNSEEN_STREAM_MS_MAX = 1000;
/** An idle connection ends this much later than its client was told: a request sent in time has to arrive. */
const TOLD_MS = 1000;
/** Time between two looks at the clock while bytes are awaited. */
const WATCH_MS = 1000;
/**
 * An event loop that is later than this stood still. This much of each stop is not forgiven: in a loop
 * that is always late, deadlines come later, but they come.
 */
const LATE_MS_MAX = 50;
/** Share of the idle time limits that holds while memory is tight. */
const TIGHT_SHARE = 0.25;
/** After this time without a request, a draining server takes it that no request is on its way. */
const DRAIN_QUIET_MS = 50;
/** In a drain, time that an idle connection waits for the peer's FIN. A response may still be on its way. */
const DRAIN_LINGER_MS = 500;
/**
 * Maximum time that the head of a streamed reply waits for the first chunk, so that a source that fails
 * at once gives a 500. It is long enough to open a file, and too short to be noticed.
 */
const HEAD_DELAY_MS = 50;
/** An honest client answers a handshake within a round trip. */
const STALLED_MS = 1000;
/** Time without reading from a connection whose request was one refusal too many. */
const REST_MS = 50;

/** One list for each kind of deadline, with all connections of a server. */
export class Clocks {
  readonly keepAlive: DeadlineList;
  /** Connections whose clients were told the time for which they are kept; of a host, all that have had a request. */
  readonly keepAliveTold: DeadlineList;
  readonly head: DeadlineList;
  readonly body: DeadlineList;
  readonly linger: DeadlineList;
  readonly lingerMax: DeadlineList;
  readonly writeStall: DeadlineList;
  readonly ended: DeadlineList;
  readonly endedStream: DeadlineList;
  /** Peers whose FIN may lie behind bytes that nobody has asked for. */
  readonly unseen: DeadlineList;
  readonly unseenStream: DeadlineList;
  /** The same, where sluice has looked as far ahead as it may. */
  readonly unread: DeadlineList;
  /** Silence of a tunnel of which one way has ended. */
  readonly halfClosed: DeadlineList;
  readonly handler: DeadlineList;
  /** When it expires, rates are checked, and a loop that stood still is noticed. */
  readonly watch: DeadlineList;
  readonly drainQuiet: DeadlineList;
  readonly drainLinger: DeadlineList;
  readonly rest: DeadlineList;
  /** No deadline is armed in it. Its name tells an idle connection to make room. */
  readonly room: DeadlineList;
  readonly headDelay: DeadlineList;
  readonly handshake: DeadlineList;
  /** A handshake without an end for so long makes room where others wait. */
  readonly handshakeStall: DeadlineList;
  readonly deadlines: Deadlines;
  /** The sum of the times for which the loop stood still. No peer could be heard then. */
  #stoppedMs = 0;
  /** The time at which the loop was last seen to go on. Public for V8 alone (tsconfig.base.json): written only here. */
  seenMs: number = Number.NEGATIVE_INFINITY;
  /** The last time between calls that may have been a stop: it is one if the timer was due within it. */
  #gapFromMs = Number.NEGATIVE_INFINITY;
  #gapToMs = Number.NEGATIVE_INFINITY;

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
    this.unseen = new DeadlineList('unseen', limits.peerEndedMs);
    this.unseenStream = new DeadlineList(
      'unseenStream',
      Math.min(limits.peerEndedMs, UNSEEN_STREAM_MS_MAX),
    );
    this.unread = new DeadlineList('unread', limits.peerEndedMs);
    this.halfClosed = new DeadlineList('halfClosed', limits.writeStallMs);
    this.handler = new DeadlineList('handler', limits.handlerMs);
    this.watch = new DeadlineList('watch', WATCH_MS);
    this.drainQuiet = new DeadlineList('drainQuiet', DRAIN_QUIET_MS);
    this.drainLinger = new DeadlineList('drainLinger', DRAIN_LINGER_MS);
    this.rest = new DeadlineList('rest', REST_MS);
    this.room = new DeadlineList('room', Number.POSITIVE_INFINITY);
    this.headDelay = new DeadlineList('headDelay', HEAD_DELAY_MS);
    this.handshake = new DeadlineList('handshake', limits.handshakeMs);
    this.handshakeStall = new DeadlineList('handshakeStall', STALLED_MS);
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
      this.unseen,
      this.unseenStream,
      this.unread,
      this.halfClosed,
      this.handler,
      this.watch,
      this.drainQuiet,
      this.drainLinger,
      this.rest,
      this.headDelay,
      this.handshake,
      this.handshakeStall,
    ]);
  }

  /**
   * Takes over times that have changed.
   *
   * @param keptMs time for which a connection is kept that is told of, or whose host keeps it so long
   */
  retune({ headMs, keepAliveMs, bodyIdleMs }: Limits, keptMs: number): void {
    this.keepAlive.durationMs = keepAliveMs;
    this.keepAliveTold.durationMs = keptMs;
    this.head.durationMs = headMs;
    this.body.durationMs = bodyIdleMs;
  }

  /**
   * The loop goes on.
   *
   * @param within True in the same call as when the loop was last seen: it stood still since then.
   */
  seen(now: number, within: boolean): void {
    if (now <= this.seenMs) return;
    if (now - this.seenMs > LATE_MS_MAX) this.#seenLate(now, within);
    this.seenMs = now;
  }

  #seenLate(now: number, within: boolean): void {
    if (within) {
      this.#forgive(now - this.seenMs);
      return;
    }
    this.#gapFromMs = this.seenMs;
    this.#gapToMs = now;
  }

  /**
   * The timer comes at `now` and was due at `dueMs`. If it is late, the loop stood still. The stop began
   * between when the loop was last seen before `dueMs` and `dueMs`. If `dueMs` was in the middle of the stop,
   * the stop was twice as long as the timer is late.
   */
  fired(now: number, dueMs: number): void {
    const lateMs = now - dueMs;
    if (lateMs > LATE_MS_MAX) {
      const seenMs = dueMs < this.#gapToMs ? this.#gapFromMs : this.seenMs;
      this.#forgive(Math.max(lateMs, Math.min(2 * lateMs, now - seenMs)));
    }
    this.seenMs = now;
  }

  /** The time without the stops of the loop: it passes only while peers can be heard. */
  heardMs(now: number): number {
    return now - this.#stoppedMs;
  }

  /** A stop is not a peer's silence, so the peers' deadlines come later. Other deadlines stay. */
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
    this.unseen.postpone(ms);
    this.unseenStream.postpone(ms);
    this.unread.postpone(ms);
    this.handshake.postpone(ms);
    this.handshakeStall.postpone(ms);
    this.halfClosed.postpone(ms);
  }

  /** The deadline of the connection that has been idle for longest. */
  get longestIdle(): Deadline | undefined {
    const { keepAlive, keepAliveTold } = this;
    const { first } = keepAlive;
    const told = keepAliveTold.first;
    if (first === undefined || told === undefined) return first ?? told;
    const isTold = told.dueMs - keepAliveTold.durationMs < first.dueMs - keepAlive.durationMs;
    return isTold ? told : first;
  }

  /** Memory is tight: deadlines expire after a quarter of their time. */
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
   * The clock of a peer that has sent FIN and waits for our response; undefined if it waits for none.
   * The peer may have left.
   */
  endedClock(writing: number): DeadlineList | undefined {
    switch (writing) {
      case Writing.queued:
      case Writing.pending:
        return this.ended;
      case Writing.streaming:
        return this.endedStream;
      case Writing.tunnel:
        return this.halfClosed;
      default:
        return undefined;
    }
  }

  /**
   * The clock of a peer whose FIN may lie behind bytes that nobody has asked for; undefined if it waits
   * for no response.
   *
   * @param look how far was looked: a value of `Look`
   */
  unseenClock(writing: number, look: number): DeadlineList | undefined {
    switch (writing) {
      case Writing.queued:
      case Writing.pending:
        return look === Look.further ? this.unseenStream : this.unseen;
      case Writing.streaming:
        return look === Look.all ? this.unread : this.unseenStream;
      default:
        return undefined;
    }
  }

  /**
   * The clock that runs while the peer's bytes are awaited; undefined if they are not.
   *
   * @param awaited the handler waits for content
   * @param leaving bytes wait for the peer: while the peer reads, its silence is no fault
   * @param told the client was told the time for which an idle connection is kept
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
      case Reading.tunnel:
        return writing === Writing.shut ? this.halfClosed : undefined;
      case Reading.discard:
        return writing === Writing.shut && !leaving ? this.linger : undefined;
      default:
        return undefined;
    }
  }
}
