// A client that has left while its request waited for a slot. node:http has no queue: there, a request whose content
// has come always hears its end.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createServer } from '../../../../src/adapters/node/index.js';
import { hostOf } from '../../../../src/adapters/node/server/server.js';
import { createServerIn } from '../../../../src/server.js';
import { RecordingSink, SimulatedNetwork } from '../../../../src/testing/index.js';
import { listenOn } from '../../../../src/testing/wire.js';

const CONTENT = 'x'.repeat(1000);
const post = (length: number): string =>
  `POST /late HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n${CONTENT}`;

/** One slot, which another request holds until `CONTENT` has come behind it. Gives what the late one was told. */
async function played(leave: 'fin' | 'reset', afterMs: number, text: string): Promise<unknown[]> {
  const log: unknown[] = [];
  const held: ServerResponse[] = [];
  const network = new SimulatedNetwork({ seed: 1 });
  const { clock } = network;
  const read = (req: IncomingMessage, res: ServerResponse): void => {
    let bytes = 0;
    req.on('data', (piece: Uint8Array) => {
      bytes += piece.length;
    });
    req.on('end', () => {
      log.push(['end', bytes]);
      res.end();
    });
    req.on('error', (error: NodeJS.ErrnoException) => log.push(error.code));
  };
  const node = createServer((req, res) => {
    if (req.url === '/held') held.push(res);
    else if (req.url === '/first') res.end();
    else read(req, res);
  });
  const options = { fetch: () => Promise.reject(), concurrency: 1 };
  const server = createServerIn(network.environment(), options, hostOf(node));
  listenOn(network, server);
  const late = network.connect(() => new RecordingSink());
  // Its socket is there already when the end comes.
  late.write('GET /first HTTP/1.1\r\nHost: a\r\n\r\n');
  await clock.runAsync({ until: clock.now + 50 });
  network.connect(() => new RecordingSink()).write('GET /held HTTP/1.1\r\nHost: a\r\n\r\n');
  await clock.runAsync({ until: clock.now + 50 });
  late.write(text);
  if (leave === 'fin') late.end();
  await clock.runAsync({ until: clock.now + afterMs });
  if (leave === 'reset') late.reset();
  held[0]?.end();
  await clock.runAsync({ until: clock.now + 1000 });
  return log;
}

describe('a request that waited while its client left', () => {
  for (const afterMs of [1, 2, 5, 8]) {
    it(`is told its content, and its end, where it starts after ${afterMs} ms`, async () => {
      const log = await played('fin', afterMs, post(1000));
      // It may have been dropped before it was begun.
      expect([[], [['end', 1000]]]).toContainEqual(log);
      if (afterMs === 1) expect(log).toEqual([['end', 1000]]);
    });
  }

  it('is told an end or nothing, where the connection is reset', async () => {
    for (const afterMs of [1, 5, 20])
      expect([[], [['end', 1000]]]).toContainEqual(await played('reset', afterMs, post(1000)));
  });
});
