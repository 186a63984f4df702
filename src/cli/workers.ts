// `sluice --workers N`: the same command line in several processes. Each worker loads the target and listens; the primary
// says what happens.

import cluster from 'node:cluster';
import type { LineStream } from '../adapters/access-log/line-stream.js';
import { printable } from '../adapters/access-log/printable.js';
import {
  runWorkers,
  type WorkerEvent,
  type WorkerServer,
  type Workers,
  type WorkersStats,
} from '../adapters/workers/index.js';
import type { ServeOptions } from './arguments.js';
import { CommandFailure, codeOf, describe, failureNamed } from './failure.js';
import { loadTarget } from './load-target.js';
import { closedLine, drainingLine, forcedLine, listeningLine, stoppedLine } from './messages.js';
import { create, listen } from './serving.js';
import type { ServedStatus } from './status.js';
import { EXIT, type Surroundings } from './surroundings.js';

type WorkerOptions = ServeOptions & { readonly workers: number | 'auto' };

/** In the primary, resolves with the exit code. In a worker, never. */
export async function serveByWorkers(
  options: WorkerOptions,
  surroundings: Surroundings,
  out: LineStream,
  problems: LineStream,
): Promise<number> {
  const { signals } = surroundings;
  const { drainTimeoutMs: graceMs, readinessDelayMs } = options;
  let running: Workers | undefined;
  let hungUp = false;
  // Without a handler, a signal that comes while the workers start would end the process.
  if (cluster.isPrimary)
    surroundings.onHangup(() => {
      if (running === undefined) hungUp = true;
      else void replaceAll(running, out, problems);
    });
  const status = await statusOf(options, async () => running?.stats() ?? NOBODY, problems);
  const started = startAll(options, surroundings, out, problems);
  // A worker's signals are seen to by `runWorkers`.
  const workers = await (cluster.isWorker ? started : Promise.race([started, signals.first]));
  if (typeof workers === 'string') {
    out.line(stoppedLine(workers));
    return EXIT.clean;
  }
  running = workers;
  const [bound] = workers.addresses;
  const { length } = (await workers.stats()).workers;
  const scheme = options.tls === undefined ? 'http' : 'https';
  if (bound !== undefined)
    out.line(
      listeningLine(printable(options.target), bound.address, bound.port, scheme, {
        workers: length,
        statusUrl: status?.url,
      }),
    );
  // The workers have read their files before that, perhaps.
  if (hungUp) void replaceAll(workers, out, problems);
  const signal = await Promise.race([signals.first, givenUp(workers)]);
  out.line(drainingLine(signal, graceMs, readinessDelayMs));
  out.flush();
  const report = await Promise.race([workers.close(), signals.second]);
  if (typeof report !== 'string') {
    await status?.close();
    out.line(closedLine(report));
    return EXIT.clean;
  }
  await workers.close({ graceMs: 0, readinessDelayMs: 0 });
  problems.line(forcedLine(report));
  return EXIT.forced;
}

/** Before the first worker is ready. */
const NOBODY: WorkersStats = { total: undefined, workers: [] };

/** In the primary, the page of `--status`. */
async function statusOf(
  { status, target }: WorkerOptions,
  stats: () => Promise<WorkersStats>,
  problems: LineStream,
): Promise<ServedStatus | undefined> {
  if (status === undefined || cluster.isWorker) return undefined;
  // Loaded for those who want it.
  const { serveFigures } = await import('./status.js');
  return serveFigures(stats, status, printable(target), problems);
}

async function startAll(
  options: WorkerOptions,
  surroundings: Surroundings,
  out: LineStream,
  problems: LineStream,
): Promise<Workers> {
  try {
    return await runWorkers({
      count: options.workers,
      start: () => startOne(options, surroundings, out, problems),
      graceMs: options.drainTimeoutMs,
      readinessDelayMs: options.readinessDelayMs,
      signals: cluster.isWorker,
      onEvent: (event) => tell(event, problems),
    });
  } catch (error) {
    throw failureOf(error);
  }
}

/** In a worker. */
async function startOne(
  options: WorkerOptions,
  { cwd, now }: Surroundings,
  out: LineStream,
  problems: LineStream,
): Promise<WorkerServer> {
  const target = await loadTarget(options.target, cwd);
  const server = create(target.options, options, now, out, problems);
  await listen(server, options, cwd);
  return {
    stats: () => server.stats(),
    close: async (times) => {
      const report = await server.close(times);
      // The process ends with this.
      out.flush();
      problems.flush();
      return report;
    },
  };
}

async function replaceAll(workers: Workers, out: LineStream, problems: LineStream): Promise<void> {
  out.line('sluice: SIGHUP: replacing the workers one by one');
  try {
    await workers.restart();
    out.line('sluice: SIGHUP: all workers are replaced');
  } catch (error) {
    const { message } = failureOf(error);
    // SIGTERM came meanwhile: that is said by itself.
    if (codeOf(error) === 'SLUICE_WORKERS_CLOSED') problems.line(`sluice: SIGHUP: ${message}`);
    else problems.line(`sluice: SIGHUP: the old workers stay: ${message}`);
  }
}

/** Rejects where nobody serves any more, and never resolves. */
async function givenUp(workers: Workers): Promise<never> {
  try {
    await workers.closed;
  } catch (error) {
    throw failureOf(error);
  }
  return new Promise(() => undefined);
}

/** A worker that was never ready has said why. */
function failureOf(error: unknown): CommandFailure {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error))
    return new CommandFailure(
      // It is whole without its class.
      codeOf(error)?.startsWith('SLUICE_WORKER')
        ? printable((error as Error).message)
        : describe(error),
    );
  const isWhole = cause.name === 'CommandFailure' || cause.name === 'UsageFailure';
  return failureNamed(cause.name, isWhole ? printable(cause.message) : describe(cause));
}

function tell({ kind, pid, error, retryMs }: WorkerEvent, problems: LineStream): void {
  if (kind !== 'lost') return;
  const reason = error === undefined ? 'it is gone' : printable(error.message);
  problems.line(`sluice: process ${pid}: ${reason}; another starts in ${retryMs} ms`);
}
