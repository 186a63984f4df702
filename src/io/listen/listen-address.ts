// The address on which a server listens: the options, the address that it got, and the error where it can't have it.

import { isIPv6 } from 'node:net';
import type { TransportAddress } from '../../conn/transport.js';
import {
  booleanAt,
  invalid,
  namesOf,
  objectAt,
  refuse,
  refuseOthers,
  stringAt,
  wholeNumberAt,
} from '../../options/checks.js';
import { LISTEN_OTHER_NAMES } from '../../options/other-names.js';
import { shown } from '../../options/shown.js';
import { type TlsOptions, type TlsSettings, tlsFrom } from '../tls/tls-options.js';
import {
  type CheckedSocket,
  SOCKET_NAMES,
  type SocketOptions,
  socketFrom,
} from './socket-options.js';
import { systemdFd } from './systemd.js';
import type { WantedPlace } from './taken-places.js';
import { pathOfSocket } from './unix-socket.js';

/** Where to listen: a port of a host, the path of a Unix domain socket, or a socket that somebody else has made. */
export interface ListenAddress extends SocketOptions {
  /** From 0 to 65535. Default 0: any free port. */
  readonly port?: number | undefined;
  /** A name or an address, an IPv6 address with or without brackets. Default '127.0.0.1'. */
  readonly host?: string | undefined;
  /** Of a Unix domain socket, in place of host and port. */
  readonly path?: string | undefined;
  /** How many connections the kernel holds until they are accepted. Default 511, capped by the kernel. */
  readonly backlog?: number | undefined;
  /**
   * TLS, with the options of node:tls: `{ key, cert, … }`. An array of them has a certificate for each
   * `serverName`. Default: plain.
   */
  readonly tls?: TlsOptions | readonly TlsOptions[] | undefined;
  /**
   * Every connection has to begin with a header of the PROXY protocol (version 1 or 2, before TLS), which
   * says whose it is: `send-proxy` and `send-proxy-v2` of HAProxy. Only `trustedProxies` of
   * `createServer` may connect. The header has to come within `limits.headMs`. Default false.
   */
  readonly proxyProtocol?: boolean | undefined;
}

/** The options of `listen` after the checks. */
export interface CheckedListen
  extends CheckedSocket,
    Omit<ListenAddress, 'tls' | keyof SocketOptions> {
  readonly tls?: TlsSettings | undefined;
}

/** The address on which the server listens now. For a Unix domain socket: the path, 0 and 'Unix'. */
export interface BoundAddress {
  readonly address: string;
  readonly port: number;
  readonly family: 'IPv4' | 'IPv6' | 'Unix';
}

/** Why `listen` failed. `code` is the system's: EADDRINUSE, EACCES, EADDRNOTAVAIL, ENOTFOUND, … */
export interface ListenError extends Error {
  readonly code: string;
}

export const DEFAULT_HOST = '127.0.0.1';
export const DEFAULT_BACKLOG = 511;

/** The names of the options; the compiler refuses one that is forgotten here. */
export const LISTEN_NAMES: readonly string[] = [
  ...namesOf<Omit<ListenAddress, keyof SocketOptions>>({
    port: true,
    host: true,
    path: true,
    backlog: true,
    tls: true,
    proxyProtocol: true,
  }),
  ...SOCKET_NAMES,
];

const PORT = { least: 0, most: 65_535, zero: 'any free port' };
const BACKLOG = { least: 1, most: 2 ** 31 - 1 };
const HOST_FITS = "a name or an address; '0.0.0.0' or '::' for every address of this machine";

/**
 * Checks the arguments of `listen`. A number is a port.
 *
 * @param others what was given behind the first
 * @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'`: the option's name, what came, what fits
 */
