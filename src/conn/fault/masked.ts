// Hides credentials in bytes that are shown: the values of four fields, however wrong the message is that they
// stand in. The faulty byte may stand within such a name or value, a line end may be missing or be one too many,
// a value may be folded. In doubt more is hidden than need be.

/** A token's characters (RFC 9110 §5.6.2), for a class of a regular expression. */
const TCHARS = "!#$%&'*+\\-.^_`|~0-9A-Za-z";
/** What can break a name in two: anything but a token's characters and the colon. */
const JUNK = `[^${TCHARS}:]*`;
const NAMES = ['proxy-authorization', 'authorization', 'set-cookie', 'cookie'];
const NAME = new RegExp(NAMES.map((name) => [...name].join(JUNK)).join('|'), 'gi');

/** Behind a name at the beginning of its line: no letter that would make it a longer name. */
const NAME_ENDS = new RegExp(`(?![${TCHARS}])`, 'y');
/** Behind a name within a line: a colon. */
const COLON = new RegExp(`${JUNK}:`, 'y');
/** Colon, blanks and control characters between a name and its value, but for LF. */
const SEPARATORS = '[\\0-\\t\\v-\\x20\\x7f:]*';
/** The same with a line end. A head ends at an empty line, unless the colon comes behind it. */
const SEPARATOR = new RegExp(
  `(?:[\\0-\\x20\\x7f]*:)?${SEPARATORS}(?:\\n(?!\\r?\\n)${SEPARATORS})?`,
  'y',
);
const TCHAR = new RegExp(`[${TCHARS}]`, 'g');
const LINE_END = /[\r\n]/g;
const NO_TCHAR = new RegExp(`[^${TCHARS}]`, 'g');

/** A line that goes on with the value of the line before it. */
const FOLDED = /[ \t]/y;
const EMPTY_LINE = /\r?\n/y;
/** A line that has a field of its own, if a faulty one. Without a name, it goes on with the name before it. */
const FIELD_LINE = /[^\s:=;,"]+[ \t]*:/y;

const CREDENTIAL = /[^\r\n]/g;

/** The same text, an asterisk for each character of a credential. It begins where a line begins. */
export function masked(text: string): string {
  let shown = '';
  let at = 0;
  const line = new Line(text);
  NAME.lastIndex = 0;
  for (let found = NAME.exec(text); found !== null; found = NAME.exec(text)) {
    const from = valueBegin(line, found.index, NAME.lastIndex);
    if (from === undefined) {
      // Another name may begin within this one.
      NAME.lastIndex = found.index + 1;
      continue;
    }
    const to = valueEnd(text, from);
    shown += text.slice(at, from) + text.slice(from, to).replace(CREDENTIAL, '*');
    at = to;
    NAME.lastIndex = to;
  }
  return shown + text.slice(at);
}

/**
 * The line that goes through a place: a CR alone may be what is left of a line end. Places only go forward, so that each
 * character is looked at once.
 */
class Line {
  readonly text: string;
  /** Where it ends. */
  #to = -1;
  /** The first character from its beginning on that belongs into a token. */
  #tchar = -1;
  /** The first one that does not. */
  #other = -1;

  constructor(text: string) {
    this.text = text;
  }

  /** It is the one through `at`. */
  move(at: number): void {
    while (this.#to < at) {
      const from = this.#to + 1;
      this.#to = this.#find(LINE_END, from);
      // One that was found in a later line is the first one of all lines before it.
      if (this.#tchar < from) this.#tchar = this.#find(TCHAR, from);
      if (this.#other < from) this.#other = this.#find(NO_TCHAR, from);
    }
  }

  /** Whether a token's character stands before `at`. */
  hasTokenBefore(at: number): boolean {
    return this.#tchar < at;
  }

  /** Whether nothing else does. */
  isTokenBefore(at: number): boolean {
    return this.#other >= at;
  }

  #find(pattern: RegExp, from: number): number {
    pattern.lastIndex = from;
    return pattern.exec(this.text)?.index ?? this.text.length;
  }
}

/** Where the value begins of the name at `[from, to)`; undefined where it is none. */
function valueBegin(line: Line, from: number, to: number): number | undefined {
  const { text } = line;
  line.move(from);
  if (!line.hasTokenBefore(from))
    return fits(NAME_ENDS, text, to) ? endOf(SEPARATOR, text, to) : undefined;
  // A line of nothing but letters has a longer name: X-Cookie.
  const nameTo = line.isTokenBefore(from) ? undefined : endOf(COLON, text, to);
  return nameTo === undefined ? undefined : endOf(SEPARATOR, text, nameTo);
}

function valueEnd(text: string, from: number): number {
  let isHeadOver = false;
  for (let end = text.indexOf('\n', from); end !== -1; end = text.indexOf('\n', end + 1)) {
    const line = end + 1;
    if (fits(FOLDED, text, line)) continue;
    if (fits(EMPTY_LINE, text, line)) isHeadOver = true;
    else if (isHeadOver || fits(FIELD_LINE, text, line)) return line;
  }
  return text.length;
}

/** Where `pattern` ends, if it fits at `at`. */
function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  return fits(pattern, text, at) ? pattern.lastIndex : undefined;
}

function fits(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}
