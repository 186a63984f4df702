// The command line from its arguments to its exit code, in order. The parts of the process
// (streams, signals, the clock) are parameters.

import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import { lineFormat } from '../adapters/access-log/formats.js';
import { type LineOutput, LineStream } from '../adapters/access-log/line-stream.js';
import { logObserver } from '../adapters/access-log/log-observer.js';
import { printable } from '../adapters/access-log/printable.js';
import type { Observer, Server, ServerOptions } from '../index.js';
import { createServer } from '../index.js';
import { type EnvironmentVariables, readArguments, type ServeOptions } from './arguments.js';
import { CommandFailure, codeOf, describe, handlerFailure, listenFailure } from './failure.js';
import { HELP } from './help.js';
import { loadTarget } from './load-target.js';
import { closedLine, drainingLine, listeningLine, stoppedLine } from './messages.js';
import { overrideOptions } from './server-options.js';
import type { StopSignal, StopSignals } from './stop-signals.js';
import { readTlsFiles, reloadTlsFiles, tlsReason } from './tls-files.js';

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
        problems.line(`sluice: ${printable(command.message)} (see sluice --help)`);
        return EXIT.usage;
      case 'serve':
        return await serve(command.options, surroundings, out, problems);
    }
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error; // A bug of sluice: its stack is needed.
    problems.line(`sluice: ${error.message}`);
    return EXIT.failed;
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
  const target = await Promise.race([loadTarget(options.target, surroundings.cwd), signals.first]);
  if (typeof target === 'string') return stoppedEarly(target, out);
  const server = create(target.options, options, surroundings.now, out, problems);
  const bound = await Promise.race([listen(server, options, surroundings.cwd), signals.first]);
  if (typeof bound === 'string') return stoppedEarly(bound, out);
  const { tls } = options;
  out.line(
    listeningLine(target.label, bound.address, bound.port, tls === undefined ? 'http' : 'https'),
  );
  if (tls !== undefined) {
    surroundings.onHangup(() => {
      const { ok, line } = reloadTlsFiles(server, tls, surroundings.cwd);
      (ok ? out : problems).line(printable(line));
    });
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
    problems.line(`sluice: ${report}: stopped at once`);
    return EXIT.forced;
  }
  out.line(closedLine(report));
  return EXIT.clean;
}

/** No request is under way, so nothing must end first. */
function stoppedEarly(signal: StopSignal, out: LineStream): number {
  out.line(stoppedLine(signal));
  return EXIT.clean;
}

/** Makes the server: flags replace options, and requests and errors are logged. */
function create(
  own: ServerOptions,
  given: ServeOptions,
  now: () => number,
  out: LineStream,
  problems: LineStream,
): Server {
  const overridden = overrideOptions(own, given);
  const options = given.quiet ? overridden : withLog(overridden, given, now, out);
  try {
    return createServer({
      ...options,
      // An error of a handler is for its author. A module may have its own `onError`.
      onError:
        options.onError ?? ((error, request) => problems.line(handlerFailure(error, request))),
    });
  } catch (error) {
    const reason = describe(error);
    const ofTrust = /^\w+: trustedProxies\[\d+\](: .*)$/.exec(reason)?.[1];
    if (given.trust !== undefined && ofTrust !== undefined)
      throw new CommandFailure(`--trust${ofTrust}`);
    throw new CommandFailure(`'${given.target}' can't be served: ${reason}`);
  }
}

/** The options, with a line for each request. A module's own observers stay. */
function withLog(
  options: ServerOptions,
  { log }: ServeOptions,
  now: () => number,
  out: LineStream,
): ServerOptions {
  const format = lineFormat(log, { pid: process.pid, hostname: hostname() });
  const lines = logObserver(format, now, (text) => out.line(text));
  const { observer } = options;
  if (observer === undefined) return { ...options, observer: lines };
  // What is no observer stays: createServer refuses it.
  return {
    ...options,
    observer: Array.isArray(observer) ? [...observer, lines] : [observer as Observer, lines],
  };
}

async function listen(
  server: Server,
  { host, port, tls, proxyProtocol }: ServeOptions,
  cwd: string,
): Promise<{ readonly address: string; readonly port: number }> {
  const files = tls && readTlsFiles(tls, cwd);
  try {
    return await server.listen({ host, port, tls: files, proxyProtocol });
  } catch (error) {
    if (proxyProtocol && / proxyProtocol: /.test(describe(error)))
      throw new CommandFailure('--proxy-protocol needs --trust beside it: who may send the header');
    if (tls !== undefined && codeOf(error) === 'SLUICE_OPTION_INVALID')
      throw new CommandFailure(tlsReason(error, tls));
    throw listenFailure(error, host, port);
  }
}

function packageVersion(): string {
  const manifest: { readonly version: string } = createRequire(import.meta.url)(
    '../../package.json',
  );
  return manifest.version;
}
