// What was asked for on the command line.

import { parseArgs } from 'node:util';
import { CASES } from './cases.mjs';

/** The profilers, and what each shows. */
export const TOOLS = {
  cpu: 'where CPU time goes: by folder and by function, with a flame graph (node --cpu-prof, 0x)',
  flame: 'the same as an interactive flame graph (clinic flame)',
  heap: 'what allocates (clinic heapprofiler)',
  doctor: 'event-loop delay, CPU, memory and handles over time, with a diagnosis (clinic doctor)',
};

const rows = (descriptions) =>
  Object.entries(descriptions)
    .map(([name, text]) => `  ${name.padEnd(14)}${text}`)
    .join('\n');

export const HELP = `Usage: npm run profile -- <tool> [options]

Tools:
${rows(TOOLS)}

Options:
  --case name   what the server does and the clients ask for (default hello)
  --seconds n   how long the load lasts, 1 to 300 (default 10)
  --out dir     where reports go (default profiling/reports)
  --help

Cases:
${rows(Object.fromEntries(Object.entries(CASES).map(([name, { about }]) => [name, about])))}`;

const SECONDS_MAX = 300;

/** `{ tool, case, seconds, out }`, `{ help }`, or `{ error }` with a sentence for whoever typed it. */
export function readArguments(args) {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        case: { type: 'string', default: 'hello' },
        seconds: { type: 'string', default: '10' },
        out: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return { error: error.message };
  }
  const { values, positionals } = parsed;
  if (values.help) return { help: true };
  const [tool, ...rest] = positionals;
  if (tool === undefined || rest.length > 0 || !Object.hasOwn(TOOLS, tool)) {
    return { error: `one tool of ${Object.keys(TOOLS).join(', ')}; got ${listed(positionals)}` };
  }
  if (!Object.hasOwn(CASES, values.case)) {
    return { error: `--case takes one of ${Object.keys(CASES).join(', ')}; got ${values.case}` };
  }
  const seconds = Number(values.seconds);
  if (!/^[0-9]+$/.test(values.seconds) || seconds < 1 || seconds > SECONDS_MAX) {
    return {
      error: `--seconds takes a whole number from 1 to ${SECONDS_MAX}; got ${values.seconds}`,
    };
  }
  return { tool, case: values.case, seconds, out: values.out };
}

function listed(words) {
  return words.length === 0 ? 'none' : words.join(' ');
}
