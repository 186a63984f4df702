// RFC 9112 §3.3: the handler is given a URL, and `new URL` of it does not throw, whatever a client sends.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createServer, reply } from '../../src/index.js';
import { inject } from '../../src/testing/index.js';
import { hostValue, urllessHostText } from '../reference/generate-text.js';

const server = createServer({ fetch: (request) => reply(new URL(request.url).href) });

async function answerOf(target: string, host: string, method = 'GET'): Promise<Response> {
  return inject(
    server,
    new TextEncoder().encode(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`),
  );
}

describe('a host that no URL can have is refused by the parser', () => {
  test.each([
    ...[
      '256.256.256.256',
      '1.2.3.4.5',
      'foo.0x4',
      'foo.1.',
      '08',
      '1..2',
      '4294967296',
      '1.2.3.0x100',
    ],
    ...['a%2fb', 'a%00b', 'a%20b', 'a%3ab', 'a%25', '%7f', '%5b::1%5d', 'a%2e1', '%ff', '%c2%ad'],
    ...['xn--', 'xn--a', 'xn--abc-', 'a.xn--.b', 'XN--', 'xn--%61', '%78n--a', '[v1.a]', 'a:65536'],
  ])('%s', async (host) => {
    const response = await answerOf('/', host);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('no URL can have');
    expect((await answerOf(`http://${host}/`, 'a')).status).toBe(400);
  });
});

describe('a host that a URL can have is served, however odd', () => {
  test.each([
    ...[
      'a!b',
      'foo_bar',
      '-',
      '.',
      'a..b',
      'a.',
      '1',
      '127.1',
      '0x7f.1',
      '1.2.3.4.',
      '%41',
      'a%2e',
      '%31',
    ],
    ...[
      'xn--mnchen-3ya.de',
      'b%C3%BCcher.example',
      '[::1]',
      '[::ffff:1.2.3.4]:8080',
      'a:',
      'a:0080',
    ],
  ])('%s', async (host) => {
    expect((await answerOf('/', host)).status).toBe(200);
    expect((await answerOf(`http://${host}/`, 'a')).status).toBe(200);
  });
});

test.each([
  ['xn--u-ccb', 'is not in Unicode normal form C'],
  ['xn--a-bcb', 'begins with a combining mark'],
  ['xn--aa-m1t', 'joins where nothing is joined'],
])('%s, which %s, is refused where the platform refuses it', async (host) => {
  const takes = URL.canParse(`http://${host}/`);
  expect((await answerOf('/', host)).status).toBe(takes ? 200 : 400);
  expect((await answerOf(`http://${host}/`, 'a')).status).toBe(takes ? 200 : 400);
});

// Law: no Host, and no target, makes `new URL(request.url)` throw.
test('no host reaches a handler that would throw for its URL', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(hostValue, urllessHostText), fc.boolean(), async (host, absolute) => {
      const response = await answerOf(
        absolute ? `http://u:p@${host}/x` : '/x',
        absolute ? 'a' : host,
      );
      expect(response.status === 200 || response.status === 400).toBe(true);
      // An answer of 200 is the URL that was made.
      expect(response.status === 200).toBe(URL.canParse(await response.text()));
    }),
    { numRuns: 400 },
  );
});

test('asterisk-form has neither path nor query', async () => {
  const urls = createServer({ fetch: (request) => reply(request.url) });
  const bytes = new TextEncoder().encode('OPTIONS * HTTP/1.1\r\nHost: a:80\r\n\r\n');
  expect(await (await inject(urls, bytes)).text()).toBe('http://a:80');
});
