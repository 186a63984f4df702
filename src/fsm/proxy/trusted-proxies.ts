// The proxies whose word about a client is believed: the option `trustedProxies`. It knows addresses
// only, and neither connections nor fields.

import { invalid, refuse, stringAt } from '../../options/checks.js';
import { shown } from '../../options/shown.js';
import { rejectionOf } from '../../options/thenable.js';
import { ipText, ipValue, isIpv4Value } from '../parse/ip-address.js';
import { Network } from './network.js';

/** Networks by name. The names are those that Express has, `private`, and `unix`. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['fc00::/7', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  private: ['fc00::/7', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  unix: [],
};

/** Says of an address whether it is in a list, as `BlockList` of `node:net` does. */
export interface AddressList {
  check(address: string, family: 'ipv4' | 'ipv6'): boolean;
}

/**
 * The proxies in front of this server, of which each is an address (`192.0.2.1`), a network
 * (`10.0.0.0/8`, `fd00::/8`) or a name:
 *
 * - `loopback`: 127.0.0.0/8 and ::1
 * - `linklocal`: 169.254.0.0/16 and fe80::/10
 * - `private`, or `uniquelocal`: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 and fc00::/7
 * - `unix`: who connects to a Unix domain socket
 *
 * A network is written by its first address: `10.0.0.1/8` is an error.
 *
 * A `BlockList` of `node:net` may stand in place of the array.
 */
export type TrustedProxiesOption = readonly string[] | AddressList;

const FITS =
  "an address ('192.0.2.1'), a network ('10.0.0.0/8', 'fd00::/8'), or a name: 'loopback', 'linklocal', 'private', 'uniquelocal' or 'unix'";

export class TrustedProxies {
  readonly #networks: readonly Network[];
  readonly #list: AddressList | undefined;
  readonly #unix: boolean;

  private constructor(networks: readonly Network[], list: AddressList | undefined, unix: boolean) {
    this.#networks = networks;
    this.#list = list;
    this.#unix = unix;
  }

  /** @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'`, which names the entry */
  static from(given: unknown): TrustedProxies {
    if (!Array.isArray(given)) {
      if (isAddressList(given)) return new TrustedProxies([], given, false);
      throw invalid(TypeError, 'trustedProxies', given, `an array, of which each is ${FITS}`);
    }
    const networks: Network[] = [];
    for (const [index, entry] of given.entries()) {
      networks.push(...networksAt(`trustedProxies[${index}]`, entry));
    }
    return new TrustedProxies(networks, undefined, given.includes('unix'));
  }

  /** Nobody is trusted. */
  get isEmpty(): boolean {
    return this.#list === undefined && this.#networks.length === 0 && !this.#unix;
  }

  /** Somebody who connects to a Unix domain socket may be one of them, or else somebody with an address. */
  hasAny(where: 'unix' | 'network'): boolean {
    if (where === 'unix') return this.#unix;
    return this.#list !== undefined || this.#networks.length > 0;
  }

  /**
   * True if the peer at `address` is one of them.
   *
   * @param address as a socket has it: perhaps with a zone, and empty for a Unix domain socket
   * @throws what the application's list throws, and where it gives neither true nor false
   */
  trusts(address: string): boolean {
    if (address === '') return this.#unix;
    const zoneAt = address.indexOf('%');
    const value = ipValue(zoneAt < 0 ? address : address.slice(0, zoneAt));
    if (value === undefined) return false;
    if (this.#list !== undefined) return isListed(this.#list, value);
    return this.#networks.some((network) => network.has(value));
  }
}

function networksAt(path: string, entry: unknown): Network[] {
  const text = stringAt(path, entry, FITS);
  const named = Object.hasOwn(NAMED, text) ? NAMED[text] : undefined;
  return (named ?? [text]).map((one) => {
    const network = Network.from(one);
    if (network === undefined) throw invalid(RangeError, path, text, FITS);
    // Perhaps one address is meant, and a network of millions is believed.
    const exact = network.textIfInexact;
    if (exact !== undefined)
      throw refuse(
        RangeError,
        path,
        `${shown(text)} has bits set behind its prefix; expected the network ${shown(exact)}, or the address ${shown(text.slice(0, text.indexOf('/')))} alone`,
      );
    return network;
  });
}

function isAddressList(given: unknown): given is AddressList {
  if (typeof given !== 'object' || given === null) return false;
  // The boundary: an object of unknown kind.
  return typeof (given as { check?: unknown }).check === 'function';
}

/** Nobody waits for an answer that comes later: a promise is a mistake, and is heard so that it ends nothing. */
function isListed(list: AddressList, value: Uint8Array): boolean {
  const answer: unknown = list.check(ipText(value), isIpv4Value(value) ? 'ipv4' : 'ipv6');
  if (typeof answer === 'boolean') return answer;
  rejectionOf(answer, () => undefined);
  throw invalid(TypeError, 'trustedProxies.check()', answer, 'true or false');
}
