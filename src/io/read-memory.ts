// The memory that Node reads into where it was given some (`useUserBuffer`). All handles of a listener
// share one piece. A reader who keeps full reads gets memory of its own instead, without a copy.
// Two rules hold: memory that was given away is never read into again, and nobody sees bytes of it that
// were not read for them.

import { FULL_READ_BYTES } from '../conn/transport.js';
import { newMemory } from './content-memory.js';

/** From here on a read is worth memory of its own. Below, more would be held than was read. */
const WELL_FILLED_BYTES = FULL_READ_BYTES / 2;

/** The first `length` bytes of `memory`, for a reader who keeps them: the memory itself, or a copy. */
export function keptBytes(memory: Uint8Array, length: number, shared: Uint8Array): Uint8Array {
  if (memory === shared || length < WELL_FILLED_BYTES) return memory.slice(0, length);
  memory.fill(0, length);
  return memory.subarray(0, length);
}

/** The memory for the next read, after one of `length` bytes was kept. `isLent`: later reads are not kept. */
export function nextMemory(length: number, isLent: boolean, shared: Uint8Array): Uint8Array {
  // After a short read, the next one may never come: a connection must not hold 64 KiB for it.
  return isLent || length < WELL_FILLED_BYTES ? shared : newMemory(FULL_READ_BYTES);
}
