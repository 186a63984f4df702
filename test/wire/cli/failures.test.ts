import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readArguments } from '../../../src/cli/arguments.js';
import { FLAGS } from '../../../src/cli/flags.js';
import { cleanUp, folderOf, sluice } from './command.js';

afterEach(cleanUp);

/** Runs to the end, which must come with one line on stderr, and nothing else. */
async function failureOf(args: readonly string[], options = {}) {
  const command = sluice(args, options);
  const code = await command.exit;
  expect(command.stdout.text).toBe('');
  expect(command.stderr.lines.length).toBe(1);
  expect(command.stderr.text).toMatch(/^sluice: .+\n$/);
  return { code, line: command.stderr.lines[0] };
}

describe('a wrong command line', () => {
  test.each([
    [['--bogus'], 'sluice: unknown flag --bogus (see sluice --help)'],
    [['-p', 'x'], "sluice: --port wants a port from 0 to 65535, got 'x' (see sluice --help)"],
    [['a', 'b'], 'sluice: one directory or module can be served, got 2 (see sluice --help)'],
    [['--\x1b[2J'], 'sluice: unknown flag --\\x1b[2J (see sluice --help)'],
  ])('%j is one line and exit code 2', async (args, line) => {
    expect(await failureOf(args)).toEqual({ code: 2, line });
  });

  // Each row: a flag, and values that can't be right on any machine.
  const wrong: Readonly<Record<string, readonly string[]>> = {
    port: ['70000', '1e3', '-1', '80.5', ''],
    host: ['a b', '127.0.0.1:80', '[::1', '::1::2', '[1.2.3.4]', 'http://x', '999.1.1.1', '-x', ''],
    concurrency: ['0', '1000001', 'many', ''],
    'queue-wait': ['0', '2147483648', '1s', ''],
    'drain-timeout': ['-1', '2147483648', '1s', ''],
    'readiness-delay': ['-1', '2147483648', '1s', ''],
    workers: ['0', '1025', 'all', ''],
    trust: ['x/33', '10.0.0.1/8', 'Loopback', '1.2.3', 'loopback,', '10.0.0.0/8,,::1', ''],
    'tls-key': [''],
    'tls-cert': [''],
    log: ['xml', 'JSON', ''],
    status: ['x', '65536', '[zz]:1', '[1.2]:1', '300.1.1.1:0', 'a b:1', 'a/b:1', '-a:1', ''],
  };
  const switches = ['systemd', 'proxy-protocol', 'quiet', 'version'];

  test('has every flag here', () => {
    const all = [...Object.keys(wrong), ...switches, 'help'];
    expect(all.sort()).toEqual(Object.keys(FLAGS).sort());
  });

  test.each(Object.keys(wrong))('--%s: every wrong value is exit code 2', async (name) => {
    for (const value of wrong[name] ?? []) {
      const read = readArguments([`--${name}=${value}`], {});
      expect(read, value).toMatchObject({ kind: 'usage', message: expect.stringContaining(name) });
    }
    // Once through the process. It is at an end, so it listens nowhere.
    for (const workers of [[], ['--workers', '2']]) {
      const failure = await failureOf([...workers, '-p', '0', `--${name}=${wrong[name]?.[0]}`]);
      expect(failure).toEqual({ code: 2, line: expect.stringContaining(`--${name}`) });
    }
  });

  test.each(switches)('--%s takes no value, with exit code 2', async (name) => {
    const failure = await failureOf([`--${name}=1`]);
    expect(failure).toEqual({ code: 2, line: expect.stringContaining(`--${name} takes no value`) });
  });

  test.each([
    [['-p', '7979', '--status', '7979'], /--status 7979 is the port of the server itself/],
    [['--status', '0.0.0.0:7878'], /--status 7878 is the port of the server itself/],
    [['-H', '::', '--status', '[::1]:7878'], /--status 7878 is the port of the server itself/],
    [['--tls-key', 'a'], /--tls-key needs --tls-cert/],
    [['--tls-cert', 'a'], /--tls-cert needs --tls-key/],
    [['--systemd', '-p', '5'], /--systemd takes the socket as it is, and --port/],
    [['--systemd', '-H', 'a'], /--systemd takes the socket as it is, and --host/],
    [['--proxy-protocol', '-p', '0'], /--proxy-protocol needs --trust beside it/],
    [['--proxy-protocol', '-p', '0', '--trust', 'unix'], /--proxy-protocol needs addresses/],
  ])('%j contradicts itself, with exit code 2', async (args, line) => {
    expect(await failureOf(args)).toEqual({ code: 2, line: expect.stringMatching(line) });
  });

  test.each([
    ['-p', '7979', '--status', '7980'],
    ['-H', '127.0.0.1', '--status', '127.0.0.2:7878'],
    ['-p', '0', '--status', '0'],
    ['--systemd', '--status', '7878'],
  ])('%s %s %s %s is fine', (...args) => {
    expect(readArguments(args, {}).kind).toBe('serve');
  });

  test('a wrong PORT in the environment is one too', async () => {
    const failure = await failureOf([], { env: { PORT: 'x' } });
    expect(failure.code).toBe(2);
    expect(failure.line).toContain('PORT in the environment');
  });
});

