// The command line from its arguments to its exit code, in order. The parts of the process
// (streams, signals, the clock) are parameters.

import { createRequire } from 'node:module';
import { LineStream } from '../adapters/access-log/line-stream.js';
import { printable } from '../adapters/access-log/printable.js';
import { readArguments, type ServeOptions } from './arguments.js';
import { CommandFailure, UsageFailure } from './failure.js';
import { HELP } from './help.js';
import { loadTarget } from './load-target.js';
import { closedLine, drainingLine, forcedLine, listeningLine, stoppedLine } from './messages.js';
import { create, listen } from './serving.js';
import type { StopSignal } from './stop-signals.js';
import { EXIT, type Surroundings } from './surroundings.js';
import { reloadTlsFiles } from './tls-files.js';

/** Runs the command, and resolves with the exit code. */
export async function run(surroundings: Surroundings): Promise<number> {
  const { stdout, stderr, defer } = surroundings;
  // Where not even this can be written, there is nobody to tell.
  const problems = new LineStream(stderr, { defer, warn: () => undefined });
  const out = new LineStream(stdout, { defer, warn: (text) => problems.line(printable(text)) });
  try {
    const command = readArguments(surroundings.argv, surroundings.env);
    switch (command.kind) {
      case 'help':
        out.line(HELP);
        return EXIT.clean;
      case 'version':
        out.line(packageVersion());
        return EXIT.clean;
      case 'usage':
        throw new UsageFailure(printable(command.message));
      case 'serve':
        if (command.options.workers === undefined)
          return await serve(command.options, surroundings, out, problems);
        // Loaded for those who want it.
        return await (await import('./workers.js')).serveByWorkers(
          { ...command.options, workers: command.options.workers },
          surroundings,
          out,
          problems,
        );
    }
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error; // A bug of sluice: its stack is needed.
    const isUsage = error instanceof UsageFailure;
    problems.line(`sluice: ${error.message}${isUsage ? ' (see sluice --help)' : ''}`);
    return isUsage ? EXIT.usage : EXIT.failed;
  } finally {
    out.end();
    problems.end();
  }
}

async function serve(
  options: ServeOptions,
  surroundings: Surroundings,
  out: LineStream,
  problems: LineStream,
): Promise<number> {
  const { signals } = surroundings;
  const { tls } = options;
  // Without a handler, a signal that comes while the module loads would end the process.
  let hungUp = false;
  let onHangup = (): void => {
    hungUp = true;
  };
  if (tls !== undefined) surroundings.onHangup(() => onHangup());
  const target = await Promise.race([loadTarget(options.target, surroundings.cwd), signals.first]);
  if (typeof target === 'string') return stoppedEarly(target, out);
  const server = create(target.options, options, surroundings.now, out, problems);
  // Loaded for those who want it.
  const status =
    options.status &&
    (await (
      await import('./status.js')
    ).serveStatus(server, options.status, target.label, problems));
  const bound = await Promise.race([listen(server, options, surroundings.cwd), signals.first]);
  if (typeof bound === 'string') return stoppedEarly(bound, out);
  out.line(
    listeningLine(target.label, bound.address, bound.port, tls === undefined ? 'http' : 'https', {
      statusUrl: status?.url,
    }),
  );
  if (tls !== undefined) {
    onHangup = () => {
      const { ok, line } = reloadTlsFiles(server, tls, surroundings.cwd);
      (ok ? out : problems).line(printable(line));
    };
    // The files were read before that, perhaps.
    if (hungUp) onHangup();
  }

  const signal = await signals.first;
  out.line(drainingLine(signal, options.drainTimeoutMs, options.readinessDelayMs));
  out.flush();
  const report = await Promise.race([
    server.close({
      graceMs: options.drainTimeoutMs,
      readinessDelayMs: options.readinessDelayMs,
    }),
    signals.second,
  ]);
  if (typeof report === 'string') {
    problems.line(forcedLine(report));
    return EXIT.forced;
  }
  await status?.close();
  out.line(closedLine(report));
  return EXIT.clean;
}

/** No request is under way, so nothing must end first. */
function stoppedEarly(signal: StopSignal, out: LineStream): number {
  out.line(stoppedLine(signal));
  return EXIT.clean;
}

function packageVersion(): string {
  const manifest: { readonly version: string } = createRequire(import.meta.url)(
    '../../package.json',
  );
  return manifest.version;
}
