// The joint machine is small, so it is explored whole: every state that can be reached, by every
// event that the world can produce in it.

import { describe, expect, test } from 'vitest';
import { Clocks } from '../../src/conn/clock/clocks.js';
import { Reading, Writing } from '../../src/conn/machine/states.js';
import { Look } from '../../src/conn/memory/look-ahead.js';
import { DEFAULT_LIMITS } from '../../src/fsm/limits.js';
import { ACTIONS, EVENTS, type Event } from '../../src/fsm/machine/events.js';
import {
  compileMachine,
  EVENT_COUNT,
  EventIds,
  IMPOSSIBLE,
  type JointState,
  jointState,
  nextState,
  type StateId,
  stateName,
} from '../../src/fsm/machine/machine.js';
import { persistenceTable } from '../../src/fsm/machine/persistence.js';
import { type Phase, phaseOf } from '../../src/fsm/machine/phase.js';
import { readingTable } from '../../src/fsm/machine/reading.js';
import type { Cell } from '../../src/fsm/machine/transition.js';
import { writingTable } from '../../src/fsm/machine/writing.js';
import { possibleEvents, reachable, type Transition } from '../support/reachable-states.js';

/**
 * Which clocks bound a stay: one for each that is waited for. `body?` runs while the handler waits for
 * content, `handler` where `handlerMs` is set, `writeStall` while bytes wait for the peer, `halfClosed`
 * where one way of a tunnel has ended.
 */
type Clock =
  | 'keepAlive'
  | 'head'
  | 'body'
  | 'body?'
  | 'linger'
  | 'queueWait'
  | 'handler'
  | 'halfClosed'
  | 'writeStall';

// Every reachable state, its phase, and its clocks. A new state, or one that is gone, shows here.
const PINNED: readonly (readonly [state: string, phase: Phase, ...clocks: Clock[]])[] = [
  ['body/flushing/keep', 'writing', 'body?', 'writeStall'],
  ['body/flushing/last', 'writing', 'body?', 'writeStall'],
  ['body/gathering/keep', 'reading-body', 'body'],
  ['body/gathering/last', 'reading-body', 'body'],
  ['body/pending/keep', 'reading-body', 'body?', 'handler'],
  ['body/pending/last', 'reading-body', 'body?', 'handler'],
  ['body/queued/keep', 'reading-body', 'queueWait'],
  ['body/queued/last', 'reading-body', 'queueWait'],
  ['body/streaming/keep', 'writing', 'body?', 'writeStall'],
  ['body/streaming/last', 'writing', 'body?', 'writeStall'],
  ['closed/closed/keep', 'closing'],
  ['closed/closed/last', 'closing'],
  ['closed/flushing/last', 'writing', 'writeStall'],
  ['closed/pending/last', 'writing', 'handler'],
  ['closed/queued/last', 'writing', 'queueWait'],
  ['closed/streaming/last', 'writing', 'writeStall'],
  ['closed/tunnel/last', 'tunnel', 'halfClosed', 'writeStall'],
  ['discard/flushing/last', 'writing', 'writeStall'],
  ['discard/pending/last', 'writing', 'handler'],
  ['discard/shut/keep', 'closing', 'linger'],
  ['discard/shut/last', 'closing', 'linger'],
  ['discard/streaming/last', 'writing', 'writeStall'],
  ['done/flushing/keep', 'writing', 'writeStall'],
  ['done/flushing/last', 'writing', 'writeStall'],
  ['done/pending/keep', 'writing', 'handler'],
  ['done/pending/last', 'writing', 'handler'],
  ['done/queued/keep', 'writing', 'queueWait'],
  ['done/queued/last', 'writing', 'queueWait'],
  ['done/streaming/keep', 'writing', 'writeStall'],
  ['done/streaming/last', 'writing', 'writeStall'],
  ['drain/done/keep', 'reading-body', 'body'],
  ['head/idle/keep', 'reading-headers', 'head'],
  ['head/idle/last', 'reading-headers', 'head'],
  ['idle/idle/keep', 'keep-alive', 'keepAlive'],
  ['tunnel/flushing/last', 'tunnel', 'writeStall'],
  ['tunnel/shut/last', 'tunnel', 'halfClosed'],
  ['tunnel/tunnel/last', 'tunnel', 'writeStall'],
];

