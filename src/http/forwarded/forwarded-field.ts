// The grammar of `Forwarded` (RFC 7239 §4): a list of elements, each with pairs of a name and a
// value. Text in, elements out. What a node, a host or a scheme is, is not decided here.

/** What one proxy says of the request that it got. */
export interface ForwardedElement {
  readonly for: string | undefined;
  readonly host: string | undefined;
  readonly proto: string | undefined;
  /** A parameter stands twice in it, which must not be. */
  readonly repeats: boolean;
}

/** tchar (RFC 9110 §5.6.2) */
const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
/** qdtext and quoted-pair (RFC 9110 §5.6.4) */
const QUOTED = /"((?:[\t !#-[\]-~\x80-\xff]|\\[\t !-~\x80-\xff])*)"/y;

/**
 * The elements of one field line, first to last.
 *
 *     Forwarded         = 1#forwarded-element
 *     forwarded-element = [ forwarded-pair ] *( ";" [ forwarded-pair ] )
 *     forwarded-pair    = token "=" ( token / quoted-string )
 *
 * An empty member of the list is ignored (RFC 9110 §5.6.1.2).
 *
 * @returns undefined where the line is outside the grammar
 */
export function forwardedElements(line: string): readonly ForwardedElement[] | undefined {
  const reader = new LineReader(line);
  const elements: ForwardedElement[] = [];
  for (;;) {
    reader.skipBlanks();
    const from = reader.at;
    const element = elementAt(reader);
    if (element === undefined) return undefined;
    if (reader.at > from) elements.push(element);
    reader.skipBlanks();
    if (reader.isAtEnd) return elements;
    if (!reader.take(',')) return undefined;
  }
}

function elementAt(reader: LineReader): ForwardedElement | undefined {
  const pairs = new Map<string, string>();
  let repeats = false;
  do {
    const name = reader.token()?.toLowerCase();
    // No pair: the element may begin or end with a semicolon.
    if (name === undefined) continue;
    if (!reader.take('=')) return undefined;
    const value = reader.token() ?? reader.quotedString();
    if (value === undefined) return undefined;
    if (pairs.has(name)) repeats = true;
    pairs.set(name, value);
  } while (reader.take(';'));
  return {
    for: pairs.get('for'),
    host: pairs.get('host'),
    proto: pairs.get('proto'),
    repeats,
  };
}

class LineReader {
  at = 0;
  readonly #line: string;

  constructor(line: string) {
    this.#line = line;
  }

  get isAtEnd(): boolean {
    return this.at === this.#line.length;
  }

  skipBlanks(): void {
    while (this.#line[this.at] === ' ' || this.#line[this.at] === '\t') this.at++;
  }

  take(character: string): boolean {
    if (this.#line[this.at] !== character) return false;
    this.at++;
    return true;
  }

  token(): string | undefined {
    return this.#match(TOKEN)?.[0];
  }

  /** The text that it stands for, without quotes and backslashes. */
  quotedString(): string | undefined {
    return this.#match(QUOTED)?.[1]?.replace(/\\(.)/g, '$1');
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.#line);
    if (match !== null) this.at = pattern.lastIndex;
    return match;
  }
}
