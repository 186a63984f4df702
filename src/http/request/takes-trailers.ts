// Whether a client takes trailers: it says `TE: trailers` (RFC 9110 §10.1.4). Who does not may be, or may be behind, a
// program that drops them or breaks on them (§6.5.1).

/**
 * A comma or the word within it belongs to the parameter of a coding. An open one goes on to the end, behind a backslash too: so
 * it is read once, and is not looked for again from each quote.
 */
const QUOTED = /"(?:[^"\\]|\\.)*(?:"|\\?$)/gs;
const KEYWORD = /^[ \t]*trailers[ \t]*$/i;

/**
 * t-codings = "trailers" / ( transfer-coding [ weight ] ). The keyword has no weight and no parameters.
 *
 * @param lines the values of the field lines named TE
 */
export function takesTrailers(lines: readonly string[]): boolean {
  return lines.some((line) =>
    line
      .replace(QUOTED, '""')
      .split(',')
      .some((coding) => KEYWORD.test(coding)),
  );
}
