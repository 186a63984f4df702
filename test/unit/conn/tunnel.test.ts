// The raw port of a tunnel: what its owner may call, and what it hears.

import { describe, expect, test } from 'vitest';
import type { TunnelPort, TunnelSink } from '../../../src/http/tunnel/tunnel-port.js';
import { type RequestCompleted, RequestContext, type ServerOptions } from '../../../src/index.js';
import { ConnectionScene } from '../../support/connection-scene.js';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const HEAD = 'any head\r\n\r\n';

class Tunnelled extends ConnectionScene implements TunnelSink {
  port!: TunnelPort;
  readonly heard: unknown[] = [];
  /** What the sink does when it hears of something. */
  does: (heard: string) => void = () => undefined;

  static async open(sent = '', options: Partial<ServerOptions> = {}): Promise<Tunnelled> {
    const scene: Tunnelled = new Tunnelled((_request, context) => {
      scene.port = RequestContext.openTunnel(context, 101, HEAD, scene);
    }, options);
    await scene.send(GET + sent);
    expect(scene.written).toBe(HEAD);
    return scene;
  }

  onRead(bytes: Uint8Array | undefined): void {
    this.#hear(bytes === undefined ? 'end' : Buffer.from(bytes).toString('latin1'));
  }

  onFlushed(): void {
    this.#hear('flushed');
  }

  onClose(error: unknown): void {
    this.#hear(error === undefined ? 'closed' : `cut: ${(error as { reason?: string }).reason}`);
  }

  fin(): void {
    this.connection.onFin(this.clock.now);
  }

  lookAgain(): void {
    this.connection.lookAgain(this.clock.now);
  }

  reset(): void {
    this.connection.onReset(this.clock.now, undefined);
  }

  read(): string | undefined | null {
    const bytes = this.port.read();
    return bytes && Buffer.from(bytes).toString('latin1');
  }

  #hear(what: string): void {
    this.heard.push(what);
    this.does(what);
  }
}

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

describe('the end', () => {
  test('of our way is a FIN behind the last byte, and reading goes on', async () => {
    const scene = await Tunnelled.open();
    scene.line.unflushedBytes = 1;
    scene.port.write('x');
    scene.port.end();
    scene.port.end();
    expect([scene.port.write('ignored'), scene.line.calls, scene.state]).toEqual([
      true,
      [],
      'tunnel/flushing/last',
    ]);
    scene.line.unflushedBytes = 0;
    scene.lookAgain();
    expect([scene.line.calls, scene.state]).toEqual([['end'], 'tunnel/shut/last']);
    scene.come('still');
    expect(scene.read()).toBe('still');
    scene.read();
    scene.fin();
    expect(scene.heard).toEqual(['flushed', 'end', 'closed']);
    expect([scene.line.calls, scene.written]).toEqual([['end', 'destroy'], 'x']);
    expect(scene.observed.slice(-2).map(([what, , , status]) => [what, status])).toEqual([
      ['completed', 101],
      ['closed', undefined],
    ]);
  });

  test('leaves what nobody has read to the reader', async () => {
    const scene = await Tunnelled.open('one');
    scene.come('two');
    scene.port.end();
    scene.fin();
    expect([scene.heard, scene.port.closed, scene.parts.ledger.bytes]).toEqual([
      ['flushed', 'closed'],
      true,
      0,
    ]);
    expect([scene.read(), scene.read(), scene.read()]).toEqual(['one', 'two', undefined]);
  });

  test.each([
    ['the client', (scene: Tunnelled) => scene.fin(), 'closed/tunnel/last'],
    ['us', (scene: Tunnelled) => scene.port.end(), 'tunnel/shut/last'],
  ])('of one way, by %s, bounds the silence of the other', async (_who, end, state) => {
    const scene = await Tunnelled.open('', { limits: { writeStallMs: 700 } });
    end(scene);
    expect(scene.state).toBe(state);
    await scene.to(600);
    // It is not silent.
    if (state.startsWith('closed')) scene.port.write('x');
    else scene.come('x');
    await scene.to(1200);
    expect(scene.heard).not.toContain('cut: peerEnded');
    await scene.to(1400);
    expect(scene.heard).toContain('cut: peerEnded');
  });

  test('does not come to a silent tunnel that is open both ways', async () => {
    const scene = await Tunnelled.open();
    await scene.to(7 * 24 * 3_600_000);
    expect([scene.heard, scene.state]).toEqual([[], 'tunnel/tunnel/last']);
  });

  test('by destroy() is a reset, and the error is given back', async () => {
    const scene = await Tunnelled.open('unread');
    scene.port.destroy({ reason: 'mine' });
    scene.port.destroy();
    expect([scene.heard, scene.line.calls]).toEqual([['cut: mine'], ['reset']]);
    expect([scene.read(), scene.port.write('x'), scene.port.unflushedBytes]).toEqual([
      null,
      true,
      0,
    ]);
  });

  test('by destroy() without an error says that we closed it', async () => {
    const scene = await Tunnelled.open();
    scene.port.destroy();
    expect([scene.heard, scene.connection.ending.reason]).toEqual([['cut: closed'], 'closed']);
  });

  test('by a reset of the client is told, and its bytes are counted', async () => {
    const records: RequestCompleted[] = [];
    const scene = await Tunnelled.open('', {
      observer: { requestCompleted: (record) => void records.push(record) },
    });
    scene.port.write('abc');
    scene.reset();
    expect(scene.heard).toEqual(['cut: peerReset']);
    expect(records).toMatchObject([
      { responseBytes: HEAD.length + 3, responseContentBytes: 3, reason: 'peerReset' },
    ]);
  });
});

describe('a tunnel that its owner leaves', () => {
  test('sends what was written, and discards what comes until the FIN', async () => {
    const scene = await Tunnelled.open('unread');
    scene.port.write('last words');
    scene.port.leave();
    expect([scene.line.calls, scene.state]).toEqual([['end'], 'discard/shut/last']);
    scene.come('more');
    scene.fin();
    expect([scene.heard, scene.line.calls, scene.written]).toEqual([
      [],
      ['end', 'destroy'],
      'last words',
    ]);
    expect(scene.read()).toBe(null);
  });

  test('waits for the FIN no longer than a lingering close does', async () => {
    const scene = await Tunnelled.open('', { limits: { lingerMs: 50 } });
    scene.port.end();
    scene.port.leave();
    scene.port.leave();
    scene.port.destroy();
    expect([scene.line.calls.at(-1), scene.state]).toEqual(['end', 'discard/shut/last']);
    await scene.to(60);
    expect([scene.heard, scene.line.calls.at(-1)]).toEqual([['flushed'], 'destroy']);
  });

  test('after the client has ended, closes', async () => {
    const scene = await Tunnelled.open();
    scene.fin();
    scene.port.leave();
    expect([scene.line.calls, scene.state]).toEqual([['destroy'], 'closed/closed/last']);
  });
});

test.each(['a', 'end', 'flushed', 'closed'])(
  'a sink that throws at %j ends its connection, and is reported',
  async (at) => {
    const scene = await Tunnelled.open();
    const error = new Error('the sink');
    scene.does = (what) => {
      if (what === at) throw error;
      if (what === 'a') scene.read();
    };
    scene.read();
    scene.come('a');
    scene.fin();
    scene.port.end();
    expect(scene.errors).toEqual([error]);
    expect([scene.port.closed, scene.parts.roster.connections.size]).toEqual([true, 0]);
  },
);
