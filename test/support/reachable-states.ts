// The joint machine as a graph: which states can be reached, and by which events, when an
// environment says what can happen in each of them. The simulation compares what it saw with this.

import { ACTIONS, type Action, EVENTS, type Event } from '../../src/fsm/machine/events.js';
import {
  actionOf,
  compileMachine,
  EVENT_COUNT,
  EventIds,
  IMPOSSIBLE,
  type JointState,
  jointState,
  type Machine,
  nextState,
  type StateId,
  stateName,
} from '../../src/fsm/machine/machine.js';

/** What can happen to a connection in this state: the test's own words, not the tables'. */
export type Environment = (state: JointState) => readonly Event[];

/** One arrow of the graph. States by name: `body/pending/keep`. */
export interface Transition {
  readonly from: string;
  readonly event: Event;
  readonly to: string;
  readonly action: Action | undefined;
}

export interface Reachable {
  /** Ids by name, in the order in which they were found. */
  readonly states: ReadonlyMap<string, StateId>;
  readonly transitions: readonly Transition[];
  /** What the environment can produce and the machine says never happens: `state event`. */
  readonly contradictions: readonly string[];
}

/** Follows every event that `environment` allows, from the initial state on, to the end. */
export function reachable(
  environment: Environment = possibleEvents,
  machine: Machine = compileMachine(),
): Reachable {
  const states = new Map<string, StateId>([[stateName(machine.initial), machine.initial]]);
  const transitions: Transition[] = [];
  const contradictions: string[] = [];
  // A Map is walked in order, and sees what is added on the way.
  for (const [from, id] of states) {
    for (const event of environment(jointState(id))) {
      const transition = machine.transitions[id * EVENT_COUNT + EventIds[event]] as number;
      if (transition === IMPOSSIBLE) {
        contradictions.push(`${from} ${event}`);
        continue;
      }
      const next = nextState(transition);
      const to = stateName(next);
      transitions.push({ from, event, to, action: ACTIONS[actionOf(transition) - 1] });
      states.set(to, next);
    }
  }
  return { states, transitions, contradictions };
}

/** What the world, the limiter, the handler and the clocks can do to a connection in each joint state. */
export function possibleEvents({ reading, writing }: JointState): readonly Event[] {
  if (writing === 'closed') return [];
  return EVENTS.filter((event) => {
    switch (event) {
      // A request line can begin where no message is under way, on either side.
      case 'headStart':
        return reading === 'idle';
      // A head can end in the read in which it began.
      case 'requestBare':
      case 'requestGathered':
      case 'requestStreamed':
        return reading === 'idle' || reading === 'head';
      // The parser runs within a message, be its content wanted or not.
      case 'contentEnd':
        return reading === 'body' || reading === 'drain';
      // It can break a rule from its first byte to its last.
      case 'fault':
        return ['idle', 'head', 'body', 'drain'].includes(reading);
      // The peer's end: early where a message is cut, plain elsewhere. There is one.
      case 'finEarly':
        return ['head', 'body', 'drain'].includes(reading);
      case 'fin':
        return ['idle', 'done', 'tunnel', 'discard'].includes(reading);
      // The limiter answers what was offered.
      case 'admitted':
      case 'refused':
      case 'gone':
        return writing === 'queued';
      // The handler answers what was dispatched, in one of two ways.
      case 'replyWhole':
      case 'replyStream':
        return writing === 'pending';
      case 'streamEnd':
        return writing === 'streaming';
      // Or makes a tunnel of the connection, once the request is complete; and ends, or leaves it.
      case 'upgraded':
        return writing === 'pending' && (reading === 'done' || reading === 'closed');
      case 'tunnelEnd':
        return writing === 'tunnel';
      case 'tunnelLeft':
        return reading === 'tunnel' || writing === 'tunnel';
      case 'flushed':
        return writing === 'flushing';
      // The clocks, and the counts that stand beside them.
      case 'idleTimeout':
        return reading === 'idle';
      case 'drainLimit':
        return reading === 'drain';
      // A handler that has not answered may still read.
      case 'contentUnread':
        return reading === 'body' && writing === 'streaming';
      case 'lingerOver':
        return reading === 'discard' && writing === 'shut';
      // At any time while there is a transport.
      case 'closeAfter':
      case 'reset':
      case 'cut':
        return true;
      default:
        return event satisfies never;
    }
  });
}
