import { describe, expect, test } from 'vitest';
import {
  RequestTimes,
  type TimedRequest,
} from '../../../../src/adapters/status/collect/request-times.js';
import {
  compileMachine,
  EVENT_COUNT,
  type Event,
  EventIds,
  IMPOSSIBLE,
  nextState,
} from '../../../../src/fsm/index.js';

const { initial, transitions } = compileMachine();

/** Connections that move by the machine, at times that a test names. */
class Moves {
  readonly answered: TimedRequest[] = [];
  readonly times = new RequestTimes((request) => this.answered.push(request));
  readonly #states = new Map<number, number>();

  play(events: readonly (readonly [Event, number])[], connectionId = 1): this {
    for (const [event, now] of events) {
      const from = this.#states.get(connectionId) ?? initial;
      const transition = transitions[from * EVENT_COUNT + EventIds[event]] as number;
      if (transition === IMPOSSIBLE) throw new Error(`${event} can't happen`);
      const to = nextState(transition);
      this.#states.set(connectionId, to);
      this.times.moved({ connectionId, from, event: EventIds[event], to }, now);
    }
    return this;
  }
}

const served = (at: number) =>
  [
    ['requestBare', at],
    ['admitted', at + 3],
    ['replyWhole', at + 10],
    ['flushed', at + 11],
  ] as const;

describe('the times of requests', () => {
  test.each<[string, readonly (readonly [Event, number])[], TimedRequest]>([
    [
      'go from the complete head to the end of the response',
      [['headStart', 1], ...served(5)],
      { durationMs: 11, waitedMs: 3, handlerMs: 7 },
    ],
    [
      'leave the gathering of content out of the wait, and have it in all',
      [
        ['requestGathered', 0],
        ['contentEnd', 50],
        ['admitted', 51],
        ['replyWhole', 61],
        ['flushed', 62],
      ],
      { durationMs: 62, waitedMs: 1, handlerMs: 10 },
    ],
    [
      'of a streamed response have its stream in all, not in the handler',
      [
        ['requestStreamed', 0],
        ['admitted', 0],
        ['replyStream', 5],
        ['contentEnd', 7],
        ['streamEnd', 80],
        ['flushed', 90],
      ],
      { durationMs: 90, waitedMs: 0, handlerMs: 5 },
    ],
  ])('%s', (_, events, times) => {
    expect(new Moves().play(events).answered).toEqual([times]);
  });

  test('are of each request of a connection', () => {
    const { answered } = new Moves().play([...served(0), ...served(100)]);
    expect(answered).toHaveLength(2);
    expect(answered[1]).toEqual({ durationMs: 11, waitedMs: 3, handlerMs: 7 });
  });

  test.each<[string, readonly (readonly [Event, number])[]]>([
    [
      'was refused',
      [
        ['requestBare', 0],
        ['refused', 5],
        ['flushed', 6],
      ],
    ],
    [
      'had a faulty head',
      [
        ['headStart', 0],
        ['fault', 5],
        ['flushed', 6],
      ],
    ],
    [
      'had a fault in its content',
      [
        ['requestGathered', 0],
        ['fault', 5],
        ['flushed', 6],
      ],
    ],
    [
      'has become a tunnel',
      [
        ['requestBare', 0],
        ['admitted', 1],
        ['upgraded', 2],
        ['tunnelEnd', 9],
        ['flushed', 9],
      ],
    ],
    [
      'was cut off',
      [
        ['requestBare', 0],
        ['admitted', 1],
        ['cut', 2],
      ],
    ],
  ])('are not of one that %s', (_, events) => {
    expect(new Moves().play(events).answered).toEqual([]);
  });

  test('are right for the request after a refusal', () => {
    const { answered } = new Moves().play([
      ...served(0),
      ['requestBare', 100],
      ['refused', 105],
      ['flushed', 106],
      ...served(200),
    ]);
    expect(answered).toHaveLength(2);
  });

  test('are not of one whose beginning nobody saw', () => {
    const moves = new Moves();
    const times = new RequestTimes((request) => moves.answered.push(request));
    const from = nextState(transitions[initial * EVENT_COUNT + EventIds.requestBare] as number);
    const to = nextState(transitions[from * EVENT_COUNT + EventIds.admitted] as number);
    times.moved({ connectionId: 1, from, event: EventIds.admitted, to }, 5);
    expect(times.connections).toBe(0);
    expect(moves.answered).toEqual([]);
  });

  test('keep nothing of a connection that is closed', () => {
    const { times } = new Moves().play(served(0), 1).play(served(0), 2);
    expect(times.connections).toBe(2);
    times.closed(1);
    times.closed(2);
    expect(times.connections).toBe(0);
  });
});
