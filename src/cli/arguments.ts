// Reads the command line and the environment into options, or into one sentence about a mistake.
// Pure: it looks up nothing and prints nothing.

import { parseArgs } from 'node:util';
import type { AccessLogFormat } from '../adapters/access-log/formats.js';
import { nearest } from '../options/meant.js';
import {
  FLAGS,
  type FlagValue,
  type StatusPlace,
  VALUE_FLAGS,
  type ValueFlag,
  type ValueFlagName,
} from './flags.js';
import type { TlsFiles } from './tls-files.js';

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
  readonly readinessDelayMs: number;
  /** How many processes serve; undefined: this one. */
  readonly workers: number | 'auto' | undefined;
  /** Proxies whose word about a client is believed. */
  readonly trust: readonly string[] | undefined;
  readonly proxyProtocol: boolean;
  /** The socket is one that systemd has opened; host and port are not used. */
  readonly systemd: boolean;
  /** The files of the certificate; undefined: plain HTTP. */
  readonly tls: TlsFiles | undefined;
  /** The format of the line for each request. */
  readonly log: AccessLogFormat;
  /** Where the status page is; undefined: there is none. */
  readonly status: StatusPlace | undefined;
  /** No line for each request. */
  readonly quiet: boolean;
}

/** The environment variables. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** Reads the arguments (without those of Node itself). A flag wins over the environment. */
export function readArguments(argv: readonly string[], env: EnvironmentVariables): Command {
  const tokens = tokensOf(argv);
  // Who asks for help may have made a mistake beside it.
  if (tokens.some(({ kind, name }) => kind === 'option' && name === 'help')) {
    return { kind: 'help' };
  }
  try {
    return commandOf(argv, env);
  } catch (error) {
    if (error instanceof Mistake) return { kind: 'usage', message: error.message };
    // What parseArgs says of it has several sentences, about other things.
    const message = tokens.map(mistakeIn).find((found) => found !== undefined);
    if (message === undefined) throw error;
    return { kind: 'usage', message };
  }
}

class Mistake extends Error {}

/** @throws Mistake, or an error of parseArgs */
function commandOf(argv: readonly string[], env: EnvironmentVariables): Command {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: FLAGS,
    strict: true,
    allowPositionals: true,
  });
  if (values.version) return { kind: 'version' };
  if (positionals.length > 1) {
    throw new Mistake(`one directory or module can be served, got ${positionals.length}`);
  }
  // An empty one is probably an unset variable. The current directory would be served in its place.
  if (positionals[0] === '') throw new Mistake(doesNotFit('sluice', 'a directory or a module', ''));
  const given = <Name extends ValueFlagName>(name: Name): FlagValue<Name> =>
    read(name, VALUE_FLAGS[name], values[name], env);
  const place = { port: given('port'), host: given('host') };
  const status = given('status');
  const systemd = systemdOf(values);
  if (status !== undefined && !systemd) refuseSamePlace(status, place);
  return {
    kind: 'serve',
    options: {
      ...place,
      concurrency: given('concurrency'),
      queueWaitMs: given('queue-wait'),
      drainTimeoutMs: given('drain-timeout'),
      readinessDelayMs: given('readiness-delay'),
      workers: given('workers'),
      trust: given('trust'),
      proxyProtocol: values['proxy-protocol'] === true,
      systemd,
      tls: tlsFiles(given('tls-key'), given('tls-cert')),
      log: given('log'),
      status,
      quiet: values.quiet === true,
      target: positionals[0] ?? '.',
    },
  };
}

/** @throws Mistake where one is there without the other */
function tlsFiles(key: string | undefined, cert: string | undefined): TlsFiles | undefined {
  if (key === undefined && cert === undefined) return undefined;
  if (key === undefined) throw new Mistake('--tls-cert needs --tls-key beside it');
  if (cert === undefined) throw new Mistake('--tls-key needs --tls-cert beside it');
  return { key, cert };
}

/** @throws Mistake beside --port and --host. Variables of the environment may be meant for other programs. */
function systemdOf(values: {
  readonly systemd?: boolean | undefined;
  readonly port?: string | undefined;
  readonly host?: string | undefined;
}): boolean {
  if (values.systemd !== true) return false;
  for (const name of ['port', 'host'] as const) {
    if (values[name] !== undefined)
      throw new Mistake(
        `--systemd takes the socket as it is, and --${name} says where to make one: leave one of them out`,
      );
  }
  return true;
}

/** @throws Mistake where the page and the server can't both listen */
function refuseSamePlace(status: StatusPlace, { host, port }: StatusPlace): void {
  if (port === 0 || status.port !== port) return;
  const [one, other] = [status.host, host].map((name) => name.replace(/^\[|\]$/g, ''));
  const isEverywhere = [one, other].some((name) => name === '0.0.0.0' || name === '::');
  if (one === other || isEverywhere)
    throw new Mistake(`--status ${port} is the port of the server itself: give the page another`);
}

/** The flag's value, else that of its variable if it is not empty, else the default. */
function read<Value>(
  name: string,
  flag: ValueFlag<Value>,
  given: string | undefined,
  env: EnvironmentVariables,
): Value {
  const { variable, otherwise } = flag;
  const text = given ?? (variable === undefined ? '' : (env[variable] ?? ''));
  if (given === undefined && text === '') return otherwise;
  const value = flag.read(text);
  const source = given === undefined ? `${variable} in the environment` : `--${name}`;
  if (value !== undefined) {
    const wrong = flag.wrongIn?.(value);
    if (wrong !== undefined) throw new Mistake(`${source}: ${wrong}`);
    return value;
  }
  throw new Mistake(doesNotFit(source, flag.fits, text));
}

interface Token {
  readonly kind: string;
  readonly name?: string;
  readonly rawName?: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

/** What parseArgs takes each argument for, mistakes included. */
function tokensOf(argv: readonly string[]): readonly Token[] {
  const given = { args: [...argv], options: FLAGS, allowPositionals: true } as const;
  return parseArgs({ ...given, strict: false, tokens: true }).tokens;
}

/** What the strict parser refuses a token for, in one sentence. */
function mistakeIn({ kind, name = '', rawName, value, inlineValue }: Token): string | undefined {
  if (kind !== 'option') return undefined;
  if (!Object.hasOwn(FLAGS, name)) {
    const meant = flagMeant(name);
    return `unknown flag ${rawName}${meant === undefined ? '' : `, did you mean --${meant}?`}`;
  }
  // Boundary: the name is one of the table's.
  const flag = FLAGS[name as keyof typeof FLAGS];
  if (flag.type === 'boolean') {
    return value === undefined ? undefined : `--${name} takes no value, got '${value}'`;
  }
  const isFlag = value?.startsWith('-') === true && inlineValue !== true;
  return value === undefined || isFlag ? doesNotFit(`--${name}`, flag.fits, value) : undefined;
}

function flagMeant(name: string): string | undefined {
  for (const [known, { otherNames }] of Object.entries(FLAGS)) {
    if (otherNames.includes(name)) return known;
  }
  // `--no-quiet` is the opposite of what is near it.
  return name.startsWith('no-') ? undefined : nearest(name, Object.keys(FLAGS));
}

function doesNotFit(source: string, fits: string, value: string | undefined): string {
  return `${source} wants ${fits}, got ${value === undefined || value === '' ? 'nothing' : `'${value}'`}`;
}
