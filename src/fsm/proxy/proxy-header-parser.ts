// The header of the PROXY protocol, with which a proxy begins a connection: versions 1 and 2 of
// haproxy's proxy-protocol.txt. It finds where the header ends and what it says. It doesn't know who
// may send one, nor what follows it.

import { Fault, type FaultId } from '../faults.js';
import {
  ADDRESSES_BYTES_MAX,
  addressesBytes,
  BLOCK_HEAD_BYTES,
  COMMAND_AT,
  FAMILY_AT,
  isCommand,
  isFamily,
  isLocal,
  LENGTH_AT,
  readProxyBlock,
  uint16At,
} from './proxy-block.js';
import type { ProxyHeader } from './proxy-header.js';
import { readProxyLine } from './proxy-line.js';

/** All bytes were taken, and the header goes on. */
export const PROXY_MORE = 0;
/** The header ended; `at` is the place behind it. */
export const PROXY_HEADER = 1;
/** There is no header, or no valid one. */
export const PROXY_FAULT = 2;
export type ProxySignal = typeof PROXY_MORE | typeof PROXY_HEADER | typeof PROXY_FAULT;

const CR = 0x0d;
const LF = 0x0a;

const LINE_SIGNATURE = bytesOf('PROXY ');
const BLOCK_SIGNATURE = bytesOf('\r\n\r\n\0\r\nQUIT\n');
/** The last byte of "PROXY ": from here on, a wrong byte is a header that is wrong. */
const LINE_SPACE_AT = 5;
/** The longest line of version 1, with its CRLF. */
const LINE_BYTES_MAX = 107;

const SIGNATURE = 0;
const LINE = 1;
const BLOCK_HEAD = 2;
const ADDRESSES = 3;
const SKIPPED = 4;

/** Reads one header. What it tells does not depend on how the bytes are cut. */
export class ProxyHeaderParser {
  /** Where the last `read` stopped: all before it belongs to the header. */
  at = 0;
  /** The header, after {@link PROXY_HEADER}. */
  header: ProxyHeader | undefined = undefined;
  fault: FaultId = Fault.none;
  /** The offset of the first wrong byte, counted from the first byte of the connection. */
  faultOffset = 0;
  /** All that is ever held: a line, or a block without its TLVs. */
  readonly #held = new Uint8Array(BLOCK_HEAD_BYTES + ADDRESSES_BYTES_MAX);
  #length = 0;
  #stage = SIGNATURE;
  /** Bytes of the block that are not addresses, and have not come. */
  #skip = 0;

  /** Some of the header has come. */
  get begun(): boolean {
    return this.#length > 0;
  }

  /** Reads on in `bytes[from, to)`. Not called again after a header or a fault. */
  read(bytes: Uint8Array, from: number, to: number): ProxySignal {
    this.at = from;
    while (this.at < to) {
      if (this.#stage === SKIPPED) {
        const skipped = Math.min(this.#skip, to - this.at);
        this.#skip -= skipped;
        this.at += skipped;
      } else {
        this.#held[this.#length] = bytes[this.at] as number;
        const fault = this.#take();
        if (fault !== Fault.none) {
          this.fault = fault;
          return PROXY_FAULT;
        }
        this.at++;
      }
      if (this.header !== undefined && this.#skip === 0) return PROXY_HEADER;
    }
    return PROXY_MORE;
  }

  /** Takes the byte behind those that are held. */
  #take(): FaultId {
    const at = this.#length++;
    this.faultOffset = at;
    switch (this.#stage) {
      case SIGNATURE:
        return this.#takeSignature(at);
      case LINE:
        return this.#takeLine(at);
      case BLOCK_HEAD:
        return this.#takeBlockHead(at);
      default:
        if (at + 1 === this.#addressesTo) this.#endAddresses();
        return Fault.none;
    }
  }

  #takeSignature(at: number): FaultId {
    const isBlock = this.#held[0] === CR;
    const signature = isBlock ? BLOCK_SIGNATURE : LINE_SIGNATURE;
    if (this.#held[at] !== signature[at]) {
      return !isBlock && at === LINE_SPACE_AT ? Fault.proxyHeaderInvalid : Fault.proxyHeaderMissing;
    }
    if (at + 1 === signature.length) this.#stage = isBlock ? BLOCK_HEAD : LINE;
    return Fault.none;
  }

  #takeLine(at: number): FaultId {
    const c = this.#held[at];
    const afterCr = this.#held[at - 1] === CR;
    // A single CR or LF ends no line, and stands nowhere in it.
    if (afterCr !== (c === LF)) return Fault.proxyHeaderInvalid;
    if (!afterCr) return at + 1 < LINE_BYTES_MAX ? Fault.none : Fault.proxyHeaderInvalid;
    const line = readProxyLine(this.#held, at - 1);
    if (typeof line === 'number') {
      this.faultOffset = line;
      return Fault.proxyHeaderInvalid;
    }
    this.header = line;
    return Fault.none;
  }

  #takeBlockHead(at: number): FaultId {
    const held = this.#held;
    const command = held[COMMAND_AT] as number;
    const family = held[FAMILY_AT] as number;
    if (at === COMMAND_AT && !isCommand(command)) return Fault.proxyHeaderInvalid;
    // What a health check says of its family is ignored.
    if (at === FAMILY_AT && !isLocal(command) && !isFamily(family)) return Fault.proxyHeaderInvalid;
    if (at + 1 < BLOCK_HEAD_BYTES) return Fault.none;
    const length = uint16At(held, LENGTH_AT);
    const needed = addressesBytes(command, family);
    if (length < needed) {
      this.faultOffset = LENGTH_AT;
      return Fault.proxyHeaderInvalid;
    }
    this.#skip = length - needed;
    if (needed === 0) this.#endAddresses();
    else this.#stage = ADDRESSES;
    return Fault.none;
  }

  get #addressesTo(): number {
    const held = this.#held;
    return BLOCK_HEAD_BYTES + addressesBytes(held[COMMAND_AT] as number, held[FAMILY_AT] as number);
  }

  #endAddresses(): void {
    this.header = readProxyBlock(this.#held);
    this.#stage = SKIPPED;
  }
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
