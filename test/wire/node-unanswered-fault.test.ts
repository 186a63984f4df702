// A listener of 'clientError' that neither answers nor ends the connection.

import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createServer } from '../../src/adapters/node/index.js';
import { onTestEnd } from '../support/test-server.js';

test('the connection ends where the client ends its side, as under node:http', async () => {
  const told: (string | undefined)[] = [];
  const server = createServer(() => undefined).on('clientError', (error: NodeJS.ErrnoException) => {
    told.push(error.code);
  });
  server.listen(0, '127.0.0.1');
  onTestEnd(() => server.close().closeAllConnections());
  await once(server, 'listening');
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.resume().end('GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n');
  const [hadError] = await once(client, 'close');
  expect([hadError, told]).toEqual([false, ['HPE_LF_EXPECTED']]);
});
