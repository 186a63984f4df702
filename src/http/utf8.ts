// Content to text, as every reader of text content gets it (WHATWG Encoding §6, 'UTF-8 decode').

// Boundary: @types/node does not declare this method of Buffer. It takes any Uint8Array. A TextDecoder calls the
// same code of Node, by way of a view for each content and of options.
const prototype = Buffer.prototype as unknown as {
  utf8Slice(this: Uint8Array, from: number, to: number): string;
};
const slice = prototype.utf8Slice;

/** `bytes[from, to)` without a byte order mark. Invalid UTF-8 becomes U+FFFD. */
export function utf8(bytes: Uint8Array, from: number, to: number): string {
  return slice.call(bytes, startsWithMark(bytes, from, to) ? from + 3 : from, to);
}

function startsWithMark(bytes: Uint8Array, from: number, to: number): boolean {
  return (
    to - from >= 3 && bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf
  );
}
