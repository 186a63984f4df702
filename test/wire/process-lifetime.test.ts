// Every promise that sluice makes its user wait for keeps the process alive until it settles. Each
// case is a program of its own: its last line is written after the `await`, and it must be there.

import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { top } from '../support/top.js';
import { cleanUp, start } from './cli/command.js';

afterEach(cleanUp);

const from = (entry: string): string => JSON.stringify(join(top, 'dist', entry));

/** What the programs have in common. */
const HEAD = `
  import { once } from 'node:events';
  import { connect } from 'node:net';
  import { createServer, reply } from ${from('index.js')};
  const serve = async (options) => {
    const server = createServer(options);
    const { port } = await server.listen();
    return { server, port };
  };
  /** Sends, waits for the first bytes, and gives the socket. */
  const ask = async (port, text) => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write(text);
    await once(socket, 'data');
    return socket;
  };
  const get = 'GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n';
`;

async function run(program: string, env: Record<string, string> = {}) {
  const command = start(['--input-type=module', '-e', HEAD + program], { env });
  const code = await command.exit;
  return { code, out: command.stdout.lines, err: command.stderr.text };
}

describe.each(['auto', 'net'])('close(), with transport %s, settles', (transport) => {
  const env = { SLUICE_TRANSPORT: transport };

  test('after a client of an event stream has departed', async () => {
    const ended = await run(
      `const { server, port } = await serve({
        fetch: () => new Response(new ReadableStream({ start(c) { c.enqueue(new Uint8Array(9)); } })),
      });
      (await ask(port, get)).destroy();
      await new Promise((resolve) => setTimeout(resolve, 50));
      const report = await server.close({ graceMs: 100 });
      console.log('closed', Object.keys(report).join());`,
      env,
    );
    expect(ended).toEqual({ code: 0, out: ['closed finished,refused,cutOff'], err: '' });
  });

  test('while a promise of waitUntil() is pending', async () => {
    const ended = await run(
      `const { server, port } = await serve({
        fetch(_request, context) {
          context.waitUntil(new Promise(() => {}));
          return reply('x');
        },
      });
      (await ask(port, get)).destroy();
      console.log('closed', JSON.stringify(await server.close({ graceMs: 100 })));
      // The promise was given up: it holds up no other close().
      await server.listen();
      const { finished } = await server.close();
      console.log('again', finished);`,
      env,
    );
    expect(ended).toEqual({
      code: 0,
      out: ['closed {"finished":0,"refused":0,"cutOff":0}', 'again 0'],
      err: '',
    });
  });

  test('while an upload is paused that nobody reads', async () => {
    const ended = await run(
      `let arrived;
      const asked = new Promise((resolve) => { arrived = resolve; });
      const { server, port } = await serve({
        fetch(request) {
          request.body.getReader();
          arrived();
          return new Promise(() => {});
        },
      });
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      socket.write('POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 1000000\\r\\n\\r\\n');
      socket.write(new Uint8Array(900_000));
      socket.unref();
      await asked;
      const { cutOff } = await server.close({ graceMs: 100 });
      console.log('closed', cutOff);`,
      env,
    );
    expect(ended).toEqual({ code: 0, out: ['closed 1'], err: '' });
  });

  test('after readinessDelayMs with nobody there', async () => {
    const ended = await run(
      `const { server } = await serve({ fetch: () => reply() });
      await server.close({ readinessDelayMs: 50 });
      console.log('closed');`,
      env,
    );
    expect(ended).toEqual({ code: 0, out: ['closed'], err: '' });
  });

  test('and so does listen(), where the two cross', async () => {
    const ended = await run(
      `const server = createServer({ fetch: () => reply() });
      const listening = server.listen().catch((error) => error.message);
      await server.close();
      console.log('closed;', await listening);
      const other = createServer({ fetch: () => reply() });
      const named = other.listen({ host: 'localhost' }).catch((error) => error.message);
      await other.close();
      console.log('closed;', await named);`,
      env,
    );
    expect(ended).toEqual({
      code: 0,
      out: [
        "closed; can't listen on 127.0.0.1:0: the server was closed meanwhile",
        "closed; can't listen on localhost:0: the server was closed meanwhile",
      ],
      err: '',
    });
  });
});

describe('a process goes on', () => {
  test('while inject() waits for a limit of time', async () => {
    const ended = await run(
      `import { inject } from ${from('testing/index.js')};
      const server = createServer({ limits: { headMs: 100 }, fetch: () => reply() });
      console.log((await inject(server, 'GET / HTTP/1.1\\r\\nHo')).status);`,
    );
    expect(ended).toEqual({ code: 0, out: ['408'], err: '' });
  });

  test('while content of an injected response is read', async () => {
    const ended = await run(
      `import { inject } from ${from('testing/index.js')};
      const server = createServer({
        limits: { bodyIdleMs: 100 },
        fetch: (request) => reply(request.body),
      });
      const head = 'POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 9\\r\\nExpect: 100-continue\\r\\n\\r\\nab';
      const response = await inject(server, head);
      console.log(response.status, await response.text().catch((error) => error.code));`,
    );
    expect(ended).toEqual({ code: 0, out: ['200 SLUICE_INJECT_RESPONSE_CUT'], err: '' });
  });

  test('while a call waits in the queue of a limiter', async () => {
    const ended = await run(
      `import { createLimiter } from ${from('limiter/index.js')};
      const limiter = createLimiter({ concurrency: 1, queue: { law: 'timed', waitMs: 100 } });
      limiter.run(() => new Promise(() => {}));
      console.log(await limiter.run(() => 1).catch((error) => error.reason));`,
    );
    expect(ended).toEqual({ code: 0, out: ['waited'], err: '' });
  });

  test('no longer than anything is waited for', async () => {
    const ended = await run(
      `import { inject } from ${from('testing/index.js')};
      const { server } = await serve({ fetch: () => reply('x') });
      await (await inject(server, get)).text();
      await server.close();
      await server.close({ graceMs: 600_000 });
      console.log('closed');`,
    );
    expect(ended).toEqual({ code: 0, out: ['closed'], err: '' });
  });
});
