// Where a connection is, and how it gets from there to the next place: the joint
// machine at work. Only here is the state written.

import { bug } from '../../fsm/bug.js';
import { EVENTS } from '../../fsm/machine/events.js';
import {
  type ActionId,
  actionOf,
  EVENT_COUNT,
  type EventId,
  IMPOSSIBLE,
  nextState,
  type StateId,
  stateId,
  stateName,
} from '../../fsm/machine/machine.js';
import { type Phase, phaseOf } from '../../fsm/machine/phase.js';
import type { Observer } from '../../observe/observer.js';
import { LAST_OF, MACHINE, READING_OF, Reading, WRITING_OF, Writing } from './states.js';
import type { TraceRing } from './traces.js';
import { type TransitionWatch, watchFor } from './transition-watch.js';

const CLOSED: StateId = stateId({ reading: 'closed', writing: 'closed', persistence: 'last' });

export class Lifecycle {
  readonly connectionId: number;
  /** Who watches its transitions. Where nobody does, that costs a comparison with undefined. */
  #watch: TransitionWatch | undefined;
  #state: StateId = MACHINE.initial;
  /** It ended outside the tables: whatever follows comes too late, and contradicts nothing. */
  #broken = false;

  constructor(connectionId: number, observer: Observer | undefined) {
    this.connectionId = connectionId;
    this.#watch = watchFor(observer, undefined);
  }

  /** Others observe from now on. */
  observedBy(observer: Observer | undefined): void {
    this.#watch = watchFor(observer, this.trace);
  }

  /** Its transitions are kept there from now on, or nowhere. */
  tracedBy(trace: TraceRing | undefined): void {
    this.#watch = watchFor(this.#watch?.observer, trace);
  }

  /** Keeps its last transitions; undefined where it is not traced. */
  get trace(): TraceRing | undefined {
    return this.#watch?.trace;
  }

  /**
   * Moves, and gives the action that is ordered (0 for none).
   *
   * @throws SluiceBug where the event can't happen here
   */
  move(event: EventId): ActionId {
    const transition = MACHINE.transitions[this.#state * EVENT_COUNT + event] as number;
    if (transition === IMPOSSIBLE) return this.#impossible(event);
    const from = this.#state;
    this.#state = nextState(transition);
    if (this.#watch !== undefined) this.#watch.moved(this.connectionId, from, event, this.#state);
    return actionOf(transition);
  }

  /** Ends it outside the tables, where something was thrown. */
  break(): void {
    this.#broken = true;
    this.#state = CLOSED;
  }

  /** The joint state. */
  get state(): StateId {
    return this.#state;
  }

  /** Index into `READING_STATES`; compare it with `Reading`. */
  get reading(): number {
    return READING_OF[this.#state] as number;
  }

  /** Index into `WRITING_STATES`; compare it with `Writing`. */
  get writing(): number {
    return WRITING_OF[this.#state] as number;
  }

  /** No request may follow the one in progress. */
  get last(): boolean {
    return LAST_OF[this.#state] === 1;
  }

  /** A response has begun, and the connection is not idle again. */
  get isAnswering(): boolean {
    const { writing } = this;
    return (
      writing === Writing.streaming || writing === Writing.flushing || writing === Writing.done
    );
  }

  /** Nothing has begun: neither a head nor a response. */
  get idle(): boolean {
    return this.reading === Reading.idle && this.writing === Writing.idle;
  }

  /** All was said and our FIN sent: only the peer's is awaited. */
  get shut(): boolean {
    return this.reading === Reading.discard && this.writing === Writing.shut;
  }

  get closed(): boolean {
    return this.writing === Writing.closed;
  }

  get phase(): Phase {
    return phaseOf(this.#state);
  }

  /** The state in words: `body/pending/keep`. */
  get name(): string {
    return stateName(this.#state);
  }

  #impossible(event: EventId): ActionId {
    return this.#broken ? 0 : bug(`${EVENTS[event]} in ${this.name}`);
  }
}
