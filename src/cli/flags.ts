// The table of the flags: for each one how its value is read, what fits, and what the help text says.

import { isIPv6 } from 'node:net';
import { ACCESS_LOG_FORMATS, type AccessLogFormat } from '../adapters/access-log/formats.js';
import { WORKERS_MAX } from '../adapters/workers-max.js';
import { TIMER_MS_MAX } from '../options/checks.js';
import { checkHostOptions } from '../server.js';

/** A flag with a value. */
export interface ValueFlag<Value> {
  readonly type: 'string';
  readonly short?: string;
  /** Other names under which a user may look for it. */
  readonly otherNames: readonly string[];
  /** The word for the value in the help text. */
  readonly valueWord: string;
  /** Its line of the help text. */
  readonly help: string;
  /** The variable of the environment that counts where the flag is not given. */
  readonly variable?: string;
  readonly otherwise: Value;
  /** The values that fit, for the message about any other. */
  readonly fits: string;
  /** The value, or undefined for a text that doesn't fit. */
  read(text: string): Value | undefined;
  /** What is wrong with a value that was read, in more words than `fits`. */
  wrongIn?(value: Value): string | undefined;
}

/** A flag without a value. */
export interface Switch {
  readonly type: 'boolean';
  readonly short?: string;
  readonly otherNames: readonly string[];
  readonly help: string;
}

const COUNT_MAX = 1_000_000;
const MS_FITS = `a whole number of milliseconds from 0 to ${TIMER_MS_MAX}`;

/** Where the status page is. */
export interface StatusPlace {
  readonly host: string;
  readonly port: number;
}

/** The flags with a value, and the kind of it. `undefined`: not given. */
interface FlagValues {
  readonly port: number;
  readonly host: string;
  readonly concurrency: number | 'adaptive' | undefined;
  readonly 'queue-wait': number | undefined;
  readonly 'drain-timeout': number;
  readonly 'readiness-delay': number;
  readonly workers: number | 'auto' | undefined;
  readonly trust: readonly string[] | undefined;
  readonly 'tls-key': string | undefined;
  readonly 'tls-cert': string | undefined;
  readonly log: AccessLogFormat;
  readonly status: StatusPlace | undefined;
}

export type ValueFlagName = keyof FlagValues;
export type FlagValue<Name extends ValueFlagName> = FlagValues[Name];

export const VALUE_FLAGS: { readonly [Name in ValueFlagName]: ValueFlag<FlagValue<Name>> } = {
  port: {
    type: 'string',
    short: 'p',
    otherNames: ['listen'],
    valueWord: 'PORT',
    help: 'port to listen on, 0 for a free one (7878, or PORT)',
    variable: 'PORT',
    otherwise: 7878,
    fits: 'a port from 0 to 65535',
    read: (text) => wholeNumber(text, 0, 65_535),
  },
  host: {
    type: 'string',
    short: 'H',
    otherNames: ['hostname', 'address', 'bind'],
    valueWord: 'HOST',
    help: 'address to listen on (127.0.0.1, or HOST)',
    variable: 'HOST',
    otherwise: '127.0.0.1',
    fits: 'a host name or an IP address',
    read: hostName,
  },
  concurrency: {
    type: 'string',
    short: 'c',
    otherNames: ['limit'],
    valueWord: 'N',
    help: "requests handled at once, or 'adaptive'",
    otherwise: undefined,
    fits: `a number from 1 to ${COUNT_MAX}, or 'adaptive'`,
    read: (text) => (text === 'adaptive' ? text : wholeNumber(text, 1, COUNT_MAX)),
  },
  'queue-wait': {
    type: 'string',
    otherNames: ['wait', 'wait-ms', 'queue'],
    valueWord: 'MS',
    help: 'how long a request may wait for its turn before it is refused',
    otherwise: undefined,
    fits: `a whole number of milliseconds from 1 to ${TIMER_MS_MAX}`,
    read: (text) => wholeNumber(text, 1, TIMER_MS_MAX),
  },
  'drain-timeout': {
    type: 'string',
    otherNames: ['grace', 'grace-ms', 'timeout'],
    valueWord: 'MS',
    help: 'how long requests may take to end after a signal (9000)',
    otherwise: 9000,
    fits: MS_FITS,
    read: (text) => wholeNumber(text, 0, TIMER_MS_MAX),
  },
  'readiness-delay': {
    type: 'string',
    otherNames: ['readiness-delay-ms', 'shutdown-delay', 'pre-stop'],
    valueWord: 'MS',
    help: 'how long /readyz says 503 after a signal before that begins (0)',
    otherwise: 0,
    fits: MS_FITS,
    read: (text) => wholeNumber(text, 0, TIMER_MS_MAX),
  },
  workers: {
    type: 'string',
    short: 'w',
    otherNames: ['processes', 'instances', 'cluster'],
    valueWord: 'N',
    help: "processes that serve, or 'auto'; SIGHUP replaces them one by one",
    otherwise: undefined,
    fits: `a number from 1 to ${WORKERS_MAX}, or 'auto'`,
    read: (text) => (text === 'auto' ? text : wholeNumber(text, 1, WORKERS_MAX)),
  },
  trust: {
    type: 'string',
    otherNames: ['trust-proxy', 'trusted-proxies', 'proxies'],
    valueWord: 'LIST',
    help: "proxies to believe: 'loopback,10.0.0.0/8'",
    otherwise: undefined,
    fits: "addresses, networks and names with commas between them: 'loopback,10.0.0.0/8'",
    read: (text) => (/^[^\s,]+(,[^\s,]+)*$/.test(text) ? text.split(',') : undefined),
    wrongIn: wrongInTrust,
  },
  'tls-key': {
    type: 'string',
    otherNames: ['key', 'ssl-key', 'https-key'],
    valueWord: 'FILE',
    help: 'serve TLS, with the private key in this file (PEM)',
    otherwise: undefined,
    fits: 'the name of a file',
    read: fileName,
  },
  'tls-cert': {
    type: 'string',
    otherNames: ['cert', 'ssl-cert', 'https-cert', 'tls-certificate'],
    valueWord: 'FILE',
    help: 'and the certificate in this one; SIGHUP reads both again',
    otherwise: undefined,
    fits: 'the name of a file',
    read: fileName,
  },
  log: {
    type: 'string',
    otherNames: ['lg', 'log-format', 'access-log', 'format'],
    valueWord: 'FORMAT',
    help: 'lines as text, common, combined or json (text)',
    otherwise: 'text',
    fits: 'text, common, combined or json',
    read: (text) => ACCESS_LOG_FORMATS.find((format) => format === text),
  },
  status: {
    type: 'string',
    otherNames: ['status-port', 'stats', 'admin', 'dashboard', 'metrics'],
    valueWord: '[HOST:]PORT',
    help: 'a page that shows what happens, on another port (127.0.0.1)',
    otherwise: undefined,
    fits: 'a port from 0 to 65535, or a host and a port: 10.0.0.7:9000, [::1]:9000',
    read: statusPlace,
  },
};

