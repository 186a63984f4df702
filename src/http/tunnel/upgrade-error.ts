/** The codes of an {@link UpgradeError}. */
export const UPGRADE_ERROR_CODES = [
  /** The request is none for an upgrade, or asks for other protocols. */
  'SLUICE_UPGRADE_NOT_ASKED',
  /** The request has content that was not read to its end. */
  'SLUICE_UPGRADE_CONTENT_UNREAD',
  /** `context.upgrade()` was called before. */
  'SLUICE_UPGRADE_REPEATED',
  /** The request was answered before. */
  'SLUICE_UPGRADE_TOO_LATE',
  /** The client has gone, or the request was given up. */
  'SLUICE_UPGRADE_ABORTED',
  /** The handler gave a reply, though it had upgraded. */
  'SLUICE_UPGRADE_REPLIED',
] as const;
export type UpgradeErrorCode = (typeof UPGRADE_ERROR_CODES)[number];

/**
 * An upgrade that can't be. If the handler does not catch the error, and the request is the cause of it,
 * `status` is sent.
 */
export class UpgradeError extends Error {
  override readonly name = 'UpgradeError';
  readonly code: UpgradeErrorCode;
  /**
   * 426 if the client asked for other protocols than the one of the handler. 400 if the request can't be
   * upgraded. 500 if the handler is the cause.
   */
  readonly status: number;
  /** The protocol that the handler wants; the field Upgrade of a 426. */
  readonly protocol: string | undefined;
  /** Is looked for by its name alone: no trap of a Proxy that a handler threw is called for it. */
  readonly #own: boolean = true;

  constructor(code: UpgradeErrorCode, status: number, message: string, protocol?: string) {
    super(message);
    this.code = code;
    this.status = status;
    this.protocol = protocol;
  }

  /** As `instanceof`, and never throws, whatever was thrown. @internal */
  static is(error: unknown): error is UpgradeError {
    return typeof error === 'object' && error !== null && #own in error;
  }
}
