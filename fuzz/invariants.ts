// What must hold for any bytes whatever, in any cut: the parser does not throw, tells the same, holds
// no more than it may, and agrees with the oracle.

import { isDeepStrictEqual } from 'node:util';
import { type Limits, limitsFrom } from '../src/fsm/index.js';
import { READ_FAULT, READ_MORE, RequestReader } from '../src/fsm/parse/request-reader.js';
import { latin1Bytes, parseRequests } from '../test/reference/parse-requests.js';
import { disagreements } from '../test/support/oracle-agreement.js';
import { cutText, type Observed, observe, singleBytes } from '../test/support/parser-log.js';

/** So small that inputs of some hundred bytes come to each of them. */
export const LIMITS: Limits = limitsFrom({
  headBytesMax: 400,
  fieldCountMax: 8,
  targetBytesMax: 64,
  bodyBytesMax: 64,
  chunkLineBytesMax: 32,
  chunkExtBytesMax: 48,
  trailerBytesMax: 96,
});

/** Longer inputs say nothing new under these limits, and the oracle takes its time. */
const INPUT_BYTES_MAX = 1024;

/** The text that a target makes of an input: what is given, behind what it has in front. */
export function textOf(prefix: string, bytes: Uint8Array): string {
  return prefix + Buffer.from(bytes.subarray(0, INPUT_BYTES_MAX)).toString('latin1');
}

/** @throws Error that says which of the invariants does not hold */
export function checkParsing(text: string): void {
  const chance = new Chance(text);
  const fin = chance.next() % 2 === 1;
  const whole = observe([latin1Bytes(text)], LIMITS, fin);
  checkSplit('byte by byte', singleBytes(text), whole, fin);
  for (const cuts of [[chance.next()], [chance.next(), chance.next(), chance.next()]])
    checkSplit(`cut at ${cuts}`, cutText(text, cuts), whole, fin);
  const differences = disagreements(whole, parseRequests(latin1Bytes(text), { fin }, LIMITS));
  if (differences.length > 0) throw new Error(`the oracle disagrees: ${differences.join('; ')}`);
  checkMemory(text);
}

/** Numbers that are the same each time for the same text: a target has no chance of its own. */
class Chance {
  #state = 0x811c9dc5;

  constructor(text: string) {
    // FNV-1a.
    for (let i = 0; i < text.length; i++)
      this.#state = Math.imul(this.#state ^ text.charCodeAt(i), 0x01000193);
  }

  next(): number {
    this.#state = (Math.imul(this.#state ^ (this.#state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return this.#state >>> 8;
  }
}

function checkSplit(
  how: string,
  pieces: readonly Uint8Array[],
  whole: Observed,
  fin: boolean,
): void {
  const seen = observe(pieces, LIMITS, fin);
  if (isDeepStrictEqual(seen, whole)) return;
  throw new Error(`${how}: ${JSON.stringify(seen)}, but whole: ${JSON.stringify(whole)}`);
}

/** What is held for an incomplete head or trailer section is at most what either may have. */
function checkMemory(text: string): void {
  const reader = new RequestReader(LIMITS);
  const most = Math.max(LIMITS.headBytesMax, LIMITS.trailerBytesMax);
  for (const piece of singleBytes(text)) {
    for (let at = 0, signal = -1; signal !== READ_MORE; at = reader.at) {
      signal = reader.read(piece, at, piece.length);
      if (signal === READ_FAULT) break;
    }
    if (reader.carriedBytes > most) throw new Error(`${reader.carriedBytes} bytes are held`);
    if (reader.fault !== 0 && reader.carriedBytes > 0) throw new Error('held behind a fault');
  }
}
