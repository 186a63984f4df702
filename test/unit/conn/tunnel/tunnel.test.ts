// The raw port of a tunnel: what its owner reads and writes.

import { describe, expect, test } from 'vitest';
import { RequestContext } from '../../../../src/index.js';
import { GET, HEAD, Tunnelled } from './tunnel-scene.js';

describe('reading', () => {
  test('gives what came with the request at once, and what comes later when it comes', async () => {
    const scene = await Tunnelled.open('early');
    expect([scene.read(), scene.read()]).toEqual(['early', null]);
    scene.come('late');
    scene.come('later');
    expect(scene.heard).toEqual(['late']);
    expect([scene.read(), scene.read()]).toEqual(['later', null]);
  });

  test('gives memory that no other bytes share', async () => {
    const scene = await Tunnelled.open('early');
    const early = scene.port.read() as Uint8Array;
    expect(early.buffer.byteLength).toBe(5);
    const pool = Buffer.from('..piece..');
    scene.connection.onBytes(pool.subarray(2, 7), 0);
    expect((scene.port.read() as Uint8Array).buffer.byteLength).toBe(5);
  });

  test('ends with the FIN, which is told once to whoever waits', async () => {
    const scene = await Tunnelled.open();
    expect(scene.read()).toBe(null);
    scene.fin();
    expect(scene.heard).toEqual(['end']);
    expect([scene.read(), scene.state]).toEqual([undefined, 'closed/tunnel/last']);
  });

  test('that ends is no reason to give the other way up', async () => {
    let signal: AbortSignal | undefined;
    const scene: Tunnelled = new Tunnelled((request, context) => {
      signal = request.signal;
      scene.port = RequestContext.openTunnel(context, 101, HEAD, scene);
    });
    await scene.send(GET);
    scene.fin();
    expect([signal?.aborted, scene.state]).toEqual([false, 'closed/tunnel/last']);
  });

  test('ends with a FIN that came before the upgrade', async () => {
    const scene: Tunnelled = new Tunnelled(async (_request, context) => {
      await null;
      scene.port = RequestContext.openTunnel(context, 101, HEAD, scene);
    });
    scene.come(GET);
    scene.fin();
    await scene.to(0);
    expect([scene.read(), scene.state]).toEqual([undefined, 'closed/tunnel/last']);
  });

  test('gives memory that came alone as it is, and never memory that was lent', async () => {
    const scene = await Tunnelled.open();
    const given: (Uint8Array | undefined)[] = [];
    scene.onRead = (bytes) => void given.push(bytes);
    scene.read();
    const alone = new Uint8Array([1, 2, 3]);
    scene.connection.onBytes(alone, 0);
    scene.read();
    scene.connection.onLent(alone, 3, 0);
    expect(given).toEqual([alone, alone]);
    expect(given.map((bytes) => bytes?.buffer === alone.buffer)).toEqual([true, false]);
  });

  test('goes on to a FIN that comes while bytes are given', async () => {
    const scene = await Tunnelled.open();
    scene.does = (what) => {
      if (what !== 'a') return;
      scene.read();
      scene.fin();
    };
    scene.read();
    scene.come('a');
    expect(scene.heard).toEqual(['a', 'end']);
  });

  test('over a transport that fails ends the connection, and gives nothing', async () => {
    const scene = await Tunnelled.open('', { limits: { readAheadBytesMax: 4 } });
    const error = new Error('x');
    scene.come('1234');
    scene.line.resume = () => {
      throw error;
    };
    expect([scene.read(), scene.errors, scene.port.closed]).toEqual([null, [error], true]);
  });

  test('stops the transport at readAheadBytesMax, and goes on when there is room', async () => {
    const scene = await Tunnelled.open('', { limits: { readAheadBytesMax: 4 } });
    scene.come('1234');
    expect(scene.connection.receiver.full).toBe(true);
    expect(scene.read()).toBe('1234');
    expect(scene.connection.receiver.full).toBe(false);
  });

  test('from within the call that gives bytes is answered in order', async () => {
    const scene = await Tunnelled.open();
    scene.does = (what) => {
      if (what !== 'end') scene.heard.push(scene.read());
    };
    scene.read();
    scene.come('a');
    scene.come('b');
    scene.fin();
    expect(scene.heard).toEqual(['a', null, 'b', null, 'end']);
  });
});

