// Bytes to strings where there is no Buffer: for `sluice/core` and for short
// pieces such as trailers. The server decodes its heads through `src/http`.

/** So many characters are arguments of one call; an engine bounds them. */
const PIECE = 4096;
/** Fewer bytes are decoded sooner one by one. */
const DECODED_BYTES_MIN = 32;

/** What is used of the web's TextDecoder. */
export interface Decoder {
  decode(bytes: Uint8Array): string;
}
/** A runtime may have one. */
interface Platform {
  readonly TextDecoder?: new () => Decoder;
}
let platformDecoder: Decoder | undefined;

/** `bytes[from, to)` as latin1: one character a byte. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  if (to - from < DECODED_BYTES_MIN) return byCharacters(bytes, from, to);
  platformDecoder ??= newDecoder(globalThis as Platform);
  return usAscii(bytes.subarray(from, to), platformDecoder) ?? byCharacters(bytes, from, to);
}

/**
 * US-ASCII, which heads nearly always are, is the same in UTF-8, and that a runtime decodes several times
 * as fast as what can be written here. Undefined where the bytes are anything else, or it can't.
 */
export function usAscii(bytes: Uint8Array, decoder: Decoder): string | undefined {
  try {
    const text = decoder.decode(bytes);
    // Whatever else UTF-8 makes of bytes is shorter than they are, or has U+FFFD in it.
    return text.length === bytes.length && !text.includes('\ufffd') ? text : undefined;
  } catch {
    // Some decode no memory that threads share.
    return undefined;
  }
}

/** The platform's, or one that decodes nothing. */
export function newDecoder(platform: Platform): Decoder {
  const { TextDecoder } = platform;
  return TextDecoder === undefined ? { decode: () => '' } : new TextDecoder();
}

function byCharacters(bytes: Uint8Array, from: number, to: number): string {
  if (to - from <= PIECE)
    return String.fromCharCode.apply(null, bytes.subarray(from, to) as unknown as number[]);
  let text = '';
  for (let at = from; at < to; at += PIECE)
    text += byCharacters(bytes, at, Math.min(at + PIECE, to));
  return text;
}
