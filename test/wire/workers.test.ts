// `sluice/workers` as programs use it: a program in processes of its own, with the built package.

import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { RawClient } from '../support/raw-client.js';
import { get } from '../support/test-server.js';
import { type Command, cleanUp, folderOf, start } from './cli/command.js';
import { askAnew, signalThoseLeft, WORKER_IMPORTS, waitingClient } from './cli/program-client.js';

afterEach(cleanUp);

/** Says its process, its events, and answers lines of its standard input. */
const PROGRAM = `${WORKER_IMPORTS}
const held = [];
const fetch = async (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === '/wait') await new Promise((resolve) => { process.once('SIGUSR2', resolve); console.log('began'); });
  return reply(String(process.pid));
};
const workers = await runWorkers({
  count: 2,
  signals: true,
  onEvent: ({ kind, pid, error }) => console.log('event', kind, pid, error?.message ?? ''),
  start: async () => {
    const server = createServer({ fetch, health: { ready: '/ready', live: '/live' } });
    await server.listen(0);
    return server;
  },
});
console.log('http://127.0.0.1:' + workers.addresses[0].port + '/');
workers.closed.then(({ finished, cutOff }) => console.log('closed', finished, cutOff));
for await (const bytes of process.stdin) {
  if (String(bytes) === 'stats\\n') {
    const { total, workers: all } = await workers.stats();
    console.log('stats', JSON.stringify([total.started, all.map(({ pid, state, stats }) => [pid, state, stats.started])]));
  } else if (String(bytes) === 'restart\\n') {
    await workers.restart();
    console.log('restarted');
  }
}
`;

async function running(): Promise<{ command: Command; port: number; pids: number[] }> {
  const folder = await folderOf({ 'app.mjs': PROGRAM });
  const command = start(['app.mjs'], { cwd: folder });
  const port = await command.port();
  const pids = command.stdout.lines
    .map((line) => Number(/^event ready (\d+)/.exec(line)?.[1]))
    .filter((pid) => pid > 0);
  return { command, port, pids };
}

/** The process that answers a new connection. */
async function ask(port: number): Promise<number> {
  return Number(await askAnew(port));
}

/** Clients that keep connections, for some requests, and honour `Connection: close`. */
class Load {
  served = 0;
  readonly by: Set<string> = new Set();
  readonly lost: string[] = [];
  readonly #over: Promise<unknown>;
  #isOver = false;

  constructor(port: number, clients = 8) {
    this.#over = Promise.all(Array.from({ length: clients }, (_, i) => this.#client(port, i)));
  }

  async #client(port: number, number: number): Promise<void> {
    for (let round = 0; !this.#isOver; round++) {
      try {
        const client = await RawClient.connect(port);
        const most = 1 + ((number + round) % 5) * 5;
        for (let i = 0; i < most && !this.#isOver; i++) {
          const response = await client.send(get()).response();
          this.served++;
          this.by.add(response.text);
          if (response.status !== 200) this.lost.push(`status ${response.status}`);
          if (response.closes) break;
        }
        client.socket.destroy();
      } catch (error) {
        this.lost.push(String(error));
      }
    }
  }

  async serves(more: number): Promise<void> {
    const until = this.served + more;
    while (this.served < until) await new Promise((resolve) => setImmediate(resolve));
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#over;
  }
}

