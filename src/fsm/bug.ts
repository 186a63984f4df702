// The third kind of error: sluice itself is wrong. A test fails on it. In production it closes the
// connection where it happened, and is reported.

/** Thrown where sluice contradicts itself. It is never the fault of a peer or a caller. */
export class SluiceBug extends Error {
  readonly code = 'SLUICE_BUG';
  override readonly name = 'SluiceBug';
}

export function bug(what: string): never {
  throw new SluiceBug(`sluice is wrong: ${what}. Please report this.`);
}
