import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Snapshot } from '../../../src/adapters/status/snapshot.js';
import { RawClient } from '../../support/raw-client.js';
import { get } from '../../support/test-server.js';
import { top } from '../../support/top.js';
import { type Command, cleanUp, folderOf, sluice } from './command.js';

afterEach(cleanUp);

/** It never answers. */
const NEVER = 'export default { fetch: () => new Promise(() => undefined) };';

async function statusUrl(command: Command): Promise<string> {
  const line = await command.stdout.line(/serving/);
  const url = /on http:\/\/127\.0\.0\.1:\d+\/, its status on (http:\/\/\S+) \(Ctrl-C stops\)$/.exec(
    line,
  )?.[1];
  if (url === undefined) throw new Error(`no status in: ${line}`);
  return url;
}

test('--status serves the page on the loopback, and shows the drain to its end', async () => {
  const cwd = await folderOf({ 'app.js': NEVER });
  const command = sluice(['app.js', '-p', '0', '--status', '0'], { cwd });
  const port = await command.port();
  const url = await statusUrl(command);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  expect(await (await fetch(url)).text()).toContain('<h1>app.js</h1>');

  const held = (await RawClient.connect(port)).send(get('/held'));
  const view = async () =>
    (await (await fetch(`${url}status.json`)).json()) as {
      state: string;
      limiter: { inFlight: number };
    };
  await expect.poll(async () => (await view()).limiter.inFlight).toBe(1);
  const events = await fetch(`${url}events`);
  const frames = events.text();
  command.kill('SIGTERM');
  await command.stdout.line(/letting requests end/);
  await expect.poll(async () => (await view()).state).toBe('draining');
  held.reset();
  await command.stdout.line(/closed:/);
  const last = [...(await frames).matchAll(/^data: (.*)$/gm)].at(-1)?.[1] ?? '{}';
  expect(JSON.parse(last)).toMatchObject({ state: 'Closed' });
  expect(await command.exit).toBe(0);
});

test('--status shows what led to a fault', async () => {
  const cwd = await folderOf({ 'app.js': NEVER });
  const command = sluice(['app.js', '-p', '0', '--status', '0'], { cwd });
  const client = await RawClient.connect(await command.port());
  client.send('GET / HTTP/1.1\r\n');
  const url = await statusUrl(command);
  const json = async () => (await (await fetch(`${url}status.json`)).json()) as Snapshot;
  await expect.poll(async () => (await json()).connections.byPhase['reading-headers']).toBe(1);
  client.send('Host : a\r\n\r\n');
  expect((await client.response()).status).toBe(400);
  expect((await json()).faults.last[0]?.transitions).toMatchObject([
    { event: 'headStart', state: 'head/idle/keep' },
  ]);
});

test('--status says what is wrong with its place', async () => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  const { port } = blocker.address() as { port: number };
  const cwd = await folderOf({ 'index.html': 'x' });
  const command = sluice(['-p', '0', '--status', `${port}`], { cwd });
  expect(await command.stderr.line(/sluice/)).toBe(
    `sluice: port ${port} on 127.0.0.1 is in use: stop what holds it, or choose another with --status`,
  );
  expect(await command.exit).toBe(1);
  expect(command.stdout.text).toBe('');
  blocker.close();
});

test.each(['layers/run.js', 'adapters/access-log/index.js'])(
  'the page is loaded for those who want it, not with %s',
  (entry) => {
    const loaded = new Set([join(top, 'dist', entry)]);
    for (const path of loaded) {
      const imports = readFileSync(path, 'utf8').matchAll(
        /^(?:import|export) .* from "(\.[^"]+)";$/gm,
      );
      for (const [, name] of imports) loaded.add(join(dirname(path), name as string));
    }
    const names = [...loaded].map((path) => basename(path));
    expect(names).toContain('access-log.js');
    expect(names).not.toContain('status.js');
  },
);
