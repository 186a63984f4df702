// The trusted proxies, as requests and connections ask for them. The application's own list may throw: `onError` is told, and
// the peer is not trusted.

import type { TrustedProxies } from '../../fsm/proxy/trusted-proxies.js';
import type { Trust } from '../../http/forwarded/told.js';
import { refuse } from '../../options/checks.js';

export class GuardedTrust implements Trust {
  readonly #proxies: TrustedProxies;
  readonly #onError: (error: unknown) => void;

  constructor(proxies: TrustedProxies, onError: (error: unknown) => void) {
    this.#proxies = proxies;
    this.#onError = onError;
  }

  get isEmpty(): boolean {
    return this.#proxies.isEmpty;
  }

  hasAny(where: 'unix' | 'network'): boolean {
    return this.#proxies.hasAny(where);
  }

  trusts(address: string): boolean {
    try {
      return this.#proxies.trusts(address);
    } catch (error) {
      this.#onError(error);
      return false;
    }
  }
}

/**
 * Requires that some peer may send a header of the PROXY protocol.
 *
 * @param where the kind of address that the proxies would connect to; undefined if it is not known
 * @throws TypeError with `code: 'SLUICE_OPTION_INVALID'` if no peer may send the header
 */
export function requireSenders(
  trust: GuardedTrust | undefined,
  where: 'unix' | 'network' | undefined,
): void {
  const isNobody = trust === undefined || trust.isEmpty;
  if (!isNobody && (where === undefined || trust.hasAny(where))) return;
  const [whom, fits] = isNobody
    ? ['no proxy is trusted', '{ trustedProxies }']
    : where === 'unix'
      ? ['none on a Unix domain socket is trusted', "{ trustedProxies: ['unix'] }"]
      : ['only those on a Unix domain socket are trusted', '{ trustedProxies } with addresses'];
  throw refuse(
    TypeError,
    'proxyProtocol',
    `nobody may send the header, because ${whom}; expected createServer(${fits})`,
  );
}
