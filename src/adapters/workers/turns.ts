// Who may try to listen on the path of a Unix domain socket. The file of a dead socket is removed. Two at once
// would remove each other's new file.

import { Settlement } from './settlement.js';

interface Turn {
  /** Nobody else is at the path. */
  readonly begins: Promise<void>;
  /** The worker is through. */
  readonly over: Settlement<void>;
}

export class PathTurns {
  /** Settles when the last who was let in for the path is through. */
  readonly #last: Map<string, Promise<void>> = new Map();
  /** The turns that a worker has, or waits for, by their paths. */
  readonly #had: Map<number, Map<string, Turn>> = new Map();

  /** Resolves when nobody else is at it. A worker that has removed a file asks again within its turn. */
  turn(worker: number, path: string): Promise<void> {
    const turns = this.#had.get(worker) ?? new Map<string, Turn>();
    this.#had.set(worker, turns);
    const had = turns.get(path);
    if (had !== undefined) return had.begins;
    const turn = {
      begins: this.#last.get(path) ?? Promise.resolve(),
      over: new Settlement<void>(),
    };
    this.#last.set(
      path,
      turn.begins.then(() => turn.over.promise),
    );
    turns.set(path, turn);
    return turn.begins;
  }

  /** The worker listens, or is gone. */
  over(worker: number): void {
    for (const { over } of this.#had.get(worker)?.values() ?? []) over.resolve();
    this.#had.delete(worker);
  }
}
