// The joint machine: both halves, persistence and the joint rules, compiled to one array of integers. A
// transition is one load. Its action is a small number for the driver's switch. Nothing is allocated.

import { bug } from '../bug.js';
import { ACTIONS, type Action, EVENTS, type Event } from './events.js';
import { type JointRule, jointRules } from './joint.js';
import { PERSISTENCE_STATES, type PersistenceState, persistenceTable } from './persistence.js';
import { READING_STATES, type ReadingState, readingTable } from './reading.js';
import type { Cell } from './transition.js';
import { WRITING_STATES, type WritingState, writingTable } from './writing.js';

/** A joint state as an integer. */
export type StateId = number;
/** Index into {@link EVENTS}. */
export type EventId = number;
/** Index into {@link ACTIONS} plus 1; 0 is no action. */
export type ActionId = number;

/** A joint state in words. */
export interface JointState {
  readonly reading: ReadingState;
  readonly writing: WritingState;
  readonly persistence: PersistenceState;
}

const WRITING_COUNT = WRITING_STATES.length;
const PERSISTENCE_COUNT = PERSISTENCE_STATES.length;

export const STATE_COUNT: number = READING_STATES.length * WRITING_COUNT * PERSISTENCE_COUNT;
export const EVENT_COUNT: number = EVENTS.length;

/** The value in {@link Machine.transitions} for an event that can't happen. */
export const IMPOSSIBLE = -1;
/** No joint rule fits. */
const NO_RULE = -1;
const STATE_BITS = 8;
const STATE_MASK = (1 << STATE_BITS) - 1;

/** Event numbers by name, for the driver. */
export const EventIds: Readonly<Record<Event, EventId>> = Object.fromEntries(
  EVENTS.map((event, id) => [event, id]),
) as Record<Event, EventId>;

/** Action numbers by name, for the driver. */
export const ActionIds: Readonly<Record<Action, ActionId>> = Object.fromEntries(
  ACTIONS.map((action, index) => [action, index + 1]),
) as Record<Action, ActionId>;

export interface Machine {
  readonly initial: StateId;
  /**
   * The transition of `[state * EVENT_COUNT + event]`. {@link nextState} and {@link actionOf} read it.
   * It is {@link IMPOSSIBLE} where the event can't happen.
   */
  readonly transitions: Int32Array;
}

export function nextState(transition: number): StateId {
  return transition & STATE_MASK;
}

export function actionOf(transition: number): ActionId {
  return transition >> STATE_BITS;
}

export function stateId({ reading, writing, persistence }: JointState): StateId {
  const joint = READING_STATES.indexOf(reading) * WRITING_COUNT + WRITING_STATES.indexOf(writing);
  return joint * PERSISTENCE_COUNT + PERSISTENCE_STATES.indexOf(persistence);
}

export function jointState(id: StateId): JointState {
  const joint = Math.floor(id / PERSISTENCE_COUNT);
  const reading = READING_STATES[Math.floor(joint / WRITING_COUNT)];
  const writing = WRITING_STATES[joint % WRITING_COUNT];
  const persistence = PERSISTENCE_STATES[id % PERSISTENCE_COUNT];
  if (reading === undefined || writing === undefined || persistence === undefined)
    return bug(`there is no state ${id}`);
  return { reading, writing, persistence };
}

/** The state in words: `body/pending/keep`. */
export function stateName(id: StateId): string {
  const { reading, writing, persistence } = jointState(id);
  return `${reading}/${writing}/${persistence}`;
}

/**
 * Compiles the tables: first each half and the rules to numbers, then all of them together. Every program
 * that imports sluice waits for this. Looking up thousands of cells by their names took 7 ms. Each row is
 * compiled by a call: V8 would optimise one long loop, and that takes longer than the loop itself.
 */
export function compileMachine(rules: readonly JointRule[] = jointRules()): Machine {
  const parts: Parts = {
    reading: compileHalf(READING_STATES, readingTable()),
    writing: compileHalf(WRITING_STATES, writingTable()),
    persistence: compileHalf(PERSISTENCE_STATES, persistenceTable()),
    rules: compileRules(rules),
  };
  const transitions = new Int32Array(STATE_COUNT * EVENT_COUNT).fill(IMPOSSIBLE);
  for (let state = 0; state < STATE_COUNT; state++) compileRow(parts, state, transitions);
  return {
    initial: stateId({ reading: 'idle', writing: 'idle', persistence: 'keep' }),
    transitions,
  };
}

