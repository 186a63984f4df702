// Memory for the content of requests.

/**
 * Exactly this many bytes, alone in their ArrayBuffer. They are not zeroed: the caller must write all of them
 * before anybody else sees them.
 */
export function newMemory(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
}
