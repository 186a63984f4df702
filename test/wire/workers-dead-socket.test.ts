// Workers on the path of a Unix domain socket whose server was killed: its file is there, and nobody listens.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { top } from '../support/top.js';
import { cleanUp, folderOf, start } from './cli/command.js';

afterEach(cleanUp);

const url = (path: string): string => pathToFileURL(join(top, 'dist', path)).href;

const KILLED = `
import { createServer } from 'node:net';
createServer().listen('./a.sock', () => process.kill(process.pid, 'SIGKILL'));
`;

const PROGRAM = `
import { createServer, reply } from '${url('index.js')}';
import { runWorkers } from '${url('adapters/workers/index.js')}';
import { connect } from 'node:net';
const workers = await runWorkers({
  count: 3,
  start: async () => {
    const server = createServer({ fetch: () => reply('Hello') });
    await server.listen({ path: './a.sock', mode: 0o600 });
    return server;
  },
});
for (let i = 0; i < 2; i++) {
  const socket = connect('./a.sock');
  socket.on('error', (error) => console.log(error.code));
  socket.end('GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');
  for await (const bytes of socket) console.log(String(bytes).slice(0, 15));
  if (i === 0) await workers.restart();
}
await workers.close();
`;

test('take its place, and serve', async () => {
  const folder = await folderOf({ 'killed.mjs': KILLED, 'app.mjs': PROGRAM });
  expect(await start(['killed.mjs'], { cwd: folder }).exit).toBe('SIGKILL');
  const command = start(['app.mjs'], { cwd: folder });
  expect(await command.exit).toBe(0);
  expect(command.stdout.lines).toEqual(['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK']);
  expect(command.stderr.text).toBe('');
}, 60_000);
