// The body of a reply, in the form in which it is sent.

import { type WholeBody, wholeOfBytes, wholeOfText } from '../request/whole-body.js';
import { bytesOf, isURLSearchParams } from './bytes-of.js';
import { StreamedContent, streamedContentOf } from './streamed-content.js';

const TEXT_TYPE = 'Content-Type: text/plain;charset=UTF-8\r\n';
const FORM_TYPE = 'Content-Type: application/x-www-form-urlencoded;charset=UTF-8\r\n';

/** @throws ReplyError if `body` can't be content */
export function contentOf(body: unknown): WholeBody | StreamedContent {
  if (typeof body === 'string') return wholeOfText(body);
  if (body === undefined || body === null) return '';
  if (body instanceof StreamedContent) return body;
  const bytes = bytesOf(body);
  if (bytes !== undefined) return wholeOfBytes(bytes);
  if (isURLSearchParams(body)) return wholeOfText(body.toString());
  return streamedContentOf(body);
}

/**
 * The Content-Type line of a body without a given type; empty for a body that has no type of its
 * own.
 */
export function typeLineOf(body: unknown, content: WholeBody | StreamedContent): string {
  if (typeof body === 'string') return TEXT_TYPE;
  if (body === undefined || body === null || ArrayBuffer.isView(body)) return '';
  if (content instanceof StreamedContent) {
    return content.type === '' ? '' : `Content-Type: ${content.type}\r\n`;
  }
  return isURLSearchParams(body) ? FORM_TYPE : '';
}
