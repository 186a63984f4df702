// Bytes to strings where there is no Buffer: for `sluice/core` and for short
// pieces such as trailers. The server decodes its heads through `src/http`.

const PIECE = 4096;

/** `bytes[from, to)` as latin1: one character a byte. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  if (to - from <= PIECE)
    return String.fromCharCode.apply(null, bytes.subarray(from, to) as unknown as number[]);
  let text = '';
  for (let at = from; at < to; at += PIECE) text += latin1(bytes, at, Math.min(at + PIECE, to));
  return text;
}
