// All faults of a peer in one table: the status of the answer, the section of the rule, and one
// sentence for people. No fault is thrown. The fault list of the documentation is generated from
// this table.

/** One kind of peer fault. */
export interface FaultRow {
  /**
   * The status of the response that is sent before the connection closes. Faults of a header of the
   * PROXY protocol are not answered: their status names the kind of fault.
   */
  readonly status: number;
  /** The rule that was broken. */
  readonly section: string;
  /** One plain sentence. */
  readonly text: string;
}

const NAMES = [
  'none',
  'methodInvalid',
  'targetInvalid',
  'targetTooLong',
  'versionInvalid',
  'versionUnsupported',
  'tlsHandshake',
  'plainOnTls',
  'handshakeFailed',
  'handshakeTimeout',
  'prefaceOfHttp2',
  'proxyHeader',
  'proxyHeaderMissing',
  'proxyHeaderInvalid',
  'proxyHeaderTruncated',
  'proxyHeaderTimeout',
  'proxyPeerUntrusted',
  'bareLf',
  'bareCr',
  'fieldNameInvalid',
  'fieldNameSpace',
  'fieldFolded',
  'fieldValueInvalid',
  'headTooLarge',
  'fieldsTooMany',
  'hostMissing',
  'hostRepeated',
  'hostInvalid',
  'contentLengthInvalid',
  'contentLengthRepeated',
  'lengthAndCoding',
  'codingInvalid',
  'codingNotChunked',
  'codingUnknown',
  'codingInHttp10',
  'expectationUnknown',
  'connectUnsupported',
  'connectContent',
  'chunkSizeInvalid',
  'chunkExtensionInvalid',
  'chunkDataEndMissing',
  'chunkLineTooLong',
  'chunkExtensionsTooLarge',
  'chunkOverhead',
  'trailersTooLarge',
  'bodyTooLarge',
  'headTimeout',
  'bodyTimeout',
  'headTruncated',
  'bodyTruncated',
] as const;

/** The name of a fault, such as `bareLf`. */
export type FaultName = (typeof NAMES)[number];

/** A fault is a small integer: its index in the table. 0 is `none`. */
export type FaultId = number;

