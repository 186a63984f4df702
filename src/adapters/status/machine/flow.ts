// How often each transition was taken, counted as cheaply as it can be: one number for each state and event.

import { EVENT_COUNT, EVENTS, STATE_COUNT, type StateId } from '../../../fsm/index.js';
import { EVERYWHERE } from './graph.js';
import { StepFinder } from './steps.js';

/** Transitions of one sampled interval, by arrow. */
export interface Flow {
  readonly reading: ReadonlyMap<string, number>;
  readonly writing: ReadonlyMap<string, number>;
  /** Connections that `reset` or `cut` has ended. */
  readonly broken: number;
}

export class FlowCounter {
  readonly #finder: StepFinder = new StepFinder();
  readonly #counts: Uint32Array = new Uint32Array(STATE_COUNT * EVENT_COUNT);

  count(from: StateId, event: number): void {
    this.#counts[from * EVENT_COUNT + event]!++;
  }

  /** What was counted since the last call. */
  take(): Flow {
    const flow = { reading: new Map<string, number>(), writing: new Map<string, number>() };
    let broken = 0;
    this.#counts.forEach((count, index) => {
      if (count === 0) return;
      const event = index % EVENT_COUNT;
      if (EVERYWHERE.includes(EVENTS[event]!)) broken += count;
      const from = Math.floor(index / EVENT_COUNT);
      for (const { half, edge } of this.#finder.stepsOf(from, event)) add(flow[half], edge, count);
    });
    this.#counts.fill(0);
    return { ...flow, broken };
  }
}

function add(counts: Map<string, number>, edge: string, count: number): void {
  counts.set(edge, (counts.get(edge) ?? 0) + count);
}
