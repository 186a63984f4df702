import type { ServerOptions } from '../index.js';
import type { ServeOptions } from './arguments.js';

/** The paths that Kubernetes has for its own. */
const HEALTH = { live: '/livez', ready: '/readyz' };

/** The options of the module, where options of the command line replace them. */
export function overrideOptions(own: ServerOptions, given: ServeOptions): ServerOptions {
  const { concurrency, queueWaitMs, readinessDelayMs, status, trust } = given;
  return {
    ...own,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(trust === undefined ? {} : { trustedProxies: trust }),
    // The page shows what led to a fault.
    ...(status !== undefined && own.trace === undefined ? { trace: {} } : {}),
    // The delay is for balancers that ask. Nobody could, if the module has no path for them.
    ...(readinessDelayMs > 0 && own.health === undefined ? { health: HEALTH } : {}),
    ...(queueWaitMs === undefined ? {} : { queue: timedQueue(own.queue, queueWaitMs) }),
  };
}

/**
 * The queue with a wait in milliseconds, so its law is `timed`. The bounds of such a queue stay.
 */
function timedQueue(
  own: ServerOptions['queue'],
  waitMs: number,
): NonNullable<ServerOptions['queue']> {
  return own?.law === 'timed' ? { ...own, waitMs } : { law: 'timed', waitMs };
}
