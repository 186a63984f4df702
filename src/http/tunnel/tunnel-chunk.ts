import { shown } from '../../options/shown.js';
import { chunkBytes } from '../reply/bytes-of.js';

/** A chunk that was written to a tunnel, as bytes. */
export function tunnelBytes(chunk: unknown): Uint8Array {
  const bytes = chunkBytes(chunk);
  if (bytes !== undefined) return bytes;
  throw new TypeError(`a tunnel takes strings and bytes; got ${shown(chunk)}`);
}
