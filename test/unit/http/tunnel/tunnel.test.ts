// The streams of a tunnel over a port that the test moves.

import { expect, test } from 'vitest';
import { Tunnel } from '../../../../src/http/tunnel/tunnel.js';
import type { TunnelPort, TunnelSink } from '../../../../src/http/tunnel/tunnel-port.js';
import { settle } from '../../../support/loop-turns.js';

class Port implements TunnelPort {
  readonly calls: string[] = [];
  sink!: TunnelSink;
  unflushedBytes = 0;
  closed = false;

  readonly tunnel: Tunnel = new Tunnel((sink) => {
    this.sink = sink;
    return this;
  });

  read(): null {
    return null;
  }

  write(bytes: Uint8Array | string): boolean {
    this.calls.push(Buffer.from(bytes as Uint8Array).toString());
    return this.unflushedBytes === 0;
  }

  writeAll(): boolean {
    return true;
  }

  end(): void {
    this.calls.push('end');
  }

  leave(): void {
    this.calls.push('leave');
  }

  destroy(error?: unknown): void {
    this.calls.push(`destroy ${error}`);
    this.sink.onClose(error);
  }

  flush(): void {
    this.unflushedBytes = 0;
    this.sink.onFlushed();
  }
}

test('a write settles when its bytes have left, and the next one waits for it', async () => {
  const port = new Port();
  const writer = port.tunnel.writable.getWriter();
  port.unflushedBytes = 1;
  const settledInOrder: string[] = [];
  for (const text of ['a', 'b']) void writer.write(text).then(() => settledInOrder.push(text));
  await settle();
  expect([port.calls, settledInOrder]).toEqual([['a'], []]);
  port.flush();
  await settle();
  expect([port.calls, settledInOrder]).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ]);
});

test.each([
  ['waits for what is on its way', ['a'], 1],
  ['waits for what is queued', ['a', 'b', 'c'], 1],
  ['ends at once where nothing waits', [], 0],
])('close() of a locked tunnel %s', async (_what, texts, unflushedBytes) => {
  const port = new Port();
  const writer = port.tunnel.writable.getWriter();
  await settle();
  port.unflushedBytes = unflushedBytes;
  for (const text of texts) void writer.write(text);
  await settle();
  port.tunnel.close();
  expect(port.calls).toEqual(texts.length === 0 ? ['end'] : ['a']);
  if (texts.length > 0) port.flush();
  await settle();
  expect(port.calls).toEqual([...texts, 'end']);
  await expect(writer.write('late')).rejects.toThrow('the tunnel was closed by close()');
  expect(port.calls).toEqual([...texts, 'end']);
});

test('writable.close() settles when all has left', async () => {
  const port = new Port();
  await settle();
  let isClosed = false;
  void port.tunnel.writable.close().then(() => {
    isClosed = true;
  });
  await settle();
  expect([port.calls, isClosed]).toEqual([['end'], false]);
  port.flush();
  await settle();
  expect(isClosed).toBe(true);
});

test('an abort does not wait for the write that is under way', async () => {
  const port = new Port();
  const writer = port.tunnel.writable.getWriter();
  await settle();
  port.unflushedBytes = 1;
  const error = new Error('enough');
  const written = writer.write('a');
  await settle();
  void writer.abort(error);
  expect(port.calls).toEqual(['a', 'destroy Error: enough']);
  await expect(written).rejects.toBe(error);
  await expect(port.tunnel.closed).rejects.toBe(error);
});

test('an end in order settles what waits, and close() and destroy() then do nothing', async () => {
  const port = new Port();
  await settle();
  const closing = port.tunnel.writable.close();
  port.sink.onClose(undefined);
  await closing;
  expect(await port.tunnel.closed).toBe(undefined);
  port.tunnel.close();
  port.tunnel.destroy(new Error());
  await port.tunnel[Symbol.asyncDispose]();
  expect(port.calls).toEqual(['end']);
});
