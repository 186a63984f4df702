// The trusted proxies, as requests and connections ask for them. A list of the application's may throw: it is told, and the
// peer is not trusted.

import type { TrustedProxies } from '../fsm/proxy/trusted-proxies.js';
import type { Trust } from '../http/forwarded/told.js';

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

  trusts(address: string): boolean {
    try {
      return this.#proxies.trusts(address);
    } catch (error) {
      this.#onError(error);
      return false;
    }
  }
}