describe('workers', () => {
  test('serve one port, and their figures are summed', async () => {
    const { command, port, pids } = await running();
    expect(new Set(pids).size).toBe(2);
    for (let i = 0; i < 20; i++) expect(pids).toContain(await ask(port));
    command.child.stdin?.write('stats\n');
    const [started, all] = JSON.parse((await command.stdout.line(/^stats/)).slice(6)) as [
      number,
      [number, string, number][],
    ];
    expect(started).toBe(20);
    expect(all.map(([pid, state]) => [pid, state]).sort()).toEqual(
      pids.map((pid) => [pid, 'ready']).sort(),
    );
    expect(all.reduce((sum, [, , served]) => sum + served, 0)).toBe(20);
  });

  test('are replaced when they die, and the others serve meanwhile', async () => {
    const { command, port, pids } = await running();
    const load = new Load(port);
    await load.serves(200);
    process.kill(pids[0] as number, 'SIGKILL');
    await command.stdout.line(new RegExp(`^event lost ${pids[0]} a worker ended by SIGKILL`));
    await load.serves(200);
    await expect
      .poll(() => command.stdout.lines.filter((line) => /^event ready/.test(line)).length, {
        timeout: 20_000,
      })
      .toBe(3);
    await load.serves(200);
    await load.end();
    // Each client has at most one request at the worker that was killed.
    expect(load.lost.length).toBeLessThanOrEqual(8);
    for (let i = 0; i < 20; i++) expect(await ask(port)).not.toBe(pids[0]);
  });

  test.each(['SIGHUP', 'restart()'])(
    'are replaced one by one by %s, and no request is lost',
    async (how) => {
      const { command, port, pids } = await running();
      const load = new Load(port);
      await load.serves(200);
      if (how === 'SIGHUP') command.kill('SIGHUP');
      else command.child.stdin?.write('restart\n');
      for (const pid of pids) await command.stdout.line(new RegExp(`^event ended ${pid}`));
      await load.serves(400);
      await load.end();
      expect(load.lost).toEqual([]);
      expect(load.by.size).toBeGreaterThan(2);
      const kinds = command.stdout.lines
        .filter((line) => line.startsWith('event'))
        .map((line) => line.split(' ')[1]);
      expect(kinds).toEqual([
        'ready',
        'ready',
        ...Array(2).fill(['ready', 'draining', 'ended']).flat(),
      ]);
      expect(pids).not.toContain(await ask(port));
    },
  );

  test('let requests end after SIGTERM, and the program ends by itself', async () => {
    const { command, port, pids } = await running();
    const client = await waitingClient(command, port);
    command.kill('SIGTERM');
    // The other one had nothing to do.
    const gone = Number((await command.stdout.line(/^event ended/)).split(' ')[2]);
    for (const pid of pids) if (pid !== gone) process.kill(pid, 'SIGUSR2');
    const response = await client.response();
    expect([response.status, response.closes]).toEqual([200, true]);
    client.socket.destroy();
    command.child.stdin?.end();
    expect(await command.exit).toBe(0);
    expect(command.stdout.lines.at(-1)).toBe('closed 1 0');
  });

  test('are cut off by a second signal', async () => {
    const { command, port } = await running();
    const client = await waitingClient(command, port);
    command.kill('SIGTERM');
    await command.stdout.line(/^event draining/);
    command.kill('SIGINT');
    await client.ended;
    client.socket.destroy();
    command.child.stdin?.end();
    expect(await command.exit).toBe(0);
    expect(command.stdout.lines.at(-1)).toMatch(/^closed 0 1$/);
  });

  test('let requests end where the primary is killed, and end', async () => {
    const { command, port, pids } = await running();
    const client = await waitingClient(command, port);
    command.kill('SIGKILL');
    await once(command.child, 'exit');
    signalThoseLeft(pids, 'SIGUSR2');
    expect((await client.response()).status).toBe(200);
    client.socket.destroy();
    // Their standard output is closed when they are gone.
    await command.exit;
  });
});

const canReusePort = Number(process.versions.node.split('.')[0]) >= 23;

// A worker that replaces another gets the socket of the one that was killed, wherever it came from.
describe.each([
  ['a port of a name', "{ host: 'localhost', port: 0 }"],
  ['IPv6', "{ host: '::1', port: 0, ipv6Only: true }"],
  ['an inherited descriptor', '{ fd: 5 }'],
  ['a socket of systemd', '{ systemd: true }'],
  ['a Unix domain socket', "{ path: './a.sock', mode: 0o600 }"],
  ...(canReusePort ? [['reusePort', '{ port: 0, reusePort: true }']] : []),
])('%s', (_, where) => {
  test('is served on by the workers that replace all who were killed', async () => {
    const folder = await folderOf({
      'app.mjs': `${WORKER_IMPORTS}
        import { connect } from 'node:net';
        import { statSync } from 'node:fs';
        let ready = 0;
        let isBack;
        const back = new Promise((resolve) => { isBack = resolve; });
        const workers = await runWorkers({
          count: 2,
          onEvent: ({ kind }) => kind === 'ready' && ++ready === 4 && isBack(),
          start: async () => {
            const server = createServer({ fetch: () => reply('Hello') });
            await server.listen(${where});
            return server;
          },
        });
        const [{ address, port }] = workers.addresses;
        for (const { pid } of (await workers.stats()).workers) process.kill(pid, 'SIGKILL');
        // The socket of a path is gone with its workers, and its file is removed by the next.
        if (port === 0) await back;
        const socket = connect(port === 0 ? { path: address } : { host: address, port });
        socket.on('error', (error) => console.log(error.code));
        socket.end('GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');
        // It waits in the socket until somebody is there.
        for await (const bytes of socket) console.log(String(bytes).slice(0, 15));
        if (port === 0) console.log((statSync(address).mode & 0o777).toString(8));
        await workers.close();`,
      // The descriptor 3 is that of a socket unit, 5 any other.
      'listening.mjs': `
        import { spawn } from 'node:child_process';
        import { createServer } from 'node:net';
        const server = createServer().listen(0, '127.0.0.1', () => {
          const shell = 'export LISTEN_PID=$$; exec "$0" app.mjs';
          const child = spawn('sh', ['-c', shell, process.execPath], {
            stdio: ['ignore', 'inherit', 'inherit', server._handle.fd, 'ignore', server._handle.fd],
            env: { ...process.env, LISTEN_FDS: '1' },
          });
          server.close();
          child.on('exit', (code) => process.exit(code));
        });`,
    });
    const command = start(['listening.mjs'], { cwd: folder });
    expect(await command.exit).toBe(0);
    const isUnix = where.includes('path');
    expect(command.stdout.lines).toEqual(['HTTP/1.1 200 OK', ...(isUnix ? ['600'] : [])]);
    expect(command.stderr.text).toBe('');
  });
});

