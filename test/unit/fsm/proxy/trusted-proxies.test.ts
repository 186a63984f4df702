import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TrustedProxies } from '../../../../src/fsm/proxy/trusted-proxies.js';
import { expectNoEscapes } from '../../../support/escapes.js';

function trusted(given: unknown, ...addresses: string[]): string[] {
  const proxies = TrustedProxies.from(given);
  return addresses.filter((address) => proxies.trusts(address));
}

function ofWrongType(place: string, expected: string): Error {
  return expect.objectContaining({
    name: 'TypeError',
    code: 'SLUICE_OPTION_INVALID',
    message: expect.toSatisfy(
      (message: string) =>
        message.startsWith(`trustedProxies${place}: got `) &&
        message.includes(`, expected ${expected}`),
    ),
  });
}

describe('an entry', () => {
  test.each([
    [
      '192.0.2.1',
      ['192.0.2.1', '::ffff:192.0.2.1', '::ffff:c000:201'],
      ['192.0.2.2', '::c000:201', ''],
    ],
    ['::ffff:192.0.2.1', ['192.0.2.1', '::ffff:192.0.2.1'], ['192.0.2.2']],
    [
      '10.0.0.0/8',
      ['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3'],
      ['9.255.255.255', '11.0.0.0', '::10.1.2.3'],
    ],
    ['10.0.0.0/9', ['10.127.255.255'], ['10.128.0.0']],
    ['10.0.0.0/31', ['10.0.0.1'], ['10.0.0.2']],
    ['10.0.0.0/32', ['10.0.0.0'], ['10.0.0.1']],
    ['0.0.0.0/0', ['1.2.3.4', '255.255.255.255', '::ffff:1.2.3.4'], ['::1', '']],
    ['::ffff:10.0.0.0/104', ['10.1.1.1'], ['11.0.0.0', '::1']],
    ['::fffe:0:0/95', ['::fffe:0:1'], ['10.0.0.0', '::1']],
    ['2001:db8::/32', ['2001:db8::1', '2001:DB8:ffff::'], ['2001:db9::', '1.2.3.4']],
    ['fd00::/8', ['fd12:3456::1'], ['fc00::1', 'fe80::1']],
    ['::1/128', ['::1', '0:0:0:0:0:0:0:1'], ['::2', '127.0.0.1']],
    ['::/0', ['::1', '2001:db8::1'], ['1.2.3.4', '::ffff:1.2.3.4']],
    ['::/95', ['::1'], ['1.2.3.4']],
    ['loopback', ['127.0.0.1', '127.255.0.9', '::1', '::ffff:127.0.0.1'], ['128.0.0.1', '::2', '']],
    [
      'linklocal',
      ['169.254.1.1', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
      ['169.255.0.0', 'fec0::1'],
    ],
    [
      'private',
      ['10.0.0.1', '172.16.0.1', '172.31.9.9', '192.168.1.1', 'fc00::1', 'fdff::1'],
      ['172.32.0.0', '172.15.0.0', '192.169.0.0', 'fe80::1', '127.0.0.1'],
    ],
    ['uniquelocal', ['10.0.0.1', 'fd00::1'], ['127.0.0.1']],
    ['unix', [''], ['127.0.0.1', '::1']],
  ])('%s', (entry, inside, outside) => {
    expect(trusted([entry], ...inside, ...outside)).toEqual(inside);
  });

  test('is one of many; none is nobody', () => {
    expect(trusted(['192.0.2.1', 'unix', '::1'], '::1', '192.0.2.1', '', '192.0.2.2')).toEqual([
      '::1',
      '192.0.2.1',
      '',
    ]);
    expect(trusted([], '127.0.0.1', '')).toEqual([]);
  });

  test.each([
    '',
    'localhost',
    'Loopback',
    'toString',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/8 ',
    '10.0.0.0/255.0.0.0',
    '10.0.0/8',
    '10.0.0.0/8/8',
    '/8',
    '::/129',
    '::/1000',
    '[::1]',
    'fe80::1%eth0',
    'example.com',
    'loopback,private',
  ])('%j is none, and is named by the error', (entry) => {
    expect(() => TrustedProxies.from(['loopback', entry])).toThrow(
      expect.objectContaining({
        name: 'RangeError',
        code: 'SLUICE_OPTION_INVALID',
        message: expect.stringMatching(/^trustedProxies\[1\]: got .*, expected an address/),
      }),
    );
  });

  // Somebody who writes it means one address, or does not know how many the network has.
  test.each([
    ['10.0.0.1/8', '10.0.0.0/8', '10.0.0.1'],
    ['10.0.0.1/31', '10.0.0.0/31', '10.0.0.1'],
    ['192.0.2.1/0', '0.0.0.0/0', '192.0.2.1'],
    ['2001:DB8::1/32', '2001:db8::/32', '2001:DB8::1'],
    ['::1/127', '::/127', '::1'],
    ['::ffff:10.0.0.1/104', '10.0.0.0/8', '::ffff:10.0.0.1'],
    ['::ffff:10.0.0.0/95', '::fffe:0:0/95', '::ffff:10.0.0.0'],
  ])('%s has bits behind its prefix: %s or %s fits', (entry, network, address) => {
    expect(() => TrustedProxies.from(['loopback', entry])).toThrow(
      expect.objectContaining({
        name: 'RangeError',
        code: 'SLUICE_OPTION_INVALID',
        message: `trustedProxies[1]: "${entry}" has bits set behind its prefix; expected the network "${network}", or the address "${address}" alone`,
      }),
    );
    expect(() => TrustedProxies.from([network, address])).not.toThrow();
  });

  test.each([
    [[1], '[0]'],
    [[undefined], '[0]'],
    [[['loopback']], '[0]'],
    [['loopback', null], '[1]'],
  ])('%j is of the wrong type', (given, place) => {
    expect(() => TrustedProxies.from(given)).toThrow(ofWrongType(place, 'an address '));
  });
});

describe('the option', () => {
  test.each([['loopback'], [true], [{}], [null], [Object.assign(() => {}, { check: () => true })]])(
    '%j is of the wrong type',
    (given) => {
      const expected = 'an array, of which each is an address ';
      expect(() => TrustedProxies.from(given)).toThrow(ofWrongType('', expected));
    },
  );
});

test('what is no address is trusted by nobody', () => {
  expect(trusted(['0.0.0.0/0', '::/0', 'unix'], 'unknown', '_hidden', '%', '1.2.3')).toEqual([]);
});

test('a BlockList of node:net may take the place of the array', () => {
  const list = new BlockList();
  list.addSubnet('10.0.0.0', 8, 'ipv4');
  list.addAddress('2001:db8::1', 'ipv6');
  expect(trusted(list, '10.1.1.1', '::ffff:10.1.1.1', '2001:DB8::1', '2001:db8::2', '')).toEqual([
    '10.1.1.1',
    '::ffff:10.1.1.1',
    '2001:DB8::1',
  ]);
});

/** The network as the error says that it has to be written, if there is one. */
function exact(network: string): string {
  try {
    TrustedProxies.from([network]);
    return network;
  } catch (error) {
    return /the network "([^"]+)"/.exec(String(error))?.[1] ?? expect.fail(String(error));
  }
}

