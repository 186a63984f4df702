// A head that Node has made, read once more: Node has checked names and values, but not whether the lines that
// frame the message agree. Two readers of a response must not see its end at two places (RFC 9112 §6.3).

import { shown } from '../../../options/shown.js';

/** What the lines of a head say. */
export interface ScannedHead {
  readonly text: string;
  /** The declared length; −1 without one. */
  contentLength: number;
  chunked: boolean;
  /** The connection ends after this message. */
  closes: boolean;
  /** What keeps its end from being known, in words; '' where nothing does. */
  fault: string;
}

const COLON = 0x3a;
const DIGITS = /^\d{1,16}$/;
const CHUNKED = /^chunked$/i;
const CLOSE = /(?:^|,)\s*close\s*(?:,|$)/i;

let last: ScannedHead = scan('');

/** The heads of a server are often the same: the last one is remembered. */
export function scanHead(text: string): ScannedHead {
  if (text !== last.text) last = scan(text);
  return last;
}

function scan(text: string): ScannedHead {
  const head: ScannedHead = {
    text,
    contentLength: -1,
    chunked: false,
    closes: false,
    fault: '',
  };
  let from = text.indexOf('\r\n') + 2;
  for (let to = text.indexOf('\r\n', from); to > from; to = text.indexOf('\r\n', from)) {
    note(head, text, from, to);
    from = to + 2;
  }
  if (head.chunked && head.contentLength !== -1)
    head.fault ||= 'a Content-Length beside its Transfer-Encoding';
  return head;
}

/** Three names matter, and each has a length of its own. */
function note(head: ScannedHead, text: string, from: number, to: number): void {
  if (text.charCodeAt(from + 10) === COLON) {
    if (text.slice(from, from + 10).toLowerCase() !== 'connection') return;
    if (CLOSE.test(text.slice(from + 11, to))) head.closes = true;
  } else if (text.charCodeAt(from + 14) === COLON) {
    if (text.slice(from, from + 14).toLowerCase() !== 'content-length') return;
    const value = text.slice(from + 15, to).trim();
    // Twice is wrong, even if both are the same.
    if (head.contentLength !== -1) head.fault ||= 'two lines of Content-Length';
    else if (DIGITS.test(value)) head.contentLength = Number(value);
    else head.fault ||= `a Content-Length that is no length: ${shown(value)}`;
  } else if (text.charCodeAt(from + 17) === COLON) {
    if (text.slice(from, from + 17).toLowerCase() !== 'transfer-encoding') return;
    const value = text.slice(from + 18, to).trim();
    // Other codings may be applied before it (RFC 9112 §6.1).
    const coding = value.slice(value.lastIndexOf(',') + 1).trim();
    if (head.chunked) head.fault ||= 'two lines of Transfer-Encoding';
    else if (!CHUNKED.test(coding))
      head.fault ||= `a Transfer-Encoding that doesn't end in chunked: ${shown(value)}`;
    head.chunked = true;
  }
}

const CONNECTION_LINES = /\r\n(?:connection|keep-alive):[^\r]*(?=\r\n)/gi;

/** The same head, but the connection ends after it. */
export function closingHead(text: string): string {
  return `${text.replace(CONNECTION_LINES, '').slice(0, -2)}Connection: close\r\n\r\n`;
}
