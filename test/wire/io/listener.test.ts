import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Transport } from '../../../src/conn/transport.js';
import { connectionDescriptorEnd } from '../../../src/io/listen/descriptors.js';
import type { BoundAddress } from '../../../src/io/listen/listen-address.js';
import { Listener } from '../../../src/io/listen/listener.js';
import type { ListenerOptions } from '../../../src/io/listen/listener-options.js';
import type { DoorRefusal } from '../../../src/io/transport/door.js';
import { RecordingSink } from '../../../src/testing/network/index.js';
import { loopTurns, loopUntil } from '../../support/loop-turns.js';

const open: (Listener | Transport | Socket)[] = [];

afterEach(() => {
  for (const each of open.splice(0)) {
    if (each instanceof Listener) each.close();
    else each.destroy();
  }
});

function listener(options: Partial<ListenerOptions> = {}): {
  listener: Listener;
  accepted: Transport[];
  refused: DoorRefusal[];
} {
  const accepted: Transport[] = [];
  const refused: DoorRefusal[] = [];
  const made = new Listener({
    accept: (transport) => {
      accepted.push(transport);
      open.push(transport);
      return new RecordingSink();
    },
    onRefused: (reason) => refused.push(reason),
    ...options,
  });
  open.push(made);
  return { listener: made, accepted, refused };
}

function connect(bound: BoundAddress): Socket {
  const socket = createConnection({ host: bound.address, port: bound.port });
  socket.on('error', () => {});
  open.push(socket);
  return socket.resume();
}

