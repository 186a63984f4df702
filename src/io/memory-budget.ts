// How much memory this process may have, and the share of it that a server's connections may hold by default.

const MIB = 1024 * 1024;

/** The rest is for the application, for V8, and for garbage that is not collected yet. */
const SHARE = 1 / 4;
const LEAST_BYTES = 4 * MIB;
const MOST_BYTES = 256 * MIB;

/** What bounds the memory of a process. */
export interface MemoryHome {
  /** The limit of V8's heap. Strings are in it. */
  readonly heapBytesMax: number;
  /** The limit of the container. Without one: 0, undefined, or more than the machine has. */
  readonly constrainedBytes: number | undefined;
  /** The memory of the machine. */
  readonly totalBytes: number;
}

/** A quarter of the smallest of these, but at least 4 MiB and at most 256 MiB. */
export function memoryBudget({ heapBytesMax, constrainedBytes, totalBytes }: MemoryHome): number {
  let least = Number.POSITIVE_INFINITY;
  for (const bytes of [heapBytesMax, constrainedBytes, totalBytes])
    if (bytes !== undefined && bytes > 0) least = Math.min(least, bytes);
  return Math.floor(Math.min(MOST_BYTES, Math.max(LEAST_BYTES, least * SHARE)));
}

let budget: number | undefined;

/** The budget of this process. It is computed once. */
export function processBudget(): number {
  budget ??= memoryBudget(processHome());
  return budget;
}

function processHome(): MemoryHome {
  // Not imported: few programs need these modules otherwise, and loading them takes time.
  const { getHeapStatistics } = process.getBuiltinModule('node:v8');
  const { totalmem } = process.getBuiltinModule('node:os');
  return {
    heapBytesMax: getHeapStatistics().heap_size_limit,
    // Node has it since 19.6 and 18.15. Another runtime may not have it.
    constrainedBytes: process.constrainedMemory?.(),
    totalBytes: totalmem(),
  };
}