describe('writing', () => {
  test('says whether all has left, and tells when it has', async () => {
    const scene = await Tunnelled.open();
    expect(scene.port.write('\xff')).toBe(true);
    scene.line.unflushedBytes = 3;
    expect(scene.port.writeAll([Buffer.from('ab'), 'c'])).toBe(false);
    expect(scene.port.unflushedBytes).toBe(3);
    scene.lookAgain();
    expect(scene.heard).toEqual([]);
    scene.line.unflushedBytes = 0;
    scene.lookAgain();
    scene.lookAgain();
    expect([scene.heard, scene.written]).toEqual([['flushed'], '\xffabc']);
  });

  test('from within a call of the connection is sent when that ends', async () => {
    const scene = await Tunnelled.open();
    scene.does = (what) => {
      if (what === 'ask') scene.heard.push(scene.port.write('answer'));
    };
    scene.read();
    scene.come('ask');
    expect([scene.heard, scene.written]).toEqual([['ask', false, 'flushed'], 'answer']);
  });

  test('much of it lets other connections in: what has left is told in the next turn', async () => {
    const scene = await Tunnelled.open();
    expect(scene.port.write(new Uint8Array(1024 * 1024 - 1))).toBe(true);
    expect(scene.port.write('x')).toBe(false);
    expect(scene.heard).toEqual([]);
    await scene.to(1);
    expect(scene.heard).toEqual(['flushed']);
  });

  test('many small pieces let them in as well', async () => {
    const scene = await Tunnelled.open();
    for (let i = 1; i < 256; i++) expect(scene.port.write('x')).toBe(true);
    expect(scene.port.write('x')).toBe(false);
    await scene.to(1);
    expect(scene.heard).toEqual(['flushed']);
  });

  test('much of it, which the client does not take, is told when it has left, and not in the next turn', async () => {
    const scene = await Tunnelled.open();
    scene.line.unflushedBytes = 5;
    expect(scene.port.write(new Uint8Array(1024 * 1024))).toBe(false);
    await scene.to(1);
    expect(scene.heard).toEqual([]);
    scene.line.unflushedBytes = 0;
    scene.lookAgain();
    expect(scene.heard).toEqual(['flushed']);
  });

  test('of bytes and of text is the same bytes', async () => {
    const scene = await Tunnelled.open();
    scene.port.writeAll([Uint8Array.of(0xe9, 0), '\xe9', '', Uint8Array.of()]);
    expect(scene.written).toBe('\xe9\0\xe9');
  });

  test('after which the sink ends the connection has nothing to wait for', async () => {
    const scene = await Tunnelled.open();
    scene.line.unflushedBytes = 1;
    expect(scene.port.write('x')).toBe(false);
    scene.does = () => {
      scene.does = () => undefined;
      scene.port.destroy();
      scene.line.unflushedBytes = 1;
    };
    scene.line.unflushedBytes = 0;
    expect(scene.port.write('y')).toBe(true);
    expect(scene.heard).toEqual(['flushed', 'cut: closed']);
  });

  test('over a transport that fails ends the connection, and has nothing to wait for', async () => {
    const scene = await Tunnelled.open();
    const error = new Error('x');
    scene.line.write = () => {
      throw error;
    };
    expect([scene.port.write('x'), scene.errors, scene.port.closed]).toEqual([true, [error], true]);
  });

  test('is counted until it has left', async () => {
    const scene = await Tunnelled.open();
    const before = scene.parts.ledger.bytes;
    scene.line.unflushedBytes = scene.line.retainedBytes = 1000;
    scene.port.write(new Uint8Array(1000));
    expect(scene.parts.ledger.bytes - before).toBe(1000);
    scene.come('unread');
    expect(scene.parts.ledger.bytes - before).toBe(1006);
    scene.reset();
    expect(scene.parts.ledger.bytes).toBe(0);
  });

  test('that the client does not take is given up after writeStallMs', async () => {
    const scene = await Tunnelled.open('', { limits: { writeStallMs: 700 } });
    scene.line.unflushedBytes = 1;
    scene.port.write('x');
    await scene.to(600);
    expect(scene.heard).toEqual([]);
    await scene.to(800);
    expect([scene.heard, scene.line.calls]).toEqual([['cut: writeStalled'], ['reset']]);
  });
});
