import { describe, expect, test } from 'vitest';
import {
  FAULT_NAMES,
  Fault,
  type FaultName,
  faultCode,
  faultName,
  faultRow,
} from '../../../src/fsm/faults.js';

// Codes and statuses are public: users switch on them, so a change here is a breaking change.
const PINNED: readonly (readonly [FaultName, string, number])[] = [
  ['methodInvalid', 'SLUICE_FAULT_METHOD_INVALID', 400],
  ['targetInvalid', 'SLUICE_FAULT_TARGET_INVALID', 400],
  ['targetTooLong', 'SLUICE_FAULT_TARGET_TOO_LONG', 414],
  ['versionInvalid', 'SLUICE_FAULT_VERSION_INVALID', 400],
  ['versionUnsupported', 'SLUICE_FAULT_VERSION_UNSUPPORTED', 505],
  ['tlsHandshake', 'SLUICE_FAULT_TLS_HANDSHAKE', 400],
  ['plainOnTls', 'SLUICE_FAULT_PLAIN_ON_TLS', 400],
  ['handshakeFailed', 'SLUICE_FAULT_HANDSHAKE_FAILED', 400],
  ['handshakeTimeout', 'SLUICE_FAULT_HANDSHAKE_TIMEOUT', 408],
  ['prefaceOfHttp2', 'SLUICE_FAULT_PREFACE_OF_HTTP_2', 505],
  ['proxyHeader', 'SLUICE_FAULT_PROXY_HEADER', 400],
  ['proxyHeaderMissing', 'SLUICE_FAULT_PROXY_HEADER_MISSING', 400],
  ['proxyHeaderInvalid', 'SLUICE_FAULT_PROXY_HEADER_INVALID', 400],
  ['proxyHeaderTruncated', 'SLUICE_FAULT_PROXY_HEADER_TRUNCATED', 400],
  ['proxyHeaderTimeout', 'SLUICE_FAULT_PROXY_HEADER_TIMEOUT', 408],
  ['proxyPeerUntrusted', 'SLUICE_FAULT_PROXY_PEER_UNTRUSTED', 403],
  ['bareLf', 'SLUICE_FAULT_BARE_LF', 400],
  ['bareCr', 'SLUICE_FAULT_BARE_CR', 400],
  ['fieldNameInvalid', 'SLUICE_FAULT_FIELD_NAME_INVALID', 400],
  ['fieldNameSpace', 'SLUICE_FAULT_FIELD_NAME_SPACE', 400],
  ['fieldFolded', 'SLUICE_FAULT_FIELD_FOLDED', 400],
  ['fieldValueInvalid', 'SLUICE_FAULT_FIELD_VALUE_INVALID', 400],
  ['headTooLarge', 'SLUICE_FAULT_HEAD_TOO_LARGE', 431],
  ['fieldsTooMany', 'SLUICE_FAULT_FIELDS_TOO_MANY', 431],
  ['hostMissing', 'SLUICE_FAULT_HOST_MISSING', 400],
  ['hostRepeated', 'SLUICE_FAULT_HOST_REPEATED', 400],
  ['hostInvalid', 'SLUICE_FAULT_HOST_INVALID', 400],
  ['contentLengthInvalid', 'SLUICE_FAULT_CONTENT_LENGTH_INVALID', 400],
  ['contentLengthRepeated', 'SLUICE_FAULT_CONTENT_LENGTH_REPEATED', 400],
  ['lengthAndCoding', 'SLUICE_FAULT_LENGTH_AND_CODING', 400],
  ['codingInvalid', 'SLUICE_FAULT_CODING_INVALID', 400],
  ['codingNotChunked', 'SLUICE_FAULT_CODING_NOT_CHUNKED', 400],
  ['codingUnknown', 'SLUICE_FAULT_CODING_UNKNOWN', 501],
  ['codingInHttp10', 'SLUICE_FAULT_CODING_IN_HTTP_10', 400],
  ['expectationUnknown', 'SLUICE_FAULT_EXPECTATION_UNKNOWN', 417],
  ['connectUnsupported', 'SLUICE_FAULT_CONNECT_UNSUPPORTED', 501],
  ['connectContent', 'SLUICE_FAULT_CONNECT_CONTENT', 400],
  ['chunkSizeInvalid', 'SLUICE_FAULT_CHUNK_SIZE_INVALID', 400],
  ['chunkExtensionInvalid', 'SLUICE_FAULT_CHUNK_EXTENSION_INVALID', 400],
  ['chunkDataEndMissing', 'SLUICE_FAULT_CHUNK_DATA_END_MISSING', 400],
  ['chunkLineTooLong', 'SLUICE_FAULT_CHUNK_LINE_TOO_LONG', 400],
  ['chunkExtensionsTooLarge', 'SLUICE_FAULT_CHUNK_EXTENSIONS_TOO_LARGE', 400],
  ['chunkOverhead', 'SLUICE_FAULT_CHUNK_OVERHEAD', 400],
  ['trailersTooLarge', 'SLUICE_FAULT_TRAILERS_TOO_LARGE', 431],
  ['bodyTooLarge', 'SLUICE_FAULT_BODY_TOO_LARGE', 413],
  ['headTimeout', 'SLUICE_FAULT_HEAD_TIMEOUT', 408],
  ['bodyTimeout', 'SLUICE_FAULT_BODY_TIMEOUT', 408],
  ['headTruncated', 'SLUICE_FAULT_HEAD_TRUNCATED', 400],
  ['bodyTruncated', 'SLUICE_FAULT_BODY_TRUNCATED', 400],
];

test('the names, codes and statuses are these', () => {
  expect(
    FAULT_NAMES.map((name) => [name, faultCode(Fault[name]), faultRow(Fault[name]).status]),
  ).toEqual(PINNED);
});

describe('each fault', () => {
  test('has a number, and the number its name', () => {
    expect(Fault.none).toBe(0);
    expect(FAULT_NAMES).not.toContain('none');
    for (const [index, name] of FAULT_NAMES.entries()) {
      expect(Fault[name]).toBe(index + 1);
      expect(faultName(index + 1)).toBe(name);
    }
  });

  test('names the section of a rule and says one plain sentence', () => {
    for (const name of FAULT_NAMES) {
      const { section, text } = faultRow(Fault[name]);
      expect(section).toMatch(/^(RFC (9110|9112|6585|8446|9113)|PROXY protocol) §\d+(\.\d+)*$/);
      expect(text).toMatch(/^[A-Z][^\n]*\.$/);
    }
  });

  test('what is no fault has the row of none', () => {
    expect(faultName(999)).toBe('none');
    expect(faultRow(Fault.none)).toEqual({ status: 200, section: '', text: 'No fault.' });
    expect(faultCode(Fault.none)).toBe('SLUICE_FAULT_NONE');
  });
});