export function listenAddressFrom(given: unknown, others: readonly unknown[] = []): CheckedListen {
  // node:http takes a host and a callback there. Here they would be ignored.
  if (others.length > 0)
    throw refuse(
      TypeError,
      'listen()',
      `it takes one argument, such as { port: 3000, host: '0.0.0.0' }, and gives a promise; the second is ${shown(others[0])}`,
    );
  if (typeof given === 'number') return { port: wholeNumberAt('port', given, PORT) };
  const where = objectAt('listen()', given, `a port, or an object with ${LISTEN_NAMES.join(', ')}`);
  refuseOthers('', where, LISTEN_NAMES, LISTEN_OTHER_NAMES);
  const { port, host, path, backlog, tls, proxyProtocol } = where;
  const checked = {
    port: port === undefined ? undefined : wholeNumberAt('port', port, PORT),
    // To Node, an empty host is every address. It comes by mistake, from a variable that isn't set.
    host: host === undefined ? undefined : wordAt('host', host, HOST_FITS),
    path: path === undefined ? undefined : socketPathAt(path),
    backlog: backlog === undefined ? undefined : wholeNumberAt('backlog', backlog, BACKLOG),
    tls: tls === undefined ? undefined : tlsFrom(tls),
    proxyProtocol:
      proxyProtocol === undefined ? undefined : booleanAt('proxyProtocol', proxyProtocol),
  };
  return { ...checked, ...socketFrom(where) };
}

const PATH_FITS = 'the path of a Unix domain socket';
/** Bytes of `sun_path` without its NUL (unix(7)). What is longer is cut off by Node 20, without a word. */
const PATH_BYTES_MAX = process.platform === 'linux' ? 107 : 103;

/** On Windows it is the name of a pipe, which has other bounds. */
function socketPathAt(given: unknown): string {
  const path = wordAt('path', given, PATH_FITS);
  // At the front it means an abstract socket. Behind that, it would end the path.
  if (path.indexOf('\0', 1) > 0)
    throw refuse(RangeError, 'path', `${shown(path)} has a NUL in it; expected ${PATH_FITS}`);
  const bytes = Buffer.byteLength(path);
  if (process.platform !== 'win32' && bytes > PATH_BYTES_MAX)
    throw refuse(
      RangeError,
      'path',
      `it has ${bytes} bytes, and that of a Unix domain socket has ${PATH_BYTES_MAX} at most; got ${shown(path)}`,
    );
  return path;
}

function wordAt(name: string, value: unknown, fits: string): string {
  const word = stringAt(name, value, fits);
  if (word === '') throw invalid(RangeError, name, value, fits);
  return word;
}

// The types of the package reach this file, and name no module of Node.
export interface NodeListenOptions {
  readonly path?: string;
  readonly port?: number;
  readonly host?: string;
  readonly fd?: number;
  readonly reusePort?: boolean;
  readonly ipv6Only?: boolean;
}

interface Listening {
  address():
    | { readonly address: string; readonly family: string; readonly port: number }
    | string
    | null;
}

/**
 * @param pid the process that systemd gave its sockets
 * @throws Error with `code: 'SLUICE_SYSTEMD'` where systemd has given no such socket
 */
export function nodeListenOptions(where: CheckedListen, pid: number): NodeListenOptions {
  const { path, fd, handle, systemd, reusePort, ipv6Only } = where;
  if (path !== undefined) return { path };
  if (fd !== undefined) return { fd };
  // A boundary: Node takes it in place of the options.
  if (handle !== undefined) return handle as NodeListenOptions;
  if (systemd !== undefined && systemd !== false)
    return { fd: systemdFd(systemd, process.env, pid) };
  return {
    port: where.port ?? 0,
    host: withoutBrackets(where.host ?? DEFAULT_HOST),
    ...(reusePort === undefined ? {} : { reusePort }),
    ...(ipv6Only === undefined ? {} : { ipv6Only }),
  };
}

/** The place of a socket that is made here. */
export function placeWanted(where: CheckedListen): WantedPlace {
  const { path, port, host = DEFAULT_HOST, ipv6Only } = where;
  return { path, port, host: withoutBrackets(host), ipv6Only };
}

/** Undefined where somebody else has made the socket. */
export function socketKind(where: CheckedListen): 'unix' | 'network' | undefined {
  if (where.path !== undefined) return 'unix';
  return isGiven(where) ? undefined : 'network';
}

