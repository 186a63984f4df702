#!/usr/bin/env node
// The process of the command line: its streams, signals, clock and exit code. All other files of
// src/cli get these as parameters, so only this file reads a clock.

import * as hooks from 'node:perf_hooks';
import * as timers from 'node:timers';
import { STOP_SIGNALS, StopSignals } from './stop-signals.js';

// The wall clock at the start, plus a monotonic clock since then: durations are never negative.
const now = (): number => hooks.performance.timeOrigin + hooks.performance.now();

// This runs before anything else is loaded. The first process of a container has no default action
// for a signal. Without a handler, an early signal would be lost.
const signals = new StopSignals();
for (const signal of STOP_SIGNALS) process.on(signal, () => signals.receive(signal, now()));

// If the top-level await of a module never settles, nothing is left to wait for. Node would end
// without a message. Only this case reaches 'beforeExit'. `process.exit()` and an uncaught error
// end the process without it, and report themselves.
process.once('beforeExit', () => {
  process.stderr.write('sluice: the module never finished loading\n');
  process.exitCode = 1;
});

// No await: Node 22 and later print their own warning for an await that never ends.
import('./run.js')
  .then(({ run }) =>
    run({
      argv: process.argv.slice(2),
      env: process.env,
      cwd: process.cwd(),
      stdout: process.stdout,
      stderr: process.stderr,
      signals,
      onHangup: (callback) => process.on('SIGHUP', callback),
      now,
      defer: timers.setImmediate,
    }),
  )
  .then((code) => {
    // Timers or connections of the module do not keep the process alive.
    process.exit(code);
  });
