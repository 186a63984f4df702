#!/usr/bin/env node
// The process around the command line: its streams, signals, clock and exit code. All
// else of src/cli is handed these, so that this is the only file that reads a clock.

import * as hooks from 'node:perf_hooks';
import * as timers from 'node:timers';
import { run } from './run.js';

// A module whose top-level await never settles leaves nothing to wait for, and Node
// would end with a riddle.
const unfinished = (): void => {
  process.stderr.write('sluice: the module never finished loading\n');
  process.exitCode = 1;
};
process.once('exit', unfinished);

// No await: Node 22 and later have a riddle of their own for one that never ends.
run({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  onSignal: (signal, listener) => process.on(signal, listener),
  // The wall clock of the start, and a steady one since: durations never go back.
  now: () => hooks.performance.timeOrigin + hooks.performance.now(),
  defer: timers.setImmediate,
}).then((code) => {
  process.off('exit', unfinished);
  // A module may hold timers or connections of its own; they do not keep the process.
  process.exit(code);
});
