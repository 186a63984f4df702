// The joint machine: both halves, persistence and the joint rules, compiled to
// one array of integers. A transition is one load; what it orders is one small
// number for the driver's switch. Nothing is allocated.

import { bug } from './bug.js';
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

/** What {@link Machine.transitions} holds for an event that can't happen. */
export const IMPOSSIBLE = -1;
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
  /** `[state * EVENT_COUNT + event]`: {@link nextState} and {@link actionOf} take it apart; {@link IMPOSSIBLE} where the event can't happen. */
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

export function compileMachine(): Machine {
  const transitions = new Int32Array(STATE_COUNT * EVENT_COUNT).fill(IMPOSSIBLE);
  const tables = {
    reading: readingTable(),
    writing: writingTable(),
    persistence: persistenceTable(),
  };
  const rules = jointRules();
  for (let state = 0; state < STATE_COUNT; state++) {
    const from = jointState(state);
    for (let event = 0; event < EVENT_COUNT; event++) {
      const cell = compileCell(tables, rules, from, EVENTS[event] as Event);
      transitions[state * EVENT_COUNT + event] = cell;
    }
  }
  return {
    initial: stateId({ reading: 'idle', writing: 'idle', persistence: 'keep' }),
    transitions,
  };
}

interface Tables {
  readonly reading: ReturnType<typeof readingTable>;
  readonly writing: ReturnType<typeof writingTable>;
  readonly persistence: ReturnType<typeof persistenceTable>;
}

function compileCell(
  tables: Tables,
  rules: readonly JointRule[],
  from: JointState,
  event: Event,
): number {
  const reading = heard(tables.reading[from.reading], event);
  const writing = heard(tables.writing[from.writing], event);
  const persistence = heard(tables.persistence[from.persistence], event);
  if (reading?.kind === 'never' || writing?.kind === 'never' || persistence?.kind === 'never')
    return IMPOSSIBLE;
  let state: JointState = {
    reading: target(reading, from.reading),
    writing: target(writing, from.writing),
    persistence: target(persistence, from.persistence),
  };
  const actions: Action[] = [];
  for (const cell of [reading, writing, persistence])
    if (cell?.kind === 'go' && cell.action !== undefined) actions.push(cell.action);
  for (let rule = fitting(rules, state); rule !== undefined; rule = fitting(rules, state)) {
    state = { ...state, ...rule.to };
    actions.push(rule.action);
  }
  // More than one order at once would have an order between them, which no table says.
  if (actions.length > 1)
    bug(`${event} in ${from.reading}/${from.writing} orders ${actions.join(' and ')}`);
  const action = actions[0] === undefined ? 0 : ActionIds[actions[0]];
  return stateId(state) | (action << STATE_BITS);
}

/** The cell for `event`, or undefined where this half does not hear it. */
function heard<State extends string>(
  row: { readonly [event in string]?: Cell<State, Action> },
  event: Event,
): Cell<State, Action> | undefined {
  return row[event];
}

function target<State extends string>(cell: Cell<State, Action> | undefined, from: State): State {
  return cell?.kind === 'go' ? cell.to : from;
}

function fitting(rules: readonly JointRule[], state: JointState): JointRule | undefined {
  return rules.find(
    (rule) =>
      rule.writing === state.writing &&
      rule.reading.includes(state.reading) &&
      (rule.persistence === undefined || rule.persistence === state.persistence),
  );
}