describe('what cannot be served', () => {
  const failing = async (files: Record<string, string>, name: string) =>
    failureOf([name, '-p', '0'], { cwd: await folderOf(files) });

  test('a missing directory', async () => {
    expect(await failing({}, 'no/such/dir')).toEqual({
      code: 1,
      line: "sluice: there is no directory or module 'no/such/dir'",
    });
  });

  test('a file that is no module', async () => {
    expect(await failing({ 'a.html': 'x' }, 'a.html')).toEqual({
      code: 1,
      line: "sluice: 'a.html' is neither a directory nor a module (.js, .mjs, .cjs, .ts)",
    });
  });

  test('a module of Node itself', async () => {
    expect((await failing({}, 'fs')).line).toBe("sluice: there is no directory or module 'fs'");
  });

  test.each([
    ['a message that is no text', 'Object.assign(new Error(), { message: 5 })', 'Error: 5'],
    ['a stack that is no text', 'Object.assign(new Error("a"), { stack: 5 })', 'Error: a'],
    [
      'a getter that throws',
      'Object.defineProperty(new Error(), "message", { get() { throw 1; } })',
      'an Error',
    ],
    ['a name that is no text', 'Object.assign(new Error("a"), { name: Symbol() })', 'an Error'],
  ])('a module that throws an error with %s', async (_what, thrown, words) => {
    const failure = await failing({ 'app.mjs': `throw ${thrown};` }, 'app.mjs');
    expect(failure.code).toBe(1);
    expect(failure.line).toContain(`sluice: 'app.mjs' could not be loaded: ${words}`);
  });

  test('a module whose handler can’t be read', async () => {
    const source = `export default { get fetch() { throw new Error('no handler'); } };`;
    const failure = await failing({ 'app.mjs': source }, 'app.mjs');
    expect(failure).toEqual({
      code: 1,
      line: "sluice: 'app.mjs' could not be loaded: Error: no handler (app.mjs:1)",
    });
  });

  test('a module without a handler', async () => {
    const failure = await failing({ 'app.mjs': 'export default { fetsh() {} };' }, 'app.mjs');
    expect(failure.code).toBe(1);
    expect(failure.line).toContain("'app.mjs' has no handler");
  });

  test('a module that throws', async () => {
    const text = '\n\nthrow new RangeError("too\\nmuch");';
    expect(await failing({ 'app.mjs': text }, 'app.mjs')).toEqual({
      code: 1,
      line: "sluice: 'app.mjs' could not be loaded: RangeError: too (app.mjs:3)",
    });
  });

  test('a module that throws no error', async () => {
    expect((await failing({ 'app.mjs': 'throw "no";' }, 'app.mjs')).line).toBe(
      "sluice: 'app.mjs' could not be loaded: no",
    );
  });

  test('a module with a slip of syntax', async () => {
    const failure = await failing({ 'app.mjs': '\nexport default {;' }, 'app.mjs');
    expect(failure.code).toBe(1);
    expect(failure.line).toMatch(
      /'app\.mjs' could not be loaded: SyntaxError: .* \(`node app\.mjs` shows where\)$/,
    );
  });

  test('a module that imports what is not there', async () => {
    const failure = await failing({ 'app.mjs': 'import "no-such-package";' }, 'app.mjs');
    expect(failure.code).toBe(1);
    expect(failure.line).toContain("Cannot find package 'no-such-package'");
  });

  test('a module that never finishes loading', async () => {
    const failure = await failing({ 'app.mjs': 'await new Promise(() => {});' }, 'app.mjs');
    expect(failure).toEqual({ code: 1, line: 'sluice: the module never finished loading' });
  });

  test('a module with an option that there is not', async () => {
    const text = 'export default { fetch: () => new Response(), concurency: 4 };';
    const failure = await failing({ 'app.mjs': text }, 'app.mjs');
    expect(failure.code).toBe(1);
    expect(failure.line).toContain('concurency');
  });
});

describe('where it cannot listen', () => {
  test('a port in use', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    try {
      expect(await failureOf(['-p', port], { cwd: await folderOf({}) })).toEqual({
        code: 1,
        line: `sluice: port ${port} on 127.0.0.1 is in use: stop what holds it, or choose another with --port`,
      });
    } finally {
      holder.close();
    }
  });

  test("an address of another machine's", async () => {
    // 192.0.2.0/24 is for documentation (RFC 5737): nobody has it.
    const failure = await failureOf(['-H', '192.0.2.1', '-p', '0'], { cwd: await folderOf({}) });
    expect(failure).toEqual({
      code: 1,
      line: 'sluice: 192.0.2.1 is not an address of this machine: choose another with --host',
    });
  });
});

describe('what is only printed', () => {
  test('the help', async () => {
    const command = sluice(['--help']);
    expect(await command.exit).toBe(0);
    expect(command.stdout.text).toMatch(/^Usage: sluice /);
    for (const flag of ['--port', '--host', '--concurrency', '--queue-wait', '--drain-timeout']) {
      expect(command.stdout.text).toContain(flag);
    }
    expect(Math.max(...command.stdout.lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(command.stderr.text).toBe('');
  });

  test('the version', async () => {
    const command = sluice(['-v']);
    expect(await command.exit).toBe(0);
    const { default: manifest } = await import(join('../../../package.json'), {
      with: { type: 'json' },
    });
    expect(command.stdout.text).toBe(`${manifest.version}\n`);
  });
});
