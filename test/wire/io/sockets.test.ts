// Where a listening socket comes from, who may use it, and what the kernel does for its connections.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import * as net from 'node:net';
import {
  type AddressInfo,
  createServer as createNetServer,
  type Server as NetServer,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createServer as createHttpServer, https } from '../../../src/adapters/node/index.js';
import { createServer, type ListenAddress, reply, type Server } from '../../../src/index.js';
import { listenAddressFrom } from '../../../src/io/listen-address.js';
import { requireReusePort, SOCKET_NAMES } from '../../../src/io/socket-options.js';
import { systemdFd } from '../../../src/io/systemd.js';
import { RawClient } from '../../support/raw-client.js';
import { get, onTestEnd } from '../../support/test-server.js';
import { pair } from '../../support/tls.js';

function made(): Server {
  const server = createServer({ fetch: () => reply('x') });
  onTestEnd(() => server.close({ graceMs: 0 }));
  return server;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sluice-'));
  onTestEnd(() => rmSync(path, { recursive: true }));
  return path;
}

async function answered(where: { port: number } | { path: string }): Promise<number> {
  const socket = net.createConnection({ ...where, host: '127.0.0.1' });
  onTestEnd(() => socket.destroy());
  await once(socket, 'connect');
  return (await RawClient.on(socket).send(get()).response()).status;
}

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
      /^can't listen on the handle: a server of this process listens on it/,
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
    await expect(made().listen({ port })).rejects.toThrow(/somebody else listens there/);
    expect(await answered({ port })).toBe(200);
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
      `can't listen on the Unix domain socket ${path}: somebody else listens there (EADDRINUSE)`,
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

/**
 * The timer of the server's end of a new connection, as the kernel shows it: `02:…` is that of keep-alive.
 *
 * @param isOn What the listener does for a connection, it does when it accepts it: waits for that.
 */
async function timerOn(port: number, isOn: boolean): Promise<string | undefined> {
  const socket = net.createConnection({ port, host: '127.0.0.1' });
  onTestEnd(() => socket.destroy());
  await once(socket, 'connect');
  // A row of the server's end: `sl local remote st queues tr:when …`.
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const find = (): string | undefined =>
    readFileSync('/proc/net/tcp', 'latin1')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .find(([, at, , state]) => at === local && state === '01')?.[5];
  await expect.poll(find).toBeDefined();
  if (isOn) await expect.poll(() => find()?.slice(0, 2)).toBe('02');
  return find();
}

describe.each(['auto', 'net', 'tls'] as const)('TCP keep-alive, with %s,', (how) => {
  const timer = async (keepAlive: ListenAddress['keepAlive']): Promise<string | undefined> => {
    const tls = how === 'tls' ? { tls: pair('local') } : {};
    const server = createServer({
      fetch: () => reply('x'),
      transport: how === 'tls' ? 'auto' : how,
    });
    onTestEnd(() => server.close({ graceMs: 0 }));
    const { port } = await server.listen({ ...tls, keepAlive });
    return timerOn(port, keepAlive !== false);
  };

  test.runIf(process.platform === 'linux')('is on unless it is turned off', async () => {
    const ticks = (text: string | undefined): number => Number.parseInt(String(text).slice(3), 16);
    const standard = ticks(await timer(undefined));
    expect(standard).toBeGreaterThan(5_000);
    expect(standard).toBeLessThanOrEqual(6_100);
    expect(ticks(await timer({ initialDelayMs: 5_000 }))).toBeLessThanOrEqual(510);
    expect((await timer(false))?.slice(0, 2)).toBe('00');
  });
});

