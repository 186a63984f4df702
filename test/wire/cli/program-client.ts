// Clients of a program in processes of its own, and signals to these processes.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RawClient } from '../../support/raw-client.js';
import { get } from '../../support/test-server.js';
import { top } from '../../support/top.js';
import type { Command } from './command.js';

const url = (path: string): string => pathToFileURL(join(top, 'dist', path)).href;

/** The built package, for a program of several processes. */
export const WORKER_IMPORTS = `
import { createServer, reply } from '${url('index.js')}';
import { runWorkers } from '${url('adapters/workers/index.js')}';
`;

/** What a new connection is answered. */
export async function askAnew(port: number): Promise<string> {
  const client = await RawClient.connect(port);
  const response = await client.send(get('/', 'Connection: close\r\n')).response();
  client.socket.destroy();
  return response.text;
}

/** A client whose request has begun: the program says so, and answers after SIGUSR2. */
export async function waitingClient(command: Command, port: number): Promise<RawClient> {
  const client = await RawClient.connect(port);
  client.send(get('/wait'));
  await command.stdout.line(/^began/);
  return client;
}

/** A process that had nothing to do may be gone. */
export function signalThoseLeft(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