test('what the program’s own functions throw ends no process', async () => {
  const folder = await folderOf({
    'app.mjs': `${WORKER_IMPORTS}
      const begun = async () => {
        const server = createServer({ fetch: () => reply() });
        await server.listen(0);
        return server;
      };
      let number = 0;
      const workers = await runWorkers({
        count: 1,
        // Of an object without a prototype no text can be made.
        onEvent: ({ kind }) => {
          console.log(kind);
          if (number++ === 0) throw new Error('event');
          if (kind === 'ended') throw Object.create(null);
          return Promise.reject(Object.create(null));
        },
        start: async () => {
          const server = await begun();
          let asked = 0;
          const stats = () => {
            if (asked++ === 0) throw new Error('no figures');
            if (asked === 2) throw Object.create(null);
            return asked === 3 ? { figure: 1n } : server.stats();
          };
          return { stats, close: (times) => server.close(times) };
        },
      });
      for (let i = 0; i < 4; i++) {
        const [{ stats }] = (await workers.stats()).workers;
        console.log(stats === undefined ? 'none' : stats.inFlight);
      }
      await workers.close();
      console.log('closed');`,
  });
  const command = start(['app.mjs'], { cwd: folder });
  expect(await command.exit).toBe(0);
  expect(command.stdout.lines).toEqual([
    'ready',
    'none',
    'none',
    'none',
    '0',
    'draining',
    'ended',
    'closed',
  ]);
  expect(command.stderr.text).toMatch(/onEvent failed: Error: event/);
  expect(command.stderr.text).toMatch(/onEvent failed: an object/);
});

describe('a start that fails', () => {
  async function failing(startText: string, options = '') {
    const folder = await folderOf({
      'app.mjs': `${WORKER_IMPORTS}
        await runWorkers({ count: 2, ${options} start: ${startText} });
        console.log('not reached');`,
    });
    const command = start(['app.mjs'], { cwd: folder });
    const code = await command.exit;
    expect(command.stdout.text).toBe('');
    return { code, text: command.stderr.text };
  }

  test.each([
    [
      'throws',
      `() => { throw new Error('no database'); }`,
      '',
      /a worker could not start: no database/,
    ],
    ['gives no server', '() => 1', '', /start\(\): got 1, expected the server/],
    // The socket is on its way to a process that ends: Node tells of no disconnect.
    [
      'gives a server of node:http',
      `() => process.getBuiltinModule('node:http').createServer().listen(0)`,
      '',
      /start\(\): got a Server, expected the server/,
    ],
    [
      'never settles',
      '() => new Promise(() => {})',
      'startMs: 300,',
      /start\(\) has not settled within 300 ms/,
    ],
    [
      'ends the process',
      '() => process.exit(7)',
      '',
      /it ended with exit code 7 before it was ready/,
    ],
  ])('because it %s ends the program with the reason', async (_, startText, options, reason) => {
    const { code, text } = await failing(startText, options);
    expect(code).toBe(1);
    expect(text).toMatch(reason);
  });

  test('because somebody else listens there says so', async () => {
    const { port } = await running();
    const { code, text } = await failing(
      `async () => { const server = createServer({ fetch: () => reply() }); await server.listen(${port}); return server; }`,
    );
    expect(code).toBe(1);
    expect(text).toMatch(
      /can't listen on 127\.0\.0\.1:\d+: somebody else listens there \(EADDRINUSE\)/,
    );
  });
});
