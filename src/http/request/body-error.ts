/**
 * A request's body could not be read: the peer sent it wrong, too slowly, too
 * much of it, or went away; or there was no memory to put it into. If it leaves the handler, `status` is the answer.
 */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  /** The fault's code, `SLUICE_FAULT_…`, or `SLUICE_BODY_…` where the peer did nothing wrong. */
  readonly code: string;
  /** What it means as a response: 400, 408, 413, or 503 where memory is short. */
  readonly status: number;

  constructor(code: string, status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}
