import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { get } from '../../support/test-server.js';
import { shownName, tlsClient } from '../../support/tls.js';
import { cleanUp, folderOf, sluice } from './command.js';

afterEach(cleanUp);

const pem = (name: string): string =>
  fileURLToPath(new URL(`../../support/tls/${name}.pem`, import.meta.url));

async function served(key = 'local-key', cert = 'local-cert') {
  const folder = await folderOf({ 'site/index.html': 'hello' });
  await copyFile(pem(key), join(folder, 'key.pem'));
  await copyFile(pem(cert), join(folder, 'cert.pem'));
  const args = ['site', '-p', '0', '--tls-key', 'key.pem', '--tls-cert', 'cert.pem'];
  return { folder, command: sluice(args, { cwd: folder }) };
}

/** A module that has loaded when there is a file `go`. */
const LOADS_LATE = `
  import { existsSync } from 'node:fs';
  import { setTimeout } from 'node:timers/promises';
  console.log('loading');
  while (!existsSync('go')) await setTimeout(5);
  export const fetch = () => new Response('late');
`;

describe('--tls-key and --tls-cert', () => {
  test('serve TLS, and say https', async () => {
    const { command } = await served();
    const port = await command.port();
    expect(await command.stdout.line(/serving/)).toContain(`on https://127.0.0.1:${port}/`);
    const client = await tlsClient(port);
    expect((await client.send(get('/')).response()).text).toBe('hello');
    client.socket.destroy();
    command.kill('SIGTERM');
    expect(await command.exit).toBe(0);
  });

  test('are read again at SIGHUP, and stay as they were where they do not fit', async () => {
    const { folder, command } = await served();
    const port = await command.port();
    expect(await shownName(port)).toBe('localhost');
    await copyFile(pem('a-key'), join(folder, 'key.pem'));
    command.kill('SIGHUP');
    expect(await command.stderr.line(/the old certificate stays/)).toMatch(
      /^sluice: SIGHUP: the old certificate stays: .*key: it does not belong to cert.*key\.pem and cert\.pem$/,
    );
    expect(await shownName(port)).toBe('localhost');
    await copyFile(pem('a-cert'), join(folder, 'cert.pem'));
    command.kill('SIGHUP');
    await command.stdout.line(/SIGHUP: new connections get the certificate in cert\.pem/);
    expect(await shownName(port)).toBe('a.example');
    await writeFile(join(folder, 'cert.pem'), '');
    command.kill('SIGHUP');
    await command.stderr.line(/the old certificate stays: .*cert: got nothing/);
    expect(await shownName(port)).toBe('a.example');
  });

  test('are read again after a SIGHUP that came while the module was loading', async () => {
    const { folder } = await served();
    await writeFile(join(folder, 'app.mjs'), LOADS_LATE);
    const args = ['app.mjs', '-p', '0', '--tls-key', 'key.pem', '--tls-cert', 'cert.pem'];
    const command = sluice(args, { cwd: folder });
    await command.stdout.line(/loading/);
    command.kill('SIGHUP');
    await writeFile(join(folder, 'go'), '');
    expect(await shownName(await command.port())).toBe('localhost');
    await command.stdout.line(/SIGHUP: new connections get the certificate in cert\.pem/);
  });

  test.each([
    [
      'a-key',
      'local-cert',
      /^sluice: --tls-key: it does not belong to cert.*key\.pem and cert\.pem/,
    ],
    ['local-cert', 'local-cert', /^sluice: --tls-key: /],
  ])('%s beside %s ends the command', async (key, cert, message) => {
    const { command } = await served(key, cert);
    expect(await command.exit).toBe(1);
    expect(command.stderr.lines[0]).toMatch(message);
  });

  test('that are missing, alone or unreadable are told', async () => {
    const folder = await folderOf({ 'index.html': '' });
    const alone = sluice(['--tls-key', 'key.pem'], { cwd: folder });
    expect(await alone.exit).toBe(2);
    expect(alone.stderr.text).toContain('--tls-key needs --tls-cert beside it');
    const missing = sluice(['--tls-key', 'k.pem', '--tls-cert', 'c.pem'], { cwd: folder });
    expect(await missing.exit).toBe(1);
    expect(missing.stderr.text).toMatch(
      /^sluice: cannot read the file of --tls-key, 'k\.pem': .*ENOENT/,
    );
  });
});

test('with --workers, a SIGHUP while they start replaces them when they serve', async () => {
  const folder = await folderOf({ 'app.mjs': LOADS_LATE });
  const command = sluice(['app.mjs', '-p', '0', '--workers', '1'], { cwd: folder });
  await command.stdout.line(/loading/);
  command.kill('SIGHUP');
  await writeFile(join(folder, 'go'), '');
  await command.port();
  await command.stdout.line(/SIGHUP: all workers are replaced/);
});

test('without TLS, SIGHUP ends the command as it ends any other', async () => {
  const folder = await folderOf({ 'index.html': '' });
  const command = sluice(['-p', '0'], { cwd: folder });
  await command.port();
  command.kill('SIGHUP');
  expect(await command.exit).toBe('SIGHUP');
});
