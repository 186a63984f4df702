// Whom a server trusts to tell of its clients, where the application's own list may throw.

import { expect, test } from 'vitest';
import { GuardedTrust, requireSenders } from '../../../../src/conn/arrive/guarded-trust.js';
import { TrustedProxies } from '../../../../src/fsm/proxy/trusted-proxies.js';

/** A guarded list, and the errors that it has told. */
function guarded(list: unknown): { trust: GuardedTrust; errors: unknown[] } {
  const errors: unknown[] = [];
  const trust = new GuardedTrust(TrustedProxies.from(list), (error) => errors.push(error));
  return { trust, errors };
}

test.each([
  [['192.0.2.1'], false, [true, false]],
  [[], true, [false, false]],
])('of %j: trusts nobody: %s, these two: %j', (list, isEmpty, trusted) => {
  const { trust, errors } = guarded(list);
  const said = ['192.0.2.1', '192.0.2.2'].map((address) => trust.trusts(address));
  expect([trust.isEmpty, said, errors]).toEqual([isEmpty, trusted, []]);
});

test('trusts nobody whom the list can’t tell of, and tells its error', () => {
  const error = new Error('no list');
  const { trust, errors } = guarded({
    check(): boolean {
      throw error;
    },
  });
  expect([trust.trusts('192.0.2.1'), errors]).toEqual([false, [error]]);
});

const BY_ADDRESS = ['192.0.2.0/24'];
const BY_SOCKET = ['unix'];
const BY_BOTH = ['192.0.2.1', 'unix'];
const BY_LIST = { check: (): boolean => true };

test.each([
  [BY_ADDRESS, 'network'],
  [BY_ADDRESS, undefined],
  [BY_SOCKET, 'unix'],
  [BY_SOCKET, undefined],
  [BY_BOTH, 'network'],
  [BY_BOTH, 'unix'],
  [BY_LIST, 'network'],
] as const)('a proxy of %j may send the header to a socket of the kind %s', (list, where) => {
  expect(() => requireSenders(guarded(list).trust, where)).not.toThrow();
});

test.each([
  ['no list', undefined, undefined, 'no proxy is trusted', '{ trustedProxies }'],
  ['no list', undefined, 'unix', 'no proxy is trusted', '{ trustedProxies }'],
  ['an empty list', [], 'network', 'no proxy is trusted', '{ trustedProxies }'],
  [
    'addresses alone',
    BY_ADDRESS,
    'unix',
    'none on a Unix domain socket is trusted',
    "{ trustedProxies: ['unix'] }",
  ],
  [
    'Unix domain sockets alone',
    BY_SOCKET,
    'network',
    'only those on a Unix domain socket are trusted',
    '{ trustedProxies } with addresses',
  ],
] as const)(
  'of %s (%j), nobody may send the header to a socket of the kind %s',
  (_name, list, where, whom, fits) => {
    const trust = list === undefined ? undefined : guarded(list).trust;
    let thrown: unknown;
    try {
      requireSenders(trust, where);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TypeError);
    expect(thrown).toMatchObject({
      code: 'SLUICE_OPTION_INVALID',
      message: `proxyProtocol: nobody may send the header, because ${whom}; expected createServer(${fits})`,
    });
  },
);
