// One IP network: the addresses that begin with the same bits. An IPv4 network has no IPv6 address,
// and an IPv6 network no IPv4 one: `::/0` is not everybody.

import { IP_BYTES, IPV4_AT, ipText, ipValue, isIpv4Value } from '../parse/ip-address.js';

export class Network {
  readonly #value: Uint8Array;
  readonly #bits: number;
  readonly #isIpv4: boolean;

  private constructor(value: Uint8Array, bits: number, isIpv4: boolean) {
    this.#value = value;
    this.#bits = bits;
    this.#isIpv4 = isIpv4;
  }

  /** Reads an address, or an address and a prefix length: `10.0.0.0/8`. Undefined where it is neither. */
  static from(text: string): Network | undefined {
    const slash = text.indexOf('/');
    const address = slash < 0 ? text : text.slice(0, slash);
    const value = ipValue(address);
    if (value === undefined) return undefined;
    // `::ffff:10.0.0.0/104` is written in the bits of IPv6, and is an IPv4 network.
    const before = address.includes(':') ? 0 : 8 * IPV4_AT;
    const most = 8 * IP_BYTES;
    const bits = slash < 0 ? most : before + prefixLength(text.slice(slash + 1));
    if (!(bits <= most)) return undefined;
    return new Network(value, bits, isIpv4Value(value) && bits >= 8 * IPV4_AT);
  }

  /** Its first address and its prefix length, where it was given by another of its addresses: `10.0.0.1/8`. */
  get textIfInexact(): string | undefined {
    const first = this.#value.map((byte, i) => byte & prefixMask(this.#bits - 8 * i));
    if (first.every((byte, i) => byte === this.#value[i])) return undefined;
    return `${ipText(first)}/${this.#isIpv4 ? this.#bits - 8 * IPV4_AT : this.#bits}`;
  }

  has(value: Uint8Array): boolean {
    if (isIpv4Value(value) !== this.#isIpv4) return false;
    const whole = this.#bits >> 3;
    for (let i = 0; i < whole; i++) if (value[i] !== this.#value[i]) return false;
    const rest = this.#bits & 7;
    if (rest === 0) return true;
    const difference = (value[whole] as number) ^ (this.#value[whole] as number);
    return difference >> (8 - rest) === 0;
  }
}

/** The mask of a byte of which so many bits are the prefix's: none where it is negative, all from eight on. */
function prefixMask(bits: number): number {
  return 0xff & ~(0xff >> Math.max(0, Math.min(8, bits)));
}

/** A decimal number without leading zeros; NaN where the text is none. */
function prefixLength(text: string): number {
  return /^(0|[1-9][0-9]{0,2})$/.test(text) ? Number(text) : Number.NaN;
}
