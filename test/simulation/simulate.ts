// One run: a seed in, a verdict out.

import { drawScenario } from './draw.js';
import { drawCrowd } from './laws/crowd.js';
import { withSeamFaults } from './seam-faults.js';
import type { Transitions } from './server-log.js';
import { type Scenario, World } from './world.js';

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

/** Every so many worlds one is a crowd, where many wait for few slots. */
const NTH_CROWD = 5;

export async function simulate(seed: number): Promise<Outcome> {
  return play(withSeamFaults(seed % NTH_CROWD === 0 ? drawCrowd(seed) : drawScenario(seed)));
}

/** Plays one scenario. */
export async function play(scenario: Scenario): Promise<Outcome> {
  const world = new World(scenario);
  await world.run();
  return {
    seed: scenario.seed,
    failures: world.failures,
    transitions: world.log.transitions,
    eventCount: world.eventCount,
    requestCount: world.runs.size,
    seamFailureCount: world.seams.failureCount,
    trace: () => world.trace(),
  };
}
