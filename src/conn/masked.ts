// Hides credentials in bytes that are shown: the values of four fields, however wrong the message is that they
// stand in. A faulty field line may have no colon, a blank before it, a bare CR or a folded value.

/** A token's characters (RFC 9110 §5.6.2), for a class of a regular expression. */
const TCHARS = "!#$%&'*+\\-.^_`|~0-9A-Za-z";
const NAMES = 'proxy-authorization|authorization|set-cookie|cookie';

/** A line that begins with such a name, whatever stands before it and behind it. */
const AT_START = new RegExp(`^[^${TCHARS}]*(?:${NAMES})(?![${TCHARS}])[^${TCHARS}]*`, 'i');
/** A name and its colon in the middle of a line: line ends may be missing. */
const WITHIN = new RegExp(`(?<![${TCHARS}])(?:${NAMES})[ \\t]*:[ \\t]*`, 'i');

/** A line without its end, and the end. A bare CR ends no line. */
const LINES = /[^\n]*(?:\n|$)/g;
const CREDENTIAL = /[^\r\n]/g;

/** The same text, an asterisk for each character of a credential. It begins where a line begins. */
export function masked(text: string): string {
  let isSecret = false;
  return text.replace(LINES, (line) => {
    // A folded line goes on with the value before it.
    const goesOn = isSecret && (line.startsWith(' ') || line.startsWith('\t'));
    const found = goesOn ? null : (AT_START.exec(line) ?? WITHIN.exec(line));
    if (!goesOn && line !== '') isSecret = found !== null;
    if (!isSecret) return line;
    const from = found === null ? 0 : found.index + found[0].length;
    return line.slice(0, from) + line.slice(from).replace(CREDENTIAL, '*');
  });
}
