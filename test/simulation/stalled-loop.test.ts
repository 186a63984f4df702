import { expect, test } from 'vitest';
import type { Limits } from '../../src/index.js';
import { reply } from '../../src/index.js';
import { RecordingSink, type SimulatedTransport } from '../../src/testing/network/index.js';
import { createSimulatedServer, type SimulatedServer } from '../../src/testing/simulated-server.js';

// The loop stands still: a handler computes, a debugger or a container stops the process. That is
// nobody's silence.

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';

interface Peer {
  readonly heard: RecordingSink;
  readonly client: SimulatedTransport;
}

interface Stalled extends SimulatedServer {
  connect(first: string): Peer;
}

function serve(limits: Partial<Limits> = {}): Stalled {
  const simulated = createSimulatedServer({
    limits,
    concurrency: 64,
    fetch: async (request, { target }) => {
      if (target === '/busy') simulated.clock.spend(6000);
      if (target === '/later') {
        await simulated.sleep(10);
        simulated.clock.spend(6000);
      }
      return reply(`got ${(await request.text()).length}`);
    },
  });
  const { network } = simulated;
  const connect = (first: string): Peer => {
    const heard = new RecordingSink();
    const client = network.connect(() => heard);
    client.write(first);
    return { heard, client };
  };
  return { ...simulated, connect };
}

test.each(['/busy', '/later'])(
  'uploads whose content came while a handler computed for 6 s are answered (%s)',
  async (target) => {
    const { connect, clock } = serve();
    const uploads = Array.from({ length: 5 }, () => connect(`${POST}3\r\nabc\r\n`));
    clock.at(100, () => connect(GET.replace('/x', target)));
    // Arrives while the loop stands still.
    for (const { client } of uploads) clock.at(500, () => client.write('3\r\nabc\r\n0\r\n\r\n'));
    await clock.runAsync({ until: 8000 });
    for (const { heard } of uploads) expect(heard.text).toMatch(/ 200 OK[\s\S]*got 6$/);
  },
);

