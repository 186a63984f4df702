// Malformed content: JSON with a mistake, a form without its boundary. The error comes from the
// platform. This file remembers that the client made the mistake.

const malformed: WeakSet<object> = new WeakSet();

/** Remembers that `error` is about a mistake of the client, and gives it back. */
export function asMalformed(error: unknown): unknown {
  if (typeof error === 'object' && error !== null) malformed.add(error);
  return error;
}

export function isMalformed(error: unknown): boolean {
  return typeof error === 'object' && error !== null && malformed.has(error);
}
