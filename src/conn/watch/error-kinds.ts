// Which errors were warned of. Somebody who gave no `onError` wants to know that there are errors, and
// not to read the same line a thousand times.

/** So many kinds are told apart; the others are counted together. */
const KINDS_MAX = 64;

export class ErrorKinds {
  readonly #counts: Map<string, number> = new Map();

  /**
   * Counts `error`, and gives its count where that is worth a warning: for the first of a kind, the
   * tenth, the hundredth, and so on. By its class and code. Else 0.
   */
  count(error: unknown): number {
    const name = kindOf(error);
    const kind = this.#counts.has(name) || this.#counts.size < KINDS_MAX ? name : '';
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    return Number.isInteger(Math.log10(count)) ? count : 0;
  }
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code }: Error & { readonly code?: unknown } = error;
  return `${error.name} ${String(code)}`;
}
