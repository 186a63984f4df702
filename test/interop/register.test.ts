// `sluice/register`, as programs start it: by both flags, for modules of both kinds, in the main thread and in workers.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { top } from '../support/top.js';

const run = promisify(execFile);

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program that is given as text; sluice is found by its name. */
async function ran(
  program: string,
  { flags = ['--import', 'sluice/register'], kind = 'module', env = {} } = {},
): Promise<Ran> {
  const given = [...flags, `--input-type=${kind}`, '--eval', program];
  const { SLUICE_OPTIONS: _options, SLUICE_DEBUG: _debug, ...outer } = process.env;
  try {
    const { stdout, stderr } = await run(process.execPath, given, {
      cwd: top,
      env: { ...outer, ...env },
      timeout: 30_000,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as Ran;
    return { code, stdout, stderr };
  }
}

/** Serves one request on each server, which `make` gives, and says what became of it. sluice refuses such a Host. */
const PLAY = `
async function play(make) {
  const net = process.getBuiltinModule('node:net');
  const server = make((req, res) => res.end('ok'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = net.connect(server.address().port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\\r\\nHost: a b\\r\\nConnection: close\\r\\n\\r\\n');
  let came = '';
  for await (const piece of socket) came += piece;
  await new Promise((resolve) => server.close(resolve));
  return came.slice(9, 12);
}
`;

const WAYS = `[
  (listener) => http.createServer(listener),
  (listener) => http.createServer({}, listener),
  (listener) => new http.Server(listener),
  (listener) => http.Server(listener),
  (listener) => new (class Own extends http.Server {})({}, listener),
  (listener) => {
    function Old(given) { http.Server.call(this, given); }
    Object.setPrototypeOf(Old.prototype, http.Server.prototype);
    Object.setPrototypeOf(Old, http.Server);
    return new Old(listener);
  },
]`;

const PLAY_ALL = `${PLAY}
const statuses = [];
for (const make of ways) statuses.push(await play(make));
console.log(statuses.join());
`;

const SLUICE = '400,400,400,400,400,400\n';
const NODE = SLUICE.replaceAll('400', '200');

const MODULE = `import http, { createServer, Server } from 'node:http';
import * as namespace from 'http';
const ways = ${WAYS};
ways[1] = (listener) => createServer({}, listener);
ways[2] = (listener) => new Server(listener);
ways[3] = (listener) => namespace.createServer(listener);
${PLAY_ALL}`;

const COMMON = `const http = require('http');
const ways = ${WAYS};
(async () => { ${PLAY_ALL} })();`;

describe('sluice/register', () => {
  it('changes nothing where it is not asked for', async () => {
    expect((await ran(MODULE, { flags: [] })).stdout).toBe(NODE);
  });

  // A module can be required from Node 20.19 on.
  for (const flag of ['--import', '--require']) {
    for (const transport of ['auto', 'net']) {
      const env = { SLUICE_OPTIONS: JSON.stringify({ transport }) };
      it(`by ${flag} serves programs of both kinds, on the transport ${transport}`, async () => {
        const flags = [flag, 'sluice/register'];
        const module = await ran(MODULE, { flags, env });
        expect(module).toEqual({ code: 0, stdout: SLUICE, stderr: module.stderr });
        expect((await ran(COMMON, { flags, env, kind: 'commonjs' })).stdout).toBe(SLUICE);
      });
    }
  }

  it('serves in worker threads', async () => {
    // A module of its own, since Node evaluates a program that is given as text before it imports.
    const url = `data:text/javascript,${encodeURIComponent(MODULE)}`;
    const program = `import { Worker } from 'node:worker_threads';
      const worker = new Worker(new URL(${JSON.stringify(url)}), {
        // The program's own, but for those by which it is given as text.
        execArgv: process.execArgv.slice(0, 2),
      });
      worker.on('exit', (code) => { process.exitCode = code; });`;
    expect(await ran(program)).toMatchObject({ code: 0, stdout: SLUICE });
  });

  it('changes the servers of node:https, too', async () => {
    const program = `import https, { createServer, Server } from 'node:https';
      import { https as ours, Server as OurServer } from 'sluice/node';
      import { createRequire } from 'node:module';
      const required = createRequire(import.meta.url)('https');
      class Own extends https.Server {}
      const made = [createServer(), new Server({}), https.Server({}), required.createServer(), new Own({})];
      console.log(made.every((one) => one instanceof ours.Server), made[0] instanceof OurServer);`;
    expect((await ran(program)).stdout).toBe('true false\n');
  });

  it('leaves the names of functions and classes as they are in Node', async () => {
    const program = `import http from 'node:http';
      import https from 'node:https';
      for (const { createServer, Server } of [http, https])
        for (const made of [createServer, Server])
          console.log(JSON.stringify(Object.getOwnPropertyDescriptor(made, 'name')));`;
    const nodes = await ran(program, { flags: [] });
    expect(nodes.stdout).toContain('createServer');
    expect((await ran(program)).stdout).toBe(nodes.stdout);
  });

  it('prints nothing, or with SLUICE_DEBUG=1 a line', async () => {
    const program = 'import "node:http";';
    expect((await ran(program)).stderr).not.toContain('sluice');
    const { stderr } = await ran(program, { env: { SLUICE_DEBUG: '1' } });
    expect(stderr).toContain(
      'sluice: createServer and Server of node:http and node:https are those of sluice/node\n',
    );
  });

  it('loads twice without a difference', async () => {
    const flags = ['--require', 'sluice/register', '--import', 'sluice/register'];
    expect((await ran(MODULE, { flags })).stdout).toBe(SLUICE);
  });
});

describe('SLUICE_OPTIONS', () => {
  const wrong: Record<string, [string, string]> = {
    'that is no JSON': ['{concurrency:4}', 'SLUICE_OPTIONS: '],
    'that is no object': ['4', 'SLUICE_OPTIONS: '],
    'that is a list': ['[]', 'SLUICE_OPTIONS: '],
    'with an unknown name': ['{"concurency":4}', 'SLUICE_OPTIONS.concurency'],
    'with a wrong value': ['{"concurrency":-1}', 'SLUICE_OPTIONS.concurrency'],
    'with an unknown limit': ['{"limits":{"x":1}}', 'SLUICE_OPTIONS.limits.x'],
    'with a wrong limit': ['{"limits":{"headMs":"1"}}', 'SLUICE_OPTIONS.limits.headMs'],
    'with an unknown transport': ['{"transport":"udp"}', 'SLUICE_OPTIONS.transport'],
    'with fetch': ['{"fetch":1}', 'SLUICE_OPTIONS.fetch'],
  };
  for (const [name, [text, says]] of Object.entries(wrong)) {
    it(`${name} ends the start, and is named`, async () => {
      const { code, stderr, stdout } = await ran('console.log("started")', {
        env: { SLUICE_OPTIONS: text },
      });
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain(says);
      expect(stderr).toContain('SLUICE_OPTION_INVALID');
    });
  }

  it('hold for each server that says nothing else', async () => {
    const program = `import http from 'node:http';
      ${PLAY.replace('Host: a b', "Host: a\\r\\nX-Long: ' + 'x'.repeat(500) + '")}
      const ways = [
        (listener) => http.createServer(listener),
        (listener) => http.createServer({ sluice: { limits: { headBytesMax: 9000 } } }, listener),
        (listener) => http.createServer({ sluice: { concurrency: 1 } }, listener),
      ];
      for (const make of ways) console.log(await play(make));`;
    const env = { SLUICE_OPTIONS: '{"limits":{"headBytesMax":300}}' };
    expect((await ran(program, { env })).stdout).toBe('431\n200\n431\n');
  });
});
