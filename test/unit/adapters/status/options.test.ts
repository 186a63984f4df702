import { describe, expect, test } from 'vitest';
import { createServer as createNodeServer } from '../../../../src/adapters/node/index.js';
import { isForeign, isKnownHost } from '../../../../src/adapters/status/asked-host.js';
import { statusPage } from '../../../../src/adapters/status/index.js';
import { createServer, reply } from '../../../../src/index.js';

const server = createServer({ fetch: () => reply('x') });

/** The message of what `statusPage` throws. */
function refusal(options: unknown): string {
  try {
    statusPage(options as Parameters<typeof statusPage>[0]);
  } catch (error) {
    expect(error).toMatchObject({ code: 'SLUICE_OPTION_INVALID' });
    return (error as Error).message;
  }
  return 'nothing was thrown';
}

describe('the options', () => {
  test.each([
    [undefined, 'statusPage(): got undefined, expected an object with at least server'],
    [{}, 'server: got undefined, expected what createServer() gave'],
    [{ server: 7 }, 'server: got 7, expected what createServer() gave'],
    [{ server: {} }, 'server: got an object, expected a server made by createServer of sluice'],
    [{ server, title: 7 }, 'title: got 7, expected a string'],
    [{ server, streamsMax: 0 }, 'streamsMax: got 0, expected a whole number from 1 to 10000'],
    [{ server, hosts: 'a' }, 'hosts: got "a", expected an array of host names'],
    [
      { server, hosts: ['a:80'] },
      'hosts[0]: got "a:80", expected a host name without a port, such as status.example.net',
    ],
    [
      { server, host: 'a' },
      'host: unknown option; did you mean hosts? Got "a"; there are server, title, streamsMax, hosts',
    ],
  ])('%j', (options, message) => {
    expect(refusal(options)).toBe(message);
  });

  test('a server of sluice/node fits, and one of node:http does not', async () => {
    const { createServer: createHttpServer } = await import('node:http');
    expect(refusal({ server: createNodeServer() })).toBe('nothing was thrown');
    expect(refusal({ server: createHttpServer() })).toBe(
      'server: got a Server, expected a server made by createServer of sluice',
    );
  });
});

describe('the host that is asked for', () => {
  const names = new Set(['status.example.net']);
  test.each([
    null,
    '',
    '127.0.0.1',
    '127.0.0.1:9000',
    '10.0.0.7:9000',
    '[::1]:9000',
    '[::1]',
    'localhost',
    'LOCALHOST:9000',
    'localhost.:9000',
    'a.localhost:1',
    'status.example.net',
    'Status.Example.Net:9000',
  ])('%j is known', (host) => expect(isKnownHost(host, names)).toBe(true));

  test.each([
    'evil.example',
    'evil.example:9000',
    'localhost.evil.example',
    'notlocalhost',
    '127.0.0.1.evil.example',
    '127.0.0.evil',
    'a.status.example.net',
    '127.1',
    '[evil]',
  ])('%j is not', (host) => expect(isKnownHost(host, names)).toBe(false));
});

describe('a request that another site has caused', () => {
  const headers = (site?: string, mode?: string): Headers =>
    new Headers({
      ...(site === undefined ? {} : { 'Sec-Fetch-Site': site }),
      ...(mode === undefined ? {} : { 'Sec-Fetch-Mode': mode }),
    });

  test.each([
    [undefined, undefined, false],
    ['none', 'navigate', false],
    ['same-origin', 'cors', false],
    ['cross-site', 'navigate', false],
    ['cross-site', 'cors', true],
    ['same-site', 'no-cors', true],
  ])('%s, %s: %s', (site, mode, foreign) => expect(isForeign(headers(site, mode))).toBe(foreign));
});
