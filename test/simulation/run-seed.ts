// One run: a seed in, a verdict out.

import { drawCrowd } from './laws/admission-scenario.js';
import { drawScenario } from './scenario-from-seed.js';
import { withSeamFaults } from './seam-faults.js';
import type { Transitions } from './server-log.js';
import { type Scenario, SimulatedRun } from './simulated-run.js';

export interface Outcome {
  readonly seed: number;
  readonly failures: readonly string[];
  readonly transitions: Transitions;
  /** How often each swarm's network event happened. */
  readonly eventCount: number;
  readonly requestCount: number;
  /** How often something was thrown at a seam, on purpose. */
  readonly seamFailureCount: number;
  /** What happened, a line each. */
  trace(): string[];
}

/** Every so many runs one is a crowd, where many wait for few slots. */
const NTH_CROWD = 5;

export async function simulate(seed: number): Promise<Outcome> {
  return play(withSeamFaults(seed % NTH_CROWD === 0 ? drawCrowd(seed) : drawScenario(seed)));
}

/** Plays one scenario. */
export async function play(scenario: Scenario): Promise<Outcome> {
  const simulated = new SimulatedRun(scenario);
  await simulated.run();
  return {
    seed: scenario.seed,
    failures: simulated.failures,
    transitions: simulated.log.transitions,
    eventCount: simulated.eventCount,
    requestCount: simulated.runs.size,
    seamFailureCount: simulated.seams.failureCount,
    trace: () => simulated.trace(),
  };
}
