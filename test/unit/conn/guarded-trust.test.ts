// Whom a server trusts to tell of its clients, where the application's own list may throw.

import { expect, test } from 'vitest';
import { GuardedTrust } from '../../../src/conn/guarded-trust.js';
import { TrustedProxies } from '../../../src/fsm/proxy/trusted-proxies.js';

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
