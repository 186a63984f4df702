// White space at the ends of a text. A loop, and no regular expression: `/[ \t]+$/` looks on from each blank of a text, so
// that 16 KiB of blanks within a value took 0.3 s, and the time grew with the square of their number.

/** `text` without the characters at its ends that `isBlank` has. */
export function trimmed(text: string, isBlank: (c: number) => boolean): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

/** OWS = *( SP / HTAB ) (RFC 9110 §5.6.3) */
export function isBlank(c: number): boolean {
  return c === 0x20 || c === 0x09;
}
