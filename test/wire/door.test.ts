// The door of a server: who waits there when it closes, who is let in when it is full, and what is
// seen of those who are not.

import { describe, expect, test } from 'vitest';
import { reply, type ServerOptions } from '../../src/index.js';
import { loopTurns, loopUntil } from '../support/loop-turns.js';
import { RawClient } from '../support/raw-client.js';
import { sendWhileHeldUp } from '../support/remote-clients.js';
import { get, onTestEnd, serve } from '../support/test-server.js';

async function client(port: number): Promise<RawClient> {
  const made = await RawClient.connect(port);
  onTestEnd(() => made.socket.destroy());
  return made;
}

describe.each(['auto', 'net'] as const)('the door, with transport %s,', (transport) => {
  test.each([
    ['a request', get(), 10],
    ['pipelined requests', get().repeat(3), 10],
    ['more than a turn accepts', get(), 120],
  ])('when it closes, lets in who has connected and sent %s', async (_, bytes, count) => {
    const served = await serve({ transport, fetch: () => reply('x') });
    const outcomes = sendWhileHeldUp(served.port, count, bytes);
    const closing = served.server.close();
    for (const { text, isReset } of await outcomes) {
      expect(isReset).toBe(false);
      expect(text).toMatch(/^HTTP\/1\.1 200 [\s\S]*Connection: close\r\n/i);
    }
    expect(await closing).toEqual({ finished: count, refused: 0, cutOff: 0 });
    await expect(RawClient.connect(served.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  const two: ServerOptions = {
    transport,
    limits: { connectionsMax: 2 },
    fetch: (request) => (request.url.endsWith('/slow') ? new Promise(() => undefined) : reply('x')),
  };

  test('counts connections by server, not by listener', async () => {
    const reasons: string[] = [];
    const served = await serve({
      ...two,
      observer: { connectionRefused: ({ reason }) => reasons.push(reason) },
    });
    const other = await served.server.listen();
    for (const port of [served.port, other.port]) (await client(port)).send(get('/slow'));
    await loopUntil(() => served.server.stats().inFlight === 2);
    for (const port of [served.port, other.port])
      expect(['fin', 'reset']).toContain(await (await client(port)).ended);
    const { connections, connectionsRefused } = served.server.stats();
    expect(Object.values(connections).reduce((sum, count) => sum + count)).toBe(2);
    expect(connectionsRefused).toBe(2);
    expect(reasons).toEqual(['connections', 'connections']);
  });

  test('when it is full, closes who has been idle longest', async () => {
    const served = await serve(two);
    const older = await client(served.port);
    await older.send(get()).response();
    const newer = await client(served.port);
    await newer.send(get()).response();
    // The one that came first asks again: the other has been idle for longer now.
    await older.send(get()).response();
    const third = await client(served.port);
    expect((await third.send(get()).response()).text).toBe('x');
    expect(await newer.ended).toBe('fin');
    expect((await older.send(get()).response()).text).toBe('x');
    expect(served.server.stats().connectionsRefused).toBe(0);
  });

  test('when it is full, closes who never sent a byte', async () => {
    const served = await serve(two);
    const silent = [await client(served.port), await client(served.port)];
    await loopUntil(() => served.server.stats().connections['keep-alive'] === 2);
    for (const one of silent) {
      const next = await client(served.port);
      expect((await next.send(get()).response()).text).toBe('x');
      expect(await one.ended).toBe('fin');
    }
  });

  test('when it is full, takes nobody for idle whose request waits in the kernel', async () => {
    const served = await serve(two);
    const outcomes = sendWhileHeldUp(served.port, 6, get('/', 'Connection: close\r\n'));
    const answered = (await outcomes).filter(({ text }) => text.endsWith('\r\n\r\nx'));
    const { started, connectionsRefused } = served.server.stats();
    expect(answered.length).toBe(started);
    expect(started + connectionsRefused).toBe(6);
    expect(started).toBeGreaterThanOrEqual(2);
  });

  test('when it is full, leaves those alone who are busy', async () => {
    const served = await serve(two);
    const running = [await client(served.port), await client(served.port)];
    running[0]?.send(get('/slow'));
    running[1]?.send('GET / HT');
    await loopUntil(() => {
      const { connections } = served.server.stats();
      return connections.writing === 1 && connections['reading-headers'] === 1;
    });
    expect(['fin', 'reset']).toContain(await (await client(served.port)).ended);
    expect((await running[1]?.send('TP/1.1\r\nHost: a\r\n\r\n').response())?.text).toBe('x');
  });

  test('stands, whatever an observer of refusals throws', async () => {
    const served = await serve({
      ...two,
      observer: {
        connectionRefused() {
          throw new Error('observed');
        },
      },
    });
    for (let i = 0; i < 2; i++) (await client(served.port)).send(get('/slow'));
    await loopUntil(() => served.server.stats().inFlight === 2);
    expect(['fin', 'reset']).toContain(await (await client(served.port)).ended);
    expect(served.errors).toEqual([new Error('observed')]);
    await loopTurns(2);
    expect(served.server.stats().connectionsRefused).toBe(1);
  });
});
