#!/usr/bin/env node
// The process around the command line: its streams, signals, clock and exit code. All
// else of src/cli is handed these, so that this is the only file that reads a clock.

import * as hooks from 'node:perf_hooks';
import * as timers from 'node:timers';
import { STOP_SIGNALS, StopSignals } from './stop-signals.js';

// The wall clock of the start, and a steady one since: durations never go back.
const now = (): number => hooks.performance.timeOrigin + hooks.performance.now();

// Before anything else is loaded. The first process of a container has no default for a signal:
// one that comes before there is a handler would be lost.
const signals = new StopSignals();
for (const signal of STOP_SIGNALS) process.on(signal, () => signals.receive(signal, now()));

// A module whose top-level await never settles leaves nothing to wait for, and Node would end
// without a word. That is told here and nowhere else: whatever ends the process on purpose
// (`process.exit()`, an error that nobody catches) comes past this, and says itself what it is.
process.once('beforeExit', () => {
  process.stderr.write('sluice: the module never finished loading\n');
  process.exitCode = 1;
});

// No await: Node 22 and later have a riddle of their own for one that never ends.
import('./run.js')
  .then(({ run }) =>
    run({
      argv: process.argv.slice(2),
      env: process.env,
      cwd: process.cwd(),
      stdout: process.stdout,
      stderr: process.stderr,
      signals,
      now,
      defer: timers.setImmediate,
    }),
  )
  .then((code) => {
    // A module may hold timers or connections of its own; they do not keep the process.
    process.exit(code);
  });
