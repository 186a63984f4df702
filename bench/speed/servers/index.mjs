// The servers that are compared: how a process of each is started, and why one can't be.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isInstalled } from '../process.mjs';

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const modules = pathOf('../../node_modules/');
const arch = { x64: 'x64', arm64: 'aarch64' }[process.arch];
// Bun's own script moves the binary there when it is first run; before, what is there is a script.
const bun = binary(`@oven/bun-linux-${arch}/bin/bun`, 'bun/bin/bun.exe');
const deno = binary(`@deno/linux-${process.arch}-glibc/deno`);
const before = process.env.SLUICE_BEFORE;

const onNode = (file, env) => ({
  command: ({ node, flags }) => [node, ...flags, pathOf(file)],
  env,
});

function binary(...paths) {
  const isBinary = (path) => existsSync(path) && statSync(path).size > 1e6;
  return paths.map((path) => `${modules}${path}`).find(isBinary);
}

const versionOf = (name) =>
  existsSync(`${modules}${name}/package.json`)
    ? JSON.parse(readFileSync(`${modules}${name}/package.json`, 'utf8')).version
    : undefined;

/** A package that bench's own lockfile installs. */
function packaged(name) {
  const version = versionOf(name);
  return version === undefined
    ? { missing: `${name} is not installed: npm ci --prefix bench --ignore-scripts` }
    : { version };
}

/** A framework of `(req, res)`, on node:http and by `sluice/register`. */
function frameworkPair(name, label) {
  const shared = packaged(name);
  return {
    [name]: { label, setup: 'its defaults', ...onNode(`${name}.mjs`), ...shared },
    [`${name}-sluice`]: {
      label: `${label} on sluice`,
      setup: 'its defaults, by `sluice/register`',
      ...onNode(`${name}-sluice.mjs`),
      ...shared,
    },
  };
}

const globals = {
  missing: existsSync(pathOf('../../../dist/globals/index.js'))
    ? undefined
    : "this build has no 'sluice/globals'",
};

export const servers = {
  sluice: {
    label: 'sluice',
    setup: '`createServer({ fetch })`, all defaults; answers with `reply()`',
    ...onNode('sluice.mjs'),
  },
  'sluice-before': {
    label: 'sluice, before',
    setup: 'another build, from SLUICE_BEFORE',
    ...onNode('sluice.mjs', { SLUICE_DIST: before ?? '' }),
    missing: before === undefined ? 'SLUICE_BEFORE names no dist folder' : undefined,
    isOptional: true,
  },
  'sluice-response': {
    label: 'sluice, Response',
    setup: 'the same, but the handler answers with a standard `Response`',
    ...onNode('sluice-response.mjs'),
  },
  'sluice-globals': {
    label: 'sluice, globals',
    setup: "the same with `import 'sluice/globals'`",
    ...onNode('sluice-response.mjs', { SLUICE_GLOBALS: '1' }),
    ...globals,
  },
  'node-http': {
    label: 'node:http',
    setup:
      '`createServer`, `writeHead` with type and length, `end`; `keepAliveTimeout` as sluice’s',
    ...onNode('node-http.mjs'),
  },
  'node-https': {
    label: 'node:https',
    setup: 'the same listeners, with a certificate of P-256',
    ...onNode('node-https.mjs'),
  },
  'sluice-node': {
    label: 'sluice/node',
    setup: 'the same listeners as node:http, on `createServer` of `sluice/node`',
    ...onNode('sluice-node.mjs'),
  },
  'fastify-sluice': {
    label: 'Fastify on sluice',
    setup: 'its defaults, by `sluice/register`',
    ...onNode('fastify-sluice.mjs'),
    ...packaged('fastify'),
  },
  fastify: {
    label: 'Fastify',
    setup: 'its defaults',
    ...onNode('fastify.mjs'),
    ...packaged('fastify'),
  },
  ...frameworkPair('express', 'Express'),
  ...frameworkPair('koa', 'Koa'),
  bun: {
    label: 'Bun.serve',
    setup: 'the same handlers as sluice, answering with `Response`',
    command: () => [bun, 'run', '--no-install', pathOf('bun.mjs')],
    env: { DO_NOT_TRACK: '1' },
    ...packaged('bun'),
    missing: bun ? undefined : 'Bun for this processor is not in bench/node_modules',
  },
  deno: {
    label: 'Deno.serve',
    setup: 'the same',
    command: () => [
      deno,
      ...['run', '--allow-all', '--no-config', '--no-remote', '--v8-flags=--expose-gc'],
      pathOf('deno.mjs'),
    ],
    env: { DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
    ...packaged('deno'),
    missing: deno ? undefined : 'Deno for this processor is not in bench/node_modules',
  },
  raw: {
    label: 'raw net',
    setup: '`net`: counts the bytes that come, and writes bytes made before; no HTTP',
    ...onNode('raw.mjs'),
  },
  nginx: {
    label: 'nginx',
    setup: 'one worker, `return 200`, no access log',
    command: () => [process.execPath, pathOf('nginx.mjs')],
    missing: isInstalled('nginx', '-v') ? undefined : 'nginx is not installed',
  },
  'hono-sluice': {
    label: 'Hono on sluice',
    setup: '`createServer({ fetch: app.fetch })`',
    ...onNode('hono-sluice.mjs'),
    ...packaged('hono'),
  },
  'hono-sluice-globals': {
    label: 'Hono on sluice, globals',
    setup: "the same with `import 'sluice/globals'`",
    ...onNode('hono-sluice.mjs', { SLUICE_GLOBALS: '1' }),
    ...packaged('hono'),
    ...globals,
  },
  'hono-node-server': {
    label: 'Hono on @hono/node-server',
    setup: '`serve({ fetch: app.fetch })`',
    ...onNode('hono-node-server.mjs'),
    ...packaged('@hono/node-server'),
  },
  'hono-srvx': {
    label: 'Hono on srvx',
    setup: '`serve({ fetch: app.fetch })`',
    ...onNode('hono-srvx.mjs'),
    ...packaged('srvx'),
  },
};

/** What is saved of the servers with these names. */
export function serverFacts(names) {
  return Object.fromEntries(
    Object.entries(servers)
      .filter(([name]) => names.includes(name))
      .map(([name, { label, setup, version }]) => [name, { label, setup, version }]),
  );
}
