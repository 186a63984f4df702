// Finds the file that a request target names: its segments, each percent-decoded once. A target
// that could mean anything but a plain file below the root is refused here, before the file system
// is asked. This file does not know the file system.

/** The path that a request target names in a tree of static files. */
export type StaticPath =
  | {
      readonly kind: 'path';
      /** Decoded names from the root down. None is empty, `.`, `..` or a hidden dotfile. */
      readonly segments: readonly string[];
      /** True for `/` and for a target that ends with a slash: it names a directory. */
      readonly directory: boolean;
      /** The query as received, with its question mark, or an empty string. */
      readonly query: string;
    }
  /** The percent-encoding is broken, or does not encode UTF-8: 400. */
  | { readonly kind: 'malformed' }
  /** The name is never served: 404, as for a missing file. */
  | { readonly kind: 'forbidden' };

const MALFORMED: StaticPath = { kind: 'malformed' };
const FORBIDDEN: StaticPath = { kind: 'forbidden' };

/** The place of the files in the URL, and the dotfiles that are served. */
export interface StaticPlace {
  /** Decoded names before the names of a file. */
  readonly prefix: readonly string[];
  /** Names of dotfiles that are served. */
  readonly dotfiles: readonly string[];
}

const TOP: StaticPlace = { prefix: [], dotfiles: [] };

/** Reads a URL, or a request target in origin-form or absolute-form (RFC 9112 §3.2). */
export function parseStaticPath(url: string, place: StaticPlace = TOP): StaticPath {
  const { prefix, dotfiles } = place;
  const from = pathStart(url);
  if (from < 0) return FORBIDDEN; // Asterisk-form and authority-form name no file.
  // A standard Request keeps the fragment of its URL.
  const end = url.indexOf('#', from);
  const target = end < 0 ? url.slice(from) : url.slice(from, end);
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? '' : target.slice(mark);

  const segments: string[] = [];
  let named = 0;
  for (const [i, raw] of path.split('/').entries()) {
    // Empty segments are skipped, so `//evil.example` names a file, never another host. The prefix is no name of
    // a file: `//assets` is another path than `/assets`, for whoever routes or guards by it.
    if (raw === '') {
      if (i > 0 && named < prefix.length) return FORBIDDEN;
      continue;
    }
    const segment = decodeName(raw);
    if (segment === undefined) return MALFORMED;
    if (named < prefix.length) {
      // A name of the prefix may have any characters, because it is only compared.
      if (segment !== prefix[named++]) return FORBIDDEN;
      continue;
    }
    if (!isPlainName(segment, dotfiles)) return FORBIDDEN;
    segments.push(segment);
  }
  if (named < prefix.length) return FORBIDDEN;
  return { kind: 'path', segments, directory: path === '' || path.endsWith('/'), query };
}

/**
 * The Location for a directory without its slash: one slash, then an encoded name. No target can
 * make it name a host.
 */
export function directoryLocation(names: readonly string[], query: string): string {
  return `/${names.map((segment) => `${encodeURIComponent(segment)}/`).join('')}${query}`;
}

/**
 * As {@link directoryLocation}, for a rewritten URL: relative to the requested URL, whose last name
 * it is (RFC 9110 §10.2.2).
 */
export function relativeLocation(segments: readonly string[], query: string): string {
  // After `./`, a name with a colon is no scheme.
  return `./${encodeURIComponent(segments.at(-1) ?? '')}/${query}`;
}

/** The path of a URL or target, unchanged, without query and fragment; '' for none. */
export function pathOf(url: string): string {
  const from = pathStart(url);
  return from < 0 ? '' : (/^[^?#]*/.exec(url.slice(from))?.[0] ?? '');
}

/** The beginning of the path: after the authority of an absolute-form; -1 if there is none. */
function pathStart(target: string): number {
  if (target.startsWith('/')) return 0;
  const scheme = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i.exec(target);
  return scheme === null ? -1 : scheme[0].length;
}

/**
 * Decodes one segment once: `%252e` becomes `%2e` and stays so. The path must be split before it is
 * decoded. Otherwise `%2f` would make two segments of one.
 */
export function decodeName(segment: string): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined; // Also for overlong UTF-8, the old disguise of dots and slashes (`%c0%ae`).
  }
}

/** True for a name that is not hidden, or is shown. `..`, `.git` and `.env` begin with a dot. */
export function isPlainName(segment: string, shown: readonly string[]): boolean {
  if (segment.startsWith('.') && !shown.includes(segment)) return false;
  return isEntryName(segment);
}

/**
 * True for a name that can only mean an entry of its directory, apart from dots. A slash, a
 * backslash (a separator on Windows) or a NUL (the end of a string in system calls) would change
 * the meaning.
 */
export function isEntryName(segment: string): boolean {
  for (let i = 0; i < segment.length; i++) {
    const c = segment.charCodeAt(i);
    if (c < 0x20 || c === 0x7f || c === 0x2f || c === 0x5c) return false;
  }
  return true;
}
