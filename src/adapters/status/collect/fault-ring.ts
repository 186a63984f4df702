import type { FaultReport } from '../../../index.js';
import type { SeenFault } from '../snapshot.js';

/** The last faults of clients. */
export const FAULTS_MAX = 10;

export class FaultRing {
  #last: readonly SeenFault[] = [];

  add(fault: FaultReport, wallNow: number): void {
    const seen = { ...fault, at: new Date(wallNow).toISOString() };
    this.#last = [seen, ...this.#last.slice(0, FAULTS_MAX - 1)];
  }

  /** The newest first. */
  get last(): readonly SeenFault[] {
    return this.#last;
  }
}
