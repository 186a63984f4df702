// The option `health`: two paths that a request can have.

import { expect, test } from 'vitest';
import { createServer, reply } from '../../src/index.js';

const fetch = () => reply();

test.each([
  ['health.ready', { live: '/same', ready: '/same' }, 'it is the path of health.live'],
  [
    'health.ready',
    { live: '/live', ready: '/ready?a' },
    'a path that starts with /, without a query',
  ],
  ['health.live', { live: '/live#a', ready: '/ready' }, 'a path that starts with /'],
  ['health.live', { live: '/li ve', ready: '/ready' }, 'a path that starts with /'],
  ['health.live', { live: '/livé', ready: '/ready' }, 'a path that starts with /'],
  ['health.live', { live: '/live\n', ready: '/ready' }, 'a path that starts with /'],
  ['health.live', { live: 'live', ready: '/ready' }, 'a path that starts with /'],
  ['health.live', { live: '', ready: '/ready' }, 'a path that starts with /'],
])('%s is refused where no request would ever find it: %j', (name, health, fits) => {
  const error = expect.objectContaining({
    code: 'SLUICE_OPTION_INVALID',
    message: expect.stringMatching(`^${name}: .*${fits}`),
  });
  expect(() => createServer({ fetch, health })).toThrow(error);
});

test('any other two paths fit', () => {
  for (const health of [
    { live: '/', ready: '//' },
    { live: '/l%20e', ready: '/l%20e/' },
  ])
    expect(() => createServer({ fetch, health })).not.toThrow();
});
