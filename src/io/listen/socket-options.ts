// The options of `listen` that are about the listening socket itself: where it comes from, who may use it, and
// what the kernel does for its connections.

import {
  booleanAt,
  invalid,
  namesOf,
  objectAt,
  refuse,
  refuseOthers,
  wholeNumberAt,
} from '../../options/checks.js';

/** TCP keep-alive: probes on a connection on which nothing travels. */
export interface KeepAliveOptions {
  /** Silence before the first probe. Default 60,000, at least 1000. The kernel counts in seconds. */
  readonly initialDelayMs?: number | undefined;
}

/** The socket of a listener. At most one of `path`, `fd`, `handle` and `systemd` says where it comes from; else host and port do. */
export interface SocketOptions {
  /** A descriptor that was inherited: of a socket that listens, or is bound. */
  readonly fd?: number | undefined;
  /** A `net.BoundSocket`, a `net.Server` that listens on a port, or any object with an `fd`. It belongs to the listener from then on. */
  readonly handle?: object | undefined;
  /**
   * The socket that systemd has opened (`LISTEN_FDS`). `true` where there is one; its name (`FileDescriptorName=`)
   * where there are several.
   */
  readonly systemd?: boolean | string | undefined;
  /**
   * Several processes may listen on the port, each with a queue of its own; the kernel shares the connections out.
   * From Node 22.12.
   */
  readonly reusePort?: boolean | undefined;
  /** `'::'` takes no IPv4. Default false. */
  readonly ipv6Only?: boolean | undefined;
  /** Permissions of a Unix domain socket, as in `chmod`: 0o660. To connect, one must be allowed to write. */
  readonly mode?: number | undefined;
  /**
   * Finds peers that have vanished without a FIN, behind a stream that says nothing. On by default; false: off.
   * A peer that does not answer is given up 10 s after the first probe.
   */
  readonly keepAlive?: boolean | KeepAliveOptions | undefined;
}

/** The same after the checks. */
export interface CheckedSocket extends Omit<SocketOptions, 'keepAlive'> {
  /** 0: no probes. */
  readonly keepAliveMs?: number | undefined;
}

export const SOCKET_NAMES: readonly string[] = namesOf<SocketOptions>({
  fd: true,
  handle: true,
  systemd: true,
  reusePort: true,
  ipv6Only: true,
  mode: true,
  keepAlive: true,
});

export const KEEP_ALIVE_NAMES: readonly string[] = namesOf<KeepAliveOptions>({
  initialDelayMs: true,
});

export const KEEP_ALIVE_MS = 60_000;
const FD = { least: 0, most: 2 ** 31 - 1 };
const MODE = { least: 0, most: 0o777 };
const DELAY = { least: 1000, most: 32_767_000, unit: 'milliseconds' };
const HANDLE_FITS = 'a net.BoundSocket, a listening net.Server, or an object with an fd';
const SYSTEMD_FITS = 'true, or the name of a socket';

/** Also as an IPv6 address has it: the kernel knows no such socket. */
const IPV4 = /^[\d.]+$|^\[?::ffff:[\d.]+\]?$/i;

/** Which of these says where the socket comes from; none where host and port do. */
const SOURCES = ['path', 'fd', 'handle', 'systemd'] as const;
/** Which of these are for a socket of a TCP port that is made here. */
const OF_PORT = ['host', 'port', 'reusePort', 'ipv6Only'] as const;

/**
 * @param where all options of `listen`
 * @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'`
 */
