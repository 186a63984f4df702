// A program in which nobody has entered an AsyncLocalStorage before its first request does. Each case is a process of its
// own: in this one, somebody may have.

import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { top } from '../support/top.js';
import { cleanUp, start } from './cli/command.js';

afterEach(cleanUp);

/** Each request says what it finds, and enters its target. */
const PROGRAM = `
  import { AsyncLocalStorage } from 'node:async_hooks';
  import { once } from 'node:events';
  import { connect } from 'node:net';
  import { createServer } from ${JSON.stringify(join(top, 'dist/adapters/node/index.js'))};
  const storage = new AsyncLocalStorage();
  const say = (...words) => console.log(words.join(' '));
  let held;
  const server = createServer({ sluice: { concurrency: 1 } }, (req, res) => {
    if (req.url === '/held') {
      held = res;
      return;
    }
    say(req.url, storage.getStore());
    storage.enterWith(req.url);
    req.on('data', (piece) => say(req.url, piece, storage.getStore()));
    req.on('end', () => {
      say(req.url, 'end', storage.getStore());
      res.end('answered ' + req.url);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect(server.address().port, '127.0.0.1').setEncoding('latin1');
  let text = '';
  socket.on('data', (piece) => (text += piece));
  const answered = async (target) => {
    while (!text.includes('answered ' + target)) await once(socket, 'data');
  };
  const head = (target, length) =>
    'POST ' + target + ' HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: ' + length + '\\r\\n\\r\\n';
  const post = (target, length) => socket.write(head(target, length));
`;

async function said(use: string): Promise<readonly string[]> {
  const program = `${PROGRAM}${use}server.closeAllConnections(); server.close();`;
  const command = start(['--input-type=module', '-e', program]);
  expect(await command.exit).toBe(0);
  return command.stdout.lines;
}

/** As under node:http: from Node 24 on, content comes in the context of listen(). */
const kept = Number.parseInt(process.versions.node, 10) < 24 ? '/first' : '';

const WAITS = `
  const other = connect(server.address().port, '127.0.0.1').resume();
  other.write('GET /held HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');
  await once(server, 'request');
`;

/** By then the server, which is in the same process, has read what was sent. */
const WAITED = `
  for (let i = 0; i < 50; i++) await new Promise(setImmediate);
  held.end();
`;

for (const [name, before, after] of [
  ['at once', '', ''],
  ['when another has ended', WAITS, WAITED],
]) {
  it(`the first request to enter a context, which starts ${name}, finds it when content comes, and no other does`, async () => {
    const lines = await said(`
    ${before}
    const asked = once(server, 'request');
    post('/first', 70000);
    ${after}
    const [req] = await asked;
    for (const piece of ['abc', 'x'.repeat(69997)]) {
      const came = once(req, 'data');
      req.setEncoding('latin1');
      socket.write(piece);
      await came;
    }
    await answered('/first');
    post('/second', 0);
    await answered('/second');
  `);
    const pieces = lines.filter((line) => !line.includes('xx'));
    expect(pieces).toEqual([
      '/first ',
      `/first abc ${kept}`,
      `/first end ${kept}`,
      '/second ',
      '/second end /second',
    ]);
  });
}

it('a request behind the first to enter a context does not find it', async () => {
  const lines = await said(`
    socket.write(head('/first', 0) + head('/second', 0));
    await answered('/second');
  `);
  expect(lines).toContain('/second ');
  expect(lines).toContain('/second end /second');
});

it('nor does it in the same piece of a stream that was opened elsewhere', async () => {
  const lines = await said(`
    const { Duplex } = await import('node:stream');
    const stream = new Duplex({ read() {}, write: (chunk, coding, done) => done() });
    server.emit('connection', stream);
    const both = [once(server, 'request'), once(server, 'request')];
    stream.push(head('/first', 0) + head('/second', 0));
    await Promise.all(both);
    for (let i = 0; i < 50; i++) await new Promise(setImmediate);
    stream.destroy();
  `);
  expect(lines).toContain('/second ');
});

it('nothing that comes later on its connection finds what it has entered', async () => {
  const lines = await said(`
    server.on('clientError', (error, socket) => {
      say('clientError', storage.getStore());
      socket.destroy();
    });
    post('/first', 0);
    await answered('/first');
    socket.write('@@\\r\\n\\r\\n');
    await once(socket, 'close');
  `);
  expect(lines).toContain('clientError ');
});
