// One side of a transport, compiled from its table to integers. A transition is one load. The I/O that
// it orders is a small number for the driver's switch. Nothing is allocated.

import { bug } from '../../fsm/bug.js';
import type { Table } from '../../fsm/machine/transition.js';

/** A table and the names in it. The first state is the initial one. */
export interface SideTable<State extends string, Event extends string, Order extends string> {
  /** For messages: 'handle read side'. */
  readonly name: string;
  readonly states: readonly State[];
  readonly events: readonly Event[];
  readonly orders: readonly Order[];
  readonly table: Table<State, Event, Order>;
}

const STATE_BITS = 5;
const STATE_MASK = (1 << STATE_BITS) - 1;
const IMPOSSIBLE = -1;

/** The initial state of every side. */
export const INITIAL = 0;

/** The state to which a transition leads. */
export function stateAfter(transition: number): number {
  return transition & STATE_MASK;
}

/** The order of a transition; 0 where it orders nothing. */
export function orderOf(transition: number): number {
  return transition >> STATE_BITS;
}

export class SideMachine<State extends string, Event extends string, Order extends string> {
  /** State numbers by name, from {@link INITIAL}. */
  readonly state: Readonly<Record<State, number>>;
  /** Event numbers by name. */
  readonly event: Readonly<Record<Event, number>>;
  /** Order numbers by name, from 1. */
  readonly order: Readonly<Record<Order, number>>;
  readonly #side: SideTable<State, Event, Order>;
  readonly #eventCount: number;
  readonly #transitions: Int16Array;

  constructor(side: SideTable<State, Event, Order>) {
    const { states, events, orders, table } = side;
    this.state = numbers(states, INITIAL);
    this.event = numbers(events, 0);
    this.order = numbers(orders, 1);
    this.#side = side;
    this.#eventCount = events.length;
    this.#transitions = new Int16Array(states.length * events.length);
    let at = 0;
    for (const from of states) {
      for (const event of events) {
        const cell = table[from][event];
        if (cell.kind === 'never') {
          this.#transitions[at++] = IMPOSSIBLE;
          continue;
        }
        const to = cell.kind === 'go' ? cell.to : from;
        const order = cell.kind === 'go' ? cell.action : undefined;
        const orderNumber = order === undefined ? 0 : this.order[order];
        this.#transitions[at++] = this.state[to] | (orderNumber << STATE_BITS);
      }
    }
  }

  /**
   * The transition for `event` in `state`, for {@link stateAfter} and {@link orderOf}.
   *
   * @throws SluiceBug where the table says that the event can't happen
   */
  transition(state: number, event: number): number {
    const transition = this.#transitions[state * this.#eventCount + event] as number;
    return transition === IMPOSSIBLE ? this.#impossible(state, event) : transition;
  }

  #impossible(state: number, event: number): never {
    const { name, states, events } = this.#side;
    return bug(`${name}: ${events[event]} in ${states[state]}`);
  }
}

function numbers<Name extends string>(names: readonly Name[], first: number): Record<Name, number> {
  return Object.fromEntries(names.map((name, i) => [name, first + i])) as Record<Name, number>;
}