export function socketFrom(where: Readonly<Record<string, unknown>>): CheckedSocket {
  const { fd, handle, systemd, reusePort, ipv6Only, mode, keepAlive } = where;
  const checked = {
    fd: fd === undefined ? undefined : wholeNumberAt('fd', fd, FD),
    handle: handle === undefined ? undefined : handleAt(handle),
    systemd: systemd === undefined ? undefined : systemdAt(systemd),
    reusePort: reusePort === undefined ? undefined : booleanAt('reusePort', reusePort),
    ipv6Only: ipv6Only === undefined ? undefined : booleanAt('ipv6Only', ipv6Only),
    mode: mode === undefined ? undefined : wholeNumberAt('mode', mode, MODE),
    keepAliveMs: keepAliveAt(keepAlive),
  };
  refuseContradictions(where);
  if (checked.reusePort === true) requireReusePort(process.versions.node);
  return checked;
}

function refuseContradictions(where: Readonly<Record<string, unknown>>): void {
  const given = (name: string): boolean => where[name] !== undefined && where[name] !== false;
  const [source, second] = SOURCES.filter(given);
  if (source !== undefined && second !== undefined)
    throw refuse(TypeError, second, `${source} says already where the socket comes from`);
  const ofPort = OF_PORT.find(given);
  if (source !== undefined && ofPort !== undefined)
    throw refuse(
      TypeError,
      ofPort,
      source === 'path'
        ? 'it is for a TCP port, and path asks for a Unix domain socket'
        : `it is for a socket that is made here, and ${source} gives another`,
    );
  if (given('mode') && source !== 'path') {
    const other = source ?? ofPort;
    throw refuse(
      TypeError,
      'mode',
      other === undefined
        ? 'it is for a Unix domain socket; give its path, too'
        : `it is for a Unix domain socket that is made here, and ${other} asks for another socket`,
    );
  }
  if (given('mode') && String(where.path).startsWith('\0'))
    throw refuse(TypeError, 'mode', 'an abstract socket is no file, so it has none');
  if (given('keepAlive') && source === 'path')
    throw refuse(TypeError, 'keepAlive', 'it is for TCP, and path asks for a Unix domain socket');
  const { host = '127.0.0.1' } = where;
  if (given('ipv6Only') && typeof host === 'string' && IPV4.test(host))
    throw refuse(
      TypeError,
      'ipv6Only',
      `the host is ${host}, which is IPv4; '::' is every IPv6 address`,
    );
}

/** @throws where this Node knows no SO_REUSEPORT: it would be ignored */
export function requireReusePort(version: string): void {
  if (!knowsReusePort(version))
    throw refuse(TypeError, 'reusePort', `it needs Node 22.12 or 23.1, and this is ${version}`);
}

/** From Node 22.12 and 23.1. An older one ignores it. */
export function knowsReusePort(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}

function keepAliveAt(given: unknown): number {
  if (given === undefined || given === true) return KEEP_ALIVE_MS;
  if (given === false) return 0;
  const options = objectAt('keepAlive', given, 'true, false, or an object with initialDelayMs');
  refuseOthers('keepAlive', options, KEEP_ALIVE_NAMES, {
    initialdelay: 'keepAlive.initialDelayMs',
  });
  const { initialDelayMs = KEEP_ALIVE_MS } = options;
  return wholeNumberAt('keepAlive.initialDelayMs', initialDelayMs, DELAY);
}

function handleAt(given: unknown): object {
  const has = typeof given === 'object' && given !== null;
  const parts = has ? (given as { _handle?: unknown; fd?: unknown }) : {};
  // A BoundSocket tells its descriptor by a call.
  const fits =
    (typeof parts._handle === 'object' && parts._handle !== null) ||
    (typeof parts.fd === 'number' && Number.isInteger(parts.fd) && parts.fd >= 0) ||
    (typeof parts.fd === 'function' && has && 'address' in parts);
  if (!fits) throw invalid(TypeError, 'handle', given, HANDLE_FITS);
  return given as object;
}

function systemdAt(given: unknown): boolean | string {
  if (typeof given === 'boolean' || (typeof given === 'string' && given !== '')) return given;
  throw invalid(typeof given === 'string' ? RangeError : TypeError, 'systemd', given, SYSTEMD_FITS);
}
