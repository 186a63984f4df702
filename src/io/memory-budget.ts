// How much memory this process may have, and the share of it that a server holds for its
// connections where nobody said how much.

const MIB = 1024 * 1024;

/** The rest is for the application, for V8, and for what is garbage and not collected yet. */
const SHARE = 1 / 4;
const LEAST_BYTES = 4 * MIB;
const MOST_BYTES = 256 * MIB;

/** What bounds the memory of a process. */
export interface MemoryHome {
  /** V8's heap: strings stand in it. */
  readonly heapBytesMax: number;
  /** Of the container. 0, undefined, or more than there is where nobody bounds it. */
  readonly constrainedBytes: number | undefined;
  /** Of the machine. */
  readonly totalBytes: number;
}

/** A quarter of the least of these, but 4 MiB at least and 256 MiB at most. */
export function memoryBudget({ heapBytesMax, constrainedBytes, totalBytes }: MemoryHome): number {
  let least = Number.POSITIVE_INFINITY;
  for (const bytes of [heapBytesMax, constrainedBytes, totalBytes])
    if (bytes !== undefined && bytes > 0) least = Math.min(least, bytes);
  return Math.floor(Math.min(MOST_BYTES, Math.max(LEAST_BYTES, least * SHARE)));
}

let budget: number | undefined;

/** The budget of this process. Looked for once. */
export function processBudget(): number {
  budget ??= memoryBudget(processHome());
  return budget;
}

function processHome(): MemoryHome {
  // Not imported: few programs need these modules for anything else, and loading them takes time.
  const { getHeapStatistics } = process.getBuiltinModule('node:v8');
  const { totalmem } = process.getBuiltinModule('node:os');
  return {
    heapBytesMax: getHeapStatistics().heap_size_limit,
    // Node has it since 19.6 and 18.15; another runtime may not.
    constrainedBytes: process.constrainedMemory?.(),
    totalBytes: totalmem(),
  };
}
