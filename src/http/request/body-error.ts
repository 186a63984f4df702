/**
 * The content of a request could not be read. The client sent it wrong, too slowly or too much of
 * it, the client left, or memory was short. If the handler does not catch the error, `status` is
 * sent.
 */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  /**
   * The code of the fault, `SLUICE_FAULT_…`. It is `SLUICE_BODY_…` where the client did nothing
   * wrong.
   */
  readonly code: string;
  /** The status of the response: 400, 408, 413, or 503 where memory is short. */
  readonly status: number;
  /** Is looked for by its name alone: no trap of a Proxy that a handler threw is called for it. */
  readonly #own: boolean = true;

  constructor(code: string, status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }

  /** As `instanceof`, and never throws, whatever was thrown. @internal */
  static is(error: unknown): error is BodyError {
    return typeof error === 'object' && error !== null && #own in error;
  }
}
