// Reads the command line and the environment into options, or into one sentence about a mistake.
// Pure: it looks up nothing and prints nothing.

import { parseArgs } from 'node:util';

/** The command that the user gave. */
export type Command =
  | { readonly kind: 'serve'; readonly options: ServeOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** The command line is wrong; `message` says how. */
  | { readonly kind: 'usage'; readonly message: string };

/** `undefined` means "not given": the options of the module and the defaults hold. */
export interface ServeOptions {
  /** A directory or a module, as the user typed it. Default: the current directory. */
  readonly target: string;
  readonly port: number;
  readonly host: string;
  readonly concurrency: number | 'adaptive' | undefined;
  readonly queueWaitMs: number | undefined;
  readonly drainTimeoutMs: number;
  /** No line for each request. */
  readonly quiet: boolean;
}

/** The environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

export const DEFAULT_PORT = 7878;
export const DEFAULT_HOST = '127.0.0.1';
export const DEFAULT_DRAIN_TIMEOUT_MS = 10_000;

/** Reads the arguments (without those of Node itself). A flag wins over the environment. */
export function readArguments(argv: readonly string[], env: Environment): Command {
  const given = collect(argv);
  if (given.help) return { kind: 'help' };
  if (given.wrong !== undefined) return { kind: 'usage', message: given.wrong };
  if (given.version) return { kind: 'version' };
  if (given.targets.length > 1) {
    return usage(`one directory or module can be served, got ${given.targets.length}`);
  }

  const { values } = given;
  const port = pick(['--port', values.port], ['PORT', env.PORT], String(DEFAULT_PORT));
  const portNumber = wholeNumber(port.value, 0, 65_535);
  if (portNumber === undefined) return refuse(port, 'a port from 0 to 65535');

  const host = pick(['--host', values.host], ['HOST', env.HOST], DEFAULT_HOST);
  if (!/^[^\s/]+$/.test(host.value)) return refuse(host, 'a host name or an IP address');

  const wanted = pick(['--concurrency', values.concurrency], undefined, '');
  const concurrency =
    wanted.value === 'adaptive' ? 'adaptive' : wholeNumber(wanted.value, 1, COUNT_MAX);
  if (values.concurrency !== undefined && concurrency === undefined) {
    return refuse(wanted, `a number from 1, or 'adaptive'`);
  }

  const wait = pick(['--queue-wait', values.queueWait], undefined, '');
  const queueWaitMs = wholeNumber(wait.value, 0, MS_MAX);
  if (values.queueWait !== undefined && queueWaitMs === undefined) {
    return refuse(wait, 'a whole number of milliseconds');
  }

  const drain = pick(
    ['--drain-timeout', values.drainTimeout],
    undefined,
    String(DEFAULT_DRAIN_TIMEOUT_MS),
  );
  const drainTimeoutMs = wholeNumber(drain.value, 0, MS_MAX);
  if (drainTimeoutMs === undefined) return refuse(drain, 'a whole number of milliseconds');

  return {
    kind: 'serve',
    options: {
      target: given.targets[0] ?? '.',
      port: portNumber,
      host: host.value,
      concurrency,
      queueWaitMs,
      drainTimeoutMs,
      quiet: given.quiet,
    },
  };
}

/** A timer of Node fires at once for a longer time. */
const MS_MAX = 2 ** 31 - 1;
const COUNT_MAX = 1_000_000;

const FLAGS = {
  port: { type: 'string', short: 'p' },
  host: { type: 'string', short: 'H' },
  concurrency: { type: 'string', short: 'c' },
  'queue-wait': { type: 'string' },
  'drain-timeout': { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
  version: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
} as const;

interface Given {
  readonly targets: string[];
  readonly values: {
    port: string | undefined;
    host: string | undefined;
    concurrency: string | undefined;
    queueWait: string | undefined;
    drainTimeout: string | undefined;
  };
  quiet: boolean;
  version: boolean;
  help: boolean;
  /** The first mistake. */
  wrong: string | undefined;
}

/**
 * Reads the tokens of parseArgs. Its strict mode is not used: its errors have several sentences,
 * about other things.
 */
function collect(argv: readonly string[]): Given {
  const given: Given = {
    targets: [],
    values: {
      port: undefined,
      host: undefined,
      concurrency: undefined,
      queueWait: undefined,
      drainTimeout: undefined,
    },
    quiet: false,
    version: false,
    help: false,
    wrong: undefined,
  };
  const { tokens } = parseArgs({
    args: [...argv],
    options: FLAGS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'positional') given.targets.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    switch (name) {
      case 'quiet':
      case 'version':
      case 'help':
        if (value !== undefined) given.wrong ??= `${rawName} takes no value, got '${value}'`;
        given[name] = true;
        break;
      case 'port':
      case 'host':
      case 'concurrency':
        given.values[name] = value;
        given.wrong ??= missingValue(rawName, value);
        break;
      case 'queue-wait':
        given.values.queueWait = value;
        given.wrong ??= missingValue(rawName, value);
        break;
      case 'drain-timeout':
        given.values.drainTimeout = value;
        given.wrong ??= missingValue(rawName, value);
        break;
      default:
        given.wrong ??= `unknown flag ${rawName}`;
    }
  }
  return given;
}

function missingValue(flag: string, value: string | undefined): string | undefined {
  return value === undefined || value === '' ? `${flag} needs a value` : undefined;
}

interface Picked {
  /** The flag or variable that gave the value, for the error message. */
  readonly source: string;
  readonly value: string;
}

/** The flag, else the variable of the environment if it is not empty, else the default. */
function pick(
  flag: readonly [name: string, value: string | undefined],
  variable: readonly [name: string, value: string | undefined] | undefined,
  otherwise: string,
): Picked {
  if (flag[1] !== undefined) return { source: flag[0], value: flag[1] };
  if (variable?.[1]) return { source: `${variable[0]} in the environment`, value: variable[1] };
  return { source: flag[0], value: otherwise };
}

function wholeNumber(text: string, least: number, most: number): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const number = Number(text);
  return number >= least && number <= most ? number : undefined;
}

function refuse(picked: Picked, wanted: string): Command {
  return usage(`${picked.source} wants ${wanted}, got '${picked.value}'`);
}

function usage(message: string): Command {
  return { kind: 'usage', message };
}
