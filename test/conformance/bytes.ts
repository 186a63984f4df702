// How the documents of the corpus write bytes, and how the logs show them: printable ASCII as it
// is, everything else as an escape, long runs as a pattern and a count.

import { latin1 } from '../../src/fsm/parse/latin1.js';

/** `{pattern*count}`, the pattern with its escapes, or with a run in it. */
const RUN = /\{([^{}]+)\*(\d+)\}/g;

/**
 * The bytes that the lines of a block stand for. Line ends in the block are nothing: those in the
 * bytes are written `\r\n`.
 *
 * @throws where a line holds what a reader could not see: a byte that is not printable, or a blank
 * at its end
 */
export function bytesOfBlock(lines: readonly string[]): Uint8Array {
  for (const line of lines) {
    if (/[^\x20-\x7e]/.test(line)) throw new Error(`write with an escape what is in: ${line}`);
    if (line.endsWith(' ')) throw new Error(`write the last blank as \\x20: ${line}`);
  }
  const text = unescaped(runsRepeated(lines.join('')));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function runsRepeated(written: string): string {
  const repeated = written.replace(RUN, (_run, pattern: string, count: string) =>
    pattern.repeat(Number(count)),
  );
  return repeated === written ? written : runsRepeated(repeated);
}

/** What `\r`, `\n`, `\t`, `\\` and `\x00` stand for, put in their place. */
export function unescaped(written: string): string {
  return written.replace(
    /\\(?:x([0-9a-f]{2})|(.?))/g,
    (sequence, hex?: string, letter?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      const character = { r: '\r', n: '\n', t: '\t', '\\': '\\' }[letter ?? ''];
      if (character === undefined) throw new Error(`no such escape: ${sequence}`);
      return character;
    },
  );
}

/** Runs of one character that are shown by their count. */
const LONG_RUN = /(.)\1{31,}/gs;

/** Text as the documents write it: one character is one byte. */
export function shown(text: string): string {
  return text
    .replace(/[^\x20-\x7e]|\\/g, escaped)
    .replace(LONG_RUN, (run: string, character: string) => `{${character}*${run.length}}`);
}

/** {@link shown} for bytes, in quotes, cut where it is long. */
export function shownBytes(bytes: Uint8Array): string {
  const text = shown(latin1(bytes, 0, bytes.length));
  return text.length > SHOWN_MAX ? `"${text.slice(0, SHOWN_MAX)}"…` : `"${text}"`;
}

const SHOWN_MAX = 60;

function escaped(character: string): string {
  const known = { '\r': '\\r', '\n': '\\n', '\t': '\\t', '\\': '\\\\' }[character];
  return known ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
