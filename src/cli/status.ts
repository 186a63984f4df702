// `--status`: the page of the server, on a port of its own. It is there before the server, and a little longer.

import { hostname } from 'node:os';
import type { LineStream } from '../adapters/access-log/line-stream.js';
import { statusPage } from '../adapters/status/index.js';
import { isHostName } from '../adapters/status/options.js';
import { createServer, type Server } from '../index.js';
import { handlerFailure, listenFailure } from './failure.js';
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
export async function serveStatus(
  server: Server,
  { host, port }: StatusPlace,
  title: string,
  problems: LineStream,
): Promise<ServedStatus> {
  const status = createServer({
    // Nobody else can make these names lead here.
    fetch: statusPage({ server, title, hosts: [host, hostname()].filter(isHostName) }),
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