/** The compiled parts: the transitions of each half by its state and event, of the rules by joint state. */
interface Parts {
  readonly reading: Int32Array;
  readonly writing: Int32Array;
  readonly persistence: Int32Array;
  readonly rules: Int32Array;
}

/** Compiles every event in one joint state: first the halves, then the rules until none fits. */
function compileRow(
  { reading, writing, persistence, rules }: Parts,
  from: StateId,
  into: Int32Array,
): void {
  const joint = Math.floor(from / PERSISTENCE_COUNT);
  const readingRow = Math.floor(joint / WRITING_COUNT) * EVENT_COUNT;
  const writingRow = (joint % WRITING_COUNT) * EVENT_COUNT;
  const persistenceRow = (from % PERSISTENCE_COUNT) * EVENT_COUNT;
  for (let event = 0; event < EVENT_COUNT; event++) {
    const read = reading[readingRow + event] as number;
    const written = writing[writingRow + event] as number;
    const persisted = persistence[persistenceRow + event] as number;
    if (read === IMPOSSIBLE || written === IMPOSSIBLE || persisted === IMPOSSIBLE) continue;
    const both = nextState(read) * WRITING_COUNT + nextState(written);
    let state = both * PERSISTENCE_COUNT + nextState(persisted);
    let action = theOnly(actionOf(read), actionOf(written), from, event);
    action = theOnly(action, actionOf(persisted), from, event);
    for (let rule = rules[state] as number; rule !== NO_RULE; rule = rules[state] as number) {
      state = nextState(rule);
      action = theOnly(action, actionOf(rule), from, event);
    }
    into[from * EVENT_COUNT + event] = transition(state, action);
  }
}

/** Compiles the table of one half. Its states are numbered in their order. Other events leave the state as it is. */
function compileHalf<State extends string>(
  states: readonly State[],
  table: { readonly [state in State]: { readonly [event in string]?: Cell<State, Action> } },
): Int32Array {
  const compiled = new Int32Array(states.length * EVENT_COUNT);
  for (const [state, name] of states.entries()) {
    const row = table[name];
    for (let event = 0; event < EVENT_COUNT; event++) {
      const cell = row[EVENTS[event] as Event];
      let next = transition(state, 0);
      if (cell?.kind === 'never') next = IMPOSSIBLE;
      if (cell?.kind === 'go') next = transition(states.indexOf(cell.to), actionIdOf(cell.action));
      compiled[state * EVENT_COUNT + event] = next;
    }
  }
  return compiled;
}

/** The first rule that fits each joint state, as a transition, or {@link NO_RULE}. */
function compileRules(rules: readonly JointRule[]): Int32Array {
  const compiled = new Int32Array(STATE_COUNT).fill(NO_RULE);
  for (const rule of rules) {
    for (const persistence of rule.persistence === undefined
      ? PERSISTENCE_STATES
      : [rule.persistence]) {
      const to = transition(stateId({ ...rule.to, persistence }), actionIdOf(rule.action));
      for (const reading of rule.reading) {
        const from = stateId({ reading, writing: rule.writing, persistence });
        if (compiled[from] === NO_RULE) compiled[from] = to;
      }
    }
  }
  return compiled;
}

function transition(state: StateId, action: ActionId): number {
  return state | (action << STATE_BITS);
}

function actionIdOf(action: Action | undefined): ActionId {
  return action === undefined ? 0 : ActionIds[action];
}

/** The action of an event. Two actions are a bug: no table says which of them comes first. */
function theOnly(first: ActionId, second: ActionId, state: StateId, event: EventId): ActionId {
  if (first === 0) return second;
  if (second === 0) return first;
  const { reading, writing } = jointState(state);
  const orders = `${ACTIONS[first - 1]} and ${ACTIONS[second - 1]}`;
  return bug(`${EVENTS[event]} in ${reading}/${writing} orders ${orders}`);
}
