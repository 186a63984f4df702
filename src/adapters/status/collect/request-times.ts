// The times of requests, read from transitions alone. Transitions are observed anyway, for
// the drawing of the machine. So no record of a request is made for a page.

import {
  EventIds,
  jointState,
  STATE_COUNT,
  WRITING_STATES,
  type WritingState,
} from '../../../fsm/index.js';
import type { Transition } from '../../../index.js';
import { ByNumber } from '../../by-number.js';

/** One request that was answered, in milliseconds. */
export interface TimedRequest {
  /** From its complete head to the last byte of its response. */
  readonly durationMs: number;
  /** In the queue of the limiter. */
  readonly waitedMs: number;
  /** From the call of its handler to the beginning of its response. */
  readonly handlerMs: number;
}

const NUMBERS = Object.fromEntries(WRITING_STATES.map((state, id) => [state, id])) as Record<
  WritingState,
  number
>;
const { idle, gathering, queued, pending, tunnel, flushing } = NUMBERS;

/** The writing state of each joint state. */
const WRITING: Uint8Array = Uint8Array.from(
  { length: STATE_COUNT },
  (_, id) => NUMBERS[jointState(id).writing],
);

/** When the request of a connection got where. NaN: it did not, or nobody looked. */
class Moments {
  askedAt: number = Number.NaN;
  queuedAt: number = Number.NaN;
  admittedAt: number = Number.NaN;
  answeredAt: number = Number.NaN;
}

export class RequestTimes {
  readonly #connections: ByNumber<Moments> = new ByNumber();
  readonly #onAnswered: (request: TimedRequest) => void;

  constructor(onAnswered: (request: TimedRequest) => void) {
    this.#onAnswered = onAnswered;
  }

  /** Connections that are remembered: those that have asked while somebody looked, and are open. */
  get connections(): number {
    return this.#connections.size;
  }

  moved({ connectionId, from, event, to }: Transition, now: number): void {
    const before = WRITING[from];
    const after = WRITING[to];
    const isSent = before === flushing && event === EventIds.flushed;
    if (before === after && !isSent) return;
    let moments = this.#connections.get(connectionId);
    if (moments === undefined) {
      // The rest of a request whose beginning nobody saw.
      if (before !== idle) return;
      moments = new Moments();
      this.#connections.add(connectionId, moments);
    }
    if (before === idle) moments.askedAt = now;
    if (after === queued) moments.queuedAt = now;
    if (after === pending) moments.admittedAt = now;
    else if (before === pending) moments.answeredAt = now;
    if (isSent) this.#answered(moments, now);
    // A refusal, a fault, or a tunnel, which lasts as long as it likes: no time of a request.
    if (
      isSent ||
      after === tunnel ||
      (after === flushing && (before === queued || before === gathering))
    )
      moments.askedAt = Number.NaN;
  }

  closed(connectionId: number): void {
    this.#connections.take(connectionId);
  }

  #answered({ askedAt, queuedAt, admittedAt, answeredAt }: Moments, now: number): void {
    // One that was refused, or begun before somebody looked.
    if (!(askedAt <= queuedAt && queuedAt <= admittedAt && admittedAt <= answeredAt)) return;
    this.#onAnswered({
      durationMs: now - askedAt,
      waitedMs: admittedAt - queuedAt,
      handlerMs: answeredAt - admittedAt,
    });
  }
}
