// Where a listening socket comes from, and who may use it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, renameSync } from 'node:fs';
import * as net from 'node:net';
import { createServer as createNetServer, type Server as NetServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { get, onTestEnd } from '../../support/test-server.js';
import { answered, folder, made } from './made-servers.js';

async function netServer(): Promise<NetServer> {
  const server = createNetServer().listen(0, '127.0.0.1');
  onTestEnd(() => server.close());
  await once(server, 'listening');
  return server;
}

const portOf = (server: NetServer): number => (server.address() as net.AddressInfo).port;

const fdOf = (server: NetServer): number =>
  (server as unknown as { _handle: { fd: number } })._handle.fd;

describe('a listening socket', () => {
  test('may be another server’s', async () => {
    const other = await netServer();
    const bound = await made().listen({ handle: other });
    expect(bound.port).toBe(portOf(other));
    expect(await answered(bound)).toBe(200);
  });

  test('of a Unix domain socket in this process can’t be shared, which it says', async () => {
    const path = join(folder(), 'socket');
    const other = net.createServer().listen(path);
    onTestEnd(() => void other.close());
    await once(other, 'listening');
    await expect(made().listen({ handle: other })).rejects.toThrow(
      /^can't listen on the handle: this process has it already/,
    );
  });

  test('is no connection', async () => {
    const other = await netServer();
    const client = net.connect(portOf(other), '127.0.0.1');
    onTestEnd(() => client.destroy());
    await once(client, 'connect');
    const { fd } = (client as unknown as { _handle: { fd: number } })._handle;
    await expect(made().listen({ fd })).rejects.toThrow(
      /^can't listen on fd \d+: this process has it already, for a server or a connection/,
    );
  });

  test.each(['fd', 'systemd', 'node:http'])(
    'of a Unix domain socket may be inherited: %s',
    async (how) => {
      const program = `import { createServer, reply } from '${new URL('../../../dist/index.js', import.meta.url)}';
        import { createServer as forNode } from '${new URL('../../../dist/adapters/node/index.js', import.meta.url)}';
        const fetch = () => reply('x');
        const listen = (where) => createServer({ fetch }).listen(where).then(JSON.stringify);
        const adopt = () => new Promise((resolve) => {
          const server = forNode((_req, res) => res.end('x')).listen({ fd: 3 }, () => resolve(JSON.stringify(server.address())));
        });
        const listening = { fd: () => listen({ fd: 3 }), systemd: () => listen({ systemd: true }), 'node:http': adopt };
        console.log(await listening[process.argv[1]]());
        process.stdin.resume().once('end', () => process.exit());`;
      const path = join(folder(), 'socket');
      const other = net.createServer().listen(path);
      onTestEnd(() => void other.close());
      await once(other, 'listening');
      const start = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" --input-type=module -e "$1" "$2"';
      const child = spawn('sh', ['-c', start, process.execPath, program, how], {
        stdio: ['pipe', 'pipe', 'inherit', fdOf(other)],
      });
      onTestEnd(() => child.kill());
      const [printed] = await once(child.stdout as NodeJS.ReadableStream, 'data');
      // To Node itself it has none.
      const bound = how === 'node:http' ? null : { address: path, port: 0, family: 'Unix' };
      expect(JSON.parse(String(printed))).toEqual(bound);
      // Else the parent would accept some of the connections. It removes the file that has the first name.
      renameSync(path, `${path}-too`);
      other.close();
      const socket = net.createConnection({ path: `${path}-too` });
      onTestEnd(() => socket.destroy());
      socket.write(get());
      expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1\.1 200 /);
      child.stdin?.end();
      await once(child, 'exit');
    },
  );

  test('may be a descriptor that was inherited', async () => {
    // Of a parent that listens: the child has it as number 3.
    const program = `import { createServer, reply } from '${new URL('../../../dist/index.js', import.meta.url)}';
      const server = createServer({ fetch: () => reply('x') });
      const { port } = await server.listen(process.argv[1] === 'fd' ? { fd: 3 } : { systemd: process.argv[2] === 'name' ? 'web' : true });
      console.log(port);
      process.stdin.resume().once('end', () => process.exit());`;
    for (const [how, name] of [
      ['fd', ''],
      ['systemd', ''],
      ['systemd', 'name'],
    ] as const) {
      const other = await netServer();
      const port = portOf(other);
      // What systemd does: LISTEN_PID is the process that it starts itself.
      const start = 'LISTEN_PID=$$ exec "$0" --input-type=module -e "$1" "$2" "$3"';
      const child = spawn('sh', ['-c', start, process.execPath, program, how, name], {
        stdio: ['pipe', 'pipe', 'inherit', fdOf(other)],
        env: { ...process.env, LISTEN_FDS: '1', LISTEN_FDNAMES: 'web' },
      });
      onTestEnd(() => child.kill());
      const [printed] = await once(child.stdout as NodeJS.ReadableStream, 'data');
      expect(Number(String(printed))).toBe(port);
      // Else the parent would accept some of the connections.
      other.close();
      expect(await answered({ port })).toBe(200);
      child.stdin?.end();
      await once(child, 'exit');
    }
  });

  test('may be a BoundSocket, where this Node has it', async () => {
    const { BoundSocket } = net as {
      BoundSocket?: new (options: object) => { address(): { port: number } };
    };
    if (BoundSocket === undefined) return;
    const socket = new BoundSocket({ host: '127.0.0.1' });
    const { port } = socket.address();
    expect(await made().listen({ handle: socket })).toMatchObject({ port });
    expect(await answered({ port })).toBe(200);
    await expect(made().listen({ handle: socket })).rejects.toThrow(
      /^can't listen on the handle: somebody else has it already/,
    );
  });

  test('is none where the descriptor is something else', async () => {
    const file = openSync(new URL(import.meta.url), 'r');
    await expect(made().listen({ fd: file })).rejects.toThrow(
      new RegExp(`^can't listen on fd ${file}: it is no socket that listens or could \\(E\\w+\\)`),
    );
    await expect(made().listen({ fd: 9999 })).rejects.toThrow(/^can't listen on fd 9999: it is no/);
  });

  test('that this server has already is told apart from a stranger’s', async () => {
    const server = made();
    const { port } = await server.listen();
    await expect(server.listen({ port })).rejects.toThrow(
      `can't listen on 127.0.0.1:${port}: this server listens there already (EADDRINUSE)`,
    );
    await expect(made().listen({ port })).rejects.toThrow(
      /another server of this process listens there already/,
    );
    await expect(made().listen({ port, host: '0.0.0.0' })).rejects.toThrow(
      /another server of this process/,
    );
    expect(await answered({ port })).toBe(200);
  });

  test('that a stranger has is told as a stranger’s, whatever else this process has there', async () => {
    const stranger = net.createServer().listen(0, '127.0.0.2');
    onTestEnd(() => stranger.close());
    await once(stranger, 'listening');
    const { port } = stranger.address() as net.AddressInfo;
    const server = made();
    await server.listen({ port });
    await expect(server.listen({ port, host: '127.0.0.2' })).rejects.toThrow(
      `can't listen on 127.0.0.2:${port}: somebody else listens there (EADDRINUSE)`,
    );
    await server.close();
    stranger.close();
    await once(stranger, 'close');
    // What was closed is forgotten.
    await made().listen({ port, host: '127.0.0.2' });
  });

  test('may be shared with other processes, where this Node can', async () => {
    const [major = 0] = process.versions.node.split('.').map(Number);
    if (major < 22) {
      const listening = made().listen({ port: 0, reusePort: true });
      await expect(listening).rejects.toThrow(/^reusePort: it needs/);
      return;
    }
    const { port } = await made().listen({ port: 0, reusePort: true });
    await made().listen({ port, reusePort: true });
  });

  test('for IPv6 alone leaves the port of IPv4 free', async () => {
    const bound = await made()
      .listen({ host: '::', ipv6Only: true })
      .catch(() => undefined);
    if (bound === undefined) return; // This machine has no IPv6.
    expect(await made().listen({ host: '0.0.0.0', port: bound.port })).toMatchObject({
      port: bound.port,
    });
  });
});
