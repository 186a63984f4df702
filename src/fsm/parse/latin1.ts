// Bytes to strings without `Buffer`, for `sluice/core` and for short texts such as trailers. The
// server decodes its heads in `src/http`.

/**
 * `bytes[from, to)` as latin1: one character for each byte. Eight bytes a call is fastest: more
 * arguments cost more than they save. The bytes that fill no eight come first, one a call.
 */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  let i = from;
  for (; ((to - i) & 7) !== 0; i++) text += String.fromCharCode(bytes[i] as number);
  for (; i < to; i += 8)
    text += String.fromCharCode(
      bytes[i] as number,
      bytes[i + 1] as number,
      bytes[i + 2] as number,
      bytes[i + 3] as number,
      bytes[i + 4] as number,
      bytes[i + 5] as number,
      bytes[i + 6] as number,
      bytes[i + 7] as number,
    );
  return text;
}
