// The server of a command line: made, and made to listen. Its mistakes are one sentence each.

import { hostname } from 'node:os';
import { lineFormat } from '../adapters/access-log/formats.js';
import type { LineStream } from '../adapters/access-log/line-stream.js';
import { logObserver } from '../adapters/access-log/log-observer.js';
import { printable } from '../adapters/access-log/printable.js';
import type { Observer, Server, ServerOptions } from '../index.js';
import { createServer } from '../index.js';
import type { ServeOptions } from './arguments.js';
import {
  CommandFailure,
  codeOf,
  describe,
  handlerFailure,
  listenFailure,
  UsageFailure,
} from './failure.js';
import { overrideOptions } from './server-options.js';
import { readTlsFiles, tlsReason } from './tls-files.js';

/** Makes the server: flags replace options, and requests and errors are logged. */
export function create(
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
    throw new CommandFailure(`'${given.target}' can't be served: ${describe(error)}`);
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

export async function listen(
  server: Server,
  { host, port, tls, proxyProtocol, systemd, trust }: ServeOptions,
  cwd: string,
): Promise<{ readonly address: string; readonly port: number }> {
  const files = tls && readTlsFiles(tls, cwd);
  try {
    const where = systemd ? { systemd } : { host, port };
    return await server.listen({ ...where, tls: files, proxyProtocol });
  } catch (error) {
    if (proxyProtocol && / proxyProtocol: /.test(describe(error)))
      throw new UsageFailure(
        trust === undefined
          ? '--proxy-protocol needs --trust beside it: who may send the header'
          : '--proxy-protocol needs addresses in --trust: those on a Unix domain socket never come to a port',
      );
    if (tls !== undefined && codeOf(error) === 'SLUICE_OPTION_INVALID')
      throw new CommandFailure(tlsReason(error, tls));
    if (systemd) throw new CommandFailure(`--systemd: ${printable((error as Error).message)}`);
    throw listenFailure(error, host, port);
  }
}
