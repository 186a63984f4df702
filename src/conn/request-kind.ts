// The kind of a request: its method and route, as a number. What the limiter learns of a kind it learns of all of
// them, so `/poll/1` and `/poll/2` must be one: a segment that looks like the name of one thing among many counts
// as any other.

/** More segments don't tell more of a route. */
const SEGMENTS_MAX = 6;
/** Longer segments are taken for names of things. */
const SEGMENT_LENGTH_MAX = 24;
const SLASH = 0x2f;
const PERCENT = 0x25;
const ANY_SEGMENT = 0x2a;

/** @returns a whole number, never 0 */
export function kindOf(method: string, target: string): number {
  let hash = hashed(0x811c9dc5, method, 0, method.length);
  const end = pathEnd(target);
  let segments = 0;
  for (let from = target.indexOf('/') + 1; from <= end && segments < SEGMENTS_MAX; segments++) {
    let to = target.indexOf('/', from);
    if (to === -1 || to > end) to = end;
    hash = Math.imul(hash ^ SLASH, 0x01000193);
    if (isName(target, from, to)) hash = Math.imul(hash ^ ANY_SEGMENT, 0x01000193);
    else hash = hashed(hash, target, from, to);
    from = to + 1;
  }
  // The low bits are the ones used.
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 1 || 1;
}

function pathEnd(target: string): number {
  const query = target.indexOf('?');
  return query === -1 ? target.length : query;
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
