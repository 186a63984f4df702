// Reads one line of a text by a rule.

import type { Input, Rule } from './abnf.js';
import { CRLF, sequence } from './abnf.js';

/**
 * - `line`: a match of the rule, then CRLF; `end` is the place behind it.
 * - `open`: the text ends within the line, and a continuation exists that makes it a match.
 * - `doomed`: the text has no LF yet, but nothing that could follow would make a match. A peer that
 *   looks at whole lines can't know yet; one that looks at octets can.
 * - `broken`: there is a LF, and no match.
 */
export type LineResult =
  | { readonly kind: 'line'; readonly line: string; readonly end: number }
  | { readonly kind: 'open' }
  | { readonly kind: 'doomed' }
  | { readonly kind: 'broken' };

export function readLine(text: string, at: number, content: Rule): LineResult {
  const input: Input = { text, reachedEnd: false };
  for (const end of sequence(content, CRLF)(input, new Set([at]))) {
    // CR is in none of the rules, so there is at most one end.
    return { kind: 'line', line: text.slice(at, end - 2), end };
  }
  if (input.reachedEnd) return { kind: 'open' };
  return { kind: text.includes('\n', at) ? 'broken' : 'doomed' };
}