/** What a clock that runs out makes happen. */
const EVENT_OF_CLOCK: Readonly<Record<Exclude<Clock, 'handler'>, Event>> = {
  keepAlive: 'idleTimeout',
  head: 'fault',
  body: 'fault',
  'body?': 'fault',
  linger: 'lingerOver',
  queueWait: 'refused',
  halfClosed: 'cut',
  writeStall: 'cut',
};

type HalfTable = Record<string, Record<string, Cell<string, string>>>;

const TERMINAL = ['closed/closed/keep', 'closed/closed/last'];

const machine = compileMachine();
const graph = reachable();
const states: readonly (readonly [string, StateId])[] = [...graph.states];

function transitionOf(id: StateId, event: Event): number {
  return machine.transitions[id * EVENT_COUNT + EventIds[event]] as number;
}

function clocksOf({ reading, writing }: JointState): Clock[] {
  const clocks: Clock[] = [];
  if (reading === 'idle') clocks.push('keepAlive');
  if (reading === 'head') clocks.push('head');
  if (reading === 'drain' || writing === 'gathering') clocks.push('body');
  if (reading === 'body' && ['pending', 'streaming', 'flushing'].includes(writing))
    clocks.push('body?');
  if (reading === 'discard' && writing === 'shut') clocks.push('linger');
  if (reading === 'tunnel' ? writing === 'shut' : writing === 'tunnel') clocks.push('halfClosed');
  if (writing === 'queued') clocks.push('queueWait');
  if (writing === 'pending') clocks.push('handler');
  if (['streaming', 'tunnel', 'flushing'].includes(writing)) clocks.push('writeStall');
  return clocks;
}

/** The states from which a terminal one can be reached over these arrows. */
function ending(transitions: readonly Transition[]): Set<string> {
  const found = new Set(TERMINAL);
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const { from, to } of transitions) if (found.has(to)) found.add(from);
  }
  return found;
}

describe('the reachable states', () => {
  test('are these, with these phases and clocks', () => {
    const found = states.map(([name, id]) => [name, phaseOf(id), ...clocksOf(jointState(id))]);
    expect(found.sort()).toEqual(PINNED);
  });

  test('never meet an event that their tables call impossible', () => {
    expect(graph.contradictions).toEqual([]);
  });

  test('hear nothing more than the world can produce, but for what one half alone cannot rule out', () => {
    const unheard: string[] = [];
    for (const [name, id] of states) {
      const possible = possibleEvents(jointState(id));
      for (const event of EVENTS) {
        if (transitionOf(id, event) !== IMPOSSIBLE && !possible.includes(event))
          unheard.push(`${name} ${event}`);
      }
    }
    expect(unheard.sort()).toEqual([
      // Harmless, and ordered by nobody once the transport is gone.
      'closed/closed/keep closeAfter',
      'closed/closed/last closeAfter',
      // All of the tunnel has ended: nobody can leave it.
      'closed/flushing/last tunnelLeft',
      // The reading half discards; that the response is still to come is the writing half's knowledge.
      'discard/flushing/last lingerOver',
      'discard/pending/last lingerOver',
      'discard/streaming/last lingerOver',
    ]);
  });

  test('say never in each half where nothing can happen there, and only there', () => {
    const differ: string[] = [];
    const compare = (half: keyof JointState, table: HalfTable): void => {
      for (const [state, row] of Object.entries(table)) {
        const here = states
          .map(([, id]) => jointState(id))
          .filter((joint) => joint[half] === state);
        const possible = new Set(here.flatMap((joint) => possibleEvents(joint)));
        for (const [event, cell] of Object.entries(row))
          if ((cell.kind === 'never') === possible.has(event as Event))
            differ.push(`${state} ${event}`);
      }
    };
    compare('reading', readingTable());
    compare('writing', writingTable());
    compare('persistence', persistenceTable());
    expect(differ).toEqual([]);
  });

  test('use every event and every action', () => {
    const events = new Set(graph.transitions.map(({ event }) => event));
    expect(EVENTS.filter((event) => !events.has(event))).toEqual([]);
    const actions = new Set(graph.transitions.map(({ action }) => action));
    expect(ACTIONS.filter((action) => !actions.has(action))).toEqual([]);
  });
});

