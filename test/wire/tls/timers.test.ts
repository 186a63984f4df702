// A handshake costs no timer of Node's: the server has one clock for all of them.

import { createHook } from 'node:async_hooks';
import { type AddressInfo, createServer } from 'node:net';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { TlsContexts } from '../../../src/io/tls/tls-contexts.js';
import { tlsFrom } from '../../../src/io/tls/tls-options.js';
import { onTestEnd } from '../../support/test-server.js';
import { ca, pair } from '../../support/tls.js';

test('Node makes no timer for a handshake', async () => {
  const contexts = new TlsContexts(tlsFrom(pair('local')), () => undefined);
  let timers = 0;
  const hook = createHook({
    init: (_id, type) => {
      if (type === 'Timeout') timers++;
    },
  });
  const server = createServer((socket) => {
    hook.enable();
    contexts.begin(socket);
    hook.disable();
  });
  onTestEnd(() => server.close());
  const secured = new Promise<void>((resolve) => {
    contexts.tell({ secured: () => resolve(), failed: () => undefined });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', ca, servername: 'localhost' });
  onTestEnd(() => client.destroy());
  await secured;
  expect(timers).toBe(0);
});
