// Bounds, where a test wants them. The grammar has none, so each is infinite unless it is given.

/** As the server's limits of the same names, in octets or in number. */
export interface ReferenceLimits {
  /** From the first octet of the request line to the LF of the empty line, both included. */
  readonly headBytesMax: number;
  /** Field lines of the head, and of the trailer section. */
  readonly fieldCountMax: number;
  readonly targetBytesMax: number;
  /** Declared by Content-Length, or octets of chunk data. */
  readonly bodyBytesMax: number;
  /** One chunk line, without its CRLF. */
  readonly chunkLineBytesMax: number;
  /** The chunk extensions of a body: all between the sizes and the CRLFs. */
  readonly chunkExtBytesMax: number;
  /** All trailer lines with their CRLFs, and the last CRLF. */
  readonly trailerBytesMax: number;
}

export const NO_LIMITS: ReferenceLimits = {
  headBytesMax: Number.POSITIVE_INFINITY,
  fieldCountMax: Number.POSITIVE_INFINITY,
  targetBytesMax: Number.POSITIVE_INFINITY,
  bodyBytesMax: Number.POSITIVE_INFINITY,
  chunkLineBytesMax: Number.POSITIVE_INFINITY,
  chunkExtBytesMax: Number.POSITIVE_INFINITY,
  trailerBytesMax: Number.POSITIVE_INFINITY,
};
