// One app on node:http, under `sluice/register`, and by createServer of `sluice/node`: each scenario is played to
// all of them, and what node:http's client sees is what the others must give.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const runner = fileURLToPath(new URL('run.mjs', import.meta.url));

const launches = {
  'node:http': { flags: [], arguments: [] },
  'sluice/register': { flags: ['--import', 'sluice/register'], arguments: [] },
  'sluice/node': { flags: [], arguments: ['node'] },
};

/** Starts an app in a process of its own, on one of `launches`. */
export async function launch(app, way) {
  const { flags, arguments: rest } = launches[way];
  const child = fork(runner, [app, ...rest], {
    execArgv: flags,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, NODE_ENV: 'test' },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
  const exit = once(child, 'exit');
  const [first] = await Promise.race([once(child, 'message'), exit]);
  if (typeof first?.port !== 'number') throw new Error(`${app} on ${way} did not start:\n${said}`);
  if (first.isSluice !== (way !== 'node:http'))
    throw new Error(`${app} on ${way} is served by another server`);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  return {
    port: first.port,
    way,
    ask: (path, options) => ask(first.port, path, { agent, ...options }),
    get said() {
      return said;
    },
    /** Asks it to close, and waits until the process has ended by itself. */
    async end() {
      agent.destroy();
      if (child.connected) child.send('end');
      const [code, signal] = await exit;
      if (code !== 0) throw new Error(`${app} on ${way} ended by ${code ?? signal}:\n${said}`);
    },
    kill: () => child.kill('SIGKILL'),
  };
}

/**
 * Plays each scenario to the app on each way. A scenario is called with the started app and asserts what its title
 * says; what it returns must be the same everywhere.
 */
export function hostTests(title, app, ways, scenarios) {
  describe(title, () => {
    const started = [];
    beforeAll(async () => {
      for (const way of ['node:http', ...ways]) started.push(await launch(app, way));
    });
    afterAll(async () => {
      try {
        await Promise.all(started.map((one) => one.end()));
      } finally {
        for (const one of started) one.kill();
      }
    });
    for (const [name, scenario] of Object.entries(scenarios)) {
      it(name, async () => {
        const [reference, ...others] = started;
        const expected = await scenario(reference);
        for (const other of others) {
          const got = await scenario(other).catch((error) => {
            throw new Error(`on ${other.way}: ${error.message}`, { cause: error });
          });
          expect(got, `on ${other.way}`).toEqual(expected);
        }
      });
    }
  });
}

export const BOTH = ['sluice/register', 'sluice/node'];

/** Asks with node:http's client. Bytes that are not text come as base64. */
export function ask(port, path, { method = 'GET', headers = {}, body, agent = false } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path, method, headers, agent });
    const interims = [];
    request.on('information', ({ statusCode }) => interims.push(statusCode));
    request.on('error', (error) => {
      error.message += ` (${method} ${path})`;
      reject(error);
    });
    request.on('response', (response) => {
      const pieces = [];
      response.on('data', (piece) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(pieces);
        const text = bytes.toString('utf8');
        const isText = Buffer.from(text, 'utf8').equals(bytes);
        resolve({
          status: response.statusCode,
          reason: response.statusMessage,
          lines: withoutTime(response.rawHeaders),
          headers: withoutDate(response.headers),
          trailers: response.trailers,
          interims,
          text: isText ? text : bytes.toString('base64'),
        });
      });
    });
    if (headers.Expect === '100-continue') request.on('continue', () => request.end(body));
    else request.end(body);
  });
}

/** Asks for each path by GET, which must have the status that is given with it, and by HEAD. */
export async function askEach(ask, statuses) {
  const answers = [];
  for (const [path, status] of Object.entries(statuses)) {
    const answer = await ask(path);
    expect(answer.status, path).toBe(status);
    answers.push(answer, await ask(path, { method: 'HEAD' }));
  }
  return answers;
}

function withoutTime(rawHeaders) {
  const lines = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const isDate = rawHeaders[i].toLowerCase() === 'date';
    lines.push(isDate ? rawHeaders[i] : `${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  }
  return lines;
}

function withoutDate({ date: _date, ...headers }) {
  return headers;
}

export const json = (value) => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(value),
});

/** The body of a form with files. */
export function multipart(parts) {
  const boundary = 'x-boundary-of-a-test';
  let body = '';
  for (const { name, filename, type, text } of parts) {
    const file = filename === undefined ? '' : `; filename="${filename}"`;
    const kind = type === undefined ? '' : `Content-Type: ${type}\r\n`;
    body += `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n${kind}\r\n${text}\r\n`;
  }
  return {
    method: 'POST',
    headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
    body: `${body}--${boundary}--\r\n`,
  };
}

/** Reads an answer up to `until`, and leaves. */
export function readUntil(port, path, until) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => {
        text += piece;
        if (!text.includes(until)) return;
        request.destroy();
        resolve({ status: response.statusCode, type: response.headers['content-type'], text });
      });
      response.on('end', () => reject(new Error(`ended before ${until}: ${text}`)));
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}
