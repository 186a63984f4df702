// The parser of PROXY headers and the oracle of test/reference.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ipv4,
  ipv6,
  proxyHeaders,
  SIGNATURE_TEXT,
} from '../../../reference/generate-proxy-headers.js';
import { latin1Bytes } from '../../../reference/parse-requests.js';
import { canonical, parseProxyHeader } from '../../../reference/proxy-header.js';
import { cutText, singleBytes } from '../../../support/parser-log.js';
import { observeProxyHeader, proxyDisagreements } from '../../../support/proxy-agreement.js';

// Law: parser and oracle accept and refuse the same, read the same, and no cut changes anything.
test('agree on headers, and on what is nearly one, under every split', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(proxyHeaders, fc.array(fc.nat(), { maxLength: 5 }), (text, places) => {
      const bytes = latin1Bytes(text);
      expect(proxyDisagreements(bytes, singleBytes(text), cutText(text, places))).toEqual([]);
      const result = parseProxyHeader(bytes);
      const name =
        result.outcome === 'header' ? `${result.version} ${result.kind}` : result.outcome;
      seen.set(name, (seen.get(name) ?? 0) + 1);
    }),
    { numRuns: 5000 },
  );
  // The generators reach every outcome.
  for (const name of [
    '1 proxy',
    '1 unknown',
    '2 proxy',
    '2 local',
    '2 unknown',
    'invalid',
    'missing',
    'more',
  ])
    expect([name, seen.get(name) ?? 0]).toEqual([name, expect.toSatisfy((n: number) => n > 15)]);
});

// Law: on any bytes whatever, they agree.
test('agree on any bytes behind the start of a header', () => {
  const start = fc.constantFrom(
    '',
    'P',
    'PROXY ',
    'PROXY TCP4 ',
    '\r\n',
    SIGNATURE_TEXT,
    `${SIGNATURE_TEXT}!`,
  );
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 130 }), (text, rest) => {
      const bytes = Uint8Array.from([...latin1Bytes(text), ...rest]);
      const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
      expect(proxyDisagreements(bytes, single)).toEqual([]);
    }),
    { numRuns: 3000 },
  );
});

const port = fc.nat({ max: 65_535 });

// Law: the addresses that a proxy writes are those that are read, and not a byte more is taken.
test('reads what was written, in both versions', () => {
  const ends = fc.oneof(
    fc.tuple(fc.constant('TCP4' as const), ipv4, ipv4),
    fc.tuple(fc.constant('TCP6' as const), ipv6, ipv6),
  );
  fc.assert(
    fc.property(ends, port, port, ([family, from, to], fromPort, toPort) => {
      const expected = {
        kind: 'proxy',
        source: { address: canonical(from), port: fromPort },
        destination: { address: canonical(to), port: toPort },
      };
      const line = `PROXY ${family} ${from} ${to} ${fromPort} ${toPort}\r\n`;
      const rest = 'GET / HTTP/1.1\r\n';
      expect(observeProxyHeader([latin1Bytes(line + rest)])).toMatchObject({
        header: { version: 1, ...expected },
        end: line.length,
      });
      const addresses = [...octets(from), ...octets(to), ...uint16(fromPort), ...uint16(toPort)];
      const block = Uint8Array.from([
        ...latin1Bytes(SIGNATURE_TEXT),
        0x21,
        family === 'TCP4' ? 0x11 : 0x21,
        ...uint16(addresses.length),
        ...addresses,
      ]);
      expect(observeProxyHeader([block, latin1Bytes(rest)])).toMatchObject({
        header: { version: 2, ...expected },
        end: block.length,
      });
    }),
    { numRuns: 500 },
  );
});

function uint16(value: number): number[] {
  return [value >> 8, value & 255];
}

/** The bytes of an address, taken from how the URL Standard writes it. */
function octets(address: string): number[] {
  if (!address.includes(':')) return address.split('.').map(Number);
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = text.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].flatMap((group) => uint16(Number(`0x${group}`)));
}
