// Where requests came from: by the connection, and by the word of a trusted proxy.

import { expect, test } from 'vitest';
import { Peer } from '../../../../src/conn/handler/peer.js';
import type { Transport } from '../../../../src/conn/transport.js';
import type { RequestHead } from '../../../../src/http/request/request-head.js';
import { headOf } from '../../../support/request-of.js';

interface Ends {
  readonly remote?: string;
  readonly local?: string;
  readonly encrypted?: boolean;
}

function transportOf({
  remote = '10.0.0.1',
  local = '10.0.0.2',
  encrypted = false,
}: Ends): Transport {
  // A boundary: of a transport, a peer asks no more than this.
  return {
    remote: { address: remote, port: 1 },
    local: { address: local, port: 80 },
    encrypted,
  } as Transport;
}

const head = (line = 'GET /x HTTP/1.1', fields = ''): RequestHead =>
  headOf(`${line}\r\nHost: h\r\n${fields}\r\n`);

const FORWARDED =
  'X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: a\r\n';

test.each([
  ['10.0.0.2', '10.0.0.2:80'],
  ['::1', '[::1]:80'],
  ['', 'localhost'],
])('a request without Host to %j was for %s', (local, host) => {
  expect(new Peer(transportOf({ local }), undefined).fallbackHost).toBe(host);
});

test('the scheme is that of the connection', () => {
  expect(new Peer(transportOf({}), undefined).scheme).toBe('http');
  expect(new Peer(transportOf({ encrypted: true }), undefined).scheme).toBe('https');
});

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['::ffff:1', '::ffff:1'],
  ['2001:db8::1', '2001:db8::1'],
  ['', ''],
])('the client of %j is %j', (remote, client) => {
  expect(new Peer(transportOf({ remote }), undefined).clientAddress).toBe(client);
});

test('without trusted proxies nothing is believed, and nothing is made', () => {
  const peer = new Peer(transportOf({}), undefined);
  const origin = peer.originOf(head('GET https://b/x HTTP/1.1', FORWARDED));
  expect(origin).toBe(peer);
  expect([origin.clientAddress, origin.scheme, origin.toldHost]).toEqual([
    '10.0.0.1',
    'http',
    undefined,
  ]);
});

test('a peer that is not trusted is not believed; it is asked about once', () => {
  const asked: string[] = [];
  const trusts = (address: string): boolean => {
    asked.push(address);
    return false;
  };
  const peer = new Peer(transportOf({}), { trusts });
  expect(peer.originOf(head('GET /x HTTP/1.1', FORWARDED))).toBe(peer);
  expect(peer.originOf(head('GET /x HTTP/1.1', FORWARDED))).toBe(peer);
  expect(asked).toEqual(['10.0.0.1']);
});

test('nobody speaks for whom a proxy can’t name, though the address is the proxy’s', () => {
  const transport = transportOf({});
  const remote = { ...transport.remote, isUnnamed: true as const };
  const peer = new Peer({ ...transport, remote }, { trusts: () => true });
  expect(peer.originOf(head('GET https://b/x HTTP/1.1', FORWARDED))).toBe(peer);
});

const trust = { trusts: (address: string): boolean => address === '10.0.0.1' };

test.each([
  ['GET /x HTTP/1.1', FORWARDED, '192.0.2.1 https a'],
  ['GET /x HTTP/1.1', '', '10.0.0.1 http undefined'],
  [
    'GET /x HTTP/1.1',
    'X-Forwarded-For: nonsense\r\nX-Forwarded-Proto: https\r\n',
    '10.0.0.1 http undefined',
  ],
  // An absolute-form target is a proxy's word, too.
  ['GET https://b/x HTTP/1.1', '', '10.0.0.1 https undefined'],
  ['GET https://b/x HTTP/1.1', 'X-Forwarded-Proto: https\r\n', '10.0.0.1 https undefined'],
  ['GET https://b/x HTTP/1.1', 'X-Forwarded-Proto: http\r\n', '10.0.0.1 http undefined'],
  ['GET http://b/x HTTP/1.1', 'X-Forwarded-Proto: https\r\n', '10.0.0.1 http undefined'],
])('%s from a trusted proxy with %j', (line, fields, expected) => {
  const peer = new Peer(transportOf({}), trust);
  const { clientAddress, scheme, toldHost, fallbackHost } = peer.originOf(head(line, fields));
  expect([clientAddress, scheme, `${toldHost}`].join(' ')).toBe(expected);
  expect(fallbackHost).toBe('10.0.0.2:80');
});

test('where a proxy contradicts itself, the scheme is that of the connection', () => {
  const peer = new Peer(transportOf({ encrypted: true }), trust);
  const fields = 'X-Forwarded-Proto: https\r\n';
  expect(peer.originOf(head('GET http://b/x HTTP/1.1', fields)).scheme).toBe('https');
});
