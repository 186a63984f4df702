// A head that Node has made, read once more: Node has checked names and values, but not whether the lines that
// frame the message agree. Two readers of a response must not see its end at two places (RFC 9112 §6.3).

/** What the lines of a head say. */
export interface ScannedHead {
  readonly text: string;
  /** The declared length; −1 without one, −2 where the lines contradict each other. */
  contentLength: number;
  chunked: boolean;
  /** The connection ends after this message. */
  closes: boolean;
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
  };
  let from = text.indexOf('\r\n') + 2;
  for (let to = text.indexOf('\r\n', from); to > from; to = text.indexOf('\r\n', from)) {
    note(head, text, from, to);
    from = to + 2;
  }
  if (head.chunked && head.contentLength !== -1) head.contentLength = -2;
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
    const isFirst = head.contentLength === -1;
    head.contentLength = isFirst && DIGITS.test(value) ? Number(value) : -2;
  } else if (text.charCodeAt(from + 17) === COLON) {
    if (text.slice(from, from + 17).toLowerCase() !== 'transfer-encoding') return;
    const value = text.slice(from + 18, to).trim();
    // Other codings may be applied before it (RFC 9112 §6.1).
    const coding = value.slice(value.lastIndexOf(',') + 1).trim();
    if (head.chunked || !CHUNKED.test(coding)) head.contentLength = -2;
    head.chunked = true;
  }
}

const CONNECTION_LINES = /\r\n(?:connection|keep-alive):[^\r]*(?=\r\n)/gi;

/** The same head, but the connection ends after it. */
export function closingHead(text: string): string {
  return `${text.replace(CONNECTION_LINES, '').slice(0, -2)}Connection: close\r\n\r\n`;
}
