// A transition of the joint machine, taken apart: along which arrows of the two halves did it go? The machine is
// compiled, and has forgotten that; so the tables and rules are asked again.

import {
  type Cell,
  EVENTS,
  type JointRule,
  jointRules,
  jointState,
  persistenceTable,
  readingTable,
  type StateId,
  writingTable,
} from '../../../fsm/index.js';
import { EVERYWHERE, edgeKey, type HalfName } from './graph.js';

/** One arrow that was taken. */
export interface Step {
  readonly half: HalfName;
  /** `idle>head`, as {@link edgeKey} makes it. */
  readonly edge: string;
}

/** A table, by names that come from the machine. */
type Cells = Readonly<Record<string, Readonly<Record<string, Cell<string, string> | undefined>>>>;

/** A joint state on its way. */
interface Place {
  reading: string;
  writing: string;
  persistence: string;
}

export class StepFinder {
  readonly #reading: Cells = readingTable();
  readonly #writing: Cells = writingTable();
  readonly #persistence: Cells = persistenceTable();
  readonly #rules: readonly JointRule[] = jointRules();

  /**
   * The arrows of an event, in their order. `reset` and `cut`, which lead to `closed` from everywhere, have none.
   */
  stepsOf(from: StateId, event: number): readonly Step[] {
    const name = EVENTS[event]!;
    if (EVERYWHERE.includes(name)) return [];
    const at: Place = { ...jointState(from) };
    const steps: Step[] = [];
    const move = (half: HalfName, to: string): void => {
      steps.push({ half, edge: edgeKey(at[half], to) });
      at[half] = to;
    };
    const read = this.#reading[at.reading]?.[name];
    const written = this.#writing[at.writing]?.[name];
    const persisted = this.#persistence[at.persistence]?.[name];
    if (read?.kind === 'go') move('reading', read.to);
    if (written?.kind === 'go') move('writing', written.to);
    if (persisted?.kind === 'go') at.persistence = persisted.to;
    for (let rule = this.#ruleFor(at); rule !== undefined; rule = this.#ruleFor(at)) {
      if (at.reading !== rule.to.reading) move('reading', rule.to.reading);
      if (at.writing !== rule.to.writing) move('writing', rule.to.writing);
    }
    return steps;
  }

  #ruleFor({ reading, writing, persistence }: Place): JointRule | undefined {
    return this.#rules.find(
      (rule) =>
        rule.reading.some((state) => state === reading) &&
        rule.writing === writing &&
        (rule.persistence === undefined || rule.persistence === persistence),
    );
  }
}
