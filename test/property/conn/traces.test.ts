// A trace holds exactly the last transitions that an observer saw, of the newest connections, in whatever
// order connections come, move and leave.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Lifecycle } from '../../../src/conn/machine/lifecycle.js';
import { MACHINE } from '../../../src/conn/machine/states.js';
import { Traces } from '../../../src/conn/machine/traces.js';
import { EVENTS } from '../../../src/fsm/machine/events.js';
import { EVENT_COUNT, IMPOSSIBLE, stateName } from '../../../src/fsm/machine/machine.js';

type Step =
  | { readonly kind: 'open' }
  | { readonly kind: 'close'; readonly which: number }
  | { readonly kind: 'move'; readonly which: number; readonly event: number };

const anyIndex = fc.nat({ max: 50 });
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'open' }) },
  { weight: 1, arbitrary: anyIndex.map((which): Step => ({ kind: 'close', which })) },
  {
    weight: 12,
    arbitrary: fc
      .tuple(anyIndex, fc.nat({ max: EVENT_COUNT - 1 }))
      .map(([which, event]): Step => ({ kind: 'move', which, event })),
  },
);

class Open {
  readonly seen: { event: string; state: string; offset: number; at: number }[] = [];
  readonly receiver = { consumedBytes: 0 };
  readonly life: Lifecycle;
  readonly #clock: { now: number };

  clock(): number {
    return this.#clock.now;
  }

  constructor(clock: { now: number }) {
    this.#clock = clock;
    this.life = new Lifecycle(1, {
      transition: ({ event, to }) =>
        void this.seen.push({
          event: EVENTS[event] as string,
          state: stateName(to),
          offset: this.receiver.consumedBytes,
          at: clock.now,
        }),
    });
  }

  get now(): number {
    return this.#clock.now;
  }

  /** The event that can happen here which is `event`, or the next one. */
  move(event: number): void {
    for (let i = 0; i < EVENT_COUNT; i++) {
      const next = (event + i) % EVENT_COUNT;
      if (MACHINE.transitions[this.life.state * EVENT_COUNT + next] === IMPOSSIBLE) continue;
      this.life.move(next);
      return;
    }
  }
}

test('law: a trace is the tail of what was seen, and the newest connections have one', () => {
  const bounds = {
    connections: fc.integer({ min: 1, max: 5 }),
    transitionsMax: fc.integer({ min: 1, max: 9 }),
  };
  fc.assert(
    fc.property(fc.record(bounds), fc.array(anyStep, { maxLength: 120 }), (settings, steps) => {
      const traces = new Traces(settings);
      const clock = { now: 0 };
      const all: Open[] = [];
      // Those that have a trace, the oldest first.
      let traced: Open[] = [];
      for (const step of steps) {
        clock.now += 1;
        const one = step.kind === 'open' ? undefined : all[step.which % Math.max(1, all.length)];
        if (step.kind === 'open') {
          const opened = new Open(clock);
          traces.add(opened);
          all.push(opened);
          traced = [...traced, opened].slice(-settings.connections);
        } else if (step.kind === 'move' && one !== undefined) {
          one.receiver.consumedBytes += step.event;
          one.move(step.event);
        } else if (one !== undefined) {
          if (one.life.trace !== undefined) traces.remove(one.life.trace);
          all.splice(all.indexOf(one), 1);
          traced = traced.filter((other) => other !== one);
          expect(one.life.trace).toBeUndefined();
        }
        for (const open of all) {
          const expected = open.seen
            .slice(-settings.transitionsMax)
            .map(({ at, ...move }) => ({ ...move, ageMs: clock.now - at }));
          const isTraced = traced.includes(open);
          expect(open.life.trace?.transitions()).toEqual(isTraced ? expected : undefined);
        }
      }
    }),
  );
});