describe('the end', () => {
  test('can be reached from everywhere', () => {
    const found = ending(graph.transitions);
    expect(states.map(([name]) => name).filter((name) => !found.has(name))).toEqual([]);
  });

  test('can be reached from everywhere though the peer is silent and takes nothing', () => {
    const ours: readonly Event[] = [
      // Time-outs: a head or content that does not come is a fault.
      ...['idleTimeout', 'fault', 'lingerOver', 'cut', 'closeAfter'],
      // The limiter and the handler.
      ...['admitted', 'refused', 'gone', 'replyWhole', 'replyStream', 'streamEnd', 'upgraded'],
    ] as Event[];
    const found = ending(graph.transitions.filter(({ event }) => ours.includes(event)));
    expect(states.map(([name]) => name).filter((name) => !found.has(name))).toEqual([]);
  });

  test('is entered by close, abort or forget, and these lead nowhere else', () => {
    for (const { to, action } of graph.transitions) {
      const last = action === 'close' || action === 'reset' || action === 'forget';
      expect([to, last]).toEqual([to, TERMINAL.includes(to)]);
    }
  });

  test('hears nothing: what comes late changes no state and orders nothing', () => {
    for (const name of TERMINAL) {
      const id = graph.states.get(name) as StateId;
      for (const event of EVENTS) {
        const transition = transitionOf(id, event);
        if (event === 'closeAfter') expect(TERMINAL).toContain(stateName(nextState(transition)));
        else expect([event, transition]).toEqual([event, IMPOSSIBLE]);
      }
    }
  });
});

describe('waiting', () => {
  test('for the peer has a clock in every state', () => {
    for (const [name, id] of states) {
      const { reading, writing } = jointState(id);
      // Content that a handler has not asked for is not waited for, nor is what follows a request.
      const awaited =
        ['idle', 'head', 'drain'].includes(reading) ||
        ['gathering', 'streaming', 'tunnel', 'flushing', 'shut'].includes(writing);
      if (!awaited) continue;
      const clocks = clocksOf(jointState(id)).filter((one) => one !== 'handler' && one !== 'body?');
      expect([name, clocks.length > 0]).toEqual([name, true]);
    }
  });

  test('is bounded by the clocks that the driver runs', () => {
    const driver = new Clocks(DEFAULT_LIMITS);
    const ofReading: readonly Clock[] = ['keepAlive', 'head', 'body', 'body?', 'linger'];
    const ofTunnel: readonly Clock[] = [...ofReading, 'halfClosed'];
    for (const [name, id] of states) {
      const { reading, writing } = jointState(id);
      const [r, w] = [Reading[reading], Writing[writing]];
      const clocks = reading === 'tunnel' ? ofTunnel : ofReading;
      const ours = clocksOf({ reading, writing, persistence: 'keep' }).filter((one) =>
        clocks.includes(one),
      );
      const unasked = ours.filter((one) => one !== 'body?')[0];
      expect([name, driver.readingClock(r, w, false, false, false)?.name]).toEqual([name, unasked]);
      const asked = reading === 'body' ? 'body' : unasked;
      expect([name, driver.readingClock(r, w, true, false, false)?.name]).toEqual([name, asked]);
      // While bytes wait for the peer, their own clock runs, and may stand for the others.
      expect([unasked, undefined]).toContain(driver.readingClock(r, w, false, true, false)?.name);
      // A peer that has ended its way of a tunnel sends nothing: what it is sent is looked at.
      if (reading === 'closed' && writing === 'tunnel')
        expect(driver.endedClock(w)?.name).toBe('halfClosed');
    }
  });

  test('for a response of ours has a clock wherever the FIN is here, or may lie behind unread bytes', () => {
    const driver = new Clocks(DEFAULT_LIMITS);
    for (const [name, id] of states) {
      const { writing } = jointState(id);
      const isSilent = ['queued', 'pending', 'streaming'].includes(writing);
      const state = Writing[writing];
      const isWatched = isSilent || writing === 'tunnel';
      expect([name, driver.endedClock(state) !== undefined]).toEqual([name, isWatched]);
      for (const look of Object.values(Look))
        expect([name, look, driver.unseenClock(state, look) !== undefined]).toEqual([
          name,
          look,
          isSilent,
        ]);
    }
  });

  test('for nobody happens only at the end', () => {
    for (const [name, id] of states)
      expect([name, clocksOf(jointState(id)).length === 0]).toEqual([
        name,
        TERMINAL.includes(name),
      ]);
  });

  test('ends with its clock: the event it makes happen is heard', () => {
    for (const [name, id] of states) {
      for (const clock of clocksOf(jointState(id))) {
        if (clock === 'handler') continue;
        const transition = transitionOf(id, EVENT_OF_CLOCK[clock]);
        expect([name, clock, transition]).not.toEqual([name, clock, IMPOSSIBLE]);
        expect([name, clock, nextState(transition)]).not.toEqual([name, clock, id]);
      }
    }
  });
});

