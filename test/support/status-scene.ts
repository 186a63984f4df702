// A server of numbers, for what looks at servers: a test says what it holds, and lets its observers hear.

import { Collector, type Source } from '../../src/adapters/status/collect/collector.js';
import {
  EventIds,
  type JointState,
  STATE_COUNT,
  type StateId,
  stateId,
} from '../../src/fsm/index.js';
import type { FaultReport, Observer } from '../../src/index.js';
import { Tally } from '../../src/limiter/tally.js';
import type { ServerView } from '../../src/watching.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class StatusScene implements Source {
  now = 0;
  readonly observers: Set<Observer> = new Set();
  readonly states = new Uint32Array(STATE_COUNT);
  readonly counts: Mutable<ServerView['counts']> = {
    accepted: 0,
    connectionsRefused: 0,
    handshakes: 0,
    started: 0,
    probes: 0,
    refused: 0,
    faults: 0,
  };
  readonly limiter: Mutable<ServerView['limiter']> = {
    ...new Tally(),
    limit: 8,
    inFlight: 0,
    probesInFlight: 0,
    parked: 0,
    queued: 0,
    queuedBy: { critical: 0, default: 0, sheddable: 0 },
    queuedBytes: 0,
    patienceMs: { critical: 0, default: 0, sheddable: 0 },
    refused: 0,
  };
  bytes = 0;
  closing: ServerView['closing'] = undefined;
  readonly collector: Collector = new Collector(this, {
    now: () => this.now,
    wallNow: () => Date.UTC(2026, 10, 29, 12) + this.now,
  });

  view(): ServerView {
    return {
      states: this.states.slice(),
      limiter: structuredClone(this.limiter),
      counts: { ...this.counts },
      bytes: this.bytes,
      bytesPeak: this.bytes,
      bytesMax: 1000,
      closing: this.closing,
    };
  }

  observe(observer: Observer): () => void {
    this.observers.add(observer);
    return () => this.observers.delete(observer);
  }

  /** So many connections are in a state. */
  hold(
    count: number,
    state: Omit<JointState, 'persistence'>,
    persistence: JointState['persistence'] = 'keep',
  ): void {
    this.states[stateId({ ...state, persistence })] = count;
  }

  /** A second goes by. @returns whether another is wanted */
  second(): boolean {
    this.now += 1000;
    return this.collector.tick();
  }

  fault(fault: Partial<FaultReport> = {}): void {
    for (const observer of this.observers) observer.fault?.({ ...someFault, ...fault });
  }

  /** A request is served, with these times. */
  serve(durationMs: number, waitedMs = 0, handlerMs = 0): void {
    const begin = this.now;
    const moves: readonly (readonly [from: StateId, event: number, to: StateId, at: number])[] = [
      [IDLE, EventIds.requestBare, QUEUED, 0],
      [QUEUED, EventIds.admitted, PENDING, waitedMs],
      [PENDING, EventIds.replyWhole, FLUSHING, waitedMs + handlerMs],
      [FLUSHING, EventIds.flushed, IDLE, durationMs],
    ];
    for (const [from, event, to, at] of moves) {
      this.now = begin + at;
      for (const observer of this.observers)
        observer.transition?.({ connectionId: 1, from, event, to });
    }
    this.now = begin;
  }

  transition(from: Omit<JointState, 'persistence'>, event: number, times = 1): void {
    const id = stateId({ ...from, persistence: 'keep' });
    for (const observer of this.observers)
      for (let i = 0; i < times; i++)
        observer.transition?.({ connectionId: 1, from: id, event, to: id });
  }
}

const IDLE = stateId({ reading: 'idle', writing: 'idle', persistence: 'keep' });
const QUEUED = stateId({ reading: 'done', writing: 'queued', persistence: 'keep' });
const PENDING = stateId({ reading: 'done', writing: 'pending', persistence: 'keep' });
const FLUSHING = stateId({ reading: 'done', writing: 'flushing', persistence: 'keep' });

const someFault: FaultReport = {
  code: 'SLUICE_FAULT_FIELD_NAME_INVALID',
  status: 400,
  section: 'RFC 9112 §5',
  text: 'A field name is not a token followed by a colon.',
  offset: 17,
  state: 'idle/idle/keep',
  bytes: 'GET / HTTP/1.1\r\n',
  remoteAddress: '192.0.2.7',
  connectionId: 3,
};
