import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { top } from '../../support/top.js';
import { ask, cleanUp, dial, readAnswer, sluice, start } from './command.js';

afterEach(cleanUp);

const pageOf = (name: string) => readFileSync(join(top, 'site', name), 'latin1');

async function site() {
  const command = sluice(['site/site.js', '-p', '0']);
  return { command, port: await command.port() };
}

describe("the book's site", () => {
  test('greets at /', async () => {
    const { port } = await site();
    expect(await ask(port, '/')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: pageOf('hello.html'),
    });
    expect(await ask(port, '/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    expect((await ask(port, 'http://a.example/?b')).status).toBe(200);
  });

  test('has nothing else', async () => {
    const { port } = await site();
    for (const target of ['/nothing', '/hello.html', '/sleep/', '//', '/..', '/%2e']) {
      expect(await ask(port, target)).toMatchObject({ status: 404, body: pageOf('404.html') });
    }
  });

  test('has nothing to POST to, as in the book', async () => {
    const { port } = await site();
    const post = { method: 'POST', headers: { 'Content-Length': '0' } };
    expect((await ask(port, '/', post)).status).toBe(404);
  });

  test('a sleeper holds no other visitor up', async () => {
    const { command, port } = await site();
    const sleeper = dial(port);
    sleeper.write('GET /sleep HTTP/1.1\r\nHost: a\r\n\r\n');
    expect((await ask(port, '/')).status).toBe(200);
    expect(command.stdout.text).not.toContain('/sleep');
  });

  test('four sleepers hold a visitor up, until they leave', async () => {
    const { command, port } = await site();
    const sleepers = [];
    for (let i = 0; i < 4; i++) {
      const sleeper = dial(port);
      await once(sleeper, 'connect');
      sleeper.write('GET /sleep HTTP/1.1\r\nHost: a\r\n\r\n');
      sleepers.push(sleeper);
    }
    const visitor = dial(port);
    visitor.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    // With a FIN, not a reset, which would take an unread request with it.
    for (const sleeper of sleepers) sleeper.end();
    expect((await readAnswer(visitor)).status).toBe(200);
    await command.stdout.line(/ GET \/sleep /);
  });
});

describe('the examples', () => {
  async function example(name: string) {
    const command = start([join('examples', name)], { env: { PORT: '0' } });
    return { command, port: await command.port() };
  }

  test('hello.js greets, and closes when asked', async () => {
    const { command, port } = await example('hello.js');
    expect((await ask(port, '/')).body).toBe('Hello!\n');
    command.kill('SIGTERM');
    await command.stdout.line(/^closed:/);
    expect(await command.exit).toBe(0);
  });

  test('event-stream.js sends events until the client leaves', async () => {
    const { port } = await example('event-stream.js');
    const socket = dial(port);
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    while (!text.includes('id: 1\ndata: ')) await once(socket, 'data');
    expect(text).toMatch(/^content-type: text\/event-stream/im);
  });

  test('upload.js counts what comes', async () => {
    const { port } = await example('upload.js');
    const socket = dial(port);
    const head =
      'PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3000000\r\n\r\n';
    socket.write(head);
    socket.write(Buffer.alloc(3_000_000));
    expect((await readAnswer(socket)).body).toMatch(/^3000000 bytes, sha256 [0-9a-f]{64}\n$/);
    expect((await ask(port, '/')).status).toBe(400);
  });

  test('mounted-app.js routes', async () => {
    const { port } = await example('mounted-app.js');
    expect((await ask(port, '/greet/world')).body).toBe('{"hello":"world"}');
    expect((await ask(port, '/nothing')).status).toBe(404);
  });
});
