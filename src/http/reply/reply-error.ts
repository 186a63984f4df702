/** What can be wrong with a reply. */
export const REPLY_ERROR_CODES = [
  /** Not an integer from 200 to 599 (100 to 199 but 101, for an informational response). */
  'SLUICE_REPLY_STATUS_INVALID',
  'SLUICE_REPLY_STATUS_TEXT_INVALID',
  /** No token, or one that is not the handler's to send. */
  'SLUICE_REPLY_FIELD_NAME_INVALID',
  'SLUICE_REPLY_FIELD_FORBIDDEN',
  'SLUICE_REPLY_FIELD_VALUE_INVALID',
  /** A field that may stand only once stands twice. */
  'SLUICE_REPLY_FIELD_REPEATED',
  /** Content-Length is no number, or not that of the body. */
  'SLUICE_REPLY_LENGTH_INVALID',
  'SLUICE_REPLY_BODY_INVALID',
  /** A streamed body can be sent once. */
  'SLUICE_REPLY_BODY_USED',
  'SLUICE_REPLY_OPTION_UNKNOWN',
  /** The handler gave something that is neither a Reply nor a Response. */
  'SLUICE_REPLY_NONE',
] as const;

export type ReplyErrorCode = (typeof REPLY_ERROR_CODES)[number];

/** A handler's reply can't be sent as it is. The message says what came and what fits. */
export class ReplyError extends TypeError {
  override readonly name = 'ReplyError';
  readonly code: ReplyErrorCode;

  constructor(code: ReplyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
