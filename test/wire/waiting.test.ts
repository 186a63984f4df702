// Handlers that wait on purpose: long polls, and uploads that come slowly. They take no slot.

import { describe, expect, test } from 'vitest';
import { type RequestContext, reply, type ServerOptions } from '../../src/index.js';
import { createSimulatedServer, inject, RecordingSink } from '../../src/testing/index.js';
import { get } from '../support/test-server.js';

const ask = (path: string): Request => new Request(`http://localhost${path}`);

type Simulated = ReturnType<typeof createSimulatedServer>;

/** Polls wait for a minute, what is short for 5 ms. */
function pollingServer(
  options: Omit<ServerOptions, 'fetch'>,
  poll: (ms: number, context: RequestContext) => Promise<unknown>,
): Simulated {
  const simulated = createSimulatedServer({
    ...options,
    async fetch(request, context) {
      const { pathname } = new URL(request.url);
      if (pathname.startsWith('/poll')) await poll(60_000, context);
      else if (pathname === '/short') await simulated.sleep(5);
      return reply(pathname);
    },
  });
  return simulated;
}

function connect({ network }: Simulated, text: string): RecordingSink {
  const heard = new RecordingSink();
  network.connect(() => heard).write(text);
  return heard;
}

describe('context.waiting', () => {
  test('gives the slot back for as long', async () => {
    const simulated = pollingServer({ concurrency: 1 }, (ms, context) =>
      context.waiting(simulated.sleep(ms)),
    );
    const poll = connect(simulated, get('/poll'));
    await simulated.clock.runAsync({ until: 50 });
    expect(simulated.server.stats()).toMatchObject({ inFlight: 0, parked: 1 });
    const short = await inject(simulated.server, ask('/short'));
    expect(await short.text()).toBe('/short');
    await simulated.clock.runAsync({ until: 61_000 });
    expect(poll.text).toContain('/poll');
    expect(simulated.server.stats()).toMatchObject({ inFlight: 0, parked: 0 });
  });

  test('passes on a rejection, which is then the handler`s', async () => {
    const errors: unknown[] = [];
    const { server } = pollingServer(
      { concurrency: 1, onError: (error) => void errors.push(error) },
      (_ms, context) => context.waiting(Promise.reject(new Error('no news'))),
    );
    expect((await inject(server, ask('/poll'))).status).toBe(500);
    expect(errors).toEqual([new Error('no news')]);
    expect(server.stats()).toMatchObject({ inFlight: 0, parked: 0 });
  });

  test('whose client has left gives nothing back twice', async () => {
    const simulated = pollingServer({ concurrency: 1 }, (ms, context) =>
      context.waiting(simulated.sleep(ms)),
    );
    const client = simulated.network.connect(() => new RecordingSink());
    client.write(get('/poll'));
    await simulated.clock.runAsync({ until: 50 });
    client.reset();
    await simulated.clock.runAsync({ until: 100 });
    expect(simulated.server.stats()).toMatchObject({ inFlight: 0, parked: 1 });
    await simulated.clock.runAsync({ until: 61_000 });
    expect(simulated.server.stats()).toMatchObject({ inFlight: 0, parked: 0 });
    expect((await inject(simulated.server, ask('/short'))).status).toBe(200);
  });

  test('after the reply is harmless', async () => {
    let late: RequestContext | undefined;
    const simulated = pollingServer({ concurrency: 1 }, async (_ms, context) => {
      late = context;
    });
    await inject(simulated.server, ask('/poll'));
    await expect(late?.waiting(Promise.resolve('late'))).resolves.toBe('late');
    expect(simulated.server.stats()).toMatchObject({ inFlight: 0, parked: 0 });
  });
});

