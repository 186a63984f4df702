// What trusted proxies tell of a request. 10.0.0.0/8 are proxies, and the peer is one.

import { describe, expect, test } from 'vitest';
import { TrustedProxies } from '../../../../src/fsm/proxy/trusted-proxies.js';
import { toldBy } from '../../../../src/http/forwarded/told.js';
import { headOf } from '../../../support/request-of.js';

const trust = TrustedProxies.from(['10.0.0.0/8', 'fd00::/8']);

/** The client, scheme and host that these field lines tell, `-` for nothing. */
function told(...lines: string[]): string {
  const fields = lines.map((line) => `${line}\r\n`).join('');
  const { client, scheme, host } = toldBy(
    headOf(`GET / HTTP/1.1\r\nHost: h\r\n${fields}\r\n`),
    trust,
  );
  return [client, scheme, host].map((one) => one ?? '-').join(' ');
}

const NOTHING = '- - -';

describe('Forwarded', () => {
  test.each([
    ['for=192.0.2.1', '192.0.2.1 - -'],
    ['for=192.0.2.1;proto=https;host=a.example;by=10.0.0.1', '192.0.2.1 https a.example'],
    ['FOR="192.0.2.1:4711";Proto=HTTPS;HOST="a.example:8080"', '192.0.2.1 https a.example:8080'],
    ['For="[2001:DB8:cafe::17]:4711"', '2001:db8:cafe::17 - -'],
    ['for="[::ffff:192.0.2.1]"', '192.0.2.1 - -'],
    ['for=unknown', 'unknown - -'],
    ['for=_hidden', '_hidden - -'],
    ['for="_a.b-c:_port"', '_a.b-c - -'],
    ['proto=https', '- https -'],
    ['for="192.0.2\\.1"', '192.0.2.1 - -'],
    // From the right, the first that is no proxy.
    ['for=192.0.2.1, for=198.51.100.2', '198.51.100.2 - -'],
    ['for=192.0.2.1;proto=https;host=a, for=10.0.0.2;proto=http;host=b', '192.0.2.1 https a'],
    ['for=192.0.2.1, for=10.1.1.1,for="[fd00::1]" , for=10.0.0.2', '192.0.2.1 - -'],
    ['for=10.0.0.3;proto=https, for=10.0.0.2', '10.0.0.3 https -'],
    // A hop that is not named ends it: it may be anybody's.
    ['for=192.0.2.1, proto=https', '- https -'],
    ['for=192.0.2.1, for=unknown, for=10.0.0.2', 'unknown - -'],
    ['for=192.0.2.1, ;', NOTHING],
    // An empty member is no hop.
    [', for=192.0.2.1,,', '192.0.2.1 - -'],
    [';for=192.0.2.1;;proto=http;', '192.0.2.1 http -'],
    ['', NOTHING],
    // What stands left of the client is not looked at, but for where it ends.
    ['for=nonsense;for=twice;proto=gopher, for=192.0.2.1', '192.0.2.1 - -'],
    // Outside the grammar, or no node, scheme or host.
    ['for=192.0.2.1:80', NOTHING],
    ['for=[::1]', NOTHING],
    ['for="::1"', NOTHING],
    ['for=', NOTHING],
    ['for', NOTHING],
    ['for=a', NOTHING],
    ['for="192.0.2.1', NOTHING],
    ['for=192.0.2.1; proto=https', NOTHING],
    ['for = 192.0.2.1', NOTHING],
    ['for=192.0.2.1;for=192.0.2.1', NOTHING],
    ['for=192.0.2.1;by=a;BY=a', NOTHING],
    ['for=192.0.2.1;proto=gopher', NOTHING],
    ['for=192.0.2.1;host="a b"', NOTHING],
    ['for=192.0.2.1;host=""', NOTHING],
    ['for=192.0.2.1;host="a/b"', NOTHING],
    ['for=192.0.2.1;host=xn--a', NOTHING],
    ['for=192.0.2.1 for=192.0.2.2', NOTHING],
    ['for=_', NOTHING],
    ['"for=192.0.2.1"', NOTHING],
    ['192.0.2.1', NOTHING],
  ])('%s', (value, expected) => {
    expect(told(`Forwarded: ${value}`)).toBe(expected);
  });

  test('in several lines is one list, and a line left of the client’s is not read', () => {
    expect(told('Forwarded: for=192.0.2.1', 'Forwarded: for=10.0.0.2')).toBe('192.0.2.1 - -');
    expect(told('Forwarded: "', 'forwarded: for=192.0.2.1')).toBe('192.0.2.1 - -');
    expect(told('Forwarded: "', 'Forwarded: for=10.0.0.2')).toBe(NOTHING);
  });
});