// Law: a network has the addresses that node:net's BlockList has in it.
test('networks agree with BlockList', () => {
  const network = fc.oneof(
    fc.tuple(fc.ipV4(), fc.nat({ max: 32 }), fc.constant('ipv4' as const)),
    fc.tuple(fc.ipV6(), fc.nat({ max: 128 }), fc.constant('ipv6' as const)),
  );
  fc.assert(
    fc.property(
      network,
      fc.nat({ max: 0xff }),
      fc.nat({ max: 15 }),
      ([base, bits, family], c, at) => {
        const list = new BlockList();
        list.addSubnet(base, bits, family);
        // An address near the network: one of its parts is another.
        const separator = family === 'ipv4' ? '.' : ':';
        const parts = base.split(separator);
        const part = at % parts.length;
        if (family === 'ipv4' || /^[0-9a-f]{1,4}$/.test(parts[part] ?? '')) parts[part] = String(c);
        const address = parts.join(separator);
        expect(trusted([exact(`${base}/${bits}`)], address).length > 0).toBe(
          list.check(address, family),
        );
      },
    ),
    { numRuns: 1500 },
  );
});

test('knows whether anybody on a kind of socket may be one of them', () => {
  const kinds = (given: unknown): boolean[] => {
    const proxies = TrustedProxies.from(given);
    return [proxies.hasAny('unix'), proxies.hasAny('network')];
  };
  expect(kinds([])).toEqual([false, false]);
  expect(kinds(['unix'])).toEqual([true, false]);
  expect(kinds(['loopback'])).toEqual([false, true]);
  expect(kinds(['unix', '::1'])).toEqual([true, true]);
  expect(kinds({ check: () => true })).toEqual([false, true]);
});

test.each([
  ['no entry', [], true],
  ['an address', ['192.0.2.1'], false],
  ['Unix domain sockets alone', ['unix'], false],
  ['a list of the application’s', { check: () => false }, false],
])('of %s, nobody is trusted: %s', (_what, given, isEmpty) => {
  expect(TrustedProxies.from(given).isEmpty).toBe(isEmpty);
});

describe('a list of the application’s', () => {
  expectNoEscapes();

  test('is asked for an address in canonical text, and its family', () => {
    const asked: string[][] = [];
    const check = (...values: string[]): boolean => asked.push(values) > 0;
    trusted({ check }, '::ffff:192.0.2.1', '2001:DB8:0::1', 'fe80::1%eth0', '', 'unknown');
    expect(asked).toEqual([
      ['192.0.2.1', 'ipv4'],
      ['2001:db8::1', 'ipv6'],
      ['fe80::1', 'ipv6'],
    ]);
  });

  test.each([undefined, null, 1, 'true', {}])('that says %j is refused', (answer) => {
    expect(() => trusted({ check: () => answer }, '192.0.2.1')).toThrow(
      expect.objectContaining({
        name: 'TypeError',
        code: 'SLUICE_OPTION_INVALID',
        message: expect.stringMatching(
          /^trustedProxies\.check\(\): got .*, expected true or false/,
        ),
      }),
    );
  });

  test('that promises an answer is refused, and what it rejects with ends nothing', () => {
    const check = (): Promise<boolean> => Promise.reject(new Error('later'));
    expect(() => trusted({ check }, '192.0.2.1')).toThrow(/expected true or false/);
  });
});