describe('listening', () => {
  test('on port 0 tells which port it got', async () => {
    const bound = await listener().listener.listen({ port: 0 });
    expect(bound).toMatchObject({ address: '127.0.0.1', family: 'IPv4' });
    expect(bound.port).toBeGreaterThan(0);
  });

  test('on a port in use rejects, with the code and in plain words', async () => {
    const { port } = await listener().listener.listen();
    await expect(listener().listener.listen({ port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: `can't listen on 127.0.0.1:${port}: another server of this process listens there already (EADDRINUSE)`,
      cause: { syscall: 'listen' },
    });
  });

  test('on an address of nobody rejects', async () => {
    await expect(listener().listener.listen({ host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
    });
  });

  test('on no possible port rejects, and does not throw', async () => {
    await expect(listener().listener.listen({ port: 65_536 })).rejects.toMatchObject({
      code: 'ERR_SOCKET_BAD_PORT',
    });
  });

  test('on a path in no folder rejects', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-'));
    const path = join(folder, 'missing', 'socket');
    await expect(listener().listener.listen({ path })).rejects.toMatchObject({
      code: expect.stringMatching(/^(ENOENT|EACCES)$/),
    });
    await rm(folder, { recursive: true });
  });

  test('is over when close returns, and those who were accepted go on', async () => {
    const { listener: first, accepted } = listener();
    const bound = await first.listen();
    const client = connect(bound);
    await loopUntil(() => accepted.length === 1);
    first.close();
    first.close();
    await listener().listener.listen({ port: bound.port });
    const heard = new Promise((resolve) => client.once('data', resolve));
    accepted[0]?.write('still here');
    expect(String(await heard)).toBe('still here');
  });

  test.each(['localhost', '127.0.0.1'])(
    'on %s that is closed before it began rejects at once, and never listens',
    async (host) => {
      const { listener: one, accepted } = listener();
      const listening = one.listen({ host });
      one.close();
      await expect(listening).rejects.toMatchObject({
        code: 'SLUICE_SERVER_CLOSED',
        message: `can't listen on ${host}:0: the server was closed meanwhile`,
      });
      await loopTurns(20);
      expect(accepted).toEqual([]);
    },
  );

  test('on an IPv6 address takes it with brackets or without, and names it with them', async () => {
    const bound = await listener()
      .listener.listen({ host: '[::1]' })
      .catch(() => undefined);
    if (bound === undefined) return; // This machine has no IPv6.
    expect(bound).toMatchObject({ address: '::1', family: 'IPv6' });
    for (const host of ['::1', '[::1]']) {
      await expect(listener().listener.listen({ host, port: bound.port })).rejects.toThrow(
        `can't listen on [::1]:${bound.port}: another server of this process listens there already (EADDRINUSE)`,
      );
    }
  });

  test('on a path in no folder says so', async () => {
    await expect(listener().listener.listen({ path: '/nowhere/at/all' })).rejects.toThrow(
      /^can't listen on the Unix domain socket \/nowhere\/at\/all: no such directory /,
    );
  });
});

describe.each(['auto', 'net'] as const)('refusing, with transport %s,', (transport) => {
  test('begins when connectionsMax are open, and ends when one has gone', async () => {
    let room = 2;
    const accepted: Transport[] = [];
    const { listener: one, refused } = listener({
      transport,
      hasRoom: () => accepted.length < room,
      accept: (transport) => {
        accepted.push(transport);
        open.push(transport);
        return new RecordingSink();
      },
    });
    const bound = await one.listen();
    connect(bound);
    connect(bound);
    await loopUntil(() => accepted.length === 2);
    const third = connect(bound);
    await new Promise((resolve) => third.once('close', resolve));
    expect(refused).toEqual(['connections']);
    expect(accepted.length).toBe(2);
    expect(one.arrivals).toBe(3);
    room = 3;
    connect(bound);
    await loopUntil(() => accepted.length === 3);
  });

  test('comes after somebody was asked to make room', async () => {
    const asked: number[] = [];
    const sinks: RecordingSink[] = [];
    const { listener: one, refused } = listener({
      transport,
      hasRoom: () => false,
      makeRoom: (before) => asked.push(before) === 1,
      accept: (transport) => {
        open.push(transport);
        const sink = new RecordingSink();
        sinks.push(sink);
        return sink;
      },
    });
    const bound = await one.listen();
    connect(bound).write('hello');
    await loopUntil(() => sinks[0]?.text === 'hello');
    const second = connect(bound);
    await new Promise((resolve) => second.once('close', resolve));
    expect(refused).toEqual(['connections']);
    expect(asked[0]).toBeLessThan(asked[1] ?? 0);
  });

  test('is not hurt by a client that goes while it waits for room', async () => {
    const { listener: one, refused } = listener({ transport, hasRoom: () => false });
    const bound = await one.listen();
    for (let i = 0; i < 5; i++)
      connect(bound).once('connect', function (this: Socket) {
        this.resetAndDestroy();
      });
    await loopUntil(() => one.arrivals === 5);
    const last = connect(bound);
    await new Promise((resolve) => last.once('close', resolve));
    expect(refused.length).toBeGreaterThan(0);
  });

  test('and accepting go on after one who accepts has thrown', async () => {
    const errors: unknown[] = [];
    let count = 0;
    const { listener: one } = listener({
      transport,
      onError: (error) => errors.push(error),
      accept: (accepted) => {
        if (++count === 1) throw new Error('not this one');
        open.push(accepted);
        return new RecordingSink();
      },
    });
    const bound = await one.listen();
    const first = connect(bound);
    await new Promise((resolve) => first.once('close', resolve));
    expect(errors).toEqual([new Error('not this one')]);
    connect(bound);
    await loopUntil(() => count === 2);
  });

  test('does not happen without a limit', async () => {
    const { listener: one, accepted, refused } = listener({ transport });
    const bound = await one.listen();
    for (let i = 0; i < 20; i++) connect(bound);
    await loopUntil(() => accepted.length === 20);
    expect(refused).toEqual([]);
  });

  test('happens while a few descriptors are left', async () => {
    const { listener: one, accepted, refused } = listener({ descriptorEnd: 3, transport });
    const bound = await one.listen();
    const client = connect(bound);
    await new Promise((resolve) => client.once('close', resolve));
    expect(refused).toEqual(['descriptors']);
    expect(accepted).toEqual([]);
  });

  test('leaves a sixteenth of the descriptors, 64 at most, to the program', () => {
    const end = connectionDescriptorEnd();
    expect(end).toBeGreaterThan(0);
    if (process.platform === 'linux') expect(end).toBeLessThan(Infinity);
  });

  test('by the one who accepts is possible at once', async () => {
    const { listener: one } = listener({
      transport,
      accept: (accepted) => {
        accepted.reset();
        return new RecordingSink();
      },
    });
    const client = connect(await one.listen());
    const error = await new Promise((resolve) => client.once('error', resolve));
    expect(error).toMatchObject({ code: 'ECONNRESET' });
  });
});
