import { expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { RecordingSink } from '../../src/testing/network/index.js';
import { createSimulatedServer } from '../../src/testing/simulated-server.js';

// `deadline(head)`: after it the answer is worthless, and everybody concerned is told.

const GET = 'GET / HTTP/1.1\r\nHost: a\r\nX-Deadline: 300\r\n\r\n';

function deadlineOf(head: { headers: { get(name: string): string | null } }): number | undefined {
  const given = head.headers.get('x-deadline');
  return given === null ? undefined : Number(given);
}

test('the signal of a handler that runs aborts at the deadline, and the reply is still sent', async () => {
  const heard: unknown[] = [];
  const { network, clock, sleep } = createSimulatedServer({
    deadline: deadlineOf,
    fetch: async (request, context) => {
      const started = context.deadline;
      request.signal.addEventListener('abort', () => {
        heard.push(request.signal.reason.reason, clock.now);
      });
      await sleep(1000);
      return reply(`${typeof started}\n`);
    },
  });
  const sink = new RecordingSink();
  network.connect(() => sink).write(GET);
  await clock.runAsync({ until: 2000 });
  expect(heard[0]).toBe('deadline');
  expect(heard[1]).toBeGreaterThanOrEqual(300);
  expect(heard[1]).toBeLessThan(310);
  expect(sink.text).toMatch(/^HTTP\/1\.1 200 [\s\S]*number\n$/);
});

test('a request that waits past its deadline is refused, and its handler never runs', async () => {
  let runs = 0;
  const { network, clock, sleep } = createSimulatedServer({
    concurrency: 1,
    queue: { law: 'timed', waitMs: 60_000 },
    deadline: deadlineOf,
    fetch: async () => {
      runs++;
      await sleep(1000);
      return reply('done\n');
    },
  });
  const first = new RecordingSink();
  const second = new RecordingSink();
  network.connect(() => first).write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  network.connect(() => second).write(GET);
  await clock.runAsync({ until: 3000 });
  expect(runs).toBe(1);
  expect(first.text).toMatch(/^HTTP\/1\.1 200 /);
  expect(second.text).toMatch(/^HTTP\/1\.1 503 /);
});

test('a reply in time leaves no deadline behind, and no signal aborts afterwards', async () => {
  const signals: AbortSignal[] = [];
  const { network, clock } = createSimulatedServer({
    deadline: deadlineOf,
    fetch: (request) => {
      signals.push(request.signal);
      return reply('quick\n');
    },
  });
  const sink = new RecordingSink();
  network.connect(() => sink).write(GET + GET);
  await clock.runAsync({ until: 2000 });
  expect(sink.text.match(/quick/g)?.length).toBe(2);
  expect(signals.map((signal) => signal.aborted)).toEqual([false, false]);
});
