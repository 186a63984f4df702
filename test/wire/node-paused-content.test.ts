// A response that is complete while its request is read only in part: the connection is kept for as long as an idle one.

import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { both, type Make, serving } from '../support/node-pair.js';
import { get } from '../support/test-server.js';

/** More than any request holds unread. */
const CONTENT = 'abcdefghij'.repeat(50_000);

type Answer = (req: IncomingMessage, res: ServerResponse) => void;

interface Played {
  readonly text: string;
  readonly notes: readonly string[];
}

/** Uploads, asks once more, and gives what came until the server closed. */
async function played(make: Make, answer: Answer): Promise<Played> {
  const notes: string[] = [];
  const listener: RequestListener = (req, res) => {
    req.on('aborted', () => notes.push('aborted'));
    req.on('error', ({ message }) => notes.push(message));
    req.on('close', () => notes.push('request close'));
    res.on('close', () => notes.push('response close'));
    if (req.method === 'GET') res.end('next');
    else req.once('data', () => answer(req, res));
  };
  // Node 20 and 22 have no buffer, and add a second.
  const server = make({ keepAliveTimeout: 20, keepAliveTimeoutBuffer: 1 }, listener);
  const text = await serving(server, async (port) => {
    const client = net.connect(port, '127.0.0.1').setEncoding('latin1');
    let came = '';
    client.on('data', (piece) => {
      came += piece;
    });
    client.on('error', () => undefined);
    const closed = new Promise((resolve) => client.once('close', resolve));
    await once(client, 'connect');
    client.write(
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${CONTENT.length}\r\n\r\n${CONTENT}${get('/')}`,
    );
    await closed;
    return came.replace(/Date: [^\r]*\r\n/g, '');
  });
  return { text, notes };
}

const answers: readonly (readonly [string, Answer])[] = [
  [
    'pauses its request and ends',
    (req, res) => {
      req.pause();
      res.end('partly');
    },
  ],
  [
    'ends and pauses its request',
    (req, res) => {
      res.end('partly');
      req.pause();
    },
  ],
  [
    'has written all before',
    (req, res) => {
      req.pause();
      res.writeHead(200, { 'Content-Length': 6 });
      res.write('partly', () => res.end());
    },
  ],
];

describe('a connection whose request nobody reads on', () => {
  it.concurrent.each(answers)(
    'ends where the listener %s, as under node:http',
    async (_name, answer) => {
      const [node, sluice] = await both((make) => played(make, answer));
      expect(sluice.text).toEqual(node.text);
      expect(sluice.text).toContain('partly');
      expect(sluice.text).not.toContain('next');
      // node:http leaves the reader waiting.
      expect(sluice.notes).toContain('aborted');
    },
  );

  it.concurrent('goes on where its reader comes in time', async () => {
    const [node, sluice] = await both((make) =>
      played(make, (req, res) => {
        req.pause();
        res.end('partly', () => setImmediate(() => req.resume()));
      }),
    );
    expect(sluice.text).toEqual(node.text);
    expect(sluice.text).toContain('next');
  });
});
