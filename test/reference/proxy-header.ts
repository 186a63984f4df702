// The header of the PROXY protocol by the text of its specification (haproxy's proxy-protocol.txt):
// slow, on the whole input at once, and as close to the words as can be. An oracle for the parser.

import { matches } from './abnf.js';
import { latin1Text } from './parse-requests.js';
import { IPv4address, IPv6address } from './uri.js';

export interface ReferenceProxyAddress {
  readonly address: string;
  readonly port: number;
}

export type ReferenceProxyResult =
  | {
      readonly outcome: 'header';
      readonly version: 1 | 2;
      readonly kind: 'proxy' | 'local' | 'unknown';
      readonly source: ReferenceProxyAddress | undefined;
      readonly destination: ReferenceProxyAddress | undefined;
      /** The offset one past the header. */
      readonly end: number;
    }
  /** `missing`: the bytes are those of no header. `invalid`: they are those of a wrong one. */
  | { readonly outcome: 'missing' | 'invalid' | 'more' };

const SIGNATURE = '\x0d\x0a\x0d\x0a\x00\x0d\x0a\x51\x55\x49\x54\x0a';

export function parseProxyHeader(bytes: Uint8Array): ReferenceProxyResult {
  const text = latin1Text(bytes);
  // 'Identifying the protocol version is easy': §2.2.
  if (text.startsWith(SIGNATURE)) return parseBlock(bytes);
  if (text.startsWith('PROXY')) return parseLine(text);
  const couldBecome = SIGNATURE.startsWith(text) || 'PROXY'.startsWith(text);
  return { outcome: couldBecome ? 'more' : 'missing' };
}

/** §2.1. */
function parseLine(text: string): ReferenceProxyResult {
  if (text.length > 5 && text.charAt(5) !== ' ') return { outcome: 'invalid' };
  // 'If the CRLF sequence is not found in the first 107 characters, the receiver should declare the
  // line invalid.'
  const first = text.slice(0, 107);
  const end = first.indexOf('\r\n');
  // 'The receiver must not tolerate a single CR or LF character to end the line.'
  const before = end < 0 ? first.replace(/\r$/, '') : first.slice(0, end);
  if (/[\r\n]/.test(before)) return { outcome: 'invalid' };
  if (end < 0) return { outcome: first.length === 107 ? 'invalid' : 'more' };

  // 'the rest of the line before the CRLF may be omitted by the sender, and the receiver must ignore
  // anything presented before the CRLF is found'
  if (before === 'PROXY UNKNOWN' || before.startsWith('PROXY UNKNOWN ')) {
    return header(1, 'unknown', end + 2);
  }
  // 'exactly one space' between any two.
  const words = before.split(' ');
  const [, family, source = '', destination = '', sourcePort = '', destinationPort = ''] = words;
  if (words.length !== 6) return { outcome: 'invalid' };
  if (family !== 'TCP4' && family !== 'TCP6') return { outcome: 'invalid' };
  const address = family === 'TCP4' ? IPv4address : IPv6address;
  if (!matches(address, source) || !matches(address, destination)) return { outcome: 'invalid' };
  if (!isPort(sourcePort) || !isPort(destinationPort)) return { outcome: 'invalid' };
  return header(
    1,
    'proxy',
    end + 2,
    { address: canonical(source), port: Number(sourcePort) },
    { address: canonical(destination), port: Number(destinationPort) },
  );
}

/** 'a decimal integer in the range [0..65535] inclusive. Heading zeroes are not permitted' */
function isPort(word: string): boolean {
  return /^(0|[1-9]\d*)$/.test(word) && Number(word) <= 65_535;
}

/** §2.2. */
function parseBlock(bytes: Uint8Array): ReferenceProxyResult {
  const command = bytes[12];
  const family = bytes[13];
  if (command === undefined) return { outcome: 'more' };
  // 'The highest four bits contains the version. […] the receiver must only accept this value.'
  if (command >> 4 !== 2) return { outcome: 'invalid' };
  // 'Receivers must drop connections presenting unexpected values here.'
  const isLocal = (command & 15) === 0;
  if (!isLocal && (command & 15) !== 1) return { outcome: 'invalid' };
  if (family === undefined) return { outcome: 'more' };
  // 'other values are unspecified […] and must be rejected as invalid by receivers'; but of LOCAL
  // the receiver must 'discard the protocol block including the family which is ignored'.
  const known = family >> 4 <= 3 && (family & 15) <= 2;
  if (!isLocal && !known) return { outcome: 'invalid' };
  if (bytes.length < 16) return { outcome: 'more' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = view.getUint16(14);
  // 'the length of the protocol header in bytes is always exactly 16 + this value'
  const end = 16 + length;
  const unspecified = family >> 4 === 0 || (family & 15) === 0;
  const size = isLocal || unspecified ? 0 : [0, 12, 36, 216][family >> 4];
  if (size === undefined) throw new Error('a family without a size');
  if (length < size) return { outcome: 'invalid' };
  if (bytes.length < end) return { outcome: 'more' };
  if (isLocal) return header(2, 'local', end);
  if (unspecified) return header(2, 'unknown', end);
  if (family >> 4 === 1) {
    const [source, destination] = [dotted(view, 16), dotted(view, 20)];
    return header(
      2,
      'proxy',
      end,
      { address: source, port: view.getUint16(24) },
      { address: destination, port: view.getUint16(26) },
    );
  }
  if (family >> 4 === 2) {
    return header(
      2,
      'proxy',
      end,
      { address: canonical(groups(view, 16)), port: view.getUint16(48) },
      { address: canonical(groups(view, 32)), port: view.getUint16(50) },
    );
  }
  return header(2, 'proxy', end, { address: '', port: 0 }, { address: '', port: 0 });
}

function header(
  version: 1 | 2,
  kind: 'proxy' | 'local' | 'unknown',
  end: number,
  source?: ReferenceProxyAddress,
  destination?: ReferenceProxyAddress,
): ReferenceProxyResult {
  return { outcome: 'header', version, kind, source, destination, end };
}

function dotted(view: DataView, at: number): string {
  return [0, 1, 2, 3].map((octet) => view.getUint8(at + octet)).join('.');
}

function groups(view: DataView, at: number): string {
  return [0, 1, 2, 3, 4, 5, 6, 7]
    .map((group) => view.getUint16(at + 2 * group).toString(16))
    .join(':');
}

/** RFC 5952 is how the URL Standard writes an IPv6 address. A mapped IPv4 address is written as IPv4. */
export function canonical(address: string): string {
  if (!address.includes(':')) return address;
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(text);
  if (mapped === null) return text;
  const [high, low] = [Number(`0x${mapped[1]}`), Number(`0x${mapped[2]}`)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
