// Connections that have come and are not let in yet, because something has to come before HTTP: a header
// of the PROXY protocol, a TLS handshake.

/** Those of one kind. */
export interface ArrivingKind {
  readonly size: number;
  /** Closes the one that came first, if it came before `before`. False where there is none. */
  makeRoom(before: number, now: number): boolean;
  startDrain(now: number): void;
  endAll(now: number): void;
}

export class Arriving implements ArrivingKind {
  readonly #kinds: readonly ArrivingKind[];

  constructor(kinds: readonly ArrivingKind[]) {
    this.#kinds = kinds;
  }

  get size(): number {
    let size = 0;
    // Asked for each connection: no iterator is made for it.
    for (let i = 0; i < this.#kinds.length; i++) size += this.#kinds[i]?.size ?? 0;
    return size;
  }

  makeRoom(before: number, now: number): boolean {
    return this.#kinds.some((kind) => kind.makeRoom(before, now));
  }

  startDrain(now: number): void {
    for (const kind of this.#kinds) kind.startDrain(now);
  }

  endAll(now: number): void {
    for (const kind of this.#kinds) kind.endAll(now);
  }
}
