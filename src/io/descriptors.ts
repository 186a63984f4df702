// How near the process is to its limit of open files. A server that reaches it is
// badly off: libuv then accepts all who wait with a descriptor it keeps in
// reserve and drops them at once, telling nobody, and the handlers that run can't
// open a file. So connections are refused while a few descriptors are left.

import type { Socket } from 'node:net';

const spareMax = 64;

/**
 * The first descriptor number that no connection should get: the soft limit less
 * a sixteenth of it, 64 at most. Infinity where the limit is unknown: only Linux
 * shows it in a file, and Node has no call for it.
 */
export function connectionDescriptorEnd(): number {
  const limit = openFilesMax();
  return limit - Math.min(spareMax, limit / 16);
}

/**
 * The socket's descriptor number. The kernel gives the lowest that is free, so
 * that at least as many descriptors are in use. −1 where there is none to see.
 */
export function descriptorOf(socket: Socket): number {
  // A boundary: Node shows the number on the handle, without a word in the documents.
  const { _handle: handle } = socket as unknown as { _handle?: { readonly fd?: number } | null };
  return handle?.fd ?? -1;
}

function openFilesMax(): number {
  // Not imported: an import reads every export, and some of node:fs and node:util are loaded when they
  // are read (fs.promises and readline, parseArgs, worker_threads). That took 5 ms of a start.
  const { readFileSync } = process.getBuiltinModule('node:fs');
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    const soft = /^Max open files +(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? Infinity : Number(soft);
  } catch {
    // No such file: not Linux, or /proc is not mounted. Then the limit is met, not foreseen.
    return Infinity;
  }
}
