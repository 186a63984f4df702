// A process that has no file descriptors left: it goes on, and idle connections make room for new ones.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { top } from '../support/top.js';
import { cleanUp, start } from './cli/command.js';

const DESCRIPTORS_MAX = 64;
/** More than fit, and fewer than the backlog of a listener. */
const CONNECTIONS = 100;
/** A connection that comes before the descriptors are free again may be closed. */
const TRIES_MAX = 50;

const PROGRAM = `
  import { createServer, reply } from ${JSON.stringify(join(top, 'dist', 'index.js'))};
  const server = createServer({ fetch: () => reply('served') });
  const { port } = await server.listen({ host: '127.0.0.1' });
  console.log('http://127.0.0.1:' + port + '/');
  process.once('SIGTERM', async () => {
    await server.close({ graceMs: 0 });
    console.log('closed');
  });
`;

const open: Socket[] = [];

afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await cleanUp();
});

/** Connected as far as the system is asked: the process may not have accepted it. */
async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  open.push(socket);
  await once(socket, 'connect');
  return socket;
}

/** What the process answers on this connection: '' where it closes instead. */
async function answerOn(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
    if (text.endsWith('served')) socket.destroy();
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await closed;
  return text;
}

/** True when one of a bounded number of new connections is answered. */
async function serves(port: number): Promise<boolean> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    if ((await answerOn(await connected(port))).endsWith('served')) return true;
  }
  return false;
}

test.skipIf(process.platform === 'win32').each(['auto', 'net'])(
  'a process without free file descriptors serves new clients, and closes as usual (%s)',
  async (transport) => {
    const command = start(['--input-type=module', '-e', PROGRAM], {
      env: { SLUICE_TRANSPORT: transport },
      descriptorsMax: DESCRIPTORS_MAX,
    });
    const port = await command.port();
    for (let i = 0; i < CONNECTIONS; i++) await connected(port);
    expect(await serves(port)).toBe(true);
    const stillOpen = open.filter((socket) => !socket.destroyed && !socket.readableEnded);
    expect(stillOpen.length).toBeLessThan(DESCRIPTORS_MAX);

    for (const socket of open.splice(0)) socket.destroy();
    expect(await serves(port)).toBe(true);
    command.kill('SIGTERM');
    expect(await command.exit).toBe(0);
    expect(command.stdout.lines.at(-1)).toBe('closed');
    expect(command.stderr.text).toBe('');
  },
);
