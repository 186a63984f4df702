/**
 * Characters that a terminal would obey or hide. \p{C} is control, format (with bidirectional overrides), surrogate,
 * unassigned.
 */
export const UNPRINTABLE: RegExp = /[\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * `text` on one line, without characters that a terminal would obey or hide. Text from a client
 * gets into the log. An escape sequence there could rewrite the lines above it, and a line feed
 * could forge a line.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escapeOf);
}

/** One of them, as it is written instead. */
export function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
