// How near the process is to its limit of open files. At the limit, libuv accepts all waiting connections
// with a descriptor that it keeps in reserve, and drops them without telling anybody. Handlers can't open a
// file. So the server refuses connections while a few descriptors are left.

import { Socket } from 'node:net';
import type { StreamHandle } from '../transport/stream-api.js';

/** Maximum number of descriptors that are kept for other uses than connections. */
const SPARE_MAX = 64;
/** So many newcomers may wait while descriptors are short: each of them has one. */
const WAITING_MAX = 16;

/**
 * The first descriptor number that no connection should get: the soft limit minus a sixteenth of it, or minus
 * 64 where that is less. Infinity where the limit is unknown: only Linux shows it in a file, and Node has no
 * call for it.
 */
export function connectionDescriptorEnd(): number {
  const limit = openFilesMax();
  return limit - spareOf(limit);
}

/**
 * The connections that one listener has let in with its last descriptors. While there is one, each newcomer
 * counts as short of them, whatever its number is. Otherwise the next newcomer took the number of a connection
 * that had made room, and the connections became more until none was left.
 */
export class LastDescriptors {
  readonly #end: number;
  readonly #holders: Set<StreamHandle | Socket> = new Set();
  /** How many newcomers may wait while descriptors are short: half of what is spare, and 16 at most. */
  readonly waitingMax: number;

  /** @param end the first number that no connection should get; by default, as the process's own limit has it */
  constructor(end: number = connectionDescriptorEnd()) {
    this.#end = end;
    this.waitingMax = Math.min(WAITING_MAX, Math.ceil(spareOf(openFilesMax()) / 2));
  }

  /** True where `accepted` has one of the last descriptors, or another connection does. */
  areTaken(accepted: StreamHandle | Socket): boolean {
    if (descriptorOf(accepted) >= this.#end) return true;
    if (this.#holders.size === 0) return false;
    for (const holder of this.#holders) {
      if (descriptorOf(holder) < this.#end) this.#holders.delete(holder);
    }
    return this.#holders.size > 0;
  }

  /** It has been let in. */
  note(accepted: StreamHandle | Socket): void {
    if (descriptorOf(accepted) >= this.#end) this.#holders.add(accepted);
  }
}

/**
 * The descriptor's number; −1 or less where Node shows none, or it was closed. The kernel gives the lowest free
 * number. So a number of n says that at least n descriptors are in use.
 */
function descriptorOf(accepted: StreamHandle | Socket): number {
  if (!(accepted instanceof Socket)) return accepted.fd;
  // A boundary: Node shows the number on the handle, undocumented.
  const { _handle: handle } = accepted as unknown as { _handle?: { readonly fd?: number } | null };
  return handle?.fd ?? -1;
}

function spareOf(limit: number): number {
  return Math.min(SPARE_MAX, limit / 16);
}

function openFilesMax(): number {
  // Not imported: an import reads every export, and reading some exports of node:fs and node:util loads
  // other modules (fs.promises and readline, parseArgs, worker_threads). That took 5 ms of a start.
  const { readFileSync } = process.getBuiltinModule('node:fs');
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    const soft = /^Max open files +(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? Infinity : Number(soft);
  } catch {
    // No such file: this is not Linux, or /proc is not mounted. Then nobody is refused before the limit.
    return Infinity;
  }
}
