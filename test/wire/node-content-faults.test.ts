// A fault within content that no listener of 'clientError' answers, and how long the extensions of chunks may be: as
// under node:http.

import { describe, expect, it } from 'vitest';
import { createServer } from '../../src/adapters/node/index.js';
import { serving } from '../support/node-pair.js';
import { TextClient } from '../support/text-client.js';
import { same as sameNotes } from './node-compared.js';

const POST = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const KIB = 1024;

/** A chunk of two bytes behind an extension of so many. */
const chunk = (bytes: number): string => `2;${'x'.repeat(bytes - 1)}\r\nab\r\n`;

/** @returns what the client gets where the content is read to its end, which is the same */
async function same(talk: (client: TextClient) => Promise<void> | void): Promise<string> {
  const { text } = await sameNotes((req, res) => {
    req.on('error', () => undefined).resume();
    req.on('end', () => res.writeHead(200, { Connection: 'close' }).end('read'));
  }, talk);
  return text;
}

const sends =
  (text: string) =>
  ({ socket }: TextClient): void =>
    void socket.write(text);

describe('chunk extensions', () => {
  it('of more than 16 KiB are too large', async () => {
    const text = await same(sends(`${POST}${chunk(17 * KIB)}0\r\n\r\n`));
    expect(text).toBe('HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\n\r\n');
  });

  it('are counted across reads', async () => {
    const text = await same(async ({ socket }) => {
      const line = chunk(17 * KIB);
      socket.write(POST + line.slice(0, 9 * KIB));
      await new Promise(setImmediate);
      socket.write(`${line.slice(9 * KIB)}0\r\n\r\n`);
    });
    expect(text).toContain(' 413 ');
  });

  it('are counted for each chunk alone', async () => {
    const text = await same(sends(`${POST}${chunk(12 * KIB).repeat(3)}0\r\n\r\n`));
    expect(text).toContain(' 200 ');
  });
});

it('a message has no more framing than its content allows, whatever its chunks are', async () => {
  const text = await serving(
    createServer((req) => void req.resume()),
    async (port) => {
      const client = new TextClient(port);
      client.socket.write(`${POST}${chunk(12 * KIB).repeat(9)}`);
      await client.ended;
      return client.text;
    },
  );
  expect(text).toContain(' 400 ');
});

it('a fault is answered in the fewest bytes', async () => {
  const text = await same(sends(`${POST}1\r\nxyz`));
  expect(text).toBe('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
});
