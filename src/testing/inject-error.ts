// The reasons why an injected request got no response, or no complete response.

const CODES = [
  /** The server was closed. */
  'SLUICE_INJECT_CLOSED',
  /** The connection ended before a final response began. */
  'SLUICE_INJECT_NO_RESPONSE',
  /** The connection ended within the response's content. */
  'SLUICE_INJECT_RESPONSE_CUT',
  /** The received bytes are no HTTP response. */
  'SLUICE_INJECT_RESPONSE_INVALID',
  /** The connection has become a tunnel, which a Response can't hold. */
  'SLUICE_INJECT_UPGRADED',
  /** In virtual time no event is left, and there is no response. */
  'SLUICE_INJECT_IDLE',
] as const;
export type InjectErrorCode = (typeof CODES)[number];

/** The error with which `inject` rejects, or the reading of the response's content. */
export class InjectError extends Error {
  override readonly name = 'InjectError';
  readonly code: InjectErrorCode;

  constructor(code: InjectErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
