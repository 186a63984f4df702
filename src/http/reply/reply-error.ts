/** The codes of a {@link ReplyError}. */
export const REPLY_ERROR_CODES = [
  /** Not an integer from 200 to 599. For an informational response: not from 100 to 199, or 101. */
  'SLUICE_REPLY_STATUS_INVALID',
  'SLUICE_REPLY_STATUS_TEXT_INVALID',
  /** Not a token, or a name that the handler must not set. */
  'SLUICE_REPLY_FIELD_NAME_INVALID',
  'SLUICE_REPLY_FIELD_FORBIDDEN',
  'SLUICE_REPLY_FIELD_VALUE_INVALID',
  /** A field that may stand only once was given twice. */
  'SLUICE_REPLY_FIELD_REPEATED',
  /** Content-Length is not a number, or differs from the length of the body. */
  'SLUICE_REPLY_LENGTH_INVALID',
  'SLUICE_REPLY_BODY_INVALID',
  /** A streamed body can be sent only once. */
  'SLUICE_REPLY_BODY_USED',
  'SLUICE_REPLY_OPTION_UNKNOWN',
  /** The handler gave a value that is neither a Reply nor a Response. */
  'SLUICE_REPLY_NONE',
] as const;

export type ReplyErrorCode = (typeof REPLY_ERROR_CODES)[number];

/**
 * A reply of a handler that can't be sent. The message has the value that came and the values that
 * fit.
 */
export class ReplyError extends TypeError {
  override readonly name = 'ReplyError';
  readonly code: ReplyErrorCode;

  constructor(code: ReplyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
