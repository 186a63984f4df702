import { FLAGS, type Switch, type ValueFlag } from './flags.js';

/** The flags begin in one column, and what is said of them in another. */
const TEXT_COLUMN = 27;

/** The text of `sluice --help`. */
export const HELP: string = `Usage: sluice [options] [dir|module]

Serves a directory of static files (the current one if none is named), or a module
with \`export default { fetch(request, context), …options }\` or \`export function fetch\`.

Options:
${Object.entries<ValueFlag<unknown> | Switch>(FLAGS).map(lineOf).join('\n')}

Flags outweigh the environment, and both outweigh the module's own options.
SIGINT (Ctrl-C) and SIGTERM let the requests under way end; a second one stops at once.
Before anything is served, while a module loads, the first one stops at once, and cleanly.
Exit codes: 0 clean, 1 failed, 2 wrong usage, 3 forced by a second signal.`;

function lineOf([name, flag]: [string, ValueFlag<unknown> | Switch]): string {
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
  const value = flag.type === 'string' ? ` ${flag.valueWord}` : '';
  return `  ${short}--${name}${value}`.padEnd(TEXT_COLUMN) + flag.help;
}
