// The other end of a connection, as requests are told of it: where they came from and where they were
// sent to. A peer that is a trusted proxy is believed where it tells better.

import { type Told, type Trust, toldBy } from '../../http/forwarded/told.js';
import type { Origin, RequestHead } from '../../http/request/request-head.js';
import type { Transport } from '../transport.js';

/** Where one request came from. */
export interface RequestOrigin extends Origin {
  readonly scheme: 'http' | 'https';
  /** IP address of the client; empty on a Unix domain socket. */
  readonly clientAddress: string;
}

/** How IPv6 maps the addresses of IPv4: a socket for both has them so. */
const MAPPED = '::ffff:';

export class Peer implements RequestOrigin {
  readonly #transport: Transport;
  readonly #trust: Trust | undefined;
  #trusted: boolean | undefined = undefined;

  constructor(transport: Transport, trust: Trust | undefined) {
    this.#transport = transport;
    this.#trust = trust;
  }

  get scheme(): 'http' | 'https' {
    return this.#transport.encrypted ? 'https' : 'http';
  }

  get fallbackHost(): string {
    const { address, port } = this.#transport.local;
    if (address === '') return 'localhost';
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  }

  get toldHost(): undefined {
    return undefined;
  }

  get clientAddress(): string {
    const { address } = this.#transport.remote;
    const isMapped = address.startsWith(MAPPED) && address.includes('.');
    return isMapped ? address.slice(MAPPED.length) : address;
  }

  /** Where a request on this connection came from. Whether the peer is trusted is asked once. */
  originOf(head: RequestHead): RequestOrigin {
    const trust = this.#trust;
    if (trust === undefined) return this;
    const { address, isUnnamed } = this.#transport.remote;
    this.#trusted ??= isUnnamed !== true && trust.trusts(address);
    return this.#trusted ? new ToldOrigin(this, head, trust) : this;
  }
}

/** Where a request came from by the word of a trusted proxy. What it doesn't tell, the connection does. */
class ToldOrigin implements RequestOrigin {
  readonly #peer: Peer;
  readonly #head: RequestHead;
  readonly #told: Told;

  constructor(peer: Peer, head: RequestHead, trust: Trust) {
    this.#peer = peer;
    this.#head = head;
    this.#told = toldBy(head, trust);
  }

  /**
   * An absolute-form target names a scheme too. It is believed as the fields are, where they don't
   * contradict it (RFC 9110 §7.4).
   */
  get scheme(): 'http' | 'https' {
    const { targetScheme } = this.#head;
    const { scheme } = this.#told;
    const contradicts =
      targetScheme !== undefined && scheme !== undefined && targetScheme !== scheme;
    return contradicts ? this.#peer.scheme : (scheme ?? targetScheme ?? this.#peer.scheme);
  }

  get fallbackHost(): string {
    return this.#peer.fallbackHost;
  }

  get toldHost(): string | undefined {
    return this.#told.host;
  }

  get clientAddress(): string {
    return this.#told.client ?? this.#peer.clientAddress;
  }
}
