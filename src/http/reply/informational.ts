// Heads of informational responses (RFC 9110 §15.2): a status line and fields. They have no
// content, and so no framing.

import { shown } from '../../options/shown.js';
import {
  addFields,
  checkFieldName,
  FieldLines,
  type FieldsInit,
  forbiddenField,
} from './field-lines.js';
import { ReplyError } from './reply-error.js';
import { reasonPhrase } from './status.js';

/** Tells the client to send the content (RFC 9110 §10.1.1). */
export const CONTINUE_HEAD = 'HTTP/1.1 100 Continue\r\n\r\n';

/**
 * Fields for content or for the connection. An informational response has no content and leaves the
 * connection as it is. A response that opens a tunnel has no content either (RFC 9110 §8.6, RFC 9112
 * §6.1), and sluice says itself what becomes of the connection.
 */
const FORBIDDEN: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * A whole informational head, as latin1. It must not be sent to an HTTP/1.0 client (RFC 9110
 * §15.2).
 *
 * @param status 100 to 199, but not 101: switching protocols hands the connection over
 * @throws ReplyError if status or headers can't be sent
 */
export function informationalHead(status: number, headers?: FieldsInit): string {
  if (!Number.isInteger(status) || status < 100 || status > 199 || status === 101) {
    throw new ReplyError(
      'SLUICE_REPLY_STATUS_INVALID',
      `an informational status must be an integer from 100 to 199, but not 101; got ${shown(status)}`,
    );
  }
  const lines = headers === undefined ? '' : fieldLinesWithoutContent(headers);
  return `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n${lines}\r\n`;
}

/**
 * Field lines, each with its CRLF, of a response without content that is not the last of its request, or
 * the last of its connection.
 *
 * @throws ReplyError if one can't be sent, or is for content or the connection
 */
export function fieldLinesWithoutContent(headers: FieldsInit): string {
  const lines = new InformationalLines();
  addFields(lines, headers);
  return lines.text;
}

class InformationalLines extends FieldLines {
  protected override addLine(name: string, value: string): void {
    checkFieldName(name);
    if (FORBIDDEN.has(name.toLowerCase())) {
      throw forbiddenField(
        name,
        'it has no place in a response without content that is not a final one, or opens a tunnel (RFC 9110 §15.2)',
      );
    }
    this.text += `${name}: ${value}\r\n`;
  }
}
