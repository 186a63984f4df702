// The socket that messages of `sluice/node` show: what hosts ask of it is answered as by node:http's.

import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { both, type Make, makers, serving } from '../support/node-pair.js';

/** What a client sees of a response that its server destroys midway. */
async function brokenOff(make: Make, destroy: (res: http.ServerResponse) => void) {
  let made: http.ServerResponse | undefined;
  const server = make({}, (_req, res) => {
    made = res;
    res.write('a part');
  });
  return serving(server, async (port) => {
    const request = http.get({ host: '127.0.0.1', port, agent: false });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    const seen: string[] = [];
    request.on('error', ({ message }) => seen.push(`request: ${message}`));
    response.on('error', ({ message }) => seen.push(`response: ${message}`));
    response.on('data', (piece) => seen.push(String(piece)));
    await once(response, 'data');
    destroy(made as http.ServerResponse);
    await new Promise((resolve) => response.on('close', resolve));
    return seen;
  });
}

describe('a response that is destroyed midway', () => {
  const ways: Record<string, (res: http.ServerResponse) => void> = {
    'by itself': (res) => void res.destroy(),
    'by its socket': (res) => void res.socket?.destroy(),
    'with an error': (res) => void res.destroy(new Error('kaboom')),
  };
  for (const [name, destroy] of Object.entries(ways)) {
    it(`${name} is aborted for its client, as under node:http`, async () => {
      const [node, sluice] = await both((make) => brokenOff(make, destroy));
      expect(sluice).toEqual(node);
      expect(sluice).toEqual(['a part', 'response: aborted']);
    });
  }

  it('is reset where only the end of the connection ends it', async () => {
    const [, make] = makers[1] as (typeof makers)[0];
    let made: http.ServerResponse | undefined;
    const server = make({}, (_req, res) => {
      made = res;
      res.write('a part');
    });
    await serving(server, async (port) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.write('GET / HTTP/1.0\r\n\r\n');
      await once(socket, 'data');
      made?.destroy();
      const error = await new Promise((resolve) => {
        socket.on('error', resolve).on('end', () => resolve('a whole'));
      });
      expect(error).toMatchObject({ code: 'ECONNRESET' });
    });
  });
});