describe('X-Forwarded-For, -Proto and -Host', () => {
  test.each([
    [['For: 192.0.2.1'], '192.0.2.1 - -'],
    [['For: 192.0.2.1, 198.51.100.2'], '198.51.100.2 - -'],
    [['For: 192.0.2.1, 10.0.0.2,10.0.0.3'], '192.0.2.1 - -'],
    [['For: 10.0.0.4, 10.0.0.3'], '10.0.0.4 - -'],
    [['For: 192.0.2.1', 'For: 10.0.0.2'], '192.0.2.1 - -'],
    [['For: 192.0.2.1:4711'], '192.0.2.1 - -'],
    [['For: 2001:DB8::1'], '2001:db8::1 - -'],
    [['For: [2001:db8::1]:80'], '2001:db8::1 - -'],
    [['For: ::ffff:10.0.0.2, ::ffff:192.0.2.1'], '192.0.2.1 - -'],
    [['For: unknown'], 'unknown - -'],
    [['For: 192.0.2.1', 'Proto: https', 'Host: a.example:1'], '192.0.2.1 https a.example:1'],
    [['Proto: HTTPS'], '- https -'],
    [['Host: [::1]:80'], '- - [::1]:80'],
    // The one value of a list, or the one at the client's place.
    [['For: 192.0.2.1, 10.0.0.2', 'Proto: https'], '192.0.2.1 https -'],
    [['For: 192.0.2.1, 10.0.0.2', 'Proto: https, http', 'Host: a, b'], '192.0.2.1 https a'],
    [['For: 192.0.2.1, 198.51.100.2', 'Proto: https, http'], '198.51.100.2 http -'],
    [['For: 192.0.2.1', 'Proto: https, http'], NOTHING],
    [['Proto: https, http'], NOTHING],
    [['For: 192.0.2.1, 10.0.0.2, 10.0.0.3', 'Host: a, b'], NOTHING],
    // Left of the client stands what a client may have written.
    [['For: nonsense, 192.0.2.1'], '192.0.2.1 - -'],
    [['For: , 192.0.2.1'], '192.0.2.1 - -'],
    [['For: nonsense, 10.0.0.2'], NOTHING],
    [['For: 192.0.2.1 x'], NOTHING],
    [['For: localhost'], NOTHING],
    [['For: 192.0.2.256'], NOTHING],
    [['For: "192.0.2.1"'], NOTHING],
    [['For: 192.0.2.1', 'Proto: gopher'], NOTHING],
    [['For: 192.0.2.1', 'Host: a@b'], NOTHING],
    [['For: '], NOTHING],
  ])('%j', (lines, expected) => {
    expect(told(...lines.map((line) => `X-Forwarded-${line}`))).toBe(expected);
  });
});

describe('both', () => {
  const X = [
    'X-Forwarded-For: 192.0.2.1',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Host: A.example',
  ];

  test.each([
    ['for=192.0.2.1;proto=https;host=a.EXAMPLE', X, '192.0.2.1 https a.EXAMPLE'],
    ['for="192.0.2.1:9";proto=https', X, '192.0.2.1 https -'],
    ['for=192.0.2.1', X, '192.0.2.1 - -'],
    ['for=192.0.2.1;proto=https;host=evil', X.slice(0, 2), '192.0.2.1 https -'],
    // Contradictions: neither is believed, in nothing.
    ['for=192.0.2.2;proto=https', X, NOTHING],
    ['for=192.0.2.1;proto=http', X, NOTHING],
    ['for=192.0.2.1;host=evil.example', X, NOTHING],
    ['nonsense', X, NOTHING],
    ['for=192.0.2.1', ['X-Forwarded-For: nonsense'], NOTHING],
    ['', X, '192.0.2.1 https A.example'],
  ])('Forwarded: %s, and %j', (forwarded, lines, expected) => {
    expect(told(`Forwarded: ${forwarded}`, ...lines)).toBe(expected);
  });
});

test('without any, nothing is told', () => {
  expect(told('X-Real-IP: 192.0.2.1', 'Client-IP: 192.0.2.1', 'Via: 1.1 x')).toBe(NOTHING);
});
