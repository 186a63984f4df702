// Which file a request target names: its segments, each percent-decoded once. A
// target that could mean anything but a plain file below the root is turned away
// here, before the file system is asked. Nothing here knows the file system.

/** What a request target asks of a tree of static files. */
export type StaticPath =
  | {
      readonly kind: 'path';
      /** Decoded names from the root down; none of them empty, `.`, `..` or a dotfile. */
      readonly segments: readonly string[];
      /** True for `/` and for a target that ends in a slash: it names a directory. */
      readonly directory: boolean;
      /** The query with its question mark, as it came, or an empty string. */
      readonly query: string;
    }
  /** The percent-encoding is broken, or does not encode UTF-8: 400. */
  | { readonly kind: 'malformed' }
  /** It names something that is never served: 404, the same as for a file that is not there. */
  | { readonly kind: 'forbidden' };

const MALFORMED: StaticPath = { kind: 'malformed' };
const FORBIDDEN: StaticPath = { kind: 'forbidden' };

/** Reads a request target in origin-form or absolute-form (RFC 9112 §3.2). */
export function parseStaticPath(target: string): StaticPath {
  const from = pathStart(target);
  if (from < 0) return FORBIDDEN; // Asterisk-form and authority-form name no file.
  const mark = target.indexOf('?', from);
  const path = mark < 0 ? target.slice(from) : target.slice(from, mark);
  const query = mark < 0 ? '' : target.slice(mark);

  const segments: string[] = [];
  for (const raw of path.split('/')) {
    // Empty segments are collapsed, so `//evil.example` names a file, never another host.
    if (raw === '') continue;
    const segment = decodeOnce(raw);
    if (segment === undefined) return MALFORMED;
    if (!isPlainName(segment)) return FORBIDDEN;
    segments.push(segment);
  }
  return { kind: 'path', segments, directory: path === '' || path.endsWith('/'), query };
}

/**
 * Where a directory that was asked for without its slash is to be found: always
 * one slash, then an encoded name, so that no target can make it name a host.
 */
export function directoryLocation(segments: readonly string[], query: string): string {
  return `/${segments.map((segment) => `${encodeURIComponent(segment)}/`).join('')}${query}`;
}

/** Where the path begins: after the authority of an absolute-form; -1 where there is none. */
function pathStart(target: string): number {
  if (target.startsWith('/')) return 0;
  const scheme = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i.exec(target);
  return scheme === null ? -1 : scheme[0].length;
}

/**
 * Decodes one segment, once: `%252e` becomes the three characters `%2e`, and stays
 * so. Split comes before decode, or `%2f` would make two segments of one.
 */
function decodeOnce(segment: string): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined; // Also for overlong UTF-8, the old disguise of dots and slashes (`%c0%ae`).
  }
}

/**
 * True for a name that can only mean an entry of the directory it stands in, and
 * no hidden one: `..`, `.git` and `.env` all begin with a dot. A slash, a backslash
 * (a separator on Windows) or a NUL (the end of a string for the system calls)
 * would make it mean something else.
 */
function isPlainName(segment: string): boolean {
  if (segment.startsWith('.')) return false;
  for (let i = 0; i < segment.length; i++) {
    const c = segment.charCodeAt(i);
    if (c < 0x20 || c === 0x7f || c === 0x2f || c === 0x5c) return false;
  }
  return true;
}
