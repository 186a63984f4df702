// Errors of an application without onError, as Node's warnings tell them.

import { expect, test } from 'vitest';
import { createServer, reply } from '../../src/index.js';
import { RawClient } from '../support/raw-client.js';
import { get, onTestEnd } from '../support/test-server.js';

test('an error without onError is a warning: the first of its kind, and the tenth, with a count', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  onTestEnd(() => process.off('warning', onWarning));
  const server = createServer({
    fetch(_request, { target }) {
      if (target === '/ok') return reply('x');
      throw target === '/type' ? new TypeError('a type') : new Error('mine');
    },
    observer: {
      requestCompleted() {
        throw new RangeError('an observer');
      },
    },
    errorPages: () => reply('x'),
  });
  const { port } = await server.listen();
  onTestEnd(() => server.close({ graceMs: 0 }));
  const client = await RawClient.connect(port);
  onTestEnd(() => client.socket.destroy());
  for (let i = 0; i < 12; i++) expect((await client.send(get()).response()).status).toBe(500);
  expect((await client.send(get('/type')).response()).status).toBe(500);
  expect((await client.send(get('/ok')).response()).status).toBe(200);
  // A warning is told in a tick of its own.
  await new Promise((resolve) => setImmediate(resolve));
  const own = warnings.filter(({ name }) => name === 'SluiceWarning');
  expect(own.map(({ message }) => message)).toEqual([
    'sluice: an error: Error: mine (there was no onError to tell)',
    'sluice: an error: RangeError: an observer (there was no onError to tell)',
    'sluice: an error: Error: mine (there was no onError to tell; 10 of this kind by now)',
    'sluice: an error: RangeError: an observer (there was no onError to tell; 10 of this kind by now)',
    'sluice: an error: TypeError: a type (there was no onError to tell)',
  ]);
});
