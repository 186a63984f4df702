// `sluice --workers N`.

import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ask, cleanUp, folderOf, sluice } from './command.js';
import { askAnew, signalThoseLeft, waitingClient } from './program-client.js';

afterEach(cleanUp);

const APP = `
export default { fetch: async ({ url }) => {
  if (url.endsWith('/wait')) { console.log('began'); await new Promise((done) => process.once('SIGUSR2', done)); }
  return new Response('one ' + process.pid);
} };
`;

async function serving(...flags: string[]) {
  const folder = await folderOf({ 'app.mjs': APP });
  const command = sluice(['app.mjs', '-p', '0', '--workers', '2', ...flags], { cwd: folder });
  return { command, folder, port: await command.port() };
}

test('says once where it serves, and by how many', async () => {
  const { command, port } = await serving('-q');
  expect(command.stdout.lines).toEqual([
    `sluice: serving app.mjs on http://127.0.0.1:${port}/, by 2 workers (Ctrl-C stops)`,
  ]);
  expect(await askAnew(port)).toMatch(/^one \d+$/);
  command.kill('SIGTERM');
  expect(await command.exit).toBe(0);
  expect(command.stdout.lines.at(-1)).toMatch(/^sluice: closed: 0 finished, 0 refused, 0 cut off/);
});

test('--status shows the figures of all workers, and their sums', async () => {
  const { command, port } = await serving('-q', '--status', '0');
  const [line = ''] = command.stdout.lines;
  const place = /by 2 workers, its status on http:\/\/127\.0\.0\.1:(\d+)\//.exec(line)?.[1];
  for (let i = 0; i < 5; i++) await askAnew(port);
  const client = await waitingClient(command, port);
  const headers = { Host: 'localhost' };
  const { status, body } = await ask(Number(place), '/status.json', { headers });
  expect(status).toBe(200);
  const { total, workers } = JSON.parse(body);
  expect(total).toMatchObject({ started: 6, inFlight: 1 });
  expect(workers).toHaveLength(2);
  expect(workers[0].stats.started + workers[1].stats.started).toBe(6);
  expect((await ask(Number(place), '/', { headers })).body).toContain('<td>all</td>');
  client.socket.destroy();
  command.kill('SIGTERM');
  expect(await command.exit).toBe(0);
});

test('a port for --status that is taken is told, and no worker is left', async () => {
  const { command, port } = await serving('-q');
  const folder = await folderOf({ 'app.mjs': APP });
  const flags = ['-p', '0', '--workers', '2', '--status', String(port)];
  const other = sluice(['app.mjs', ...flags], { cwd: folder });
  expect(await other.exit).toBe(1);
  expect(other.stderr.lines.at(-1)).toMatch(/is in use: .* choose another with --status/);
  command.kill('SIGTERM');
  expect(await command.exit).toBe(0);
});

test('SIGHUP replaces the workers, which load what is there now', async () => {
  const { command, folder, port } = await serving('-q');
  await writeFile(join(folder, 'app.mjs'), APP.replace("'one '", "'two '"));
  command.kill('SIGHUP');
  await command.stdout.line(/all workers are replaced/);
  for (let i = 0; i < 8; i++) expect(await askAnew(port)).toMatch(/^two \d+$/);
  await appendFile(join(folder, 'app.mjs'), 'throw new RangeError("a slip");');
  command.kill('SIGHUP');
  expect(await command.stderr.line(/old workers stay/)).toContain(
    "'app.mjs' could not be loaded: RangeError: a slip",
  );
  expect(await askAnew(port)).toMatch(/^two \d+$/);
});

test('requests under way end after a signal to the whole group, as of a terminal', async () => {
  const { command, port } = await serving();
  const client = await waitingClient(command, port);
  const pids = [Number((await askAnew(port)).slice(4))];
  while (pids.length < 2) {
    const pid = Number((await askAnew(port)).slice(4));
    if (!pids.includes(pid)) pids.push(pid);
  }
  for (const pid of pids) process.kill(pid, 'SIGINT');
  command.kill('SIGINT');
  await command.stdout.line(/SIGINT: letting requests end/);
  signalThoseLeft(pids, 'SIGUSR2');
  expect((await client.response()).status).toBe(200);
  client.socket.destroy();
  expect(await command.exit).toBe(0);
  expect(command.stdout.text).toMatch(/"?GET \/wait/);
});

test('a second signal cuts them off, with exit code 3', async () => {
  const { command, port } = await serving();
  const client = await waitingClient(command, port);
  command.kill('SIGTERM');
  await command.stdout.line(/SIGTERM: letting requests end/);
  command.kill('SIGINT');
  await client.ended;
  client.socket.destroy();
  expect(await command.exit).toBe(3);
});

test.each([
  [['gone.mjs'], 1, "sluice: there is no directory or module 'gone.mjs'"],
  [['app.mjs', '--trust', 'x/33'], 2, /^sluice: --trust: got "x\/33"/],
  [['app.mjs', '--proxy-protocol'], 2, /^sluice: --proxy-protocol needs --trust beside it/],
  [
    ['app.mjs', '--workers', '0'],
    2,
    /^sluice: --workers wants a number from 1 to 1024, or 'auto', got '0'/,
  ],
])('what can not be served is one line: %j', async (args, code, line) => {
  const folder = await folderOf({ 'app.mjs': APP });
  const command = sluice(['--workers', '2', '-p', '0', ...args], { cwd: folder });
  expect(await command.exit).toBe(code);
  expect(command.stdout.text).toBe('');
  expect(command.stderr.lines.length).toBe(1);
  expect(command.stderr.lines[0]).toMatch(line);
});

test('a port in use is one line', async () => {
  const { port } = await serving('-q');
  const folder = await folderOf({ 'app.mjs': APP });
  const command = sluice(['app.mjs', '-w', '1', '-p', String(port)], { cwd: folder });
  expect(await command.exit).toBe(1);
  expect(command.stderr.text).toBe(
    `sluice: port ${port} on 127.0.0.1 is in use: stop what holds it, or choose another with --port\n`,
  );
});
