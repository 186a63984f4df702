// A response that is complete before its request was read: what becomes of the content is as under node:http.

import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import net from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { both, serving } from '../support/node-pair.js';
import { get, post } from '../support/test-server.js';

const CONTENT = 'abcdefghij'.repeat(10);

type Note = (what: unknown) => void;
type Read = (req: IncomingMessage, note: Note, res: ServerResponse) => unknown;

/** Answers, and then reads. The client sends the last part of its content when it has the response. */
async function played(make: Parameters<Parameters<typeof both>[0]>[0], read: Read) {
  const notes: unknown[] = [];
  const listener: RequestListener = (req, res) => {
    if (req.method === 'GET') {
      res.end('next');
      return;
    }
    req.on('aborted', () => notes.push('aborted'));
    req.on('error', ({ message }) => notes.push(message));
    res.on('close', () => notes.push('response close'));
    res.end('accepted');
    read(req, (what) => notes.push(what), res);
  };
  const text = await serving(make({}, listener), async (port) => {
    const client = net.connect(port, '127.0.0.1').setEncoding('latin1');
    let came = '';
    client.on('data', (piece) => {
      came += piece;
    });
    client.on('error', () => undefined);
    const closed = once(client, 'close');
    client.write(post(CONTENT).slice(0, -20));
    while (!came.includes('accepted') && !client.closed) await new Promise(setImmediate);
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
    client.write(CONTENT.slice(-20));
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
    client.write(get('/', 'Connection: close\r\n'));
    await closed;
    return came.replace(/Date: [^\r]*\r\n/g, '');
  });
  return { text, notes: notes.map(String).sort() };
}

const reads: [string, Read][] = [
  ['is never read', () => undefined],
  [
    'is read by events right after it',
    (req, note) => {
      let text = '';
      req.setEncoding('latin1');
      req.on('data', (piece) => {
        text += piece;
      });
      req.on('end', () => note(text));
    },
  ],
  [
    'is piped right after it',
    (req, note) => {
      const to = req.pipe(new PassThrough()).setEncoding('latin1');
      let text = '';
      to.on('data', (piece) => {
        text += piece;
      });
      to.on('end', () => note(text));
    },
  ],
  [
    'is read by a loop right after it',
    async (req, note) => {
      let text = '';
      for await (const piece of req) text += piece;
      note(text);
    },
  ],
  [
    'is asked for when the response has left',
    (req, _note, res) => res.on('close', () => setImmediate(() => req.resume())),
  ],
  ['is refused by its destruction', (req) => req.destroy()],
  ['is refused by the destruction of its socket', (req) => req.socket.destroy()],
];

describe('the content of a request whose response is complete', () => {
  it.each(reads)('%s, as under node:http', async (_name, read) => {
    const [node, sluice] = await both((make) => played(make, read));
    expect(sluice).toEqual(node);
    expect(sluice.text).toContain('accepted');
  });
});
