// What the command line has of its process, and what the process gets in the end.

import type { LineOutput } from '../adapters/access-log/line-stream.js';
import type { EnvironmentVariables } from './arguments.js';
import type { StopSignals } from './stop-signals.js';

export interface Surroundings {
  readonly argv: readonly string[];
  readonly env: EnvironmentVariables;
  readonly cwd: string;
  readonly stdout: LineOutput;
  readonly stderr: LineOutput;
  readonly signals: StopSignals;
  /** Calls back at each SIGHUP from now on. Without a call, the signal ends the process. */
  readonly onHangup: (callback: () => void) => void;
  /** Milliseconds since the epoch, with fractions. The time never goes back. */
  readonly now: () => number;
  /** Runs the callback at the end of this turn of the event loop. */
  readonly defer: (callback: () => void) => unknown;
}

/** The exit codes of the process. */
export const EXIT = { clean: 0, failed: 1, usage: 2, forced: 3 } as const;
