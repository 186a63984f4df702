// examples/websocket.mjs, as a user starts it: with the built package.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RawClient } from '../support/raw-client.js';

let child: ChildProcess;
let port = 0;

beforeAll(async () => {
  const path = fileURLToPath(new URL('../../examples/websocket.mjs', import.meta.url));
  child = spawn(process.execPath, [path], { env: { ...process.env, PORT: '0' } });
  const [line] = await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
  port = Number(/:(\d+)\//.exec(`${line}`)?.[1]);
});

afterAll(() => {
  child.kill('SIGKILL');
});

async function connected(): Promise<RawClient> {
  const client = await RawClient.connect(port);
  // The key of RFC 6455 §1.3.
  client.send(
    'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  const { status, fields } = await client.head();
  expect([status, Object.fromEntries(fields)['Sec-WebSocket-Accept']]).toEqual([
    101,
    's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
  ]);
  return client;
}

/** RFC 6455 §5.7: a masked text frame that contains 'Hello'. */
const HELLO = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];

test('echoes a message, however it is cut, and closes politely', async () => {
  const client = await connected();
  for (const byte of HELLO) await client.sent(Uint8Array.of(byte));
  expect([...(await client.take(7))]).toEqual([0x81, 0x05, ...Buffer.from('Hello')]);
  client.send(Uint8Array.of(0x88, 0x80, 0, 0, 0, 0));
  expect([...(await client.rest())]).toEqual([0x88, 0x00]);
  expect(await client.ended).toBe('fin');
  client.finish();
});

test.skipIf(globalThis.WebSocket === undefined)(
  'serves the WebSocket of the platform',
  async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
    await once(socket as unknown as NodeJS.EventEmitter, 'open');
    const text = 'x'.repeat(70_000);
    socket.send(text);
    const [message] = await once(socket as unknown as NodeJS.EventEmitter, 'message');
    expect((message as MessageEvent).data === text).toBe(true);
    socket.close();
    const [closed] = await once(socket as unknown as NodeJS.EventEmitter, 'close');
    expect((closed as { wasClean?: boolean }).wasClean).toBe(true);
  },
);

test('ends its tunnels when the server is told to close', async () => {
  const client = await connected();
  child.kill('SIGINT');
  expect([...(await client.take(4))]).toEqual([0x88, 0x02, 0x03, 0xe9]);
  client.send(Uint8Array.of(0x88, 0x80, 0, 0, 0, 0)).finish();
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});
