// What proxies tell of a request, on sockets: believed of those in `trustedProxies`, and of nobody else.

import { describe, expect, test } from 'vitest';
import type { RequestContext, ServerOptions } from '../../src/index.js';
import { get, serve } from '../support/test-server.js';

const FORWARDED =
  'X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: a.example\r\n';

function tell({ url }: Request, { clientAddress, remoteAddress }: RequestContext): Response {
  return Response.json([url, clientAddress, remoteAddress]);
}

async function told(options: Partial<ServerOptions>, request: string): Promise<unknown> {
  const served = await serve({ fetch: tell, ...options });
  const client = await served.send(request);
  return JSON.parse((await client.response()).text);
}

describe('a trusted proxy', () => {
  test('tells client, scheme and host', async () => {
    const trustedProxies = ['loopback'];
    const expected = ['https://a.example/x', '192.0.2.1', '127.0.0.1'];
    expect(await told({ trustedProxies }, get('/x', FORWARDED))).toEqual(expected);
    const field = 'Forwarded: for=192.0.2.1;proto=https;host=a.example\r\n';
    expect(await told({ trustedProxies }, get('/x', field))).toEqual(expected);
    expect(await told({ trustedProxies }, get('/x'))).toEqual([
      'http://a/x',
      '127.0.0.1',
      '127.0.0.1',
    ]);
  });

  test('tells the scheme in an absolute-form target', async () => {
    const request = get('https://b.example/x');
    expect(await told({ trustedProxies: ['127.0.0.1'] }, request)).toEqual([
      'https://b.example/x',
      '127.0.0.1',
      '127.0.0.1',
    ]);
  });
});

describe('anybody else', () => {
  test.each([
    ['no proxy is trusted', {}],
    ['another proxy is trusted', { trustedProxies: ['10.0.0.0/8', '::1', 'unix'] }],
    ['nobody is trusted', { trustedProxies: [] }],
  ])('is not believed where %s', async (_name, options) => {
    const expected = ['http://a/x', '127.0.0.1', '127.0.0.1'];
    expect(await told(options, get('/x', FORWARDED))).toEqual(expected);
    const absolute = get('https://a/x', FORWARDED);
    expect(await told(options, absolute)).toEqual(expected);
  });
});

test.each<[string, () => unknown, RegExp]>([
  [
    'throws',
    () => {
      throw new Error('no list');
    },
    /no list/,
  ],
  ['gives a promise', async () => true, /trustedProxies\.check\(\): got a Promise, expected true/],
  ['gives one that rejects', () => Promise.reject(new Error('late')), /got a Promise/],
])(
  'a list of the application’s that %s trusts nobody, and onError is told',
  async (_how, check, message) => {
    const records: unknown[] = [];
    const served = await serve({
      fetch: tell,
      trustedProxies: { check: check as () => boolean },
      observer: { requestCompleted: ({ clientAddress }) => records.push(clientAddress) },
    });
    const client = await served.send(get('/x', FORWARDED));
    const { text } = await client.response();
    expect(JSON.parse(text)).toEqual(['http://a/x', '127.0.0.1', '127.0.0.1']);
    await expect.poll(() => records).toEqual(['127.0.0.1']);
    // It is asked once a connection.
    expect(served.errors.map(String)).toEqual([expect.stringMatching(message)]);
  },
);

test('admission is told the client, and asks for it only where somebody looks', async () => {
  const keys: string[] = [];
  const served = await serve({
    trustedProxies: ['loopback'],
    clientKey: ({ clientAddress }) => {
      keys.push(clientAddress);
      return clientAddress;
    },
    priority: ({ clientAddress, remoteAddress }) => {
      keys.push(`${clientAddress} by ${remoteAddress}`);
      return 'default';
    },
    fetch: tell,
  });
  const client = await served.send(get('/', FORWARDED));
  await client.response();
  expect(keys).toEqual(['192.0.2.1 by 127.0.0.1', '192.0.2.1']);
  expect(served.errors).toEqual([]);
});

test('a network that is none is an error of createServer that names it', async () => {
  await expect(serve({ fetch: tell, trustedProxies: ['loopback', '10.0.0.0/33'] })).rejects.toThrow(
    'trustedProxies[1]: got "10.0.0.0/33", expected an address',
  );
});
