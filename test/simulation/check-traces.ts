// What the faults of a run carry of the option `trace`, held against the transitions that an observer saw.

import { EVENTS } from '../../src/fsm/machine/events.js';
import { stateName } from '../../src/fsm/machine/machine.js';
import type { FaultReport, TraceOptions, Transition } from '../../src/index.js';

interface SeenMove {
  readonly event: string;
  readonly state: string;
  readonly atMs: number;
}

/** The seed decides, and draws nothing for it: a quarter of all runs has no trace. */
export function traceOf(seed: number): Required<TraceOptions> | undefined {
  const n = Math.abs(Math.trunc(seed));
  if (n % 4 === 0) return undefined;
  return { connections: 1 + (n % 5), transitionsMax: 1 + (n % 11) };
}

export class TraceJudge {
  readonly #trace: Required<TraceOptions> | undefined;
  readonly #fail: (what: string) => void;
  readonly #now: () => number;
  /** Time that the loop was busy for: within it, a wake-up has the time of its beginning. */
  readonly #spentMs: () => number;
  /** All moves of each open connection. */
  readonly #moves: Map<number, SeenMove[]> = new Map();
  /** The newest of those that are open, the oldest of them first. */
  readonly #traced: Set<number> = new Set();
  /** Faults that carried some. */
  compared = 0;

  constructor(
    trace: Required<TraceOptions> | undefined,
    now: () => number,
    spentMs: () => number,
    fail: (what: string) => void,
  ) {
    this.#trace = trace;
    this.#now = now;
    this.#spentMs = spentMs;
    this.#fail = fail;
  }

  opened(connectionId: number): void {
    this.#moves.set(connectionId, []);
    if (this.#trace === undefined) return;
    const [oldest] = this.#traced;
    if (this.#traced.size === this.#trace.connections) this.#traced.delete(oldest as number);
    this.#traced.add(connectionId);
  }

  closed(connectionId: number): void {
    this.#moves.delete(connectionId);
    this.#traced.delete(connectionId);
  }

  moved({ connectionId, event, to }: Transition): void {
    this.#moves.get(connectionId)?.push({
      event: EVENTS[event] as string,
      state: stateName(to),
      atMs: this.#now(),
    });
  }

  faulted({ connectionId, code, transitions }: FaultReport): void {
    const fail = (what: string): void =>
      this.#fail(`the trace of ${code} on connection ${connectionId}: ${what}`);
    const isTraced = this.#traced.has(connectionId);
    if ((transitions !== undefined) !== isTraced)
      fail(`${transitions?.length} transitions, and it is ${isTraced ? '' : 'not '}traced`);
    if (transitions === undefined || this.#trace === undefined) return;
    this.compared++;
    const seen = (this.#moves.get(connectionId) ?? []).slice(-this.#trace.transitionsMax);
    const words = (moves: readonly { event: string; state: string }[]): string =>
      moves.map(({ event, state }) => `${event} ${state}`).join(', ');
    if (words(transitions) !== words(seen)) fail(`${words(transitions)}; seen: ${words(seen)}`);
    for (const [i, { ageMs, offset }] of transitions.entries()) {
      const before = transitions[i - 1];
      const isInOrder =
        ageMs >= 0 &&
        offset >= 0 &&
        (before === undefined || (ageMs <= before.ageMs && offset >= before.offset));
      if (!isInOrder) fail(`number ${i} is ${ageMs} ms old, at ${offset}`);
      const seenMs = this.#now() - (seen[i]?.atMs ?? Number.NaN);
      if (this.#spentMs() === 0 && !(Math.abs(ageMs - seenMs) < 1e-6))
        fail(`number ${i} is ${ageMs} ms old, and was seen ${seenMs} ms ago`);
    }
  }
}
