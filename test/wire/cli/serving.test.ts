import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { top } from '../../support/top.js';
import { ask, cleanUp, dial, folderOf, readAnswer, sluice, start } from './command.js';

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
    await command.stdout.line(
      new RegExp(
        String.raw`^${time} 127.0.0.1 GET /a\?b=c 200 \d+\.\dms \d+B( waited \d+\.\dms)?$`,
      ),
    );
    await command.stdout.line(
      new RegExp(
        String.raw`^${time} 127.0.0.1 POST /stream 200 \d+\.\dms \d+B( waited \d+\.\dms)?$`,
      ),
    );
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

describe('a log that can’t be written', () => {
  const LOST = /^sluice: the log can't be written: .*\(lines lost: 1\)$/;

  test('because its pipe is closed, is told on stderr, and the server goes on', async () => {
    const { command, port } = await gated('--log', 'json');
    command.child.stdout?.destroy();
    for (let i = 0; i < 3; i++) expect((await ask(port, '/')).status).toBe(200);
    expect(await command.stderr.line(LOST)).toContain('EPIPE');
    command.kill('SIGTERM');
    expect(await command.exit).toBe(0);
  });

  test('because the disk is full, is told on stderr, and the server goes on', async () => {
    if (!existsSync('/dev/full')) return;
    const folder = await folderOf({ 'app.mjs': GATED });
    const command = sluice(['app.mjs', '-p', '0', '--log', 'common'], {
      cwd: folder,
      stdoutFile: '/dev/full',
    });
    // The line that says where it serves is lost, too.
    expect(await command.stderr.line(LOST)).toContain('ENOSPC');
    command.kill('SIGTERM');
    expect(await command.exit).toBe(0);
  });

  test('because nobody reads it, is told on stderr; what was lost is said where it is read again', async () => {
    const { command, port } = await gated();
    const { stdout } = command.child;
    stdout?.pause();
    const target = `/${'x'.repeat(8000)}`;
    // As much as the pipe takes and as waits behind it, and more.
    const requests = 300;
    for (let i = 0; i < requests; i += 50)
      await Promise.all(Array.from({ length: 50 }, () => ask(port, target)));
    await command.stderr.line(LOST);
    stdout?.resume();
    const said = await command.stdout.line(/^\(\d+ lines? (was|were) lost: /);
    const lost = Number(/\d+/.exec(said));
    const lines = command.stdout.lines.filter((line) => line.includes('GET /xxx')).length;
    expect(lines + lost).toBe(requests);
    command.kill('SIGTERM');
    expect(await command.exit).toBe(0);
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
    const cwd = await folderOf({ 'index.html': 'linked' });
    await symlink(join(top, 'dist/cli/main.js'), join(cwd, 'sluice'));
    const command = start([join(cwd, 'sluice'), '-p', '0'], { cwd });
    expect((await ask(await command.port(), '/')).body).toBe('linked');
  });
});

describe('a signal while a module loads', () => {
  const slow = (line: string) => ({
    'app.mjs': `console.log('loading');
      process.on('SIGUSR2', () => {});
      ${line}
      export default { fetch: () => new Response('x') };`,
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it in order', async (signal) => {
    const folder = await folderOf(slow('await new Promise((r) => setTimeout(r, 600_000));'));
    const command = sluice(['app.mjs', '-p', '0'], { cwd: folder });
    await command.stdout.line(/loading/);
    command.kill(signal);
    expect(await command.exit).toBe(0);
    expect(command.stdout.lines).toEqual([
      'loading',
      `sluice: ${signal}: stopped before it served`,
    ]);
    expect(command.stderr.text).toBe('');
  });

  test('is heard where the loop is held up, too', async () => {
    const folder = await folderOf(
      slow(`process.kill(process.pid, 'SIGTERM');
        for (const end = Date.now() + 100; Date.now() < end; );`),
    );
    const command = sluice(['app.mjs', '-p', '0'], { cwd: folder });
    expect(await command.exit).toBe(0);
    expect(command.stdout.text).toMatch(/stopped before it served|0 finished/);
  });

  test('and before anything of ours is loaded finds its handlers', async () => {
    // As the first thing that the process does, in place of a signal that comes so early.
    const folder = await folderOf({
      'early.cjs': `const { on } = process;
        process.on = function (name, listener) {
          if (name === 'SIGTERM') {
            const loaded = process.moduleLoadList.some((one) => one === 'NativeModule net');
            process.stdout.write('net is ' + (loaded ? '' : 'not ') + 'loaded\\n');
          }
          return on.call(this, name, listener);
        };`,
      'app.mjs': 'export default { fetch: () => new Response("x") };',
    });
    const command = start(
      ['--require', join(folder, 'early.cjs'), join(top, 'dist/cli/main.js'), 'app.mjs', '-p', '0'],
      { cwd: folder },
    );
    expect(await command.stdout.line(/net is/)).toBe('net is not loaded');
    await command.port();
    command.kill('SIGTERM');
    expect(await command.exit).toBe(0);
  });
});

describe('a module that ends the process itself', () => {
  test.each([
    ['while it loads', 'process.exit(0);', 0],
    ['with a code, while it loads', 'process.exit(7);', 7],
    ['while it serves', 'setTimeout(() => process.exit(0), 1);', 0],
    ['with a code, while it serves', 'setTimeout(() => process.exit(7), 1);', 7],
  ])('%s ends it as it says', async (_, line, code) => {
    const folder = await folderOf({
      'app.mjs': `${line} export default { fetch: () => new Response('x') };`,
    });
    const command = sluice(['app.mjs', '-p', '0'], { cwd: folder });
    expect(await command.exit).toBe(code);
    expect(command.stderr.text).toBe('');
  });

  test('by an error that nobody catches says nothing else', async () => {
    const folder = await folderOf({
      'app.mjs': `setTimeout(() => { throw new Error('on purpose'); }, 1);
        export default { fetch: () => new Response('x') };`,
    });
    const command = sluice(['app.mjs', '-p', '0'], { cwd: folder });
    expect(await command.exit).toBe(1);
    expect(command.stderr.text).toContain('Error: on purpose');
    expect(command.stderr.text).not.toContain('sluice:');
  });
});

describe('a close that something holds up', () => {
  test.each([
    [
      'a promise of waitUntil()',
      'context.waitUntil(new Promise(() => {})); return new Response("x");',
    ],
    [
      'a client of an event stream that has departed',
      'return new Response(new ReadableStream({ start(c) { c.enqueue(new Uint8Array(9)); } }));',
    ],
    ['a handler', 'console.log("began"); return new Promise(() => {});'],
  ])('is over after the grace, with exit code 0: %s', async (_, body) => {
    const folder = await folderOf({
      'app.mjs': `export default { fetch(request, context) { ${body} } };`,
    });
    const args = ['app.mjs', '-p', '0', '--drain-timeout', '100'];
    const command = sluice(args, { cwd: folder });
    const socket = dial(await command.port());
    socket.write(get('/'));
    if (body.includes('began')) await command.stdout.line(/began/);
    else await once(socket, 'data');
    socket.destroy();
    command.kill('SIGTERM');
    expect(await command.exit).toBe(0);
    expect(command.stdout.text).toMatch(/^sluice: closed: \d finished, 0 refused, \d cut off$/m);
    expect(command.stderr.text).toBe('');
  });
});

describe('a handler that answers with nothing', () => {
  test.each([
    ['undefined', 'undefined'],
    ['null', 'null'],
    ['a promise of nothing', 'Promise.resolve()'],
    ['a number', '5'],
  ])('%s is a 500, and the error says what a handler has to give', async (_, value) => {
    const folder = await folderOf({ 'app.mjs': `export default { fetch: () => ${value} };` });
    const command = sluice(['app.mjs', '-p', '0'], { cwd: folder });
    expect((await ask(await command.port(), '/')).status).toBe(500);
    const line = await command.stderr.line(/sluice: /);
    expect(command.stderr.text).not.toMatch(/Cannot (use|read)/);
    expect(line).toContain('GET http://');
    await command.stdout.line(/GET \/ 500 /);
  });

  test('and one that gives a thenable is answered once', async () => {
    const folder = await folderOf({
      'app.mjs': `export default {
        fetch: () => ({ then(resolve) { resolve(new Response('from a thenable')); throw new Error('late'); } }),
      };`,
    });
    const command = sluice(['app.mjs', '-p', '0'], { cwd: folder });
    expect((await ask(await command.port(), '/')).body).toBe('from a thenable');
    await command.stdout.line(/GET \/ 200 /);
  });
});