describe('by default', () => {
  test('long polls are found, whatever they are called, and no number of them keeps the short out', async () => {
    const simulated = pollingServer({}, (ms) => simulated.sleep(ms));
    const polls = Array.from({ length: 1500 }, (_, i) => connect(simulated, get(`/poll/${i}`)));
    await simulated.clock.runAsync({ until: 3000 });
    const { inFlight, parked, queued } = simulated.server.stats();
    expect([inFlight + parked, queued]).toEqual([1500, 0]);
    expect(parked).toBeGreaterThanOrEqual(1024);
    expect((await inject(simulated.server, ask('/short'))).status).toBe(200);
    await simulated.clock.runAsync({ until: 70_000 });
    expect(polls.filter(({ text }) => !text.startsWith('HTTP/1.1 200'))).toEqual([]);
    expect(simulated.server.stats()).toMatchObject({ parked: 0, inFlight: 0, refused: 0 });
  });

  test('who waits for content holds no slot', async () => {
    const simulated = createSimulatedServer({
      concurrency: { initial: 1, min: 1, max: 1 },
      fetch: async (request) => reply(`${(await request.arrayBuffer()).byteLength}`),
    });
    const bytes = 200_000;
    const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n`;
    const heard = Array.from({ length: 20 }, () => new RecordingSink());
    const clients = heard.map((sink) => simulated.network.connect(() => sink));
    for (const client of clients) client.write(head);
    await simulated.clock.runAsync({ until: 50 });
    expect(simulated.server.stats()).toMatchObject({ inFlight: 0, parked: 20, queued: 0 });
    for (const client of clients) client.write('x'.repeat(bytes));
    await simulated.clock.runAsync({ until: 500 });
    expect(heard.filter(({ text }) => text.endsWith(`\r\n${bytes}`)).length).toBe(20);
    expect(simulated.server.stats()).toMatchObject({ inFlight: 0, parked: 0, refused: 0 });
  });

  test('a number that somebody chose is kept to by uploads, too', async () => {
    const simulated = createSimulatedServer({
      concurrency: 1,
      fetch: async (request) => reply(`${(await request.arrayBuffer()).byteLength}`),
    });
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n';
    for (let i = 0; i < 3; i++) connect(simulated, head);
    await simulated.clock.runAsync({ until: 50 });
    expect(simulated.server.stats()).toMatchObject({ inFlight: 1, parked: 0, queued: 2 });
  });

  test('clients who wait for their answers are all served, as in the first example', async () => {
    const simulated: Simulated = createSimulatedServer({
      concurrency: 4,
      async fetch() {
        await simulated.sleep(50);
        return reply('Hello!\n');
      },
    });
    const served = Array.from({ length: 12 }, async () => {
      for (let i = 0; i < 10; i++) {
        if ((await inject(simulated.server, ask('/'))).status !== 200) return false;
      }
      return true;
    });
    expect(await Promise.all(served)).toEqual(Array.from({ length: 12 }, () => true));
    expect(simulated.server.stats().refused).toBe(0);
  });
});

describe('close()', () => {
  const eventStream = { headers: { 'Content-Type': 'text/event-stream' } };

  test('tells those that have no end of their own at once, and lets the others finish', async () => {
    const told: string[] = [];
    const simulated: Simulated = createSimulatedServer({
      async fetch(request, context) {
        const { pathname } = new URL(request.url);
        const { signal } = request;
        const drained = new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            told.push(`${pathname} ${signal.reason.reason}`);
            resolve();
          });
        });
        if (pathname === '/poll') await context.waiting(drained);
        else if (pathname === '/events') {
          const events = async function* (): AsyncGenerator<string> {
            yield 'data: 1\n\n';
            await drained;
            yield 'data: bye\n\n';
          };
          return reply(events(), eventStream);
        } else await simulated.sleep(3000);
        return reply(`${pathname} is done\n`);
      },
    });
    const heard = ['/poll', '/events', '/slow'].map((path) => connect(simulated, get(path)));
    await simulated.clock.runAsync({ until: 100 });
    const closed = simulated.server.close({ graceMs: 10_000 });
    await simulated.clock.runAsync({ until: 200 });
    expect(told.sort()).toEqual(['/events drain', '/poll drain']);
    expect(heard[0]?.text).toContain('/poll is done');
    expect(heard[1]?.text).toContain('data: bye');
    await simulated.clock.runAsync({ until: 4000 });
    expect(heard[2]?.text).toContain('/slow is done');
    await simulated.clock.runAsync({ until: 20_000 });
    expect(await closed).toMatchObject({ finished: 3, cutOff: 0 });
    expect(told.length).toBe(2);
  });

  test('a poll that has nothing else to say is answered with 503, and that is no error', async () => {
    const errors: unknown[] = [];
    const simulated: Simulated = createSimulatedServer({
      onError: (error) => void errors.push(error),
      fetch: (request, context) =>
        context.waiting(
          new Promise((_resolve, reject) => {
            request.signal.addEventListener('abort', () => reject(request.signal.reason));
          }),
        ),
    });
    const heard = connect(simulated, get('/poll'));
    await simulated.clock.runAsync({ until: 100 });
    const closed = simulated.server.close();
    await simulated.clock.runAsync({ until: 200 });
    expect(heard.text).toMatch(/^HTTP\/1\.1 503 /);
    expect(errors).toEqual([]);
    await simulated.clock.runAsync({ until: 20_000 });
    expect(await closed).toMatchObject({ cutOff: 0 });
  });

  test('who waits for content is not told', async () => {
    let wasTold = false;
    const simulated = createSimulatedServer({
      fetch: async (request) => {
        request.signal.addEventListener('abort', () => {
          wasTold = true;
        });
        return reply(`${(await request.arrayBuffer()).byteLength}`);
      },
    });
    const sink = new RecordingSink();
    const client = simulated.network.connect(() => sink);
    client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n');
    await simulated.clock.runAsync({ until: 100 });
    const closed = simulated.server.close();
    await simulated.clock.runAsync({ until: 200 });
    client.write('x'.repeat(100_000));
    await simulated.clock.runAsync({ until: 500 });
    expect(sink.text).toMatch(/100000$/);
    expect(wasTold).toBe(false);
    await simulated.clock.runAsync({ until: 20_000 });
    expect(await closed).toMatchObject({ finished: 1, cutOff: 0 });
  });
});