const SWITCHES: Readonly<
  Record<'systemd' | 'proxy-protocol' | 'quiet' | 'version' | 'help', Switch>
> = {
  systemd: {
    type: 'boolean',
    otherNames: ['socket-activation', 'listen-fds'],
    help: 'listen on the socket of a systemd socket unit (LISTEN_FDS)',
  },
  'proxy-protocol': {
    type: 'boolean',
    otherNames: ['accept-proxy', 'proxy'],
    help: 'every connection begins with a PROXY header; needs --trust',
  },
  quiet: { type: 'boolean', short: 'q', otherNames: ['silent'], help: 'no line for each request' },
  version: { type: 'boolean', short: 'v', otherNames: [], help: 'print the version' },
  help: { type: 'boolean', short: 'h', otherNames: ['usage'], help: 'print this' },
};

/** All flags by name, without the dashes, in the order of the help text. */
export const FLAGS: typeof VALUE_FLAGS & typeof SWITCHES = { ...VALUE_FLAGS, ...SWITCHES };

function fileName(text: string): string | undefined {
  return text === '' ? undefined : text;
}

/** The entry of the list that is no proxy's place, and what would fit. */
function wrongInTrust(trustedProxies: readonly string[] | undefined): string | undefined {
  try {
    checkHostOptions({ trustedProxies });
    return undefined;
  } catch (error) {
    return String((error as Error).message).replace(/^trustedProxies\[\d+\]: /, '');
  }
}

/** `9000`, `host:9000`, `[::1]:9000` */
function statusPlace(text: string): StatusPlace | undefined {
  const parts = /^(?:([^:]+|\[.+\]):)?(\d+)$/.exec(text);
  const [, host = '127.0.0.1', digits = ''] = parts ?? [];
  const port = wholeNumber(digits, 0, 65_535);
  if (port === undefined || hostName(host) === undefined) return undefined;
  return { host: host.replace(/^\[|\]$/g, ''), port };
}

/** A name, or an address, an IPv6 address with or without brackets. It is not looked up. */
function hostName(text: string): string | undefined {
  if (isIPv6(/^\[(.*)\]$/.exec(text)?.[1] ?? text)) return text;
  // `127.0.0.1:80` and `http://a` are meant to say more than a host.
  const isOne = /^[^\s/:?#@%\\[\]-][^\s/:?#@%\\[\]]*$/.test(text);
  // It knows, too, that `999.1.1.1` is neither an address nor a name.
  return isOne && URL.canParse(`http://${text}/`) ? text : undefined;
}

function wholeNumber(text: string, least: number, most: number): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const number = Number(text);
  return number >= least && number <= most ? number : undefined;
}
