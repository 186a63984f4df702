// The third kind of error: we were wrong. In tests it is seen; in production
// the connection that met it is closed and the error reported.

/** Thrown where sluice contradicts itself. Never a peer's or a caller's fault. */
export class SluiceBug extends Error {
  readonly code = 'SLUICE_BUG';
  override readonly name = 'SluiceBug';
}

export function bug(what: string): never {
  throw new SluiceBug(`sluice is wrong: ${what}. Please report this.`);
}
