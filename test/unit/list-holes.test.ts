// Lists that a user gives: an entry that is missing, as in `[, 1]`, is told like any other that does not fit.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { staticFiles } from '../../src/adapters/static-files/index.js';
import { statusPage } from '../../src/adapters/status/index.js';
import { serversFrom } from '../../src/adapters/workers/options.js';
import { createServer, type Observer, reply } from '../../src/index.js';
import { secureContextFrom, tlsFrom } from '../../src/io/tls/tls-options.js';
import { pair } from '../support/tls.js';
import { top } from '../support/top.js';

const fetch = () => reply();
const local = pair('local');
const hole = <T>(): T[] => new Array<T>(1);

const takers: Readonly<Record<string, (list: never[]) => unknown>> = {
  'trustedProxies[0]': (trustedProxies) => createServer({ fetch, trustedProxies }),
  'observer[0]': (observer: Observer[]) => createServer({ fetch, observer }),
  'tls[0]': tlsFrom,
  'setSecureContext()|[0]': secureContextFrom,
  'tls.key[0]': (key) => tlsFrom({ ...local, key }),
  'tls.cert[0]': (cert) => tlsFrom({ ...local, cert }),
  'tls.ca[0]': (ca) => tlsFrom({ ...local, ca }),
  'tls.crl[0]': (crl) => tlsFrom({ ...local, crl }),
  'tls.pfx[0]': (pfx) => tlsFrom({ pfx }),
  'dotfiles[0]': (dotfiles) => staticFiles(top, { dotfiles }),
  'hosts[0]': (hosts) => statusPage({ server: createServer({ fetch }), hosts }),
  'start()': serversFrom,
};

test.each(Object.keys(takers))('%s', (name) => {
  let told: unknown;
  try {
    takers[name]?.(hole<never>());
  } catch (error) {
    told = error;
  }
  expect(told).toMatchObject({ code: 'SLUICE_OPTION_INVALID' });
  const { message } = told as Error;
  expect(
    name.split('|').some((one) => message.startsWith(one)),
    message,
  ).toBe(true);
  expect(message).toContain('got undefined');
});

test('no list that was given is checked by what skips holes', () => {
  // A checker of options that finds out that it has a list, and then goes over it.
  const skips =
    /Array\.isArray\((\w+)\)[\s\S]{0,200}?\b\1\.(map|forEach|every|some|filter|flatMap)\(/;
  const files = readdirSync(join(top, 'src'), { recursive: true, encoding: 'utf8' });
  const checkers = files.filter((file) => /(options|check)\.ts$/.test(file));
  expect(checkers.length).toBeGreaterThan(5);
  const found = checkers.filter((file) => skips.test(readFileSync(join(top, 'src', file), 'utf8')));
  expect(found).toEqual([]);
});
