// What the process holds once the garbage is gone.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
// Boundary: the flag, set so late, puts `gc` into new contexts only.
const collect = runInNewContext('gc') as () => void;

/** Bytes of heap and of buffers outside it, after a full collection. */
export function heldMemory(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
