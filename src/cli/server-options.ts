import type { ServerOptions } from '../index.js';
import type { ServeOptions } from './arguments.js';

/** The options of what is served, with those of the command line laid over them. */
export function overrideOptions(own: ServerOptions, given: ServeOptions): ServerOptions {
  const { concurrency, queueWaitMs } = given;
  return {
    ...own,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(queueWaitMs === undefined ? {} : { queue: timedQueue(own.queue, queueWaitMs) }),
  };
}

/** A wait is said in milliseconds, so the law is `timed`; the bounds of such a queue stay. */
function timedQueue(
  own: ServerOptions['queue'],
  waitMs: number,
): NonNullable<ServerOptions['queue']> {
  return own?.law === 'timed' ? { ...own, waitMs } : { law: 'timed', waitMs };
}
