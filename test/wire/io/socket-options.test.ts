// What a listening socket may be asked for, and what contradicts itself.

import * as net from 'node:net';
import { describe, expect, test } from 'vitest';
import { createServer, reply } from '../../../src/index.js';
import { listenAddressFrom } from '../../../src/io/listen/listen-address.js';
import { requireReusePort, SOCKET_NAMES } from '../../../src/io/listen/socket-options.js';
import { systemdFd } from '../../../src/io/listen/systemd.js';
import { made } from './made-servers.js';

describe('a contradiction', () => {
  test.each([
    [{ fd: 3, port: 80 }, /^port: it is for a socket that is made here, and fd gives another/],
    [{ fd: 3, path: '/x' }, /^fd: path says already where/],
    [{ handle: { fd: 1 }, systemd: true }, /^systemd: handle says already/],
    [{ handle: {} }, /^handle: got an object, expected a net\.BoundSocket/],
    [{ systemd: true, host: '::' }, /^host: it is for a socket that is made here, and systemd/],
    [{ path: '/x', reusePort: true }, /^reusePort: it is for a TCP port, and path asks for a Unix/],
    [{ path: '\0x', mode: 0o600 }, /^mode: an abstract socket is no file, so it has none/],
    [{ mode: 0o600 }, /^mode: it is for a Unix domain socket; give its path, too/],
    [{ path: '/x', mode: 0o1777 }, /^mode: got 1023, expected/],
    [{ ipv6Only: true, host: '[::FFFF:127.0.0.1]' }, /^ipv6Only: the host is \[::FFFF.*IPv4/],
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
    // One unit with two lines of ListenStream= gives them one name. Clients of the other one would wait for ever.
    [
      'web',
      { LISTEN_FDS: '3', LISTEN_PID: '7', LISTEN_FDNAMES: 'web:admin:web' },
      /^2 sockets have the name 'web'; take each by its number: listen\(\{ fd: 3 \}\), listen\(\{ fd: 5 \}\)$/,
    ],
    [
      true,
      { LISTEN_FDS: '2', LISTEN_PID: '7', LISTEN_FDNAMES: 'web:web' },
      /^there are 2 sockets, all with the name 'web'; take each by its number: listen\(\{ fd: 3 \}\), listen\(\{ fd: 4 \}\)$/,
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
