// Why an injected request got no response, or not the whole of one.

const CODES = [
  /** The server was closed. */
  'SLUICE_INJECT_CLOSED',
  /** The connection ended before a final response began. */
  'SLUICE_INJECT_NO_RESPONSE',
  /** The connection ended within the response's content. */
  'SLUICE_INJECT_RESPONSE_CUT',
  /** What came is no HTTP response. */
  'SLUICE_INJECT_RESPONSE_INVALID',
  /** In virtual time nothing is left to happen, and there is no response. */
  'SLUICE_INJECT_IDLE',
] as const;
export type InjectErrorCode = (typeof CODES)[number];

/** What `inject` rejects with, or the reading of its response's content. */
export class InjectError extends Error {
  override readonly name = 'InjectError';
  readonly code: InjectErrorCode;

  constructor(code: InjectErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
