import { shown } from '../../options/shown.js';
import { bytesOf } from '../reply/bytes-of.js';

/** A chunk that was written to a tunnel, as bytes. */
export function chunkBytes(chunk: unknown): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk, 'utf8');
  const bytes = bytesOf(chunk);
  if (bytes !== undefined) return bytes;
  throw new TypeError(`a tunnel takes strings and bytes; got ${shown(chunk)}`);
}
