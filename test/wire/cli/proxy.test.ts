// The command line behind a proxy: `--trust`, `--proxy-protocol`, `--readiness-delay`.

import { afterEach, describe, expect, test } from 'vitest';
import { RawClient } from '../../support/raw-client.js';
import { get } from '../../support/test-server.js';
import { cleanUp, folderOf, sluice } from './command.js';

afterEach(cleanUp);

const APP = `export const fetch = ({ url }, { clientAddress }) =>
  Response.json([url.slice(0, 8), clientAddress]);`;

async function start(...flags: string[]) {
  const folder = await folderOf({
    'app.mjs': APP,
    'own.mjs': `${APP}\nexport default { fetch, health: { live: '/l', ready: '/r' } };`,
  });
  return (module = 'app.mjs') => sluice([module, '-p', '0', '-q', ...flags], { cwd: folder });
}

async function ask(port: number, request: string) {
  const client = await RawClient.connect(port);
  const response = await client.send(request).response();
  client.socket.destroy();
  return response;
}

const FIELDS = 'X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n';

test('--trust believes the proxies in its list', async () => {
  const [trusting, plain] = [(await start('--trust', '10.0.0.0/8,loopback'))(), (await start())()];
  const said = async (port: number) => JSON.parse((await ask(port, get('/', FIELDS))).text);
  expect(await said(await trusting.port())).toEqual(['https://', '192.0.2.1']);
  expect(await said(await plain.port())).toEqual(['http://a', '127.0.0.1']);
});

test('--proxy-protocol reads the header', async () => {
  const command = (await start('--proxy-protocol', '--trust', 'loopback'))();
  const response = await ask(
    await command.port(),
    `PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n${get()}`,
  );
  expect(JSON.parse(response.text)[1]).toBe('192.0.2.1');
});

test.each([
  [['--proxy-protocol'], /^sluice: --proxy-protocol needs --trust beside it/],
  [
    ['--proxy-protocol', '--trust', 'unix'],
    /^sluice: --proxy-protocol needs addresses in --trust: /,
  ],
  [
    ['--trust', 'loopback,10.0.0.0/33'],
    /^sluice: --trust: got "10\.0\.0\.0\/33", expected an address/,
  ],
])('%j can’t be', async (flags, message) => {
  const command = (await start(...flags))();
  expect(await command.exit).toBe(2);
  expect(command.stderr.text).toMatch(message);
});

describe('--readiness-delay', () => {
  test('says 503 on /readyz first, and serves meanwhile', async () => {
    const command = (await start('--readiness-delay', '1500'))();
    const port = await command.port();
    expect((await ask(port, get('/readyz', FIELDS))).status).toBe(200);
    expect((await ask(port, get('/livez', FIELDS))).status).toBe(200);
    command.kill('SIGTERM');
    expect(await command.stdout.line(/SIGTERM/)).toContain('not ready for 1500 ms, then letting');
    expect((await ask(port, get('/readyz', FIELDS))).status).toBe(503);
    expect((await ask(port, get('/', FIELDS))).status).toBe(200);
    expect(await command.exit).toBe(0);
  });

  test('leaves a module its own paths, and without it there is none', async () => {
    const own = (await start('--readiness-delay', '1'))('own.mjs');
    const ownPort = await own.port();
    expect((await ask(ownPort, get('/r', FIELDS))).text).toBe('ok\n');
    expect((await ask(ownPort, get('/readyz', FIELDS))).text).toContain('[');
    const none = (await start())();
    expect((await ask(await none.port(), get('/readyz', FIELDS))).text).toContain('[');
  });
});
