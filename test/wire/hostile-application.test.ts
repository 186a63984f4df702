// A process that serves a hostile application to clients which break off at any byte is alive afterwards,
// answers a plain request, and has let go of everything.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Random } from '../../src/testing/index.js';
import { PLAIN_TARGET } from '../support/hostile/application.js';
import { hostileVisit } from '../support/hostile/visit.js';

const SEED = Number(process.env.SLUICE_SEED);
const VISITS = 150;
const CHILD = new URL('../support/hostile/child.mjs', import.meta.url).pathname;

const scratch = mkdtempSync(join(tmpdir(), 'sluice-hostile-'));
const bundled = join(scratch, 'child.mjs');

// To take the types off three hundred files one by one takes longer than all visits.
beforeAll(async () => {
  const modules = await rolldown({
    input: CHILD,
    platform: 'node',
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  });
  await modules.write({ file: bundled, sourcemap: 'inline' });
  await modules.close();
});

const children: ChildProcess[] = [];

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(scratch, { recursive: true });
});

async function visit(port: number, random: Random): Promise<void> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  socket.resume();
  const over = new Promise((resolve) => socket.once('close', resolve));
  for (const { afterMs, bytes, end } of hostileVisit(random).steps) {
    if (afterMs > 0) await sleep(afterMs);
    if (bytes !== undefined) socket.write(bytes);
    if (end === 'end') socket.end();
    else if (end === 'destroy') socket.destroy();
    else if (end === 'reset') socket.resetAndDestroy();
  }
  const patience = setTimeout(() => socket.destroy(), 300);
  await over;
  clearTimeout(patience);
}

// At the same time, since most of it is waiting.
test.concurrent.each(['', 'net'])(
  'on the transport %j',
  async (transport) => {
    const child = spawn(process.execPath, [bundled, String(SEED)], {
      env: { ...process.env, SLUICE_TRANSPORT: transport, NODE_NO_WARNINGS: '1' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const port = Number((await lines.next()).value);
    const random = new Random(SEED);
    const visits = Array.from({ length: VISITS }, () => random.fork());
    while (visits.length > 0)
      await Promise.all(visits.splice(0, 15).map((own) => visit(port, own)));
    expect(child.exitCode).toBe(null);
    const plain = await fetch(`http://127.0.0.1:${port}${PLAIN_TARGET}`, {
      headers: { Connection: 'close' },
    });
    expect(await plain.text()).toBe('plain');
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.stdin.write('end\n');
    const told: unknown = JSON.parse((await lines.next()).value ?? '{}');
    const left = { open: 0, inFlight: 0, queued: 0, bytes: 0 };
    expect(told).toMatchObject({ left, isClosed: true, escaped: [] });
    expect(await exited).toBe(0);
  },
  60_000,
);
