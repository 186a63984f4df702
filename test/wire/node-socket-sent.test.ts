// `child.send(message, req.socket)`: the connection of a request can't be given to another process. That is told, and
// the message does not go without it.

import { type ChildProcess, type SendHandle, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createServer, https } from '../../src/adapters/node/index.js';
import { ask, serving } from '../support/node-pair.js';
import { connectTls } from '../support/tls.js';
import { allOf, GET, local } from './node-https-pair.js';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill();
});

/** Says back the messages that it gets, and whether something came with them. */
function listeningChild(): ChildProcess {
  const says = `process.on('message', (message, handle) => process.send([message, handle !== undefined]));`;
  const child = spawn(process.execPath, ['-e', says], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  started.push(child);
  return child;
}

function sending(child: ChildProcess, options?: { keepOpen: boolean }) {
  return ({ socket }: IncomingMessage, res: ServerResponse): void => {
    try {
      child.send('with a socket', socket as SendHandle, options);
      res.end('sent');
    } catch (error) {
      const { code, message } = error as Error & { code?: string };
      res.end(`${code} ${message}`);
    }
  };
}

const REFUSED =
  'SLUICE_SOCKET_UNSUPPORTED the socket of a request can not be sent to another process: its connection stays here';

describe('the socket of a request', () => {
  it.each([undefined, { keepOpen: true }])('is not sent to a process: %j', async (options) => {
    const child = listeningChild();
    const server = createServer({}, sending(child, options));
    const { text } = await serving(server, (port) => ask(port));
    expect(text).toBe(REFUSED);
    // Nothing went.
    child.send('alone');
    expect((await once(child, 'message'))[0]).toEqual(['alone', false]);
  });

  it('is not sent under TLS', async () => {
    const server = https.createServer(local, sending(listeningChild()));
    const text = await serving(server, async (port) => {
      const client = await connectTls(port);
      client.write(GET);
      return allOf(client);
    });
    expect(text).toContain(REFUSED);
  });

  it('has no handle for anybody else, and takes one that is set', async () => {
    const server = createServer({}, ({ socket }, res) => {
      const given = socket as { _handle?: unknown };
      const before = given._handle;
      given._handle = null;
      res.end(`${before} ${given._handle}`);
    });
    expect((await serving(server, (port) => ask(port))).text).toBe('undefined null');
  });
});
