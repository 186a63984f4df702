// Servers and folders that end with their test, and a client that is answered once.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, reply, type Server } from '../../../src/index.js';
import { RawClient } from '../../support/raw-client.js';
import { get, onTestEnd } from '../../support/test-server.js';

export function made(): Server {
  const server = createServer({ fetch: () => reply('x') });
  onTestEnd(() => server.close({ graceMs: 0 }));
  return server;
}

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sluice-'));
  onTestEnd(() => rmSync(path, { recursive: true }));
  return path;
}

export async function answered(where: { port: number } | { path: string }): Promise<number> {
  const socket = net.createConnection({ ...where, host: '127.0.0.1' });
  onTestEnd(() => socket.destroy());
  await once(socket, 'connect');
  return (await RawClient.on(socket).send(get()).response()).status;
}
