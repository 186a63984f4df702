// Bytes to a string with one character for each byte. HTTP reads a head like this: bytes beyond
// US-ASCII are opaque (RFC 9110 §5.5), and latin1 keeps them all.

// Boundary: @types/node does not declare this method of Buffer. It takes any Uint8Array.
const prototype = Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, from: number, to: number): string;
};
const slice = prototype.latin1Slice;

/** `bytes[from, to)` as a string, copied by one native call. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  return slice.call(bytes, from, to);
}
