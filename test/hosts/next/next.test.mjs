// Next.js by a custom server, by its own command, and by the example. `npm run test:next` installs and builds first.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, BOTH, hostTests } from '../hosts.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** What differs from process to process. */
function settled(answer) {
  const { lines, headers: _, text, ...others } = answer;
  return { ...others, lines, length: text.length };
}

const scenarios = {
  'serves pages, files, redirects, and what it has not': async ({ ask }) => {
    const answers = [];
    const expected = { '/': 200, '/users/42': 200, '/file.txt': 200, '/away': 307, '/none': 404 };
    for (const [path, status] of Object.entries(expected)) {
      const headers = { 'User-Agent': 'a test' };
      const answer = await ask(path, { headers });
      expect(answer.status, path).toBe(status);
      answers.push(settled(answer), settled(await ask(path, { method: 'HEAD', headers })));
    }
    expect((await ask('/')).text).toContain('Hello from Next');
    expect((await ask('/users/42')).text).toContain('user ');
    return answers;
  },

  'compresses, and answers 304': async ({ ask }) => {
    const packed = await ask('/', { headers: { 'Accept-Encoding': 'gzip' } });
    expect(packed.headers['content-encoding']).toBe('gzip');
    const { etag } = (await ask('/')).headers;
    const same = await ask('/', { headers: { 'If-None-Match': etag } });
    expect(same.status).toBe(304);
    return [packed.lines, same.lines];
  },

  'streams a page whose part comes later': async ({ ask }) => {
    const answer = await ask('/slow');
    expect(answer.text).toMatch(/to come.*came later/s);
    return settled(answer).lines;
  },

  'answers by route handlers, in one piece and in a stream': async ({ ask }) => {
    const body = 'next '.repeat(50_000);
    const echo = await ask('/api/echo', { method: 'POST', body });
    expect(echo.text).toBe(body);
    const events = await ask('/api/events');
    expect(events.text.match(/id: \d/g)).toHaveLength(5);
    return [echo, events];
  },
};

hostTests('Next.js 16 by a custom server', '../next/start', BOTH, scenarios);

describe('Next.js 16', () => {
  const children = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  async function begin(args, env) {
    const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, ...env } });
    children.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => {
        said += text;
      });
    const exit = once(child, 'exit');
    const over = exit.then(() => {
      throw new Error(`it ended: ${said}`);
    });
    over.catch(() => undefined);
    while (!/127\.0\.0\.1:\d+/.test(said)) await Promise.race([once(child.stdout, 'data'), over]);
    return {
      port: Number(/127\.0\.0\.1:(\d+)/.exec(said)[1]),
      said: () => said,
      async close() {
        child.kill('SIGTERM');
        const [code, signal] = await exit;
        return code ?? signal;
      },
    };
  }

  it('runs by its own command under sluice/register', async () => {
    const register = ['--import', 'sluice/register'];
    const command = ['node_modules/next/dist/bin/next', 'start', '-p', '0', '-H', '127.0.0.1'];
    const { port, said, close } = await begin([...register, ...command], { SLUICE_DEBUG: '1' });
    expect(said()).toContain('sluice: http.createServer');
    expect((await ask(port, '/')).text).toContain('Hello from Next');
    const body = 'x'.repeat(100_000);
    expect((await ask(port, '/api/echo', { method: 'POST', body })).text).toBe(body);
    await close();
  });

  it('runs by the example', async () => {
    copyFileSync(new URL('../../../examples/next.mjs', import.meta.url), `${folder}.example.mjs`);
    const { port, close } = await begin(['.example.mjs'], { PORT: '0', NODE_ENV: 'production' });
    expect((await ask(port, '/')).text).toContain('Hello from Next');
    expect(await close()).toBe(0);
  });
});
