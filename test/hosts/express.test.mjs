import { once } from 'node:events';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { BOTH, hostTests, json, multipart, readUntil } from './hosts.mjs';

/** Says it, reads up to `until` or to the end, and gives what it has read, without the time. */
async function say(port, text, until) {
  const client = connect(port, '127.0.0.1');
  client.write(text);
  let said = '';
  client.setEncoding('latin1').on('data', (piece) => {
    said += piece;
    if (said.endsWith(until)) client.end();
  });
  await once(client, 'end');
  return said.replaceAll(/Date: [^\r]*/g, 'Date');
}

const scenarios = {
  'sends text with its ETag': async ({ ask }) => {
    const answer = await ask('/');
    expect(answer.text).toBe('Hello from Express');
    const same = await ask('/', { headers: { 'If-None-Match': answer.headers.etag } });
    expect(same.status).toBe(304);
    return [answer, same, await ask('/', { method: 'HEAD' })];
  },

  'knows its request': async ({ ask, port }) => {
    const headers = { 'X-Requested-With': 'XMLHttpRequest', Accept: 'text/html' };
    const answer = await ask('/request?a=1&b[]=2', { headers });
    expect(JSON.parse(answer.text)).toMatchObject({ ip: '127.0.0.1', protocol: 'http', xhr: true });
    expect(port).toBeGreaterThan(0);
    return answer;
  },

  'parses JSON, and answers what it does not take': async ({ ask }) => {
    const answer = await ask('/json', json({ a: ['ü', 1] }));
    expect(JSON.parse(answer.text)).toEqual({ a: ['ü', 1] });
    const broken = await ask('/json', { ...json(0), body: '{"a":' });
    expect(broken.status).toBe(400);
    const large = await ask('/json', json('x'.repeat(5000)));
    expect(large.status).toBe(413);
    return [answer, broken, large, await ask('/')];
  },

  'parses a form': async ({ ask }) => {
    const answer = await ask('/form', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'a[b]=1&c=%C3%BC',
    });
    expect(JSON.parse(answer.text)).toEqual({ a: { b: '1' }, c: 'ü' });
    return answer;
  },

  'reads a body of a megabyte, by length and by chunks': async ({ ask }) => {
    const body = 'abcdefgh'.repeat(131_072);
    const type = { 'Content-Type': 'text/plain' };
    const known = await ask('/text', { method: 'POST', headers: type, body });
    expect(known.text).toBe(body);
    const headers = { ...type, 'Transfer-Encoding': 'chunked' };
    const chunked = await ask('/text', { method: 'POST', headers, body });
    expect(chunked.text.length).toBe(body.length);
    return [known.lines, chunked.lines];
  },

  'inflates a packed body': async ({ ask }) => {
    const { gzipSync } = await import('node:zlib');
    const headers = { 'Content-Type': 'application/octet-stream', 'Content-Encoding': 'gzip' };
    const answer = await ask('/raw', { method: 'POST', headers, body: gzipSync('packed') });
    expect(answer.text).toBe('packed');
    return answer;
  },

  'takes files by multer': async ({ ask }) => {
    const answer = await ask(
      '/upload',
      multipart([
        { name: 'title', text: 'a title' },
        { name: 'one', filename: 'one.txt', type: 'text/plain', text: 'x'.repeat(100_000) },
        { name: 'two', filename: 'two.bin', type: 'application/octet-stream', text: 'y' },
      ]),
    );
    expect(JSON.parse(answer.text).files.map(({ size }) => size)).toEqual([100_000, 1]);
    return answer;
  },

  'waits for 100 Continue': async ({ ask }) => {
    const { headers, ...rest } = json({ a: 1 });
    const answer = await ask('/json', { ...rest, headers: { ...headers, Expect: '100-continue' } });
    expect(answer).toMatchObject({ status: 200, interims: [100] });
    return answer;
  },

  'answers a request whose body it leaves unread, and goes on': async ({ ask }) => {
    const early = await ask('/unread', { method: 'POST', body: 'x'.repeat(50_000) });
    expect(early.status).toBe(401);
    return [early, await ask('/')];
  },

  'keeps a session by its cookie': async ({ ask }) => {
    const first = await ask('/visits');
    const [cookie] = first.headers['set-cookie'];
    const second = await ask('/visits', { headers: { Cookie: cookie.split(';')[0] } });
    expect(second.text).toBe('visit 2');
    return [first, second];
  },

  'compresses what is long': async ({ ask }) => {
    const headers = { 'Accept-Encoding': 'gzip' };
    const answer = await ask('/long', { headers });
    expect(answer.headers['content-encoding']).toBe('gzip');
    const text = gunzipSync(Buffer.from(answer.text, 'base64')).toString();
    expect(text.length).toBe(48_000);
    const streamed = await ask('/piped', { headers });
    expect(streamed.headers['content-encoding']).toBe('gzip');
    return [answer, await ask('/long'), await ask('/long', { method: 'HEAD', headers }), streamed];
  },

  'sends events until the client leaves': async ({ ask, port }) => {
    await ask('/seen');
    const { text, ...answer } = await readUntil(port, '/events', 'id: 3');
    expect(text).toMatch(/^id: 0\ndata: x\n\nid: 1\n/);
    let seen = [];
    while (seen.length === 0) seen = JSON.parse((await ask('/seen')).text);
    expect(seen).toEqual(['events: close']);
    return answer;
  },

  'hears that an upload was broken off': async ({ ask, port }) => {
    await ask('/seen');
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST /aborted HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc');
    socket.destroySoon();
    const seen = [];
    for (let i = 0; i < 500 && seen.length < 2; i++)
      seen.push(...JSON.parse((await ask('/seen')).text));
    expect(seen).toEqual(['aborted false', 'close true']);
    await ask('/log');
    return seen;
  },

  'serves files: whole, in ranges, unchanged': async ({ ask }) => {
    const whole = await ask('/static/text.txt');
    const { etag, 'last-modified': modified } = whole.headers;
    const answers = [whole];
    const more = [
      ['/static/text.txt', { Range: 'bytes=10-29' }, 206],
      ['/static/text.txt', { Range: 'bytes=-5' }, 206],
      ['/static/text.txt', { Range: 'bytes=900000-' }, 416],
      ['/static/text.txt', { 'If-None-Match': etag }, 304],
      ['/static/text.txt', { 'If-Modified-Since': modified }, 304],
      ['/static/text.txt', { 'If-Match': '"other"' }, 412],
      ['/static/', {}, 200],
      ['/static/sub', {}, 301],
      ['/static/none', {}, 404],
      ['/static/..%2fpackage.json', {}, 404],
      ['/file', {}, 200],
      ['/file', { Range: 'bytes=0-3' }, 206],
      ['/missing', {}, 404],
      ['/download', {}, 200],
      ['/piped', {}, 200],
    ];
    for (const [path, headers, status] of more) {
      const answer = await ask(path, { headers });
      expect(answer.status, `${path} ${JSON.stringify(headers)}`).toBe(status);
      answers.push(answer, await ask(path, { method: 'HEAD', headers }));
    }
    return answers;
  },

  'answers in the other ways that Express has': async ({ ask }) => {
    const answers = [];
    const expected = {
      '/redirect': 302,
      '/nothing': 204,
      '/cookie': 200,
      '/format': 200,
      '/trailers': 200,
      '/users/42?x=1': 200,
      '/none': 404,
    };
    for (const [path, status] of Object.entries(expected)) {
      const answer = await ask(path);
      expect(answer.status, path).toBe(status);
      answers.push(answer);
    }
    return answers;
  },

  'sends early hints': async ({ ask }) => {
    const answer = await ask('/hints');
    expect(answer).toMatchObject({ status: 200, interims: [103] });
    return answer;
  },

  'answers errors by its handlers': async ({ ask }) => {
    const thrown = await ask('/throws');
    expect(thrown).toMatchObject({ status: 418, text: '{"error":"thrown"}' });
    const failed = await ask('/fails');
    expect(failed.status).toBe(500);
    const unhandled = await ask('/unhandled');
    expect(unhandled.status).toBe(500);
    return [thrown, failed, unhandled.lines];
  },

  'breaks off a response that fails half-way': async ({ ask }) => {
    const error = await ask('/fails-late').catch((reason) => reason);
    expect(error.code).toBe('ECONNRESET');
    return (await ask('/')).status;
  },

  'answers pipelined requests, and clients of HTTP/1.0': async ({ port }) => {
    const two =
      'GET /?1 HTTP/1.1\r\nHost: a\r\n\r\nGET /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const found = await say(port, two);
    expect(found.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    const ends = { '/': 'Hello from Express', '/piped': undefined, '/nothing': '\r\n\r\n' };
    const old = [];
    for (const line of ['', 'Connection: keep-alive\r\n'])
      for (const [path, until] of Object.entries(ends))
        old.push(await say(port, `GET ${path} HTTP/1.0\r\nHost: a\r\n${line}\r\n`, until));
    expect(old[0]).toContain('Hello from Express');
    return [found, old];
  },

  'stops reading a file for a client that leaves': async ({ ask, port }) => {
    const client = connect(port, '127.0.0.1');
    client.write('GET /endless HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(client, 'data');
    client.destroy();
    let seen = [];
    for (let i = 0; i < 500 && seen.length === 0; i++) seen = JSON.parse((await ask('/seen')).text);
    expect(seen).toEqual(['endless: close, finished: false']);
    await ask('/log');
    return seen;
  },

  'logs what it has sent': async ({ ask }) => {
    await ask('/log');
    await ask('/?logged');
    await ask('/nothing', { method: 'HEAD' });
    const [, ...lines] = JSON.parse((await ask('/log')).text);
    expect(lines).toContain('GET /?logged 200 18 127.0.0.1 HTTP/1.1');
    return lines;
  },
};

hostTests('Express 5', 'express5', BOTH, {
  ...scenarios,
  'answers a handler whose promise is rejected': async ({ ask }) => {
    const answer = await ask('/rejects');
    expect(answer.status).toBe(500);
    return answer.reason;
  },
});

hostTests('Express 4', 'express4', BOTH, scenarios);
