// The deadlines of one connection: which of the server's clocks run for it, and
// since when. It follows the state; it decides nothing.

import { Fault, type FaultId } from '../../fsm/faults.js';
import { type EventId, EventIds } from '../../fsm/machine/machine.js';
import { Deadline, type DeadlineList, type DeadlineOwner } from '../../fsm/time/deadlines.js';
import type { AbortReason } from '../handler/abort.js';
import type { Lifecycle } from '../machine/lifecycle.js';
import { Reading, Writing } from '../machine/states.js';
import { Look } from '../memory/look-ahead.js';
import type { Transport } from '../transport.js';
import type { Clocks } from './clocks.js';
import { RateMeter } from './rate-meter.js';

/** For so long content may fail to come, whatever came before: over this time the rate is held. */
const READ_CREDIT_MS_MAX = 30_000;

/** What the clocks look at, and what they tell when time is over. */
export interface ClockOwner {
  readonly life: Lifecycle;
  /** The handler waits for content. */
  readonly contentAwaited: boolean;
  /** The client was told for how long its connection is kept; with a host, it has had a request. */
  readonly toldKeepAlive: boolean;
  /** A host answers a connection that has sent nothing, as node:http does. */
  readonly silenceIsFault: boolean;
  /** Bytes that were handed to the transport, since the connection began. */
  readonly sentBytes: number;
  /** Knows how many of them still wait for the peer. */
  readonly transport: Transport;
  /** Runs `what` within a wake-up. */
  expire(what: (owner: ClockOwner) => void): void;
  fire(event: EventId): void;
  /** The peer was too slow. */
  late(fault: FaultId): void;
  readonly receiver: {
    /** `ended`: the peer has sent FIN. */
    readonly input: { readonly ended: boolean };
    /** Nothing is read until this is false again. */
    resting: boolean;
    /** Reading has stopped at the maximum of bytes read ahead. */
    readonly full: boolean;
    /** How far was looked beyond it: a value of `Look`. */
    readonly look: number;
    lookAhead(bytesMax: number, look: number): void;
    /** Bytes that the parser was given, since the connection began. */
    readonly consumedBytes: number;
  };
  readonly conversation: {
    /** The handler has had its time. */
    timeOut(): void;
    /** The response is silent, and the peer's FIN may lie behind bytes that nobody has asked for. */
    lookAhead(): void;
    /** It still may, though sluice has looked as far ahead as it may. */
    lookPast(): void;
  };
  readonly ending: {
    cut(reason: AbortReason): void;
    /** The server drains, and may have become quiet. */
    drain(): void;
    /** Another connection is to have its place, if this one has been idle since before `before`. */
    makeRoom(before: number): void;
  };
}

export class ConnectionClocks implements DeadlineOwner {
  readonly #clocks: Clocks;
  readonly #bytesPerSecondMin: number;
  readonly #owner: ClockOwner;
  readonly #reading: Deadline;
  // Made when first needed: a connection that only asks and is answered needs none of them.
  #writing: Deadline | undefined = undefined;
  #watch: Deadline | undefined = undefined;
  #handler: Deadline | undefined = undefined;
  #reads: RateMeter | undefined = undefined;
  #writes: RateMeter | undefined = undefined;
  #closing: Deadline | undefined = undefined;
  #rest: Deadline | undefined = undefined;
  /** Of a response that is silent though its peer has left, or may have. */
  #silence: Deadline | undefined = undefined;
  /** Bytes that had been sent and read when `#silence` was armed. */
  #silenceBytes = 0;
  #flushedBytes = 0;

  constructor(owner: ClockOwner, clocks: Clocks, bytesPerSecondMin: number) {
    this.#clocks = clocks;
    this.#bytesPerSecondMin = bytesPerSecondMin;
    this.#owner = owner;
    this.#reading = new Deadline(this);
  }

