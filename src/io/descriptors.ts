// How near the process is to its limit of open files. At the limit, libuv accepts all waiting connections
// with a descriptor that it keeps in reserve, and drops them without telling anybody. Handlers can't open a
// file. So the server refuses connections while a few descriptors are left.

import type { Socket } from 'node:net';

/** Maximum number of descriptors that are kept for other uses than connections. */
const SPARE_MAX = 64;

/**
 * The first descriptor number that no connection should get: the soft limit minus a sixteenth of it, or minus
 * 64 where that is less. Infinity where the limit is unknown: only Linux shows it in a file, and Node has no
 * call for it.
 */
export function connectionDescriptorEnd(): number {
  const limit = openFilesMax();
  return limit - Math.min(SPARE_MAX, limit / 16);
}

/**
 * The socket's descriptor number; −1 where Node shows none. The kernel gives the lowest free number. So a
 * number of n says that at least n descriptors are in use.
 */
export function descriptorOf(socket: Socket): number {
  // A boundary: Node shows the number on the handle, undocumented.
  const { _handle: handle } = socket as unknown as { _handle?: { readonly fd?: number } | null };
  return handle?.fd ?? -1;
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
