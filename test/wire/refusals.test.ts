// What a client gets whose request is not admitted: 503, in order, with nothing of its content taken
// for a request, on a connection that goes on wherever it can.

import { describe, expect, test } from 'vitest';
import type { Server, ServerOptions } from '../../src/index.js';
import { reply } from '../../src/index.js';
import { loopUntil } from '../support/loop-turns.js';
import type { RawClient, RawResponse } from '../support/raw-client.js';
import {
  type Gate,
  gate,
  get,
  post,
  postChunked,
  type Served,
  serve,
} from '../support/test-server.js';

/** A server that refuses all that comes: its only slot and the only place in the queue are taken. */
class Busy {
  readonly served: Served;
  /** Targets of the requests whose handlers ran. */
  readonly handled: string[];
  readonly #slot: Gate;

  constructor(served: Served, handled: string[], slot: Gate) {
    this.served = served;
    this.handled = handled;
    this.#slot = slot;
  }

  /** The slot comes free, and so does the queue. */
  async relax(): Promise<void> {
    this.#slot.open();
    await untilHeld(this.served.server, 0, 0);
  }
}

async function untilHeld(server: Server, inFlight: number, queued: number): Promise<void> {
  await loopUntil(() => {
    const stats = server.stats();
    return stats.inFlight === inFlight && stats.queued === queued;
  });
}

async function busy(options: Partial<ServerOptions> = {}): Promise<Busy> {
  const handled: string[] = [];
  const slot = gate();
  const served = await serve({
    concurrency: 1,
    queue: { law: 'timed', waitMs: 60_000, entriesMax: 1 },
    async fetch(_request, { target }) {
      handled.push(target);
      if (target === '/park') await slot.promise;
      return reply(target);
    },
    ...options,
  });
  await served.send(get('/park'));
  await untilHeld(served.server, 1, 0);
  await served.send(get('/park'));
  await untilHeld(served.server, 1, 1);
  return new Busy(served, handled, slot);
}

function expectRefusal(response: RawResponse, { closes }: { closes: boolean }): void {
  expect(response.status).toBe(503);
  expect(response.closes).toBe(closes);
  const seconds = response.get('retry-after');
  expect(seconds).toMatch(/^[123]$/);
}

/** After a refusal that keeps it, the connection carries the next request. */
async function expectToGoOn(busyOne: Busy, client: RawClient): Promise<void> {
  await busyOne.relax();
  expect((await client.send(get('/next')).response()).text).toBe('/next');
  expect(busyOne.handled.filter((target) => !['/park', '/next'].includes(target))).toEqual([]);
  expect(busyOne.served.faults).toEqual([]);
  expect(busyOne.served.errors).toEqual([]);
}

describe('a refused request', () => {
  test('of HEAD gets a head and no content', async () => {
    const one = await busy();
    const client = await one.served.send('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n');
    const response = await client.response('HEAD');
    expectRefusal(response, { closes: false });
    expect(Number(response.get('content-length'))).toBeGreaterThan(0);
    await expectToGoOn(one, client);
  });

  test('of HTTP/1.0 is the last, unless the client asked to keep the connection', async () => {
    const one = await busy();
    const plain = await one.served.send('GET / HTTP/1.0\r\n\r\n');
    expectRefusal(await plain.response(), { closes: true });
    expect(await plain.ended).toBe('fin');
    const kept = await one.served.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    const response = await kept.response();
    expectRefusal(response, { closes: false });
    expect(response.get('connection')).toBe('keep-alive');
    await expectToGoOn(one, kept);
  });

  test('that asked for the end gets it', async () => {
    const one = await busy();
    const client = await one.served.send(get('/', 'Connection: close\r\n'));
    expectRefusal(await client.response(), { closes: true });
    expect(await client.ended).toBe('fin');
  });

  test('is told to come back after 1 to 3 seconds, not all at once', async () => {
    const one = await busy();
    const client = await one.served.send(get().repeat(60));
    const responses = await client.responses(60);
    for (const response of responses) expectRefusal(response, { closes: false });
    const told = new Set(responses.map((response) => response.get('retry-after')));
    expect(told.size).toBeGreaterThan(1);
  });
});

describe('pipelined', () => {
  test('behind an admitted request, the refusal waits for its response', async () => {
    const first = gate();
    const served = await serve({
      concurrency: 2,
      queue: { law: 'timed', waitMs: 60_000, entriesMax: 1 },
      // By its deadline one is refused without a wait, while slots are free.
      deadline: ({ target }) => (target === '/refused' ? 0 : undefined),
      async fetch(_request, { target }) {
        if (target === '/first') await first.promise;
        return reply(target);
      },
    });
    const client = await served.send(get('/first') + get('/refused') + post('abc', '', '/third'));
    await untilHeld(served.server, 1, 0);
    expect(client.unread).toBe(0);
    first.open();
    const [one, two, three] = await client.responses(3);
    expect(one?.text).toBe('/first');
    expectRefusal(two as RawResponse, { closes: false });
    expect(three?.text).toBe('/third');
  });
});

describe('content of a refused request', () => {
  const REQUEST = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';

  test('that is short and has come is read past', async () => {
    const one = await busy();
    const client = await one.served.send(post(REQUEST));
    expectRefusal(await client.response(), { closes: false });
    await expectToGoOn(one, client);
  });

  test('in chunks that is short is read past as it comes', async () => {
    const one = await busy();
    const client = await one.served.send(postChunked(''));
    expectRefusal(await client.response(), { closes: false });
    for (const byte of `${REQUEST.length.toString(16)}\r\n${REQUEST}\r\n`) client.send(byte);
    client.send('0\r\n\r\n');
    await expectToGoOn(one, client);
  });

  test('within drainBytesMax is read past, beyond it ends the connection', async () => {
    // More than is gathered before admission, so the head alone is refused.
    const one = await busy({ limits: { readAheadBytesMax: 10, drainBytesMax: 50_000 } });
    const fits = await one.served.send(
      'POST /fits HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n',
    );
    expectRefusal(await fits.response(), { closes: false });
    const tooMuch = await one.served.send(
      'POST /long HTTP/1.1\r\nHost: a\r\nContent-Length: 50001\r\n\r\n',
    );
    expectRefusal(await tooMuch.response(), { closes: true });
    expect(await tooMuch.ended).toBe('fin');
    await fits.sent('x'.repeat(50_000));
    await expectToGoOn(one, fits);
  });

  test('of megabytes does not keep the 503 from a client that sends on regardless', async () => {
    const one = await busy();
    const size = 8 * 1024 * 1024;
    const client = await one.served.send(
      `POST /big HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`,
    );
    const sent = client.sent(new Uint8Array(size));
    expectRefusal(await client.response(), { closes: true });
    await sent;
    expect(await client.ended).toBe('fin');
    expect(one.handled).toEqual(['/park']);
  });

  test('that was announced with Expect may follow the 503 and is no request', async () => {
    const one = await busy();
    const head = `POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ${REQUEST.length}\r\n\r\n`;
    // The client did not wait. Whether it had meant to, nobody knows: the refusal is the last response.
    const client = await one.served.send(head + REQUEST);
    const response = await client.response();
    expectRefusal(response, { closes: true });
    expect(await client.ended).toBe('fin');
    expect(client.unread).toBe(0);
    expect(one.handled).toEqual(['/park']);
  });
});
