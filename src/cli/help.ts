import { DEFAULT_DRAIN_TIMEOUT_MS, DEFAULT_HOST, DEFAULT_PORT } from './arguments.js';

/** The text of `sluice --help`. */
export const HELP: string = `Usage: sluice [options] [dir|module]

Serves a directory of static files (the current one if none is named), or a module
with \`export default { fetch(request, context), …options }\` or \`export function fetch\`.

Options:
  -p, --port PORT          port to listen on, 0 for a free one (${DEFAULT_PORT}, or PORT)
  -H, --host HOST          address to listen on (${DEFAULT_HOST}, or HOST)
  -c, --concurrency N      requests handled at once, or 'adaptive'
      --queue-wait MS      how long a request may wait for its turn before it is refused
      --drain-timeout MS   how long requests may take to end after a signal (${DEFAULT_DRAIN_TIMEOUT_MS})
  -q, --quiet              no line for each request
  -v, --version            print the version
  -h, --help               print this

Flags outweigh the environment, and both outweigh the module's own options.
SIGINT (Ctrl-C) and SIGTERM let the requests under way end; a second one stops at once.
Before anything is served, while a module loads, the first one stops at once, and cleanly.
Exit codes: 0 clean, 1 failed, 2 wrong usage, 3 forced by a second signal.`;
