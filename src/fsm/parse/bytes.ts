// Byte classes: one table of 256 flags for each grammar rule that is scanned in runs. A table says
// whether one byte belongs to a class. The parsers decide what follows from that.

const ALPHA = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const DIGIT = '0123456789';

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (let i = 0; i < characters.length; i++) table[characters.charCodeAt(i)] = 1;
  return table;
}

function tableOfRange(from: number, to: number, except = ''): Uint8Array {
  const table = new Uint8Array(256);
  for (let c = from; c <= to; c++) table[c] = except.includes(String.fromCharCode(c)) ? 0 : 1;
  return table;
}

/** tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~" / DIGIT / ALPHA (RFC 9110 §5.6.2) */
export const TCHAR: Uint8Array = tableOf(`!#$%&'*+-.^_\`|~${DIGIT}${ALPHA}`);

/** The bytes of a field value: field-vchar / SP / HTAB, field-vchar = VCHAR / obs-text (RFC 9110 §5.5) */
export const FIELD_VALUE: Uint8Array = (() => {
  const table = tableOfRange(0x20, 0xff, '\x7f');
  table[0x09] = 1;
  return table;
})();

/**
 * The bytes of a request target: visible ASCII without "#". RFC 3986 allows fewer, but browsers
 * send `|`, `[`, `{`, `^`, `"` and `\` raw, and all servers read these alike. A fragment is not
 * allowed here (RFC 9112 §3.2).
 */
export const TARGET: Uint8Array = tableOfRange(0x21, 0x7e, '#');

/** unreserved / sub-delims (RFC 3986 §2.2, §2.3): reg-name without its pct-encoded triples */
export const REG_NAME: Uint8Array = tableOf(`-._~!$&'()*+,;=${DIGIT}${ALPHA}`);

/** {@link REG_NAME} without the dot: one label of a host name */
export const LABEL: Uint8Array = tableOf(`-_~!$&'()*+,;=${DIGIT}${ALPHA}`);

/** qdtext = HTAB / SP / %x21 / %x23-5B / %x5D-7E / obs-text (RFC 9110 §5.6.4) */
export const QDTEXT: Uint8Array = (() => {
  const table = tableOfRange(0x20, 0xff, '\x7f"\\');
  table[0x09] = 1;
  return table;
})();

/** The value of a HEXDIG in either case, 255 for any other byte (RFC 5234 appendix B.1) */
export const HEX_VALUE: Uint8Array = (() => {
  const table = new Uint8Array(256).fill(255);
  for (const digits of ['0123456789abcdef', '0123456789ABCDEF']) {
    for (let i = 0; i < 16; i++) table[digits.charCodeAt(i)] = i;
  }
  return table;
})();

/**
 * True where `bytes[from, to)` equals `lowercase`, in any case. `lowercase` has only letters and
 * "-".
 */
export function spells(bytes: Uint8Array, from: number, to: number, lowercase: string): boolean {
  if (to - from !== lowercase.length) return false;
  for (let i = 0; i < lowercase.length; i++) {
    const expected = lowercase.charCodeAt(i);
    const c = bytes[from + i] as number;
    // Only letters have two cases: ignoring bit 5 of every byte would make "\r" equal "-".
    if (c !== expected && !(expected >= 0x61 && c === expected - 0x20)) return false;
  }
  return true;
}

/** True where `bytes[from, to)` is exactly `text`. */
export function isText(bytes: Uint8Array, from: number, to: number, text: string): boolean {
  if (to - from !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text.charCodeAt(i)) return false;
  return true;
}
