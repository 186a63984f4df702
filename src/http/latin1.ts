// Bytes to a string with one character a byte: how HTTP reads a head (RFC 9110
// §5.5: other bytes than US-ASCII are opaque, and latin1 loses none of them).

// Boundary: @types/node does not declare this method of Buffer's, which takes any Uint8Array.
const prototype = Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, from: number, to: number): string;
};
const slice = prototype.latin1Slice;

/** `bytes[from, to)`, copied by one native call. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  return slice.call(bytes, from, to);
}