const ROWS: Readonly<Record<FaultName, FaultRow>> = {
  none: { status: 200, section: '', text: 'No fault.' },
  // The request line.
  methodInvalid: {
    status: 400,
    section: 'RFC 9112 §3.1',
    text: 'The method is not a token, or alone as long as a whole head may be.',
  },
  targetInvalid: {
    status: 400,
    section: 'RFC 9112 §3.2',
    text: 'The request target has none of the four forms, not the one that its method needs, or a host that no URL can have.',
  },
  targetTooLong: {
    status: 414,
    section: 'RFC 9110 §15.5.15',
    text: 'The request target is longer than this server takes.',
  },
  versionInvalid: {
    status: 400,
    section: 'RFC 9112 §2.3',
    text: 'The request line does not end in a single space, "HTTP/", a digit, a dot and a digit.',
  },
  versionUnsupported: {
    status: 505,
    section: 'RFC 9110 §15.6.6',
    text: 'The major version is not 1.',
  },
  // Another protocol, recognised by its first bytes. The reader of the answer or the log learns what to change.
  tlsHandshake: {
    status: 400,
    section: 'RFC 8446 §5.1',
    text: 'The first byte is that of a TLS handshake: this port speaks plain HTTP, so ask with http://.',
  },
  plainOnTls: {
    status: 400,
    section: 'RFC 8446 §5.1',
    text: 'The client speaks plain HTTP: this port speaks TLS, so ask with https://.',
  },
  // Before a connection speaks HTTP, TLS itself answers, with an alert. No status is sent.
  handshakeFailed: {
    status: 400,
    section: 'RFC 8446 §4',
    text: 'The TLS handshake failed: the alert says why.',
  },
  handshakeTimeout: {
    status: 408,
    section: 'RFC 8446 §4',
    text: 'The TLS handshake was not complete in time, or made room for others.',
  },
  prefaceOfHttp2: {
    status: 505,
    section: 'RFC 9113 §3.4',
    text: 'The client speaks HTTP/2 from its first byte: this server speaks HTTP/1.1.',
  },
  proxyHeader: {
    status: 400,
    section: 'RFC 9112 §3.1',
    text: 'A header of the PROXY protocol comes first: nobody expects one here, so the proxy in front must not send it, or the listener must require it.',
  },
  // The header of the PROXY protocol, where a listener requires it. The connection is closed without a response.
  proxyHeaderMissing: {
    status: 400,
    section: 'PROXY protocol §2',
    text: 'The connection does not begin with a header of the PROXY protocol, which this listener requires: the proxy in front must send it.',
  },
  proxyHeaderInvalid: {
    status: 400,
    section: 'PROXY protocol §2',
    text: 'The header of the PROXY protocol is outside the grammar of its version.',
  },
  proxyHeaderTruncated: {
    status: 400,
    section: 'PROXY protocol §2',
    text: 'The connection ended within the header of the PROXY protocol.',
  },
  proxyHeaderTimeout: {
    status: 408,
    section: 'PROXY protocol §2',
    text: 'The header of the PROXY protocol was not complete in time.',
  },
  proxyPeerUntrusted: {
    status: 403,
    section: 'PROXY protocol §2',
    text: 'This listener takes connections from trustedProxies alone, and the peer is none of them.',
  },
  bareLf: { status: 400, section: 'RFC 9112 §2.2', text: 'A line ends in LF without CR.' },
  bareCr: { status: 400, section: 'RFC 9112 §2.2', text: 'A CR is not followed by LF.' },
  // The field section.
  fieldNameInvalid: {
    status: 400,
    section: 'RFC 9112 §5',
    text: 'A field name is not a token followed by a colon.',
  },
  fieldNameSpace: {
    status: 400,
    section: 'RFC 9112 §5.1',
    text: 'White space stands between a field name and its colon.',
  },
  fieldFolded: {
    status: 400,
    section: 'RFC 9112 §5.2',
    text: 'A field line begins with white space (obs-fold).',
  },
  fieldValueInvalid: {
    status: 400,
    section: 'RFC 9110 §5.5',
    text: 'A field value holds a control character.',
  },
  headTooLarge: {
    status: 431,
    section: 'RFC 6585 §5',
    text: 'The head is larger than this server takes.',
  },
  fieldsTooMany: {
    status: 431,
    section: 'RFC 6585 §5',
    text: 'A head or trailer section has more field lines than this server takes.',
  },
  // The meaning of the head.
  hostMissing: { status: 400, section: 'RFC 9112 §3.2', text: 'An HTTP/1.1 request has no Host.' },
  hostRepeated: { status: 400, section: 'RFC 9112 §3.2', text: 'There is more than one Host.' },
  hostInvalid: {
    status: 400,
    section: 'RFC 9112 §3.2',
    text: 'Host is empty, no uri-host with an optional port, or a host that no URL can have.',
  },
  contentLengthInvalid: {
    status: 400,
    section: 'RFC 9112 §6.3',
    text: 'Content-Length is not a decimal number up to 2^53 - 1.',
  },
  contentLengthRepeated: {
    status: 400,
    section: 'RFC 9112 §6.3',
    text: 'There is more than one Content-Length.',
  },
  lengthAndCoding: {
    status: 400,
    section: 'RFC 9112 §6.1',
    text: 'Both Content-Length and Transfer-Encoding are given: two servers could frame the message differently.',
  },
  codingInvalid: {
    status: 400,
    section: 'RFC 9112 §6.1',
    text: 'Transfer-Encoding is empty, is no list of codings, or names chunked twice or with parameters.',
  },
  codingNotChunked: {
    status: 400,
    section: 'RFC 9112 §6.3',
    text: 'The last transfer coding is not chunked.',
  },
  codingUnknown: {
    status: 501,
    section: 'RFC 9112 §6.1',
    text: 'A transfer coding other than chunked is asked for.',
  },
  codingInHttp10: {
    status: 400,
    section: 'RFC 9112 §6.1',
    text: 'An HTTP/1.0 request has a Transfer-Encoding.',
  },
  expectationUnknown: {
    status: 417,
    section: 'RFC 9110 §10.1.1',
    text: 'Expect asks for something other than 100-continue.',
  },
  connectUnsupported: {
    status: 501,
    section: 'RFC 9110 §9.3.6',
    text: 'CONNECT is not offered here.',
  },
  connectContent: {
    status: 400,
    section: 'RFC 9110 §9.3.6',
    text: 'A CONNECT has content.',
  },
  // The content.
  chunkSizeInvalid: {
    status: 400,
    section: 'RFC 9112 §7.1',
    text: 'A chunk size is not a hexadecimal number up to 2^53 - 1.',
  },
  chunkExtensionInvalid: {
    status: 400,
    section: 'RFC 9112 §7.1.1',
    text: 'A chunk extension is outside its grammar.',
  },
  chunkDataEndMissing: {
    status: 400,
    section: 'RFC 9112 §7.1',
    text: 'Chunk data is not followed by CRLF.',
  },
  chunkLineTooLong: {
    status: 400,
    section: 'RFC 9112 §7.1.1',
    text: 'A chunk line is longer than this server takes.',
  },
  chunkExtensionsTooLarge: {
    status: 400,
    section: 'RFC 9112 §7.1.1',
    text: 'The chunk extensions of a message are larger than this server takes.',
  },
  chunkOverhead: {
    status: 400,
    section: 'RFC 9112 §7.1',
    text: 'Chunk framing outweighs the content by more than this server takes.',
  },
  trailersTooLarge: {
    status: 431,
    section: 'RFC 9112 §7.1.2',
    text: 'The trailer section is larger than this server takes.',
  },
  bodyTooLarge: {
    status: 413,
    section: 'RFC 9110 §15.5.14',
    text: 'The content is larger than this server takes.',
  },
  // Time, and ends that come too early.
  headTimeout: {
    status: 408,
    section: 'RFC 9110 §15.5.9',
    text: 'The head was not complete in time.',
  },
  bodyTimeout: {
    status: 408,
    section: 'RFC 9110 §15.5.9',
    text: 'No content came for too long, or it came too slowly.',
  },
  headTruncated: {
    status: 400,
    section: 'RFC 9112 §8',
    text: 'The connection ended within a head.',
  },
  bodyTruncated: {
    status: 400,
    section: 'RFC 9112 §8',
    text: 'The connection ended within the content.',
  },
};

/** Fault numbers by name. */
export const Fault: Readonly<Record<FaultName, FaultId>> = Object.fromEntries(
  NAMES.map((name, id) => [name, id]),
) as Record<FaultName, FaultId>;

/** Every fault but `none`, in the order of the table. */
export const FAULT_NAMES: readonly FaultName[] = NAMES.filter((name) => name !== 'none');

export function faultName(id: FaultId): FaultName {
  return NAMES[id] ?? 'none';
}

export function faultRow(id: FaultId): FaultRow {
  return ROWS[faultName(id)];
}

/** The public code of a fault: `SLUICE_FAULT_BARE_LF`. */
export function faultCode(id: FaultId): string {
  return `SLUICE_FAULT_${faultName(id)
    .replace(/([a-z])(?=[A-Z0-9])/g, '$1_')
    .toUpperCase()}`;
}
