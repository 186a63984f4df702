// Memory for content.

/**
 * Exactly so many bytes, alone in their ArrayBuffer, with whatever was in them before: whoever gives
 * them away has written all of them.
 */
export function newMemory(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
}
