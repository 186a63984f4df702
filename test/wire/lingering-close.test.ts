// RFC 9112 §9.6: an answer given while the client still sends reaches it, though
// megabytes are unread. A close at once would send a reset that overtakes it.

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { loopUntil } from '../support/loop-turns.js';
import { Arrivals, gate, get, type Served, serve } from '../support/test-server.js';

const SIZE = 8 * 1024 * 1024;
const content = Buffer.alloc(SIZE, 'x');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-linger-'));
  await writeFile(join(folder, 'content'), content);
});

afterAll(() => rm(folder, { recursive: true }));

/** Gives the status that the client saw; rejects where it saw none. */
type Upload = (served: Served, chunked: boolean) => Promise<number>;

const clients: Record<string, Upload> = {
  'node:http': (served, chunked) =>
    new Promise((resolve, reject) => {
      const request = httpRequest(`${served.origin}/`, {
        method: 'POST',
        agent: false,
        headers: chunked ? {} : { 'Content-Length': SIZE },
      });
      // An error after the response counts, too: the client may finish sending.
      request.on('error', reject);
      request.on('response', (response) => {
        response.resume();
        request.on('close', () => resolve(response.statusCode ?? 0));
      });
      for (let at = 0; at < SIZE; at += 65_536) request.write(content.subarray(at, at + 65_536));
      request.end();
    }),
  fetch: async (served, chunked) => {
    const init = chunked
      ? { body: new Blob([content]).stream(), duplex: 'half' as const }
      : { body: content };
    const response = await fetch(served.origin, { method: 'POST', ...init });
    await response.text();
    return response.status;
  },
  curl: (served, chunked) =>
    new Promise((resolve, reject) => {
      const coding = chunked ? ['-H', 'Transfer-Encoding: chunked'] : [];
      const child = spawn(
        'curl',
        [
          ...['-sS', '-o', join(folder, 'answer'), '-w', '%{http_code}', '-H', 'Expect:'],
          ...[
            '-X',
            'POST',
            '--data-binary',
            `@${join(folder, 'content')}`,
            ...coding,
            served.origin,
          ],
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let status = '';
      child.stdout.on('data', (text) => {
        status += text;
      });
      child.on('error', reject);
      child.on('close', (code) =>
        code === 0 ? resolve(Number(status)) : reject(new Error(`curl: ${code}, ${status}`)),
      );
    }),
};

describe.each(Object.keys(clients))('%s, with 8 MiB unread', (name) => {
  const upload = clients[name] as Upload;

  test.each([false, true])('gets its 413 (chunked: %s)', async (chunked) => {
    const served = await serve({ fetch: async (request) => reply(await request.text()) });
    expect(await upload(served, chunked)).toBe(413);
    expect(served.errors).toEqual([]);
  });

  test.each([false, true])('gets its early answer (chunked: %s)', async (chunked) => {
    const served = await serve({ fetch: () => reply('no', { status: 403 }) });
    expect(await upload(served, chunked)).toBe(403);
  });

  test('gets its 503 where the queue is full', async () => {
    const answer = gate();
    const started = new Arrivals<void>();
    const served = await serve({
      concurrency: 1,
      queue: { entriesMax: 1, waitMs: 60_000 },
      async fetch() {
        started.add();
        await answer.promise;
        return reply();
      },
    });
    await served.send(get());
    await started.next();
    await served.send(get());
    await loopUntil(() => served.server.stats().queued === 1);
    expect(await upload(served, false)).toBe(503);
    answer.open();
  });

  test('gets its 500', async () => {
    const served = await serve({
      fetch: () => {
        throw new Error('mistake');
      },
    });
    expect(await upload(served, false)).toBe(500);
  });
});

test('node:http gets its 431 for a head of 8 MiB', async () => {
  const served = await serve({ fetch: () => reply() });
  const status = await new Promise<number>((resolve, reject) => {
    const request = httpRequest(served.origin, {
      agent: false,
      headers: { Long: content.toString('latin1') },
    });
    request.on('error', reject);
    request.on('response', (response) => resolve(response.resume().statusCode ?? 0));
    request.end();
  });
  expect(status).toBe(431);
});

test('fetch gets its 431 for a head of 8 MiB', async () => {
  const served = await serve({ fetch: () => reply() });
  const response = await fetch(served.origin, { headers: { Long: content.toString('latin1') } });
  expect(response.status).toBe(431);
});

test('a client that sends all of it before it reads gets its 413', async () => {
  const served = await serve({ fetch: async (request) => reply(await request.text()) });
  const client = await served.connect();
  client.pause();
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${SIZE}\r\n\r\n`);
  await client.sent(content);
  client.resume();
  const response = await client.response();
  expect(response.status).toBe(413);
  expect(response.closes).toBe(true);
  expect(await client.ended).toBe('fin');
});
