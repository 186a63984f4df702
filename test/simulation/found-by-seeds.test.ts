// What the simulation has found, each as the smallest run that shows it.

import { describe, expect, test } from 'vitest';
import type { Step } from './client-script.js';
import type { StreamPlan } from './handler-plan.js';
import type { Message } from './planned-request.js';
import { play, simulate } from './run-seed.js';
import type { Scenario } from './simulated-run.js';
import type { TunnelPlan } from './tunnel-plan.js';
import { message, part, scenario, visit, write } from './written-scenarios.js';

async function failuresOf(given: Scenario): Promise<readonly string[]> {
  return (await play(given)).failures;
}

const STREAM: StreamPlan = {
  source: 'iterator',
  pieceBytes: [],
  pieceMs: 0,
  declared: false,
  trailers: 'none',
  failure: undefined,
};

/** Ten bytes every five milliseconds. */
const SLOW = { latencyMs: 5, sendBufferBytes: 10, receiveBufferBytes: 10 } as const;

describe('a client that reads slowly', () => {
  test('gets its response though keepAliveMs has passed meanwhile', async () => {
    const one = message('1.1', { plan: { size: 2000 } });
    const limits = { keepAliveMs: 100, lingerMs: 20, lingerMsMax: 20 };
    expect(await failuresOf(scenario([visit([one], [write(one)], SLOW)], { limits }))).toEqual([]);
  });

  test('gets its response though it has sent FIN meanwhile', async () => {
    const one = message('1.1', { plan: { size: 2000 } });
    for (const ms of [0, 50, 900]) {
      const steps = [write(one), { do: 'wait', ms }, { do: 'end' }] as const;
      expect(await failuresOf(scenario([visit([one], steps, SLOW)]))).toEqual([]);
    }
  });

  test('gets its response though the server drains meanwhile', async () => {
    const one = message('1.1', { plan: { size: 2000 } });
    const limits = { lingerMs: 20, lingerMsMax: 20 };
    const drain = { atMs: 900, graceMs: 10_000, delayMs: 0 };
    for (const end of [[], [{ do: 'wait', ms: 950 }, { do: 'end' }]] as const) {
      const visits = [visit([one], [write(one), ...end], SLOW)];
      expect(await failuresOf(scenario(visits, { limits }, { drain }))).toEqual([]);
    }
  });

  test('gets its response though more content came than is worth reading', async () => {
    const content = 'x'.repeat(2000);
    const plan = { reply: 'stream', stream: { ...STREAM, pieceBytes: [1000] } } as const;
    const limits = { readAheadBytesMax: 100, drainBytesMax: 100, lingerBytesMax: 100 };
    for (const end of [[], [{ do: 'end' }]] as const) {
      const one = message('1.1', { content, plan });
      const visits = [visit([one], [part(one, 0, 1000), ...end], SLOW)];
      expect(await failuresOf(scenario(visits, { limits }))).toEqual([]);
    }
  });

  test('gets its response though its next request waits, and its FIN has come', async () => {
    const messages = [message('1.1', { plan: { size: 2000 } }), message('1.2')];
    const busy = message('2.1', { plan: { startMs: 300 } });
    const visits = [
      visit(messages, [write(...messages), { do: 'end' }], SLOW),
      visit([busy], [write(busy)], {}, { startMs: 150 }),
    ];
    const options = { concurrency: 1, queue: { law: 'timed', waitMs: 1000 } } as const;
    expect(await failuresOf(scenario(visits, options))).toEqual([]);
  });
});

test('a head has all of headMs, though another ended in the read in which it began', async () => {
  const messages = [message('1.1'), message('1.2'), message('1.3')];
  const all = Buffer.concat(messages.map(({ bytes }) => bytes));
  // Each write ends one head and begins the next, and then it is quiet for a while.
  const cuts = [0, 1, 2].map((i) => Math.floor((i * all.length) / 3) + 20);
  const steps = [0, ...cuts].flatMap((from, i): Step[] => [
    { do: 'write', bytes: all.subarray(from, cuts[i]) },
    { do: 'wait', ms: 80 },
  ]);
  const limits = { headMs: 100 };
  expect(await failuresOf(scenario([visit(messages, steps)], { limits }))).toEqual([]);
});

test('a request whose client has left the queue is not reported as answered', async () => {
  const messages = [message('1.1'), message('1.2')];
  const busy = message('2.1', { plan: { startMs: 300 } });
  const first = messages[0] as Message;
  const second = messages[1] as Message;
  const visits = [
    visit(messages, [write(first), { do: 'wait', ms: 100 }, write(second), { do: 'end' }]),
    visit([busy], [write(busy)], {}, { startMs: 50 }),
  ];
  const options = { concurrency: 1, queue: { law: 'timed', waitMs: 1000 } } as const;
  expect(await failuresOf(scenario(visits, options))).toEqual([]);
});

describe('close()', () => {
  test('leaves what is on its way to a client alone when its grace is over', async () => {
    // The system has taken it all, and sends it on after the end; a reset would drop it.
    const link = { toClient: { receiveBufferBytes: 10, latencyMs: 5 } };
    const plan = { size: 2000 };
    for (const fields of [[], ['Connection: close']]) {
      const one = message('1.1', { plan, fields });
      const drain = { atMs: 20, graceMs: 20, delayMs: 0 };
      const given = scenario([visit([one], [write(one)], link)], {}, { drain });
      const { failures, trace } = await play(given);
      expect(failures).toEqual([]);
      expect(trace().filter((line) => line.endsWith(' server reset'))).toEqual([]);
      expect(trace().filter((line) => line.endsWith(' client fin'))).toHaveLength(1);
    }
  });

  test('counts no request as less than none: one was refused, and its 503 never left', async () => {
    const busy = message('1.1', { plan: { startMs: 500 } });
    const waiting = message('2.1');
    const visits = [
      visit([busy], [write(busy)]),
      visit([waiting], [write(waiting)], { toClient: { sendBufferBytes: 10, latencyMs: 50 } }),
    ];
    const options = { concurrency: 1, queue: { law: 'timed', waitMs: 1000 } } as const;
    const drain = { atMs: 20, graceMs: 20, delayMs: 0 };
    expect(await failuresOf(scenario(visits, options, { drain }))).toEqual([]);
  });
});

test('a tunnel ends behind what its client sent before it closed, and dropped the rest', async () => {
  const tunnel: TunnelPlan = {
    ...{ face: 'raw', echoes: false, readMs: 0, writeBytes: 1 },
    acts: [[3, 'end']],
  };
  const fields = ['Connection: upgrade', 'Upgrade: sim'];
  const one = message('1.1', { fields, plan: { reply: 'tunnel', tunnel } });
  const next = message('1.2', { content: 'x'.repeat(1000) });
  const link = { toServer: SLOW };
  expect(await failuresOf(scenario([visit([one, next], [write(one, next)], link)]))).toEqual([]);
});

describe('whole runs that failed once', () => {
  test.each([
    [772167, 'lingering ended in a reset, behind a response without a length'],
    [9048877, 'a connection broke in the turn in which a stream told its end'],
    [9114469, 'a response was over after the request behind it, whose client had gone'],
    [9119818, 'figures that were asked for were taken for a stop of the process'],
    [
      9124131,
      'a request came while a handler computed, just as its connection was idle for too long',
    ],
    [9212021, 'the reset of a tunnel threw, and what was cut looked as its end'],
  ])('seed %i: %s', async (seed) => {
    expect((await simulate(seed)).failures).toEqual([]);
  });
});