describe.runIf(process.platform === 'linux')('TCP keep-alive, of an adopted server,', () => {
  const hosts = {
    'a server of http': () => createHttpServer(),
    'a server of http, with net,': () => createHttpServer({ sluice: { transport: 'net' } }),
    'a server of https': () => https.createServer(pair('local')),
  };

  test.each(Object.entries(hosts))('is on: %s', async (_name, make) => {
    const server = make().listen(0, '127.0.0.1');
    onTestEnd(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect((await timerOn(port, true))?.slice(0, 2)).toBe('02');
  });

  const made = { ...pair('local'), keepAlive: true, keepAliveInitialDelay: 7_000 };
  const asked: Record<string, [make: () => net.Server, fromS: number, toS: number]> = {
    'the option': [() => createHttpServer(made), 6, 7],
    'the option of https': [() => https.createServer(made), 6, 7],
    'the option with net': [
      () => createHttpServer({ ...made, sluice: { transport: 'net' } }),
      6,
      7,
    ],
    'the option without a delay': [() => createHttpServer({ keepAlive: true }), 50, 60],
    'the properties': [
      () => Object.assign(createHttpServer(), { keepAlive: true, keepAliveInitialDelay: 9 }),
      8,
      9,
    ],
  };

  test.each(Object.entries(asked))('is as %s says', async (_name, [make, fromS, toS]) => {
    const server = make().listen(0, '127.0.0.1');
    onTestEnd(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ticks = Number.parseInt(String(await timerOn(port, true)).slice(3), 16);
    expect(ticks / 100).toBeGreaterThan(fromS - 3);
    expect(ticks / 100).toBeLessThanOrEqual(toS + 0.1);
  });

  test('is off where the option says so', async () => {
    const server = createHttpServer({ keepAlive: false }).listen(0, '127.0.0.1');
    onTestEnd(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect((await timerOn(port, false))?.slice(0, 2)).toBe('00');
  });
});

describe('a contradiction', () => {
  test.each([
    [{ fd: 3, port: 80 }, /^port: it is for a socket that is made here, and fd gives another/],
    [{ fd: 3, path: '/x' }, /^fd: path says already where/],
    [{ handle: { fd: 1 }, systemd: true }, /^systemd: handle says already/],
    [{ handle: {} }, /^handle: got an object, expected a net\.BoundSocket/],
    [{ systemd: true, host: '::' }, /^host: it is for a socket that is made here, and systemd/],
    [{ path: '/x', reusePort: true }, /^reusePort: .* path gives another/],
    [{ path: '\0x', mode: 0o600 }, /^mode: an abstract socket is no file, so it has none/],
    [{ mode: 0o600 }, /^mode: it is for a Unix domain socket; give its path, too/],
    [{ path: '/x', mode: 0o1777 }, /^mode: got 1023, expected/],
    [{ ipv6Only: true }, /^ipv6Only: the host is 127\.0\.0\.1, which is IPv4/],
    [{ keepAlive: { initialDelayMs: 5 } }, /^keepAlive\.initialDelayMs: got 5, expected/],
    [{ keepAlive: { delay: 5 } }, /^keepAlive\.delay: unknown option/],
    [{ keepAlive: 60 }, /^keepAlive: got 60, expected true, false, or an object/],
    [{ systemd: '' }, /^systemd: got "", expected true, or the name/],
    // Node 20 would listen somewhere else, at what is left of these.
    [
      { path: `/tmp/${'x'.repeat(103)}` },
      /^path: it has 108 bytes, and that of a Unix domain socket has 10[37] at most/,
    ],
    [{ path: `/tmp/${'ü'.repeat(52)}` }, /^path: it has 109 bytes/],
    [{ path: '/tmp/a\0b' }, /^path: "\/tmp\/a\\x00b" has a NUL in it|^path: .* has a NUL in it/],
    [{ path: '' }, /^path: got ""/],
    [{ path: '/x', mode: '0660' }, /^mode: got "0660"/],
    [{ path: '/x', mode: '999' }, /^mode: got "999"/],
    [{ fd: '3' }, /^fd: got "3"/],
    [{ fd: -1 }, /^fd: got -1/],
    [{ fd: Number.NaN }, /^fd: got NaN/],
    [{ tls: {} }, /^tls\.key: got undefined/],
    [{ tls: true }, /^tls: got true/],
    [{ tls: [] }, /^tls: got an array/],
    [{ proxyProtocol: 'v2' }, /^proxyProtocol: got "v2"/],
    [{ proxyprotocol: true }, /^proxyprotocol: unknown option; did you mean proxyProtocol/],
    [{ port: '80' }, /^port: got "80"/],
    [{ backlog: 0 }, /^backlog: got 0/],
  ])('is told at once: %j', (where, message) => {
    expect(() => listenAddressFrom(where)).toThrow(message);
  });

  test('is told once a name was looked up', async () => {
    const server = made();
    // To Node it is an address of IPv4, where the machine has both.
    const host = 'localhost';
    await server.listen({ host, ipv6Only: true }).then(
      ({ family }) => expect(family).toBe('IPv6'),
      (error) =>
        expect(error.message).toMatch(/^ipv6Only: localhost is 127\.0\.0\.1, which is IPv4/),
    );
  });

  test.each([
    [{}, {}, 'no proxy is trusted'],
    [{ trustedProxies: [] }, {}, 'no proxy is trusted'],
    [{ trustedProxies: [] }, { path: '/x' }, 'no proxy is trusted'],
    [{ trustedProxies: ['loopback'] }, { path: '/x' }, 'none on a Unix domain socket is trusted'],
    [{ trustedProxies: new net.BlockList() }, { path: '/x' }, 'none on a Unix domain socket'],
    [{ trustedProxies: ['unix'] }, { port: 0 }, 'only those on a Unix domain socket are trusted'],
  ])('is told where it takes both the server and the listener: %#', async (options, where, why) => {
    const server = createServer({ fetch: () => reply('x'), ...options });
    await expect(server.listen({ proxyProtocol: true, ...where })).rejects.toThrow(
      `proxyProtocol: nobody may send the header, because ${why}`,
    );
    // Nothing has changed.
    expect((await server.listen()).port).toBeGreaterThan(0);
    await server.close({ graceMs: 0 });
  });

  test.each(['handshakesMax', 'handshakeMs'] as const)('of limits.%s is told at once', (name) => {
    for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5']) {
      const limits = { [name]: value } as object;
      expect(() => createServer({ fetch: () => reply('x'), limits })).toThrow(
        new RegExp(`^limits\\.${name}: got `),
      );
    }
  });

  test.each(SOCKET_NAMES)('%s refuses what it does not take', (name) => {
    for (const value of [null, Number.NaN, -1, 1.5, [], () => 1]) {
      const where = name === 'mode' ? { path: '/x', mode: value } : { [name]: value };
      expect(() => listenAddressFrom(where), String(value)).toThrow(new RegExp(`^${name}`));
    }
  });

  test.each(['20.20.1', '22.11.0', '23.0.9'])(
    'reusePort on Node %s says what it needs',
    (version) => {
      expect(() => requireReusePort(version)).toThrow(
        `reusePort: it needs Node 22.12 or 23.1, and this is ${version}`,
      );
    },
  );

  test.each(['22.12.0', '23.1.0', '24.0.0'])('reusePort is fine on Node %s', (version) => {
    expect(() => requireReusePort(version)).not.toThrow();
  });
});

describe('systemd', () => {
  test('hands over the only socket, or one by its name', () => {
    const one = { LISTEN_FDS: '1', LISTEN_PID: '7' };
    expect(systemdFd(true, one, 7)).toBe(3);
    const two = { LISTEN_FDS: '2', LISTEN_PID: '7', LISTEN_FDNAMES: 'web:admin' };
    expect(systemdFd('admin', two, 7)).toBe(4);
  });

  test.each([
    [true, {}, /^LISTEN_FDS is not set/],
    [true, { LISTEN_FDS: '1' }, /^LISTEN_FDS is set, and LISTEN_PID is not/],
    [true, { LISTEN_FDS: '1', LISTEN_PID: '8' }, /^LISTEN_PID is 8, and this process is 7/],
    [true, { LISTEN_FDS: '0', LISTEN_PID: '7' }, /^LISTEN_FDS is '0'/],
    [true, { LISTEN_FDS: 'x', LISTEN_PID: '7' }, /^LISTEN_FDS is 'x'/],
    [
      true,
      { LISTEN_FDS: '2', LISTEN_PID: '7', LISTEN_FDNAMES: 'web:admin' },
      /^there are 2 sockets; name one of them: web, admin/,
    ],
    [
      'x',
      { LISTEN_FDS: '1', LISTEN_PID: '7', LISTEN_FDNAMES: 'web' },
      /^no socket has the name 'x'; there are web/,
    ],
    [
      'b',
      { LISTEN_FDS: '1', LISTEN_PID: '7', LISTEN_FDNAMES: 'a:b' },
      /^no socket has the name 'b'/,
    ],
  ] as const)('says what its variables hold: %j %j', (wanted, variables, message) => {
    expect(() => systemdFd(wanted, variables, 7)).toThrow(message);
  });

  test('has given nothing to this process', async () => {
    await expect(made().listen({ systemd: true })).rejects.toThrow(
      /^can't listen on the socket of systemd: LISTEN_FDS is not set/,
    );
  });
});
