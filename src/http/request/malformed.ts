// Content that is not what its reader takes it for: JSON with a mistake, a form without its
// boundary. The error is the platform's own; that it is the client's mistake is kept beside it.

const malformed: WeakSet<object> = new WeakSet();

/** Remembers that `error` tells of a client's mistake, and gives it back. */
export function asMalformed(error: unknown): unknown {
  if (typeof error === 'object' && error !== null) malformed.add(error);
  return error;
}

export function isMalformed(error: unknown): boolean {
  return typeof error === 'object' && error !== null && malformed.has(error);
}
