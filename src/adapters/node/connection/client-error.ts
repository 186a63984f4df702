// A fault of a client as 'clientError' tells it: with Node's codes, which listeners look at.

import type { FaultPlace } from '../../../conn/fault/fault-report.js';
import { type FaultId, type FaultName, faultName, faultRow } from '../../../fsm/faults.js';
import { nodeError } from '../host-calls.js';
import { http } from '../node-http.js';

/** What node:http calls these; all others are HPE_INVALID_HEADER_TOKEN. */
const CODES: Readonly<Partial<Record<FaultName, string>>> = {
  methodInvalid: 'HPE_INVALID_METHOD',
  targetInvalid: 'HPE_INVALID_URL',
  targetTooLong: 'HPE_HEADER_OVERFLOW',
  versionInvalid: 'HPE_INVALID_VERSION',
  versionUnsupported: 'HPE_INVALID_VERSION',
  tlsHandshake: 'HPE_INVALID_METHOD',
  plainOnTls: 'ERR_SSL_HTTP_REQUEST',
  prefaceOfHttp2: 'HPE_INVALID_VERSION',
  proxyHeader: 'HPE_INVALID_METHOD',
  bareLf: 'HPE_CR_EXPECTED',
  bareCr: 'HPE_LF_EXPECTED',
  headTooLarge: 'HPE_HEADER_OVERFLOW',
  fieldsTooMany: 'HPE_HEADER_OVERFLOW',
  trailersTooLarge: 'HPE_HEADER_OVERFLOW',
  contentLengthInvalid: 'HPE_INVALID_CONTENT_LENGTH',
  contentLengthRepeated: 'HPE_UNEXPECTED_CONTENT_LENGTH',
  lengthAndCoding: 'HPE_INVALID_TRANSFER_ENCODING',
  codingInvalid: 'HPE_INVALID_TRANSFER_ENCODING',
  codingNotChunked: 'HPE_INVALID_TRANSFER_ENCODING',
  codingUnknown: 'HPE_INVALID_TRANSFER_ENCODING',
  codingInHttp10: 'HPE_INVALID_TRANSFER_ENCODING',
  chunkSizeInvalid: 'HPE_INVALID_CHUNK_SIZE',
  chunkExtensionInvalid: 'HPE_INVALID_CHUNK_SIZE',
  chunkDataEndMissing: 'HPE_STRICT',
  chunkLineTooLong: 'HPE_CHUNK_EXTENSIONS_OVERFLOW',
  chunkExtensionsTooLarge: 'HPE_CHUNK_EXTENSIONS_OVERFLOW',
  chunkOverhead: 'HPE_INVALID_CHUNK_SIZE',
  headTimeout: 'ERR_HTTP_REQUEST_TIMEOUT',
  bodyTimeout: 'ERR_HTTP_REQUEST_TIMEOUT',
  headTruncated: 'HPE_INVALID_EOF_STATE',
  bodyTruncated: 'HPE_INVALID_EOF_STATE',
};

const UNKNOWN = 'HPE_INVALID_METHOD';

/** The methods that node:http knows. To sluice any token is one, and a line may be wrong further on. */
const KNOWN_METHODS: readonly string[] = http.METHODS.map((method) => `${method} `);

/**
 * The error of a fault. `rawPacket` has the bytes that came last, and `bytesParsed` says how far they are right.
 *
 * @param isInHead content has no method that could be unknown
 */
export function clientError(
  fault: FaultId,
  place: FaultPlace | undefined,
  isInHead: boolean,
): Error {
  const { text } = faultRow(fault);
  const code = CODES[faultName(fault)] ?? 'HPE_INVALID_HEADER_TOKEN';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return nodeError(code, 'Request timeout');
  if (place === undefined)
    return Object.assign(nodeError(code, `Parse Error: ${text}`), { reason: text });
  // A copy: the memory may be one that all connections read into.
  const rawPacket = Buffer.from(place.bytes.subarray(0, place.to));
  const methodAt = isInHead ? unknownMethodAt(rawPacket, place, code === UNKNOWN) : undefined;
  const error =
    methodAt === undefined
      ? nodeError(code, `Parse Error: ${text}`)
      : nodeError(UNKNOWN, 'Parse Error: Invalid method encountered');
  return Object.assign(error, { reason: text, bytesParsed: methodAt ?? place.at, rawPacket });
}

/**
 * Where node:http gives up a request line whose method it doesn't know: behind what could begin one, or one byte.
 *
 * @param isMethod the fault was found in the method
 */
function unknownMethodAt(
  packet: Buffer,
  { from, at }: FaultPlace,
  isMethod: boolean,
): number | undefined {
  const line = packet.toString('latin1', from, Math.max(at, from + 1));
  if (line.includes('\n')) return undefined;
  let known = 0;
  for (const method of KNOWN_METHODS) {
    let length = 0;
    while (length < method.length && line[length] === method[length]) length++;
    if (length === method.length) return undefined;
    known = Math.max(known, length);
  }
  // The line ends within a method: what is wrong stands behind it.
  return !isMethod && known === line.length && known > 0 ? undefined : from + Math.max(known, 1);
}
