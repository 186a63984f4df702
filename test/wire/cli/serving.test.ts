import { once } from 'node:events';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ask, cleanUp, dial, folderOf, readAnswer, sluice } from './command.js';

afterEach(cleanUp);

// Its handler holds /wait until SIGUSR2, and says when it has begun: no test has to sleep.
const GATED = `
const gate = new Promise((resolve) => process.once('SIGUSR2', resolve));
export default {
  async fetch(request) {
    switch (new URL(request.url).pathname) {
      case '/wait':
        console.log('began');
        await Promise.race([gate, new Promise((resolve) => {
          request.signal.addEventListener('abort', () => resolve(console.log('aborted')));
        })]);
        return new Response('waited');
      case '/forever':
        console.log('began');
        return new Promise(() => {});
      case '/throw':
        throw new TypeError('on purpose');
      case '/stream':
        return new Response(new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode('streamed'));
            controller.close();
          },
        }));
      default:
        return new Response('hello');
    }
  },
};
`;

async function gated(...args: string[]) {
  const folder = await folderOf({ 'app.mjs': GATED });
  const command = sluice(['app.mjs', '-p', '0', ...args], { cwd: folder });
  return { command, port: await command.port() };
}

const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;

describe('modules', () => {
  test.each([
    ['a default export', 'export default { fetch: () => new Response("hello") };'],
    ['a named export', 'export const fetch = () => new Response("hello");'],
    [
      'an app made by a class',
      'class App { routes = []; fetch = () => new Response("hello"); } export default new App();',
    ],
    [
      'a method that uses its object',
      'class App { text = "hello"; fetch() { return new Response(this.text); } } export default new App();',
    ],
    ['options beside it', 'export default { fetch: () => new Response("hello"), concurrency: 1 };'],
  ])('%s', async (_, text) => {
    const command = sluice(['app.mjs', '-p', '0'], { cwd: await folderOf({ 'app.mjs': text }) });
    expect((await ask(await command.port(), '/')).body).toBe('hello');
  });

  test('a CommonJS module, a package, and a path without its extension', async () => {
    const cwd = await folderOf({
      'app.cjs': 'module.exports = { fetch: () => new Response("cjs") };',
      'lib.js': 'module.exports = { fetch: () => new Response("lib") };',
      'node_modules/some-app/package.json': '{"name":"some-app","exports":{"./server":"./s.mjs"}}',
      'node_modules/some-app/s.mjs': 'export const fetch = () => new Response("package");',
    });
    for (const [name, body] of [
      ['app.cjs', 'cjs'],
      ['./lib', 'lib'],
      ['some-app/server', 'package'],
    ]) {
      const command = sluice([name ?? '', '-p', '0'], { cwd });
      expect((await ask(await command.port(), '/')).body).toBe(body);
    }
  });

  test('the current directory where nothing is named, and PORT from the environment', async () => {
    const cwd = await folderOf({ 'index.html': 'here' });
    const command = sluice([], { cwd, env: { PORT: '0' } });
    expect((await ask(await command.port(), '/')).body).toBe('here');
    expect(command.stdout.lines[0]).toContain(cwd);
  });
});

