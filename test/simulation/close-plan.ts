// Closes the server of a run when its scenario says so, and holds close() to its time and to its word.

import type { Server } from '../../src/server.js';
import type { SimulatedNetwork } from '../../src/testing/index.js';
import type { CountingEnvironment } from './counting-environment.js';
import type { ServerLog } from './server-log.js';
import type { Scenario } from './simulated-run.js';

/** Some turns of the loop, beyond the time that is asked for. */
const CLOSE_LATE_MS = 2;

/** The run, as its close sees it. */
export interface ClosingRun {
  readonly scenario: Pick<Scenario, 'drain'>;
  readonly network: SimulatedNetwork;
  readonly server: Server;
  readonly environment: CountingEnvironment;
  readonly log: ServerLog;
  /** The loop was busy for so long, all in all. */
  readonly spentMs: number;
  drained: 'no' | 'begun' | 'done';
  fail(what: string): void;
}

export function planClose(run: ClosingRun): void {
  const { drain } = run.scenario;
  if (drain === undefined) return;
  const { clock } = run.network;
  clock.at(drain.atMs, () => {
    run.drained = 'begun';
    run.log.note('drain');
    const [begunAt, spentMs] = [clock.now, run.spentMs];
    const { again } = drain;
    const closing = run.server.close({
      graceMs: drain.graceMs,
      readinessDelayMs: drain.delayMs,
    });
    if (again !== undefined) {
      clock.at(begunAt + again.afterMs, () => {
        if (run.server.close({ graceMs: again.graceMs }) !== closing)
          run.fail('another close() gave another promise');
      });
    }
    const endsMs = Math.min(
      drain.delayMs + drain.graceMs,
      again === undefined ? Infinity : again.afterMs + again.graceMs,
    );
    closing.then(
      ({ finished, refused, cutOff }) => {
        run.drained = 'done';
        run.log.note(`drained: ${finished} finished, ${refused} refused, ${cutOff} cut off`);
        if (Math.min(finished, refused, cutOff) < 0)
          run.fail(`a report of close(): ${finished}, ${refused}, ${cutOff}`);
        const tookMs = clock.now - begunAt - (run.spentMs - spentMs);
        if (tookMs > endsMs + CLOSE_LATE_MS) run.fail(`close() took ${tookMs} ms, of ${endsMs}`);
        checkClosed(run);
      },
      (error) => run.fail(`close() rejected: ${error}`),
    );
  });
}

/** Nobody is connected, nothing is timed, and nothing keeps the process alive. */
function checkClosed(run: ClosingRun): void {
  const { connections } = run.server.stats();
  const left = Object.values(connections).reduce((sum, count) => sum + count, 0);
  const { timersArmed, holds } = run.environment;
  if (left + timersArmed + holds > 0)
    run.fail(`closed, and ${left} are connected, ${timersArmed} timers run, ${holds} hold`);
}
