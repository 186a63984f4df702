// The last transitions of some connections: the option `trace`. A report of a fault carries those that led
// to it. Rings are kept in typed arrays of one size, whatever comes. No byte of a request is in them.

import { EVENTS } from '../../fsm/machine/events.js';
import { type EventId, type StateId, stateName } from '../../fsm/machine/machine.js';
import type { TracedTransition } from '../../observe/observer.js';
import { namesOf, objectAt, orDefault, refuseOthers, wholeNumberAt } from '../../options/checks.js';

/** Which transitions are kept for reports of faults. */
export interface TraceOptions {
  /**
   * The maximum number of connections that are traced at once, from 1 to 10,000. Default 100. Where more are
   * open, the newest are traced.
   */
  readonly connections?: number;
  /** How many transitions are kept of each, from 1 to 1024. Default 32, which is about eight requests. */
  readonly transitionsMax?: number;
}

export type TraceSettings = Readonly<Required<TraceOptions>>;

/** The names of the options. A missing name does not compile. */
export const TRACE_NAMES: readonly string[] = namesOf<TraceOptions>({
  connections: true,
  transitionsMax: true,
});

const CONNECTIONS = 100;
const CONNECTIONS_MOST = 10_000;
const TRANSITIONS_MAX = 32;
const TRANSITIONS_MAX_MOST = 1024;

/**
 * @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'`. The error has the name of
 * the option, the value that came and the values that fit.
 */
export function traceFrom(path: string, given: unknown): TraceSettings | undefined {
  if (given === undefined) return undefined;
  const options = objectAt(path, given, 'an object with connections, such as { connections: 100 }');
  refuseOthers(path, options, TRACE_NAMES);
  const numberAt = (name: keyof TraceOptions, otherwise: number, most: number): number =>
    wholeNumberAt(`${path}.${name}`, orDefault(options[name], otherwise), { least: 1, most });
  return {
    connections: numberAt('connections', CONNECTIONS, CONNECTIONS_MOST),
    transitionsMax: numberAt('transitionsMax', TRANSITIONS_MAX, TRANSITIONS_MAX_MOST),
  };
}

/** The connection, as its trace sees it. */
export interface TracedConnection {
  /** When the wake-up in progress began, in milliseconds. */
  readonly now: number;
  clock(): number;
  readonly receiver: { readonly consumedBytes: number };
  readonly life: { tracedBy(ring: TraceRing | undefined): void };
}

export class Traces {
  /** Stands before the first and behind the last of the rings, in the order in which they will be used. */
  readonly #ends: Link;

  constructor({ connections, transitionsMax }: TraceSettings) {
    const cells = new Cells(connections, transitionsMax);
    this.#ends = new Link();
    for (let i = 0; i < connections; i++) new TraceRing(cells, i).putBefore(this.#ends);
  }

  /** Traces a new connection: in a ring that is free, or in that of the oldest one, which is traced no longer. */
  add(connection: TracedConnection): void {
    const ring = this.#ends.next as TraceRing;
    ring.begin(connection);
    ring.putBefore(this.#ends);
  }

  /** The connection of `ring` is over: its ring is the next to be used. */
  remove(ring: TraceRing): void {
    ring.end();
    ring.putBefore(this.#ends.next);
  }
}

/** The memory of all rings: a row for each. A state and an event fit into a byte each. */
class Cells {
  readonly length: number;
  readonly events: Uint8Array;
  readonly states: Uint8Array;
  readonly offsets: Float64Array;
  readonly times: Float64Array;

  constructor(rows: number, length: number) {
    this.length = length;
    this.events = new Uint8Array(rows * length);
    this.states = new Uint8Array(rows * length);
    this.offsets = new Float64Array(rows * length);
    this.times = new Float64Array(rows * length);
  }
}

/** A member of a list that goes round. */
class Link {
  previous: Link = this;
  next: Link = this;

  putBefore(next: Link): void {
    if (next === this) return;
    this.previous.next = this.next;
    this.next.previous = this.previous;
    this.previous = next.previous;
    this.next = next;
    this.previous.next = this;
    next.previous = this;
  }
}

/** The last transitions of one connection, and then of another. */
export class TraceRing extends Link {
  readonly #cells: Cells;
  /** Where its cells begin. */
  readonly #from: number;
  #connection: TracedConnection | undefined = undefined;
  /** The cell of the next transition. */
  #at = 0;
  /** Cells that hold a transition of this connection. */
  #held = 0;

  constructor(cells: Cells, row: number) {
    super();
    this.#cells = cells;
    this.#from = row * cells.length;
  }

  begin(connection: TracedConnection): void {
    this.end();
    this.#connection = connection;
    this.#at = 0;
    this.#held = 0;
    connection.life.tracedBy(this);
  }

  end(): void {
    this.#connection?.life.tracedBy(undefined);
    this.#connection = undefined;
  }

  /** The connection has moved. */
  note(event: EventId, to: StateId): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    const cells = this.#cells;
    const cell = this.#from + this.#at;
    cells.events[cell] = event;
    cells.states[cell] = to;
    cells.offsets[cell] = connection.receiver.consumedBytes;
    cells.times[cell] = connection.now;
    this.#at = this.#at + 1 === cells.length ? 0 : this.#at + 1;
    if (this.#held < cells.length) this.#held++;
  }

  /** The transitions that are held, the oldest first. */
  transitions(): TracedTransition[] {
    const { length, events, states, offsets, times } = this.#cells;
    // Not the time of the last wake-up: a handler that reads too much is at fault between two.
    const now = this.#connection?.clock() ?? 0;
    return Array.from({ length: this.#held }, (_, i) => {
      const cell = this.#from + ((this.#at - this.#held + i + length) % length);
      return {
        event: EVENTS[events[cell] as EventId] as string,
        state: stateName(states[cell] as StateId),
        offset: offsets[cell] as number,
        ageMs: now - (times[cell] as number),
      };
    });
  }
}
