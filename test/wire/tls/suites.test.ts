// Options with which nobody could agree on a suite of `ciphers` are refused, and no others. What can be, OpenSSL knows:
// a server of node:tls with the same options is asked.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  createServer as createTlsServer,
  type TlsOptions as NodeTlsOptions,
  type Server,
} from 'node:tls';
import { expect, test } from 'vitest';
import { createServer, reply } from '../../../src/index.js';
import { onTestEnd } from '../../support/test-server.js';
import { connectTls, pair } from '../../support/tls.js';

/** Takes whatever it is offered. */
const EAGER = { ciphers: 'ALL:@SECLEVEL=0', rejectUnauthorized: false } as const;

/** The suite that a client and a server of node:tls agree on; empty where they can't. */
async function agreed(options: NodeTlsOptions): Promise<string> {
  let server: Server;
  try {
    server = createTlsServer(options);
  } catch {
    return '';
  }
  server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
  onTestEnd(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const socket = await connectTls(port, EAGER);
    const { name } = socket.getCipher();
    socket.destroy();
    return name;
  } catch {
    return '';
  }
}

const versions = [
  ['TLSv1.2', 'TLSv1.2'],
  ['TLSv1.2', 'TLSv1.3'],
  ['TLSv1.3', 'TLSv1.3'],
] as const;

test.each([
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'DHE-RSA-AES128-GCM-SHA256:AES128-GCM-SHA256',
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256',
  'TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES128-GCM-SHA256',
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  'ECDHE-PSK-CHACHA20-POLY1305',
  'PSK-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256',
])('%s', async (ciphers) => {
  const seen = { refused: 0, taken: 0 };
  for (const name of ['local', 'rsa'] as const) {
    for (const [minVersion, maxVersion] of versions) {
      for (const secureOptions of [0, 2 ** 27, 2 ** 29]) {
        const tls = { ...pair(name), ciphers, minVersion, maxVersion, secureOptions };
        const server = createServer({ fetch: () => reply() });
        const error = await server.listen({ tls }).catch((thrown: Error) => thrown);
        const listens = !(error instanceof Error);
        if (!listens) expect(error.message).toMatch(/^tls\.(ciphers|secureOptions): /);
        await server.close({ graceMs: 0 });
        seen[listens ? 'taken' : 'refused']++;
        const suite = await agreed(tls);
        // Both versions are on, and 1.3 has its own suites, as in node:tls.
        const isBoth = secureOptions === 0 && minVersion !== maxVersion;
        const isMeant = ciphers.includes(suite) || (isBoth && !ciphers.includes('TLS_'));
        const at = [name, minVersion, maxVersion, secureOptions, suite];
        expect([...at, listens]).toEqual([...at, suite !== '' && isMeant]);
      }
    }
  }
  expect(seen.refused).toBeGreaterThan(0);
});
