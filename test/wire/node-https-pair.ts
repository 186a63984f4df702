// A server of node:https and one of `sluice/node`, and clients that ask both.

import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import nodeHttps, { type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import { https } from '../../src/adapters/node/index.js';
import { pair } from '../support/tls.js';

type Make = (options: object, listener?: RequestListener) => Server;

export async function both<Result>(
  run: (make: Make) => Promise<Result>,
): Promise<[Result, Result]> {
  return [
    await run((options, listener) => nodeHttps.createServer(options, listener)),
    await run((options, listener) => https.createServer(options, listener)),
  ];
}

export const local = pair('local');

export const answer: RequestListener = (_req, res) => void res.end('ok');

export const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

/** All that comes on a socket until it closes. */
export async function allOf(socket: Duplex): Promise<string> {
  let came = '';
  socket.on('data', (piece) => {
    came += piece;
  });
  socket.on('error', () => undefined);
  socket.on('end', () => socket.end());
  await once(socket, 'close');
  return came.replace(/Date: .*\r\n/, '');
}
