// `sluice/access-log`: a line for each request, to any stream.

import { hostname } from 'node:os';
import process from 'node:process';
import type { Observer } from '../../index.js';
import { invalid, namesOf, objectAt, oneOf, refuseOthers } from '../../options/checks.js';
import { nextTurn, timeOfDay } from '../clock.js';
import { ACCESS_LOG_FORMATS, type AccessLogFormat, lineFormat } from './formats.js';
import { type LineOutput, LineStream } from './line-stream.js';
import { logObserver } from './log-observer.js';

export type { AccessLogFormat } from './formats.js';
export type { LineOutput } from './line-stream.js';

/** The options of {@link accessLog}. */
export interface AccessLogOptions {
  /** Where lines go. Default: `process.stdout`. */
  readonly stream?: LineOutput;
  /**
   * `'text'`, the default, is for people. `'common'` and `'combined'` are Apache's formats, with times in UTC.
   * `'json'` has the shape of pino's lines.
   */
  readonly format?: AccessLogFormat;
}

/** The names of the options. A missing name does not compile. */
export const ACCESS_LOG_NAMES: readonly string[] = namesOf<AccessLogOptions>({
  stream: true,
  format: true,
});

/**
 * An observer that writes a line for each request when it is over: also for one that was refused, had a
 * fault, or was cut off. Control characters are escaped. Up to 1 MiB of lines waits for a slow stream;
 * lines beyond that, and those that a failing stream loses, are counted, and the log says how many.
 * The first lost line is told by `process.emitWarning`, then the tenth, the hundredth, and so on.
 *
 * @throws TypeError with `code: 'SLUICE_OPTION_INVALID'` for an unknown or ill-typed option
 *
 * @example
 * const server = createServer({ fetch, observer: accessLog({ format: 'json' }) });
 */
export function accessLog(given: AccessLogOptions = {}): Observer {
  const options = objectAt('accessLog()', given, 'an object with stream, format');
  refuseOthers('', options, ACCESS_LOG_NAMES);
  const format = oneOf('format', given.format, ACCESS_LOG_FORMATS, 'text');
  const lines = new LineStream(streamAt(given.stream), {
    defer: nextTurn,
    warn: (text) => process.emitWarning(text, { type: 'SluiceWarning' }),
  });
  return logObserver(
    lineFormat(format, { pid: process.pid, hostname: hostname() }),
    timeOfDay,
    (text) => lines.line(text),
  );
}

function streamAt(stream: LineOutput | undefined): LineOutput {
  if (stream === undefined) return process.stdout;
  const isStream =
    typeof stream === 'object' && stream !== null && typeof stream.write === 'function';
  if (!isStream) throw invalid(TypeError, 'stream', stream, 'a stream, such as process.stdout');
  return stream;
}
