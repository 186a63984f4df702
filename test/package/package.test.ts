import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packAndInstall } from '../support/packed-package.js';
import { top } from '../support/top.js';

// The package as its users get it: packed from a copy of the sources, away from the checkout (a
// dist that is lying about can't help), and installed from the tarball into a project of its own.

const manifest = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
  exports: Record<string, unknown>;
  dependencies?: object;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: object;
  main: string;
  types: string;
  typesVersions: { '*': Record<string, [string]> };
};

let scratch: string;
let consumer: string;
/** The paths inside the tarball. */
let packed: string[];

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'sluice-package-'));
  consumer = join(scratch, 'consumer');
  packed = packAndInstall(scratch, consumer, `${manifest.name}-${manifest.version}.tgz`);
}, 600_000);

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** Runs a script of the consumer's and gives what it printed. */
function run(name: string, text: string): string {
  writeFileSync(join(consumer, name), text);
  const { status, stdout, stderr } = spawnSync(process.execPath, [name], {
    cwd: consumer,
    encoding: 'utf8',
    timeout: 120_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

/** Serves one real request, and prints what came back. */
const roundTrip = `
  const server = createServer({
    fetch(request) {
      return reply(\`\${request.method} \${new URL(request.url).pathname}\\n\`, { status: 201 });
    },
  });
  const { port } = await server.listen({ port: 0 });
  const response = await fetch(\`http://127.0.0.1:\${port}/hello\`, {
    headers: { connection: 'close' },
  });
  console.log(response.status, (await response.text()).trim());
  await server.close();
`;

describe('the tarball', () => {
  test('holds what is built, what every package holds, and nothing else', () => {
    const stray = packed.filter(
      (path) =>
        !/^dist\/.+\.(js|d\.ts)$/.test(path) &&
        !['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md'].includes(path),
    );
    expect(stray).toEqual([]);
  });

  test('has every file that the manifest names', () => {
    const named = (value: unknown): string[] =>
      typeof value === 'string' ? [value] : Object.values(value as object).flatMap(named);
    const { exports, main, types, typesVersions } = manifest;
    const missing = named([exports, main, types, typesVersions])
      .map((path) => path.replace(/^\.\//, ''))
      .filter((path) => !packed.includes(path));
    expect(missing).toEqual([]);
    expect(existsSync(join(consumer, 'node_modules/.bin/sluice'))).toBe(true);
  });

  test('tells resolvers from before exports the same', () => {
    const typed = (name: string): unknown => (manifest.exports[name] as { types: string }).types;
    expect(manifest.exports['.']).toEqual({ types: manifest.types, default: manifest.main });
    const entries = Object.keys(manifest.exports).filter((name) => /^\.\/[\w-]+$/.test(name));
    expect(manifest.typesVersions['*']).toEqual(
      Object.fromEntries(entries.map((name) => [name.slice(2), [typed(name)]])),
    );
  });

  test('shows nothing internal in its types, and no name that TypeScript 5.0 does not know', () => {
    const showing = packed
      .filter((path) => path.endsWith('.d.ts'))
      .filter((path) => {
        const text = readFileSync(join(consumer, 'node_modules/sluice', path), 'utf8');
        return /@internal|Uint8Array</.test(text);
      });
    expect(showing).toEqual([]);
  });

  // V8 keeps the text of a file for as long as the process runs. Where one character is outside of Latin-1, each takes
  // two bytes.
  test('has nothing but ASCII in what Node reads, and no comment for readers of types', () => {
    const texts = packed
      .filter((path) => path.endsWith('.js'))
      .map((path) => [path, readFileSync(join(consumer, 'node_modules/sluice', path), 'latin1')]);
    const wide = texts.filter(([, text]) => /[\u0080-\u00ff]/.test(text as string));
    expect(wide.map(([path]) => path)).toEqual([]);
    const commented = texts.filter(([, text]) => /^\s*\/\*\*/m.test(text as string));
    expect(commented.map(([path]) => path)).toEqual([]);
  });

  test('brings no other package with it, and asks for none', () => {
    const installed = readdirSync(join(consumer, 'node_modules'));
    expect(installed.filter((name) => !name.startsWith('.'))).toEqual(['sluice']);
    const { dependencies, peerDependencies = {}, peerDependenciesMeta } = manifest;
    expect(dependencies).toBeUndefined();
    expect(peerDependenciesMeta).toEqual(
      Object.fromEntries(Object.keys(peerDependencies).map((name) => [name, { optional: true }])),
    );
  });

  test('names no Buffer in its public types', () => {
    const naming = packed
      .filter((path) => path.endsWith('.d.ts'))
      .filter((path) =>
        /\bBuffer\b/.test(
          readFileSync(join(consumer, 'node_modules/sluice', path), 'utf8').replace(
            /\/\*[\s\S]*?\*\/|\/\/.*/g,
            '',
          ),
        ),
      );
    expect(naming).toEqual([]);
  });
});

describe('what an entry reads', () => {
  /** The files that come with `path`, and Node's modules that they import. */
  function readBy(path: string, all: Set<string> = new Set()): Set<string> {
    if (all.has(path)) return all;
    all.add(path);
    if (path.startsWith('node:')) return all;
    const text = readFileSync(join(consumer, 'node_modules/sluice', path), 'utf8');
    for (const [, name] of text.matchAll(/^(?:import|export) (?:.* from )?"([^"]+)";?$/gm))
      readBy(name?.startsWith('.') ? posix.join(posix.dirname(path), name) : String(name), all);
    return all;
  }

  // Each file that is read at the start takes part of a millisecond; there were 104.
  test("is a file for each layer, and Node's modules that cost little", () => {
    expect([...readBy('dist/index.js')].sort()).toEqual([
      'dist/index.js',
      'dist/layers/conn.js',
      'dist/layers/fsm.js',
      'dist/layers/http.js',
      'dist/layers/io.js',
      'dist/layers/limiter.js',
      'dist/layers/options.js',
      'dist/layers/server.js',
      'node:async_hooks',
      'node:diagnostics_channel',
      'node:net',
    ]);
  });

  test('is nothing of Node where it is pure', () => {
    expect([...readBy('dist/fsm/index.js')].sort()).toEqual([
      'dist/fsm/index.js',
      'dist/layers/fsm.js',
      'dist/layers/options.js',
    ]);
    expect([...readBy('dist/limiter/index.js')].sort()).toEqual([
      'dist/layers/limiter.js',
      'dist/layers/options.js',
      'dist/limiter/index.js',
    ]);
  });

  test('of the command line, is nothing that a flag asks for', () => {
    const read = [...readBy('dist/layers/run.js')];
    expect(read).toContain('dist/layers/server.js');
    for (const name of ['workers', 'status']) {
      expect(read.filter((path) => path.startsWith(`dist/layers/${name}`))).toEqual([]);
    }
    expect(read).not.toContain('node:cluster');
  });
});

describe('a project that installed it', () => {
  test('serves a request by import', () => {
    const printed = run('a.mjs', `import { createServer, reply } from 'sluice';${roundTrip}`);
    expect(printed).toBe('201 GET /hello\n');
  });

  test('serves a request by require', () => {
    const printed = run(
      'a.cjs',
      `const { createServer, reply } = require('sluice');(async () => {${roundTrip}})();`,
    );
    expect(printed).toBe('201 GET /hello\n');
  });

  test('loads nothing of fetch before a handler names it', () => {
    const printed = run(
      'start.mjs',
      `import net from 'node:net';
      import { createServer, reply } from 'sluice';
      const loaded = () => process.moduleLoadList.some((name) => name.includes('undici'));
      const server = createServer({
        fetch(request) {
          console.log(request.method, request.url, request.headers.get('host'), loaded());
          console.log(request instanceof Request, request.headers instanceof Headers, loaded());
          return reply('Hello\\n');
        },
      });
      const { port } = await server.listen();
      const socket = net.connect(port, '127.0.0.1');
      socket.end('GET /x HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');
      for await (const bytes of socket) console.log(String(bytes).slice(0, 15), loaded());
      await server.close();`,
    );
    expect(printed).toBe('GET http://a/x a false\ntrue true true\nHTTP/1.1 200 OK true\n');
  });

  test('loads nothing of fetch for a (req, res) listener', () => {
    const printed = run(
      'listener.mjs',
      `import net from 'node:net';
      import { createServer } from 'sluice/node';
      const server = createServer((req, res) => res.end(req.url)).listen(0, '127.0.0.1');
      server.once('listening', async () => {
        const socket = net.connect(server.address().port, '127.0.0.1');
        socket.end('GET /x HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n');
        for await (const bytes of socket) console.log(String(bytes).slice(0, 15));
        server.close();
        console.log(process.moduleLoadList.filter((name) => name.includes('undici')));
      });`,
    );
    expect(printed).toBe('HTTP/1.1 200 OK\n[]\n');
  });

  test('loads nothing of node:util before it is needed', () => {
    const printed = run(
      'builtins.mjs',
      `import { createServer, reply } from 'sluice';
      const server = createServer({ fetch: () => reply() });
      await server.listen();
      await server.close();
      // What an import of node:util would load, since an import reads every export.
      console.log(process.moduleLoadList.filter((name) => name.includes('parse_args')));`,
    );
    expect(printed).toBe('[]\n');
  });

  test('sees the names of functions and their layers in a stack', () => {
    const printed = run(
      'stack.mjs',
      `import { createServer, reply } from 'sluice';
      import { inject } from 'sluice/testing';
      const server = createServer({
        fetch() {
          console.log(new Error().stack);
          return reply();
        },
      });
      await inject(server, new Request('http://a/'));`,
    );
    expect(printed).toMatch(/at Exchange\.run \(.*\/sluice\/dist\/layers\/conn\.js:\d+:\d+\)/);
  });

  test('gets every other entry by import and by require', () => {
    const text = `
      for (const entry of ['sluice/core', 'sluice/limiter', 'sluice/testing', 'sluice/workers']) {
        if (require(entry) !== (await import(entry))) throw new Error(entry + ' is loaded twice');
      }
      const { RequestParser } = require('sluice/core');
      const { createLimiter } = require('sluice/limiter');
      const { inject } = require('sluice/testing');
      console.log(typeof RequestParser, typeof createLimiter, typeof inject);
      console.log(require('sluice/package.json').version);
    `;
    expect(run('b.cjs', `(async () => {${text}})();`)).toBe(
      `function function function\n${manifest.version}\n`,
    );
  });

  test('gets no function or class under a name that the bundler gave it', () => {
    const ofPeers = ['./prometheus', './opentelemetry', './package.json'];
    const entries = Object.keys(manifest.exports).filter((entry) => !ofPeers.includes(entry));
    const text = `
      for (const entry of ${JSON.stringify(entries)}) {
        const { https, ...rest } = await import('sluice' + entry.slice(1));
        for (const [name, value] of [...Object.entries(rest), ...Object.entries(https ?? {})])
          if (typeof value === 'function' && /\\$\\d+$/.test(value.name)) console.log(entry, name, value.name);
      }
    `;
    expect(run('names.mjs', text)).toBe('');
  });

  test('can not reach past the entries', () => {
    const text = `
      try { await import('sluice/dist/server.js'); } catch (error) { console.log(error.code); }
    `;
    expect(run('c.mjs', text)).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n');
  });

  test('gets a command that says how it is used', () => {
    const { status, stdout } = spawnSync(join(consumer, 'node_modules/.bin/sluice'), ['--help'], {
      cwd: consumer,
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    expect(stdout).toContain('[dir|module]');
  });
});

describe('the types', () => {
  const usage = readFileSync(join(top, 'test/types/usage.mts'), 'utf8');

  /** What tsc says of the usage; each of the environments checks the packed types themselves, too. */
  function compile(environment: Record<string, unknown>): string {
    writeFileSync(join(consumer, 'usage.mts'), usage);
    writeFileSync(join(consumer, 'usage.cts'), usage);
    writeFileSync(
      join(consumer, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          module: 'nodenext',
          target: 'es2023',
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: false,
          noEmit: true,
          ...environment,
        },
        files: ['usage.mts', 'usage.cts'],
      }),
    );
    const tsc = join(top, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], {
      cwd: consumer,
      encoding: 'utf8',
    });
    return stdout;
  }

  test('compile under strict and nodenext with the types of the web alone', () => {
    expect(
      compile({ lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'], types: [] }),
    ).toBe('');
  });

  test("compile under strict and nodenext with Node's", () => {
    expect(
      compile({ lib: ['es2023'], types: ['node'], typeRoots: [join(top, 'node_modules/@types')] }),
    ).toBe('');
  });
});
