// The same application on node:http and on `sluice/node`: what the two do is compared.

import http, { type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from '../../src/adapters/node/index.js';

export type Make = (options: object, listener?: RequestListener) => Server;

/** node:http first: what it does is what the other is held to. */
export const makers: readonly (readonly [string, Make])[] = [
  ['node:http', (options, listener) => http.createServer(options, listener)],
  ['sluice/node', (options, listener) => createServer(options, listener)],
];

/** Serves while `use` runs, and then closes. */
export async function serving<Result>(
  server: Server,
  use: (port: number) => Promise<Result>,
): Promise<Result> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
}

export interface Answered {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly trailers: NodeJS.Dict<string>;
  readonly text: string;
}

/** Asks with node:http's client. Rejects with the client's error. */
export function ask(
  port: number,
  options: http.RequestOptions = {},
  body?: string | Uint8Array,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port, agent: false, ...options },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece) => {
          text += piece;
        });
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status, headers, trailers } = response;
          resolve({ status, headers, trailers, text });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** What both give, when `run` is called with each. */
export async function both<Result>(
  run: (make: Make) => Promise<Result>,
): Promise<[Result, Result]> {
  const [[, node], [, sluice]] = makers as [(typeof makers)[0], (typeof makers)[0]];
  return [await run(node), await run(sluice)];
}
