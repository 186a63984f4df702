// What the server tells of its connections, through the observer and the trace.

import { EVENTS } from '../../src/fsm/machine/events.js';
import { stateName } from '../../src/fsm/machine/machine.js';
import type {
  ConnectionClosed,
  ConnectionOpened,
  FaultReport,
  Observer,
  RequestCompleted,
  RequestRefused,
  RequestStarted,
  Transition,
} from '../../src/index.js';
import type { TraceEntry } from '../../src/testing/index.js';
import { showsCanary, withoutCanary } from './canary.js';
import { RequestRecords } from './check-records.js';
import type { TimingJudge } from './check-timing.js';
import type { TraceJudge } from './check-traces.js';

/** One connection, as its server sees it. */
export class ConnectionLog {
  /** Events in order, by name. */
  readonly events: string[] = [];
  /** What was asked of the server's end: `end`, `destroy`, `reset`. */
  readonly ends: string[] = [];
  readonly records: RequestRecords;
  /** Requests that began. */
  begun = 0;
  writtenBytes = 0;
  opened = false;
  closed = false;
  /** When bytes last came or went, or were told to have left, or a response was over. */
  movedAtMs = 0;
  /** When the head in progress began. */
  headStartedAtMs: number | undefined = undefined;
  /** When it was ended for its silence. */
  timedOutAtMs: number | undefined = undefined;

  constructor(fail: (what: string) => void) {
    this.records = new RequestRecords(fail);
  }

  saw(...events: readonly string[]): boolean {
    return events.some((event) => this.events.includes(event));
  }
}

/** Every transition that was seen, as `state event`, with how often. */
export type Transitions = Map<string, number>;

export class ServerLog implements Observer {
  /** By the number of the client. */
  readonly connections: Map<number, ConnectionLog> = new Map();
  readonly transitions: Transitions = new Map();
  /** One line each; made lazily, for most runs nobody reads them. */
  readonly lines: (() => string)[] = [];
  readonly #now: () => number;
  readonly #fail: (what: string) => void;
  readonly #onCompleted: (requestId: number) => void;
  readonly #timing: TimingJudge;
  readonly #traces: TraceJudge;
  /** Connections of the server are counted in the order in which they arrive. */
  readonly #numbers: Map<number, number> = new Map();
  #arriving = 0;
  /** The numbers of the clients, by the network's count of connections from 1. */
  readonly #visits: number[] = [];

  constructor(
    now: () => number,
    fail: (what: string) => void,
    onCompleted: (requestId: number) => void,
    timing: TimingJudge,
    traces: TraceJudge,
  ) {
    this.#now = now;
    this.#fail = fail;
    this.#onCompleted = onCompleted;
    this.#timing = timing;
    this.#traces = traces;
  }

  /** The next connection of the network is this client's. */
  connecting(number: number): void {
    this.#visits.push(number);
  }

  /** The connection that the server is about to be given. */
  arriving(number: number): void {
    this.#arriving = number;
  }

  of(number: number): ConnectionLog {
    let log = this.connections.get(number);
    if (log === undefined) {
      log = new ConnectionLog((what) => this.#fail(what));
      this.connections.set(number, log);
    }
    return log;
  }

  note(text: string): void {
    const now = this.#now();
    if (showsCanary(text)) this.#fail(`another's bytes in the log: ${withoutCanary(text)}`);
    this.lines.push(() => `${now.toFixed(3)} ms ${text}`);
  }

  trace(entry: TraceEntry): void {
    const { at, end, event, bytes } = entry;
    const connection = this.#visits[entry.connection - 1] as number;
    this.lines.push(
      () => `${at.toFixed(3)} ms #${connection} ${end} ${event}${bytes > 0 ? ` ${bytes}` : ''}`,
    );
    if (end !== 'server') return;
    const log = this.of(connection);
    if (event === 'write' || event === 'bytes' || event === 'flushed') log.movedAtMs = at;
    if (event === 'write') log.writtenBytes += bytes;
    else if (event === 'end' || event === 'destroy' || event === 'reset') log.ends.push(event);
  }

  /** What `onFault` is told. */
  fault(report: FaultReport): void {
    const { code, connectionId, offset } = report;
    if (showsCanary(report)) this.#fail(`another's bytes in a fault: ${withoutCanary(report)}`);
    this.note(`#${this.#numbers.get(connectionId)} fault ${code} at ${offset}`);
    this.#timing.faulted(this.#by(connectionId), code);
    this.#traces.faulted(report);
  }

  // The observer.

  connectionOpened({ connectionId }: ConnectionOpened): void {
    this.#numbers.set(connectionId, this.#arriving);
    this.#traces.opened(connectionId);
    this.#by(connectionId).opened = true;
    this.#by(connectionId).movedAtMs = this.#now();
  }

  connectionClosed({ connectionId, state, requests }: ConnectionClosed): void {
    const log = this.#by(connectionId);
    if (log.closed) this.#fail(`connection ${connectionId} closed twice`);
    log.closed = true;
    this.#traces.closed(connectionId);
    if (log.records.started.size > 0)
      this.#fail(`connection ${connectionId} closed before its requests ended`);
    if (requests !== log.begun)
      this.#fail(`connection ${connectionId} had ${log.begun} requests, and ${requests} are told`);
    if (!state.startsWith('closed/closed'))
      this.#fail(`connection ${connectionId} closed in ${state}`);
  }

  transition(transition: Transition): void {
    const { connectionId, from, event, to } = transition;
    this.#traces.moved(transition);
    const log = this.#by(connectionId);
    if (log.closed) this.#fail(`connection ${connectionId} moves though it was closed`);
    const name = EVENTS[event] as string;
    const key = `${stateName(from)} ${name}`;
    this.transitions.set(key, (this.transitions.get(key) ?? 0) + 1);
    log.events.push(name);
    this.#timing.moved(log, name, stateName(to));
    if (name.startsWith('request')) log.begun++;
    this.note(`#${this.#numbers.get(connectionId)} ${key} → ${stateName(to)}`);
  }

  requestStarted(request: RequestStarted): void {
    this.#checkForeign(request);
    this.#of(request).start(request);
  }

  requestCompleted(request: RequestCompleted): void {
    const { connectionId, requestId, status, delivered, reason } = request;
    this.#checkForeign(request);
    this.#of(request).complete(request);
    const how = delivered ? 'delivered' : reason;
    this.note(`#${this.#numbers.get(connectionId)} completed ${requestId} ${status} ${how}`);
    // Where a reset comes while the rest of the content is dropped, or bytes come through a tunnel, the
    // handler is told of it.
    const isOver = delivered && status !== 101 && !this.#by(connectionId).saw('reset', 'cut');
    if (isOver) this.#onCompleted(requestId);
  }

  requestRefused(request: RequestRefused): void {
    const { connectionId, requestId, status, reason } = request;
    this.#checkForeign(request);
    this.#of(request).refuse(request);
    this.note(`#${this.#numbers.get(connectionId)} refused ${requestId} ${status} ${reason}`);
  }

  #of({ connectionId }: { connectionId: number }): RequestRecords {
    const log = this.#by(connectionId);
    if (log.closed) this.#fail(`a request of connection ${connectionId} is told after its end`);
    return log.records;
  }

  #checkForeign({ method, target }: RequestStarted): void {
    if (showsCanary([method, target])) this.#fail("another's bytes in a record");
  }

  #by(connectionId: number): ConnectionLog {
    return this.of(this.#numbers.get(connectionId) as number);
  }
}
