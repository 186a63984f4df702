// The kind of a request: its method and route, as a number. What the limiter learns of a kind it learns of all of
// them, so `/poll/1` and `/poll/2` must be one: a segment that looks like the name of one thing among many counts
// as any other.

/** More segments don't tell more of a route. */
const SEGMENTS_MAX = 6;
/** Longer segments are taken for names of things. */
const SEGMENT_LENGTH_MAX = 24;
const SLASH = 0x2f;
const QUESTION_MARK = 0x3f;
const PERCENT = 0x25;
const ANY_SEGMENT = 0x2a;

/**
 * The kind of the request line in `text`. It is read where it stands: strings of the method and the target would
 * be made for this alone.
 *
 * @param targetTo - where the target ends; it begins one past `methodTo`
 * @returns a whole number, never 0
 */
export function kindOf(text: string, from: number, methodTo: number, targetTo: number): number {
  let hash = hashed(0x811c9dc5, text, from, methodTo);
  let segmentFrom = afterFirstSlash(text, methodTo + 1, targetTo);
  for (let segments = 0; segments < SEGMENTS_MAX; segments++) {
    const segmentTo = segmentEnd(text, segmentFrom, targetTo);
    hash = Math.imul(hash ^ SLASH, 0x01000193);
    if (isName(text, segmentFrom, segmentTo)) hash = Math.imul(hash ^ ANY_SEGMENT, 0x01000193);
    else hash = hashed(hash, text, segmentFrom, segmentTo);
    if (segmentTo === targetTo || text.charCodeAt(segmentTo) === QUESTION_MARK) break;
    segmentFrom = segmentTo + 1;
  }
  // The low bits are the ones used.
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 1 || 1;
}

/** A target without a slash is one segment. */
function afterFirstSlash(text: string, from: number, to: number): number {
  for (let i = from; i < to; i++) if (text.charCodeAt(i) === SLASH) return i + 1;
  return from;
}

function segmentEnd(text: string, from: number, to: number): number {
  let i = from;
  while (i < to && text.charCodeAt(i) !== SLASH && text.charCodeAt(i) !== QUESTION_MARK) i++;
  return i;
}

/** `v1` is no name, `17`, `a1b2` and what is escaped are. */
function isName(text: string, from: number, to: number): boolean {
  if (to - from > SEGMENT_LENGTH_MAX) return true;
  const isVersion = to - from <= 3 && text.charCodeAt(from) === 0x76;
  for (let i = isVersion ? to : from; i < to; i++) {
    const c = text.charCodeAt(i);
    if ((c >= 0x30 && c <= 0x39) || c === PERCENT) return true;
  }
  return false;
}

/** FNV-1a. */
function hashed(seed: number, text: string, from: number, to: number): number {
  let hash = seed;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