describe('what the joint rules promise', () => {
  test('no state stays in which both halves are done, or one is over and the other idle', () => {
    for (const [name, id] of states) {
      const { reading, writing, persistence } = jointState(id);
      expect([name, reading === 'done' && writing === 'done']).toEqual([name, false]);
      expect([name, reading === 'body' && writing === 'done']).toEqual([name, false]);
      if (reading === 'closed') expect(['idle', 'done', 'shut']).not.toContain(writing);
      if (reading === 'idle' && writing === 'idle') expect(persistence).toBe('keep');
      if (writing === 'done') expect([reading, persistence]).toEqual(['drain', 'keep']);
    }
  });

  test('a connection that carries no further request never does so again', () => {
    for (const { from, to } of graph.transitions)
      if (from.endsWith('/last')) expect(to).toMatch(/\/last$/);
  });

  test('a new exchange begins only where the one before was asked and answered', () => {
    for (const { from, event, to, action } of graph.transitions) {
      const restarts = to === 'idle/idle/keep';
      expect([from, event, action === 'restart']).toEqual([from, event, restarts]);
      if (restarts)
        expect(['done/flushing/keep flushed', 'drain/done/keep contentEnd']).toContain(
          `${from} ${event}`,
        );
    }
  });

  test('our FIN is sent once, and what comes behind it is discarded', () => {
    for (const { from, to, action } of graph.transitions) {
      const shuts = to.startsWith('discard/shut') && !from.startsWith('discard/shut');
      expect([from, to, action === 'linger']).toEqual([from, to, shuts]);
    }
  });

  test('the handler runs only for what was admitted, and a request is offered only once', () => {
    for (const { from, event, to, action } of graph.transitions) {
      const [, was] = from.split('/');
      const [, is] = to.split('/');
      expect([from, event, action === 'dispatch']).toEqual([from, event, event === 'admitted']);
      expect([from, event, action === 'offer']).toEqual([
        from,
        event,
        was !== 'queued' && is === 'queued',
      ]);
      if (is === 'pending' && was !== 'pending') expect(was).toBe('queued');
    }
  });

  test('every request gets an answer, or a close that says it got none', () => {
    // From "there is a request" to "answered" leads no way past the answer but the end.
    const open = ['gathering', 'queued', 'pending', 'streaming', 'tunnel', 'flushing'];
    for (const { from, to } of graph.transitions) {
      const [, was] = from.split('/') as [string, string];
      const [, is] = to.split('/') as [string, string];
      if (!open.includes(was) || was === 'flushing') continue;
      expect([from, to, open.includes(is) || is === 'closed']).toEqual([from, to, true]);
    }
  });
});