describe('the log', () => {
  test('says what is served, where, and how to stop', async () => {
    const { command, port } = await gated();
    expect(command.stdout.lines[0]).toBe(
      `sluice: serving app.mjs on http://127.0.0.1:${port}/ (Ctrl-C stops)`,
    );
  });

  test('has a line for each request: time, method, target, status, milliseconds, bytes', async () => {
    const { command, port } = await gated();
    await ask(port, '/a?b=c');
    await ask(port, '/stream', { method: 'POST', headers: { 'Content-Length': '0' } });
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
    await command.stdout.line(new RegExp(String.raw`^${time} GET /a\?b=c 200 \d+\.\dms -$`));
    await command.stdout.line(new RegExp(String.raw`^${time} POST /stream 200 \d+\.\dms -$`));
  });

  test('says that a handler threw, with its stack on stderr', async () => {
    const { command, port } = await gated();
    expect((await ask(port, '/throw')).status).toBe(500);
    await command.stdout.line(/ GET \/throw 500 /);
    expect(await command.stderr.line(/TypeError/)).toMatch(/GET .*\/throw: TypeError: on purpose$/);
    await command.stderr.line(/at .*app\.mjs:\d+/);
  });

  test('says that a client left before its reply', async () => {
    const { command, port } = await gated();
    const socket = dial(port);
    socket.write(get('/wait'));
    await command.stdout.line(/^began$/);
    socket.resetAndDestroy();
    await command.stdout.line(/^aborted$/);
    await command.stdout.line(/ GET \/wait .* not delivered: \w+/);
  });

  test('is silent with --quiet, but for the server itself', async () => {
    const { command, port } = await gated('--quiet');
    await ask(port, '/a');
    command.kill('SIGTERM');
    expect(await command.exit).toBe(0);
    expect(command.stdout.text).not.toContain('/a');
    expect(command.stdout.lines[0]).toContain(`:${port}/`);
  });

  test('may lose its reader: the server goes on', async () => {
    const { command, port } = await gated();
    command.child.stdout?.destroy();
    for (let i = 0; i < 3; i++) expect((await ask(port, '/')).status).toBe(200);
  });
});

describe('signals', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends an idle server with 0', async (signal) => {
    const { command, port } = await gated();
    const idle = dial(port);
    idle.write(get('/'));
    await once(idle, 'data');
    command.kill(signal);
    expect(await command.exit).toBe(0);
    expect(command.stdout.text).toContain(`sluice: ${signal}: `);
    expect(command.stdout.lines.at(-1)).toBe('sluice: closed: 0 finished, 0 refused, 0 cut off');
    expect(command.stderr.text).toBe('');
  });

  test('the first lets a request end', async () => {
    const { command, port } = await gated();
    const socket = dial(port);
    socket.write(get('/wait'));
    await command.stdout.line(/^began$/);
    command.kill('SIGTERM');
    await command.stdout.line(/^sluice: SIGTERM: /);
    command.kill('SIGUSR2');
    const answer = await readAnswer(socket);
    expect(answer).toMatchObject({ status: 200, headers: { connection: 'close' } });
    expect(answer.body).toContain('waited');
    expect(await command.exit).toBe(0);
    expect(command.stdout.lines.at(-1)).toBe('sluice: closed: 1 finished, 0 refused, 0 cut off');
    expect(command.stdout.text).toMatch(/ GET \/wait 200 /);
  });

  test('a drain that takes too long cuts off what is left, and says so', async () => {
    const { command, port } = await gated('--drain-timeout', '1');
    const socket = dial(port);
    socket.write(get('/forever'));
    await command.stdout.line(/^began$/);
    command.kill('SIGTERM');
    expect(await command.exit).toBe(0);
    expect(command.stdout.text).toContain('sluice: closed: 0 finished, 0 refused, 1 cut off');
  });

  test('the second one forces, with 3', async () => {
    const { command, port } = await gated();
    const socket = dial(port);
    socket.write(get('/wait'));
    await command.stdout.line(/^began$/);
    command.kill('SIGTERM');
    await command.stdout.line(/^sluice: SIGTERM: /);
    command.kill('SIGINT');
    expect(await command.exit).toBe(3);
    expect(command.stderr.text).toBe('sluice: SIGINT: stopped at once\n');
  });
});

describe('the command by its other names', () => {
  test('a symlink, as npm makes it, is the same command', async () => {
    const { start, top } = await import('./command.js');
    const cwd = await folderOf({ 'index.html': 'linked' });
    await symlink(join(top, 'dist/cli/main.js'), join(cwd, 'sluice'));
    const command = start([join(cwd, 'sluice'), '-p', '0'], { cwd });
    expect((await ask(await command.port(), '/')).body).toBe('linked');
  });
});
