// What one connection may write in one turn of the event loop. A fast writer and a fast reader must not starve the
// other connections.

const TURN_BYTES_MAX = 1024 * 1024;
/** A smaller piece counts as so much: to ask for it, and to write it, takes as long. */
const PIECE_BYTES_MIN = 4096;

export class TurnShare {
  /** The share is used up, and the next turn has not come. */
  isPostponed = false;
  readonly #postpone: () => void;
  #bytes = 0;

  /** @param postpone has the connection go on in the next turn */
  constructor(postpone: () => void) {
    this.#postpone = postpone;
  }

  /** A piece of so many bytes was written. */
  count(bytes: number): void {
    this.#bytes += Math.max(bytes, PIECE_BYTES_MIN);
  }

  /** @returns whether what would be written now has to wait for the next turn. It was asked for */
  yields(): boolean {
    if (this.isPostponed) return true;
    if (this.#bytes < TURN_BYTES_MAX) return false;
    this.#bytes = 0;
    this.isPostponed = true;
    this.#postpone();
    return true;
  }

  /** The next turn has come. */
  renew(): void {
    this.isPostponed = false;
  }
}
