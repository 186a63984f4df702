// Entity tags (RFC 9110 §8.8.3), and the lists of them in If-Match and If-None-Match (§13.1.1,
// §13.1.2), by their grammar. A text outside of the grammar has no effect.

/** entity-tag = [ weak ] opaque-tag */
export interface EntityTag {
  readonly weak: boolean;
  /** The tag with its quotes. */
  readonly opaque: string;
}

/** The entity tag that the whole text is; undefined if it is none. */
export function parseEntityTag(text: string): EntityTag | undefined {
  const to = tagEnd(text, 0);
  return to === text.length ? tagAt(text, 0, to) : undefined;
}

/**
 * "*" / #entity-tag. Empty members are ignored, as RFC 9110 §5.6.1.2 requires. Undefined for two
 * tags without a comma, and for a list with a member that is no tag.
 */
export function parseEntityTags(text: string): '*' | readonly EntityTag[] | undefined {
  if (text === '*') return '*';
  const tags: EntityTag[] = [];
  let i = 0;
  for (;;) {
    const to = tagEnd(text, i);
    if (to > 0) {
      tags.push(tagAt(text, i, to));
      i = to;
    }
    const comma = skipBlanks(text, i);
    if (comma === text.length) return comma === i ? tags : undefined;
    if (text[comma] !== ',') return undefined;
    i = skipBlanks(text, comma + 1);
  }
}

/** Both tags are strong and equal (RFC 9110 §8.8.3.2). */
export function matchesStrongly(a: EntityTag, b: EntityTag): boolean {
  return !a.weak && !b.weak && a.opaque === b.opaque;
}

/** The tags are equal, weak or strong. */
export function matchesWeakly(a: EntityTag, b: EntityTag): boolean {
  return a.opaque === b.opaque;
}

function tagAt(text: string, from: number, to: number): EntityTag {
  const weak = text[from] === 'W';
  return { weak, opaque: text.slice(weak ? from + 2 : from, to) };
}

/**
 * The end of the tag that begins at `from`; 0 if no tag begins there. `W/` is in capitals (§8.8.3).
 */
function tagEnd(text: string, from: number): number {
  let i = text.startsWith('W/', from) ? from + 2 : from;
  if (text[i] !== '"') return 0;
  for (i++; i < text.length; i++) {
    if (text[i] === '"') return i + 1;
    if (!isEtagc(text.charCodeAt(i))) return 0;
  }
  return 0;
}

/** etagc = %x21 / %x23-7E / obs-text */
function isEtagc(c: number): boolean {
  return c === 0x21 || (c >= 0x23 && c <= 0x7e) || (c >= 0x80 && c <= 0xff);
}

/** OWS */
function skipBlanks(text: string, from: number): number {
  let i = from;
  while (text[i] === ' ' || text[i] === '\t') i++;
  return i;
}
