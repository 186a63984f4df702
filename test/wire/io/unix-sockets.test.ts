// A Unix domain socket: its permissions, and whose its file is.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { onTestEnd } from '../../support/test-server.js';
import { answered, folder, made } from './made-servers.js';

describe('a Unix domain socket', () => {
  test('has the permissions that it was given', async () => {
    const path = join(folder(), 'socket');
    await made().listen({ path, mode: 0o600 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await answered({ path })).toBe(200);
  });

  test('takes the place of one that nobody listens on any more', async () => {
    const path = join(folder(), 'socket');
    const left = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', left]), 'exit');
    expect(existsSync(path)).toBe(true);
    await made().listen({ path, mode: 0o660 });
    expect(statSync(path).mode & 0o777).toBe(0o660);
    expect(await answered({ path })).toBe(200);
  });

  test('that was left behind is taken over by one of those who try at once, and stays its', async () => {
    const path = join(folder(), 'socket');
    const left = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', left]), 'exit');
    const servers = [made(), made(), made()];
    const tries = await Promise.allSettled(servers.map((server) => server.listen({ path })));
    const refused = tries.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(2);
    for (const { reason } of refused as PromiseRejectedResult[])
      expect(reason).toMatchObject({ code: 'EADDRINUSE' });
    expect(await answered({ path })).toBe(200);
  });

  test('is left alone while somebody listens on it, or where it is another file', async () => {
    const path = join(folder(), 'socket');
    const server = made();
    await server.listen({ path });
    await expect(server.listen({ path })).rejects.toThrow(/this server listens there already/);
    await expect(made().listen({ path, mode: 0 })).rejects.toThrow(
      `can't listen on the Unix domain socket ${path}: another server of this process listens there already (EADDRINUSE)`,
    );
    expect(statSync(path).mode & 0o777).not.toBe(0);
    expect(await answered({ path })).toBe(200);
    const file = join(folder(), 'file');
    writeFileSync(file, 'precious');
    await expect(made().listen({ path: file })).rejects.toThrow(
      /a file is there that is no socket/,
    );
    expect(readFileSync(file, 'latin1')).toBe('precious');
  });

  test('that can not be removed says so', async () => {
    if (process.getuid?.() === 0) return; // Root may remove everything.
    const parent = folder();
    const path = join(parent, 'socket');
    const left = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', left]), 'exit');
    chmodSync(parent, 0o500);
    onTestEnd(() => chmodSync(parent, 0o700));
    await expect(made().listen({ path })).rejects.toThrow(
      /nobody listens, and it can not be removed/,
    );
  });

  test('that is closed while its file is looked at never listens', async () => {
    const path = join(folder(), 'socket');
    const left = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', left]), 'exit');
    const server = made();
    const listening = server.listen({ path });
    const closing = server.close();
    await expect(listening).rejects.toMatchObject({ code: 'SLUICE_SERVER_CLOSED' });
    await closing;
  });
});