test.each([
  ['head', 'GET / HTTP/1.1\r\nHo', 'st: a\r\n\r\n'],
  ['content', `${POST}3\r\nabc\r\n`, '3\r\nabc\r\n0\r\n\r\n'],
  ['short content', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc', 'def'],
  ['next request', GET, GET],
])(
  'a half-received %s may go on after a stop, whether it came meanwhile or comes afterwards',
  async (_what, first, rest) => {
    for (const stopMs of [300, 7000, 12_000, 100_000]) {
      for (const limits of [{}, { headMs: 200, bodyIdleMs: 200, keepAliveMs: 200 }]) {
        for (const afterMs of [-20, 20]) {
          const { connect, clock } = serve(limits);
          const { heard, client } = connect(first);
          clock.at(50, () => clock.spend(stopMs));
          // Written while the loop stands still, or after it goes on.
          clock.at(50 + stopMs + afterMs, () => client.write(rest));
          await clock.runAsync({ until: 50 + stopMs + 60 });
          expect(heard.text, `${stopMs} ms, ${afterMs}`).not.toMatch(/ 4\d\d /);
          const answers = rest === GET ? 2 : 1;
          expect(heard.text.split(' 200 OK').length - 1, `${stopMs} ms, ${afterMs}`).toBe(answers);
        }
      }
    }
  },
);

test('what has come is seen before a deadline is decided, though the loop was hardly late', async () => {
  for (const [first, rest] of [
    ['GET / HTTP/1.1\r\nHo', 'st: a\r\n\r\n'],
    [`${POST}3\r\nabc\r\n`, '3\r\nabc\r\n0\r\n\r\n'],
    [GET, GET],
  ] as const) {
    const { network, clock } = serve({ headMs: 100, bodyIdleMs: 100, keepAliveMs: 100 });
    const heard = new RecordingSink();
    const client = network.connect(() => heard, { latencyMs: 20 });
    client.write(first);
    // The deadline is at 120 ms; the rest comes at 118, and is seen at 140, when the timer is due too.
    clock.at(98, () => client.write(rest));
    clock.at(115, () => clock.spend(25));
    await clock.runAsync({ until: 200 });
    expect(heard.text.split(' 200 OK').length - 1).toBe(rest === GET ? 2 : 1);
    expect(heard.text).not.toMatch(/ 408 /);
  }
});

// What frees the slot lies in the kernel, too: a backend's answer.
test.each([
  { concurrency: 1, queue: { law: 'timed', waitMs: 200 } },
  { concurrency: { initial: 1, max: 1 } },
] as const)(
  'who waits for a slot while the loop stands still is served ($concurrency)',
  async (options) => {
    for (const stopMs of [300, 1500, 7000, 100_000]) {
      const simulated = createSimulatedServer({
        ...options,
        fetch: async () => {
          await simulated.sleep(30);
          return reply('served');
        },
      });
      const { network, clock, server } = simulated;
      const heard = Array.from({ length: 4 }, () => {
        const sink = new RecordingSink();
        network.connect(() => sink).write(GET);
        return sink;
      });
      clock.at(15, () => clock.spend(stopMs));
      await clock.runAsync({ until: stopMs + 200 });
      for (const { text } of heard) expect(text, `${stopMs} ms`).toMatch(/ 200 OK[\s\S]*served$/);
      expect(server.stats().refused).toBe(0);
    }
  },
);

test('a request in time is answered, though memory is tight and idle connections go early', async () => {
  const simulated = createSimulatedServer({
    limits: { keepAliveMs: 200, bufferedBytesMax: 65_536 },
    fetch: (_request, { target }) => reply(target === '/big' ? 'x'.repeat(45_000) : 'got'),
  });
  const { network, clock } = simulated;
  // It never reads: what waits for it fills the memory.
  const buffers = { sendBufferBytes: 100, receiveBufferBytes: 100 };
  const slow = network.connect(() => new RecordingSink(), buffers);
  slow.pause();
  slow.write(GET.replace('/x', '/big'));
  clock.at(100, () => {
    expect(simulated.server.stats().bytes).toBeGreaterThan(0.6 * 65_536);
    const heard = new RecordingSink();
    const client = network.connect(() => heard, { latencyMs: 0 });
    clock.at(105, () => clock.spend(300));
    // Sent while the loop stands still.
    clock.at(106, () => client.write(GET));
    clock.at(450, () => expect(heard.text).toMatch(/ 200 OK/));
  });
  await clock.runAsync({ until: 500 });
});

test('a stop between a head and its deadline is not charged, though nothing was due meanwhile', async () => {
  const { connect, clock } = serve();
  const { heard, client } = connect('GET / HTTP/1.1\r\nHo');
  clock.at(2500, () => clock.spend(6000));
  clock.at(12_000, () => client.write('st: a\r\n\r\n'));
  await clock.runAsync({ until: 12_100 });
  expect(heard.text).toMatch(/ 200 OK/);
});

test('a slow reader is not cut for a stop', async () => {
  const simulated = createSimulatedServer({
    limits: { writeStallMs: 1000 },
    fetch: () => reply('x'.repeat(300_000)),
  });
  const { network, clock } = simulated;
  const heard = new RecordingSink();
  const client = network.connect(() => heard);
  client.pause();
  client.write(GET);
  clock.at(500, () => clock.spend(5000));
  clock.at(5800, () => client.resume());
  await clock.runAsync({ until: 6000 });
  expect(heard.text.length).toBeGreaterThan(300_000);
});

test('a stop gives nobody more than its own time: who stays silent is ended', async () => {
  const { connect, clock, server } = serve();
  const head = connect('GET / HTTP/1.1\r\nHo');
  const content = connect(`${POST}3\r\nabc\r\n`);
  clock.at(1000, () => clock.spend(7000));
  await clock.runAsync({ until: 10_000 + 7000 + 7000 + 3000 });
  for (const { heard } of [head, content]) expect(heard.text).toMatch(/ 408 /);
  expect(server.stats().connections.closing).toBe(0);
});

// Each turn takes long, for ever: deadlines come later, and still come.
test('a loop that is always late still ends who is silent', async () => {
  const { connect, clock } = serve();
  const { heard } = connect('GET / HTTP/1.1\r\nHo');
  const busy = (): void => {
    clock.spend(300);
    if (clock.now < 200_000) clock.after(1, busy);
  };
  clock.at(100, busy);
  await clock.runAsync({ until: 60_000 });
  expect(heard.text).toMatch(/ 408 /);
});

test("a request's own time is wall time: handlerMs and deadlines are not prolonged", async () => {
  const simulated = createSimulatedServer({
    limits: { handlerMs: 1000 },
    fetch: () => new Promise(() => undefined),
  });
  const { network, clock } = simulated;
  const heard = new RecordingSink();
  network.connect(() => heard).write(GET);
  clock.at(500, () => clock.spend(3000));
  await clock.runAsync({ until: 3600 });
  expect(heard.text).toMatch(/ 503 /);
});

test('who is idle costs no timer', async () => {
  const { connect, clock } = serve({ keepAliveMs: 60_000 });
  connect(GET);
  await clock.runAsync({ until: 50_000 });
  expect(await clock.runAsync({ until: 59_000 })).toBe(0);
});
