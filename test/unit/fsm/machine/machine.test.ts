import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { SluiceBug } from '../../../../src/fsm/bug.js';
import { ACTIONS, EVENTS, type Event } from '../../../../src/fsm/machine/events.js';
import { type JointRule, jointRules } from '../../../../src/fsm/machine/joint.js';
import {
  ActionIds,
  actionOf,
  compileMachine,
  EVENT_COUNT,
  EventIds,
  IMPOSSIBLE,
  type JointState,
  jointState,
  nextState,
  STATE_COUNT,
  stateId,
  stateName,
} from '../../../../src/fsm/machine/machine.js';
import { PERSISTENCE_STATES, persistenceTable } from '../../../../src/fsm/machine/persistence.js';
import { READING_STATES, readingTable } from '../../../../src/fsm/machine/reading.js';
import { type Cell, go, never, stay } from '../../../../src/fsm/machine/transition.js';
import { WRITING_STATES, writingTable } from '../../../../src/fsm/machine/writing.js';

const ALL: readonly JointState[] = READING_STATES.flatMap((reading) =>
  WRITING_STATES.flatMap((writing) =>
    PERSISTENCE_STATES.map((persistence) => ({ reading, writing, persistence })),
  ),
);

describe('joint states', () => {
  test('are numbered without a gap, and each number is its state', () => {
    expect(STATE_COUNT).toBe(ALL.length);
    for (const [id, state] of ALL.entries()) {
      expect(stateId(state)).toBe(id);
      expect(jointState(id)).toEqual(state);
      expect(stateName(id)).toBe(`${state.reading}/${state.writing}/${state.persistence}`);
    }
  });

  test('have a number that fits beside an action', () => {
    expect(STATE_COUNT).toBeLessThanOrEqual(256);
  });

  test.each([STATE_COUNT, -1, 0.5, Number.NaN])('there is none with the number %d', (id) => {
    expect(() => jointState(id)).toThrow(SluiceBug);
    expect(() => jointState(id)).toThrow(`there is no state ${id}`);
  });
});

test('events count from 0 and actions from 1, as they are listed', () => {
  expect(EVENT_COUNT).toBe(EVENTS.length);
  expect(EVENTS.map((event) => EventIds[event])).toEqual([...EVENTS.keys()]);
  expect(ACTIONS.map((action) => ActionIds[action])).toEqual([...ACTIONS.keys()].map((i) => i + 1));
});

test('a cell says which of three kinds it is', () => {
  expect([go('idle', 'close'), go('idle'), stay, never]).toEqual([
    { kind: 'go', to: 'idle', action: 'close' },
    { kind: 'go', to: 'idle', action: undefined },
    { kind: 'stay' },
    { kind: 'never' },
  ]);
});

describe('the compiled machine', () => {
  const machine = compileMachine();

  function told(state: JointState, event: Event): readonly [JointState, string] | 'impossible' {
    const transition = machine.transitions[
      stateId(state) * EVENT_COUNT + EventIds[event]
    ] as number;
    if (transition === IMPOSSIBLE) return 'impossible';
    return [jointState(nextState(transition)), ACTIONS[actionOf(transition) - 1] ?? 'nothing'];
  }

  test('begins with nothing asked and nothing to answer', () => {
    expect(stateName(machine.initial)).toBe('idle/idle/keep');
  });

  test('has a transition for every state and event', () => {
    expect(machine.transitions).toHaveLength(STATE_COUNT * EVENT_COUNT);
  });

  test('says what the tables and the joint rules say, one after the other', () => {
    const tables = [readingTable(), writingTable(), persistenceTable()] as const;
    const differ = ALL.flatMap((state) =>
      EVENTS.filter(
        (event) => !isDeepStrictEqual(told(state, event), plain(state, event, tables)),
      ).map((event) => [state, event]),
    );
    expect(differ).toEqual([]);
  });

  test('is the same each time', () => {
    expect(compileMachine()).toEqual(machine);
  });

  test.each<[string, Event, string, string]>([
    ['idle/idle/keep', 'headStart', 'head/idle/keep', 'nothing'],
    ['head/idle/keep', 'requestBare', 'done/queued/keep', 'offer'],
    ['done/queued/keep', 'admitted', 'done/pending/keep', 'dispatch'],
    ['done/pending/keep', 'replyWhole', 'done/flushing/keep', 'nothing'],
    ['done/flushing/keep', 'flushed', 'idle/idle/keep', 'restart'],
    ['body/flushing/keep', 'flushed', 'drain/done/keep', 'drain'],
    ['body/flushing/last', 'flushed', 'discard/shut/last', 'linger'],
    ['drain/done/keep', 'drainLimit', 'discard/shut/last', 'linger'],
    ['discard/shut/last', 'fin', 'closed/closed/last', 'close'],
    ['idle/idle/keep', 'idleTimeout', 'discard/shut/keep', 'linger'],
    ['idle/idle/keep', 'closeAfter', 'discard/shut/last', 'linger'],
    ['done/pending/keep', 'reset', 'closed/closed/keep', 'forget'],
    ['body/queued/keep', 'fault', 'discard/flushing/last', 'withdraw'],
  ])('in %s, %s leads to %s and orders %s', (from, event, to, action) => {
    const [next, order] = told(stateOf(from), event) as readonly [JointState, string];
    expect([`${next.reading}/${next.writing}/${next.persistence}`, order]).toEqual([to, action]);
  });
});

describe('tables that contradict themselves do not compile', () => {
  test('two orders for one event are a bug: nothing says which comes first', () => {
    const rule: JointRule = {
      reading: ['done'],
      writing: 'queued',
      to: { reading: 'done', writing: 'pending' },
      action: 'linger',
      why: 'It is wrong.',
    };
    expect(() => compileMachine([rule])).toThrow(
      'requestBare in idle/idle orders offer and linger',
    );
  });
});

function stateOf(name: string): JointState {
  return ALL.find((s) => `${s.reading}/${s.writing}/${s.persistence}` === name) as JointState;
}

type AnyTable = { readonly [state: string]: { readonly [event: string]: Cell<string, string> } };

/** The tables read as a person reads them. */
function plain(
  from: JointState,
  event: Event,
  tables: readonly [AnyTable, AnyTable, AnyTable],
): readonly [JointState, string] | 'impossible' {
  const now: string[] = [from.reading, from.writing, from.persistence];
  let order = 'nothing';
  for (const [half, table] of tables.entries()) {
    const cell = table[now[half] as string]?.[event];
    if (cell?.kind === 'never') return 'impossible';
    if (cell?.kind !== 'go') continue;
    now[half] = cell.to;
    order = cell.action ?? order;
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (const { reading, writing, persistence, to, action } of jointRules()) {
      const fits = (reading as readonly string[]).includes(now[0] as string) && writing === now[1];
      if (!fits || (persistence !== undefined && persistence !== now[2])) continue;
      [now[0], now[1]] = [to.reading, to.writing];
      order = action;
      changed = true;
      break;
    }
  }
  return [stateOf(now.join('/')), order];
}
