// `--status`: a page on a port of its own, of the server or of the workers. It is there before them, and a little longer.

import { hostname } from 'node:os';
import type { LineStream } from '../adapters/access-log/line-stream.js';
import { timeOfDay } from '../adapters/clock.js';
import { statusPage } from '../adapters/status/index.js';
import { isHostName } from '../adapters/status/options.js';
import type { WorkersStats } from '../adapters/workers/index.js';
import { createServer, type FetchHandler, type Server } from '../index.js';
import { handlerFailure, listenFailure } from './failure.js';
import { figuresPage } from './figures.js';
import type { StatusPlace } from './flags.js';
import { urlOf } from './messages.js';

/** The page while it is served. */
export interface ServedStatus {
  readonly url: string;
  /** Everybody who looks is shown the end. */
  close(): Promise<void>;
}

/** An operator, and what collects; not a crowd. */
const CONNECTIONS_MAX = 64;
const STALL_MS = 20_000;
/** For those who still read the last frame. */
const GRACE_MS = 500;

/** @throws CommandFailure where it can't listen */
export function serveStatus(
  server: Server,
  place: StatusPlace,
  title: string,
  problems: LineStream,
): Promise<ServedStatus> {
  const hosts = namesOf(place);
  return serve(statusPage({ server, title, hosts }), place, problems);
}

/**
 * The same for several workers, in their primary.
 *
 * @throws CommandFailure where it can't listen
 */
export function serveFigures(
  stats: () => Promise<WorkersStats>,
  place: StatusPlace,
  title: string,
  problems: LineStream,
): Promise<ServedStatus> {
  const hosts = new Set(namesOf(place).map((name) => name.toLowerCase()));
  return serve(figuresPage({ title, hosts, stats, wallNow: timeOfDay }), place, problems);
}

/** Nobody else can make these names lead here. */
function namesOf({ host }: StatusPlace): string[] {
  return [host, hostname()].filter(isHostName);
}

async function serve(
  fetch: FetchHandler,
  { host, port }: StatusPlace,
  problems: LineStream,
): Promise<ServedStatus> {
  const status = createServer({
    fetch,
    // Who does not read gives its stream to others.
    limits: { connectionsMax: CONNECTIONS_MAX, writeStallMs: STALL_MS },
    onError: (error, request) => problems.line(handlerFailure(error, request)),
  });
  try {
    const bound = await status.listen({ host, port });
    return {
      url: urlOf(bound.address, bound.port),
      close: async () => void (await status.close({ graceMs: GRACE_MS })),
    };
  } catch (error) {
    throw listenFailure(error, host, port, { port: '--status', host: '--status' });
  }
}
