// The same upgrade or CONNECT on node:http and on `sluice/node`.

import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { expect } from 'vitest';
import { both, type Make } from '../support/node-pair.js';
import { TextClient } from '../support/text-client.js';

export const ASKS = 'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';

export const AGREES =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';

export type Listener = (req: IncomingMessage, socket: Duplex, head: Buffer) => void;

export function upgrading(make: Make, listener: Listener, name = 'upgrade'): Server {
  return make({}, (_req, res) => void res.end('a request')).on(name, listener);
}

/** A client that sends, and then reads to the end. */
export async function talk(
  port: number,
  use: (client: TextClient) => Promise<unknown>,
): Promise<string> {
  const client = new TextClient(port);
  try {
    await use(client);
    await client.ended;
  } finally {
    client.socket.destroy();
  }
  return client.text;
}

/** The same on both. */
export async function same<Result>(run: (make: Make) => Promise<Result>): Promise<Result> {
  const [node, sluice] = await both(run);
  expect(sluice).toEqual(node);
  return sluice;
}
