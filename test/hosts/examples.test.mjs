// The examples that need a package, from a folder where it is found.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, json, readUntil } from './hosts.mjs';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const copies = fileURLToPath(new URL('node_modules/.examples/', import.meta.url));

describe('the examples', () => {
  const children = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  async function example(name) {
    mkdirSync(copies, { recursive: true });
    copyFileSync(`${examples}${name}`, `${copies}${name}`);
    const env = { ...process.env, PORT: '0' };
    const child = spawn(process.execPath, [`${copies}${name}`], { env });
    children.push(child);
    let said = '';
    let failed = '';
    child.stdout.on('data', (text) => {
      said += text;
    });
    child.stderr.on('data', (text) => {
      failed += text;
    });
    const exit = once(child, 'exit');
    const over = exit.then(() => {
      throw new Error(`${name} ended: ${said}${failed}`);
    });
    over.catch(() => undefined);
    while (!/:\d+\/?\n/.test(said)) await Promise.race([once(child.stdout, 'data'), over]);
    return {
      port: Number(/:(\d+)\/?\n/.exec(said)[1]),
      async close() {
        child.kill('SIGTERM');
        const [code] = await exit;
        return { code, last: said.trimEnd().split('\n').at(-1) };
      },
    };
  }

  it('express.mjs answers, sends events, and closes when asked', async () => {
    const { port, close } = await example('express.mjs');
    const answer = await ask(port, '/', { headers: { Connection: 'keep-alive' } });
    expect(answer.text).toBe('Hello from Express\n');
    expect(answer.headers['keep-alive']).toBe('timeout=10');
    expect((await ask(port, '/echo', json([1]))).text).toBe('{"got":[1]}');
    expect((await readUntil(port, '/events', 'id: 0')).type).toBe('text/event-stream');
    expect(await close()).toEqual({ code: 0, last: 'closed' });
  });

  it('fastify.mjs answers, validates, and closes when asked', async () => {
    const { port, close } = await example('fastify.mjs');
    expect((await ask(port, '/')).text).toBe('{"hello":"Fastify"}');
    expect((await ask(port, '/greet', json({ name: 'x' }))).text).toBe('{"hello":"x"}');
    expect((await ask(port, '/greet', json({}))).status).toBe(400);
    expect(await close()).toEqual({ code: 0, last: 'closed' });
  });
});
