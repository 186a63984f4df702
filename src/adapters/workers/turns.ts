// Who may try to listen on the path of a Unix domain socket. A worker that finds the file of a dead socket removes it. Two at
// once would remove each other's new file.

import { Settlement } from './settlement.js';

export class PathTurns {
  /** Settles when the last who was let in for the path is through. */
  readonly #last: Map<string, Promise<void>> = new Map();
  /** The turns that a worker has. */
  readonly #had: Map<number, Settlement<void>[]> = new Map();

  /** Resolves when nobody else is at it. */
  async turn(worker: number, path: string): Promise<void> {
    const before = this.#last.get(path);
    const mine = new Settlement<void>();
    this.#last.set(path, mine.promise);
    this.#had.set(worker, [...(this.#had.get(worker) ?? []), mine]);
    await before;
  }

  /** The worker listens, or is gone. */
  over(worker: number): void {
    for (const turn of this.#had.get(worker) ?? []) turn.resolve();
    this.#had.delete(worker);
  }
}
