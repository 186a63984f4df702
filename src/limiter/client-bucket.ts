// Which bucket a client's requests wait in. The seed makes it differ from process to process: else
// somebody could work out at home which addresses share the bucket of a victim, and crowd it.

import { BUCKET_COUNT } from './class-queue.js';

/** FNV-1a from a seed, then the last mixing of MurmurHash3, since the low bits are the ones used. */
export function bucketFor(clientKey: string, seed: number): number {
  let hash = seed | 0;
  for (let i = 0; i < clientKey.length; i++) {
    hash = Math.imul(hash ^ clientKey.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) & (BUCKET_COUNT - 1);
}
