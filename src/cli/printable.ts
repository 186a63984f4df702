/**
 * `text` on one line, with nothing in it that a terminal would obey or hide: what a
 * client sends ends up in the log, and an escape sequence there could rewrite the
 * lines above it, or a line feed forge one.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escapeOf);
}

// \p{C}: control, format (bidirectional overrides among them), surrogate, unassigned.
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