  /** Arms and disarms so that exactly the clocks of this state run. */
  follow(progressed: boolean, now: number): void {
    const owner = this.#owner;
    const { unflushedBytes } = owner.transport;
    const { reading, writing } = owner.life;
    const wanted = this.#clocks.readingClock(
      reading,
      writing,
      owner.contentAwaited,
      unflushedBytes > 0,
      owner.toldKeepAlive,
    );
    if (writing !== Writing.pending) this.#handler?.disarm();
    if (wanted === undefined) this.#reading.disarm();
    // A head has one deadline from its first byte; the others measure silence.
    else if (this.#reading.list !== wanted || (progressed && wanted !== this.#clocks.head))
      wanted.arm(this.#reading, now);
    if (wanted === this.#clocks.head) this.#keepWatch(now);
    if (wanted === this.#clocks.body || this.#reads !== undefined)
      this.#followReads(wanted === this.#clocks.body, now);
    // A peer that takes all at once is watched by no clock of writing.
    if (unflushedBytes > 0 || this.#writing !== undefined)
      this.#followWrites(owner.sentBytes, unflushedBytes, now);
    else this.#flushedBytes = owner.sentBytes;
    const { receiver } = owner;
    if (receiver.input.ended || receiver.full || this.#silence !== undefined)
      this.#followSilence(writing, unflushedBytes, now);
  }

  /** Content came. */
  countRead(bytes: number, now: number): void {
    if (this.#bytesPerSecondMin === 0) return;
    this.#reads ??= this.#makeReads();
    this.#reads.count(bytes, this.#clocks.heardMs(now));
  }

  /** A head is complete: its content and the next head are measured by themselves. */
  endHead(): void {
    if (this.#reading.list === this.#clocks.head) this.#reading.disarm();
    this.#reads?.reset();
  }

  armHandler(now: number): void {
    this.#handler ??= new Deadline(this);
    this.#clocks.handler.arm(this.#handler, now);
  }

  armLingerMax(now: number): void {
    this.#armClosing(this.#clocks.lingerMax, now);
  }

  armDrainQuiet(now: number): void {
    this.#armClosing(this.#clocks.drainQuiet, now);
  }

  armDrainLinger(now: number): void {
    this.#armClosing(this.#clocks.drainLinger, now);
  }

  armRest(now: number): void {
    this.#rest ??= new Deadline(this);
    this.#clocks.rest.arm(this.#rest, now);
  }

  stop(): void {
    this.#reading.disarm();
    this.#writing?.disarm();
    this.#watch?.disarm();
    this.#closing?.disarm();
    this.#handler?.disarm();
    this.#rest?.disarm();
    this.#silence?.disarm();
  }

  expired(list: DeadlineList, now: number): void {
    this.#owner.expire((owner) => {
      const clocks = this.#clocks;
      switch (list) {
        case clocks.keepAlive:
          if (owner.silenceIsFault) owner.late(Fault.headTimeout);
          else owner.fire(EventIds.idleTimeout);
          break;
        case clocks.keepAliveTold:
          owner.fire(EventIds.idleTimeout);
          break;
        case clocks.head:
          owner.late(Fault.headTimeout);
          break;
        case clocks.body:
          owner.late(Fault.bodyTimeout);
          break;
        case clocks.linger:
        case clocks.lingerMax:
        case clocks.drainLinger:
          if (owner.life.writing !== Writing.shut || owner.life.reading !== Reading.discard) break;
          // Our FIN is not sent while bytes in front of it wait for the peer.
          if (owner.transport.unflushedBytes > 0) this.armLingerMax(now);
          else owner.fire(EventIds.lingerOver);
          break;
        case clocks.writeStall:
          // A long write is not told of before its end: that some of it has moved is seen here.
          if (owner.sentBytes - owner.transport.unflushedBytes === this.#flushedBytes)
            owner.ending.cut('writeStalled');
          break;
        case clocks.ended:
        case clocks.endedStream:
          owner.ending.cut('peerEnded');
          break;
        case clocks.halfClosed:
          // Behind our FIN it is the client that is silent.
          owner.ending.cut(owner.life.writing === Writing.shut ? 'writeStalled' : 'peerEnded');
          break;
        case clocks.unseen:
        case clocks.unseenStream:
          owner.conversation.lookAhead();
          break;
        case clocks.unread:
          owner.conversation.lookPast();
          break;
        case clocks.handler:
          owner.conversation.timeOut();
          break;
        case clocks.drainQuiet:
          owner.ending.drain();
          break;
        case clocks.rest:
          owner.receiver.resting = false;
          break;
        case clocks.room:
          owner.ending.makeRoom(now);
          break;
        default:
          if (this.#writes?.tooSlow(clocks.heardMs(now)) === true) owner.ending.cut('writeStalled');
          else if (this.#reads?.tooSlow(clocks.heardMs(now)) === true)
            owner.late(Fault.bodyTimeout);
      }
    });
  }

  #followReads(awaited: boolean, now: number): void {
    if (!awaited) {
      this.#reads?.stop(this.#clocks.heardMs(now));
      return;
    }
    this.#keepWatch(now);
    if (this.#bytesPerSecondMin === 0) return;
    this.#reads ??= this.#makeReads();
    this.#reads.start(this.#clocks.heardMs(now));
  }

  #followWrites(sentBytes: number, unflushedBytes: number, now: number): void {
    const flushedBytes = sentBytes - unflushedBytes;
    const moved = flushedBytes - this.#flushedBytes;
    this.#flushedBytes = flushedBytes;
    if (moved > 0) this.#writes?.count(moved, this.#clocks.heardMs(now));
    if (unflushedBytes === 0) {
      this.#writing?.disarm();
      this.#writes?.stop(this.#clocks.heardMs(now));
      return;
    }
    this.#writing ??= new Deadline(this);
    if (moved > 0 || !this.#writing.armed) this.#clocks.writeStall.arm(this.#writing, now);
    this.#keepWatch(now);
    if (this.#bytesPerSecondMin === 0) return;
    if (this.#writes === undefined) {
      // What the kernel took tells how fast a reader is only long afterwards. All of it is to the reader's
      // credit, but no more than silence alone may last.
      this.#writes = new RateMeter(this.#bytesPerSecondMin, this.#clocks.writeStall.durationMs);
      this.#writes.count(flushedBytes, this.#clocks.heardMs(now));
    }
    if (!this.#writes.running) this.#writes.renew();
    this.#writes.start(this.#clocks.heardMs(now));
  }

  /**
   * Who has sent FIN reads on, or has left: only a write would tell. So there has to be one in time. A handler
   * that reads content is at work on it. Where unread bytes may hide the FIN, sluice has to look.
   */
  #followSilence(writing: number, unflushedBytes: number, now: number): void {
    const { receiver, sentBytes } = this.#owner;
    const bytes = sentBytes + receiver.consumedBytes;
    const hasMoved = bytes !== this.#silenceBytes;
    this.#silenceBytes = bytes;
    if (hasMoved) receiver.lookAhead(0, Look.none);
    const wanted = unflushedBytes > 0 ? undefined : this.#silenceClock(writing);
    if (wanted === undefined) {
      this.#silence?.disarm();
      return;
    }
    this.#silence ??= new Deadline(this);
    if (hasMoved || this.#silence.list !== wanted) wanted.arm(this.#silence, now);
  }

  #silenceClock(writing: number): DeadlineList | undefined {
    const { receiver } = this.#owner;
    if (receiver.input.ended) return this.#clocks.endedClock(writing);
    return receiver.full ? this.#clocks.unseenClock(writing, receiver.look) : undefined;
  }

  #makeReads(): RateMeter {
    return new RateMeter(this.#bytesPerSecondMin, READ_CREDIT_MS_MAX);
  }

  #keepWatch(now: number): void {
    this.#watch ??= new Deadline(this);
    if (!this.#watch.armed) this.#clocks.watch.arm(this.#watch, now);
  }

  #armClosing(list: DeadlineList, now: number): void {
    this.#closing ??= new Deadline(this);
    list.arm(this.#closing, now);
  }
}