export function boundAddress(server: Listening): BoundAddress {
  const bound = server.address() ?? inheritedPath(server);
  if (typeof bound === 'string') return { address: bound, port: 0, family: 'Unix' };
  const family = bound.family === 'IPv6' ? 'IPv6' : 'IPv4';
  return { address: bound.address, port: bound.port, family };
}

/** Of a Unix domain socket that somebody else has made, Node knows no address. */
function inheritedPath(server: object): string {
  // A boundary: what Node has behind a server that listens.
  const { _handle } = server as { readonly _handle?: { readonly fd?: number } | null };
  if (_handle === null || _handle === undefined)
    throw new Error('a listening server has no address');
  return pathOfSocket(_handle.fd ?? -1);
}

/** The local address of all connections. Undefined behind a wildcard, where each has its own. */
export function commonLocalAddress(bound: BoundAddress): TransportAddress | undefined {
  if (bound.family === 'Unix') return { address: '', port: 0 };
  if (bound.address === '0.0.0.0' || bound.address === '::') return undefined;
  return { address: bound.address, port: bound.port };
}

const PLAIN_WORDS = new Map<string, string>([
  ['EADDRINUSE', 'somebody else listens there'],
  ['EACCES', 'permission denied'],
  ['EADDRNOTAVAIL', 'this machine has no such address'],
  ['ENOTFOUND', 'no such host'],
  ['EAI_AGAIN', 'the name could not be looked up'],
  ['ENOENT', 'no such directory'],
]);

/** @param known what is known of the reason beyond the system's code */
export function listenError(
  where: CheckedListen,
  cause: Error & { code?: string },
  known?: string,
): ListenError {
  const code = cause.code ?? 'ERR_LISTEN';
  const words = known ?? (isGiven(where) ? GIVEN_WORDS.get(code) : PLAIN_WORDS.get(code));
  const reason = words === undefined ? cause.message : `${words} (${code})`;
  const message = `can't listen on ${placeOf(where)}: ${reason}`;
  return Object.assign(new Error(message, { cause }), { code });
}

const NO_SOCKET = 'it is no socket that listens or could';
const GIVEN_WORDS = new Map<string, string>([
  ...['EBADF', 'EINVAL', 'ENOTSOCK', 'EOPNOTSUPP', 'ENOTSUP', 'EISCONN'].map(
    (code): [string, string] => [code, NO_SOCKET],
  ),
  ['ERR_INVALID_FD_TYPE', NO_SOCKET],
  ['ERR_SOCKET_HANDLE_ADOPTED', 'somebody else has it already'],
  ['EADDRINUSE', 'somebody else listens there'],
  ['EEXIST', 'this process has it already, for a server or a connection'],
]);

/** The socket is made by somebody else. */
export function isGiven({ fd, handle, systemd }: CheckedListen): boolean {
  return fd !== undefined || handle !== undefined || (systemd !== undefined && systemd !== false);
}

/** `127.0.0.1:80`, `[::1]:80`, or the path of a Unix domain socket. */
function placeOf(where: CheckedListen): string {
  const { path, fd, handle, systemd, host = DEFAULT_HOST, port = 0 } = where;
  // An abstract one begins with NUL, which is shown as it is in other programs.
  if (path !== undefined) return `the Unix domain socket ${path.replace('\0', '@')}`;
  if (fd !== undefined) return `fd ${fd}`;
  if (handle !== undefined) return 'the handle';
  if (typeof systemd === 'string') return `the socket '${systemd}' of systemd`;
  if (systemd === true) return 'the socket of systemd';
  const bare = withoutBrackets(host);
  return `${isIPv6(bare) ? `[${bare}]` : bare}:${port}`;
}

/** An address as it stands in a URL, too: `[::1]` is `::1`. */
function withoutBrackets(host: string): string {
  const inner = /^\[(.*)\]$/.exec(host)?.[1];
  return inner !== undefined && isIPv6(inner) ? inner : host;
}
