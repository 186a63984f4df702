// What both sockets of `sluice/node` answer alike: that of messages, and that of an upgraded connection. They
// inherit from different classes of Node's, so these members are added to a class between.

import { isIPv6 } from 'node:net';
import type { HostWriter } from '../../../conn/host.js';
import { TIMER_MS_MAX } from '../../../options/checks.js';
import { nodeError } from '../host-calls.js';

export interface SocketMembers {
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly remoteFamily: string | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly localFamily: string | undefined;
  readonly readyState: string;
  readonly bytesRead: number;
  address(): object;
  setTimeout(ms: number, callback?: () => void): this;
  setNoDelay(): this;
  setKeepAlive(): this;
  ref(): this;
  unref(): this;
}

/** What the members ask of their socket. */
interface Linked {
  /** Its connection. */
  readonly _link: HostWriter;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly destroyed: boolean;
  timeout: number | undefined;
  setIdle(ms: number): void;
  once(name: string, callback: () => void): unknown;
  removeListener(name: string, callback: () => void): unknown;
}

const members: SocketMembers & ThisType<SocketMembers & Linked> = {
  get remoteAddress() {
    return this._link.transport.remote.address || undefined;
  },

  get remotePort() {
    return this._link.transport.remote.port || undefined;
  },

  get remoteFamily() {
    return familyOf(this.remoteAddress);
  },

  get localAddress() {
    return this._link.transport.local.address || undefined;
  },

  get localPort() {
    return this._link.transport.local.port || undefined;
  },

  get localFamily() {
    return familyOf(this.localAddress);
  },

  get readyState() {
    if (this.readable) return this.writable ? 'open' : 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  },

  get bytesRead() {
    return this._link.readBytes;
  },

  address() {
    const { localAddress: address, localPort: port, localFamily: family } = this;
    return address === undefined ? {} : { address, family, port };
  },

  /** Tells 'timeout' after so many milliseconds in which nothing was read or written; 0: it doesn't. */
  setTimeout(given, callback) {
    const ms = timeoutFrom(given, callback);
    this.timeout = ms;
    if (callback !== undefined) {
      if (ms === 0) this.removeListener('timeout', callback);
      else this.once('timeout', callback);
    }
    if (!this.destroyed) this.setIdle(ms);
    return this;
  },

  setNoDelay() {
    return this;
  },

  setKeepAlive() {
    return this;
  },

  ref() {
    return this;
  },

  unref() {
    return this;
  },
};

/** A class that inherits from `base`, and has the members of a socket. What it makes must have what they ask for. */
export function withSocketMembers<Instance extends object>(
  base: new (options?: object) => Instance,
): new (
  options?: object,
) => Instance & SocketMembers {
  const parent = base as new (options?: object) => object;
  const made = class extends parent {};
  Object.defineProperties(made.prototype, Object.getOwnPropertyDescriptors(members));
  // Boundary: what was defined is what the interface says.
  return made as new (
    options?: object,
  ) => Instance & SocketMembers;
}

/** @throws as a socket of node:net does */
function timeoutFrom(ms: unknown, callback: unknown): number {
  if (typeof ms !== 'number' || (callback !== undefined && typeof callback !== 'function')) {
    const [name, type] = typeof ms === 'number' ? ['callback', 'function'] : ['msecs', 'number'];
    const message = `The "${name}" argument must be of type ${type}`;
    throw nodeError('ERR_INVALID_ARG_TYPE', message, TypeError);
  }
  if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY)) {
    const message = `The value of "msecs" is out of range. It must be a non-negative finite number. Received ${ms}`;
    throw nodeError('ERR_OUT_OF_RANGE', message, RangeError);
  }
  return Math.min(ms, TIMER_MS_MAX);
}

/** As node:net names it; undefined for no address. */
export function familyOf(address: string | undefined): string | undefined {
  if (!address) return undefined;
  return isIPv6(address) ? 'IPv6' : 'IPv4';
}
