// What the parser of PROXY headers tells of some bytes in pieces, and whether the oracle agrees.

import { isDeepStrictEqual } from 'node:util';
import { Fault, faultName } from '../../src/fsm/faults.js';
import type { ProxyHeader } from '../../src/fsm/proxy/proxy-header.js';
import {
  PROXY_FAULT,
  PROXY_HEADER,
  ProxyHeaderParser,
} from '../../src/fsm/proxy/proxy-header-parser.js';
import { parseProxyHeader } from '../reference/proxy-header.js';

export interface ObservedProxyHeader {
  readonly header: ProxyHeader | undefined;
  /** The offset one past the header. */
  readonly end: number | undefined;
  readonly fault: string;
  readonly faultOffset: number | undefined;
}

export function observeProxyHeader(pieces: Iterable<Uint8Array>): ObservedProxyHeader {
  const parser = new ProxyHeaderParser();
  let base = 0;
  for (const piece of pieces) {
    // Bytes around the piece are nobody's business; looked at, they would show.
    const memory = new Uint8Array(piece.length + 6).fill(0x41);
    memory.set(piece, 3);
    const signal = parser.read(memory, 3, 3 + piece.length);
    if (parser.at < 3 || parser.at > 3 + piece.length) throw new Error(`parser.at: ${parser.at}`);
    if (signal === PROXY_HEADER) {
      if (parser.header === undefined) throw new Error('no header');
      return {
        header: parser.header,
        end: base + parser.at - 3,
        fault: 'none',
        faultOffset: undefined,
      };
    }
    if (signal === PROXY_FAULT) {
      if (parser.fault === Fault.none) throw new Error('no fault');
      const { fault, faultOffset } = parser;
      return { header: undefined, end: undefined, fault: faultName(fault), faultOffset };
    }
    if (parser.at !== 3 + piece.length) throw new Error('bytes were left over');
    base += piece.length;
    if (parser.begun !== base > 0) throw new Error('begun is wrong');
  }
  return { header: undefined, end: undefined, fault: 'none', faultOffset: undefined };
}

const FAULTS = { missing: 'proxyHeaderMissing', invalid: 'proxyHeaderInvalid' } as const;

/** In how far parser and oracle disagree on these bytes: whole, and in `pieces`. */
export function proxyDisagreements(
  bytes: Uint8Array,
  ...cuts: readonly (readonly Uint8Array[])[]
): string[] {
  const whole = observeProxyHeader([bytes]);
  const different: string[] = [];
  for (const pieces of cuts) {
    const inPieces = observeProxyHeader(pieces);
    if (!isDeepStrictEqual(inPieces, whole))
      different.push(`in ${pieces.length} pieces ${show(inPieces)}, whole ${show(whole)}`);
  }
  const oracle = parseProxyHeader(bytes);
  if (oracle.outcome === 'header') {
    const { version, kind, source, destination, end } = oracle;
    const expected = { version, kind, source, destination };
    if (!isDeepStrictEqual(whole.header, expected) || whole.end !== end)
      different.push(`${show(whole)}, by the oracle ${show(oracle)}`);
  } else {
    const fault = oracle.outcome === 'more' ? 'none' : FAULTS[oracle.outcome];
    if (whole.header !== undefined || whole.fault !== fault)
      different.push(`${show(whole)}, by the oracle ${oracle.outcome}`);
  }
  const { faultOffset } = whole;
  if (faultOffset !== undefined && (faultOffset < 0 || faultOffset >= bytes.length))
    different.push(`the fault is at ${faultOffset} of ${bytes.length}`);
  return different;
}

function show(value: unknown): string {
  return JSON.stringify(value);
}
