// Every seam of a server fails once, in every way: the others of its run are served as if it had not,
// everything is given back, and `onError` is told of each failure once.

import { describe, expect, test } from 'vitest';
import { TRANSPORT_CALLS } from '../support/failing-transport.js';
import type { Step } from './client-script.js';
import { failureReport } from './failure-report.js';
import type { StreamPlan } from './handler-plan.js';
import { play } from './run-seed.js';
import { CALLBACKS, OBSERVER_METHODS, type SeamFaults, WAYS } from './seam-faults.js';
import type { Scenario, Visit } from './simulated-run.js';
import { message, scenario, visit, write } from './written-scenarios.js';

const NONE: SeamFaults = { observer: {}, callbacks: {}, transports: new Map() };

const STREAM: StreamPlan = {
  source: 'asyncIterator',
  pieceBytes: [100, 9000, 9000],
  pieceMs: 0,
  declared: false,
  trailers: 'none',
  failure: undefined,
};

const LIMITS = {
  ...{ keepAliveMs: 300, lingerMs: 40, lingerMsMax: 100, peerEndedMs: 60 },
  ...{ readAheadBytesMax: 200, drainBytesMax: 100, writeStallMs: 500 },
};

/** Slots for one, a queue for one: some are refused. One sends a head that is wrong, one fails. */
function busyWorld(seams: SeamFaults): Scenario {
  const wrong = { ...message('5.1', {}), bytes: Buffer.from('GET / HTTP/1.1\r\n\r\n') };
  const mistake = { what: 'no Host', status: 400, inHead: true };
  const one = (number: number, ...rest: readonly Step[]): Visit => {
    const first = message(`${number}.1`, {
      content: 'x'.repeat(900),
      plan: { startMs: 10, read: 'slow', reply: 'stream', stream: STREAM, asksCompleted: true },
    });
    const second = message(`${number}.2`, { plan: { size: 90_000, waitUntil: 'resolves' } });
    return visit(
      [first, second],
      [write(first, second), { do: 'await', responses: 2 }, ...rest],
      { sendBufferBytes: 5000, receiveBufferBytes: 5000 },
      { readPause: { bytes: 3000, ms: 30 } },
    );
  };
  const failing = message('4.1', { plan: { reply: 'throw', startMs: 2 } });
  return scenario(
    [
      one(1),
      one(2, { do: 'end' }),
      one(3),
      visit([failing], [write(failing)], {}, { startMs: 1000 }),
      visit([{ ...wrong, mistake }], [{ do: 'write', bytes: wrong.bytes }]),
    ],
    {
      concurrency: { algorithm: 'fixed', initial: 1 },
      queue: { law: 'timed', entriesMax: 1, waitMs: 5 },
      limits: LIMITS,
      priority: () => 'default',
      clientKey: ({ remoteAddress }) => remoteAddress,
      deadline: () => 100_000,
    },
    { seams },
  );
}

async function passes(seams: SeamFaults, fails: boolean): Promise<void> {
  const outcome = await play(busyWorld(seams));
  if (outcome.failures.length > 0) expect.fail(failureReport(outcome));
  if (fails) expect(outcome.seamFailureCount).toBeGreaterThan(0);
}

test('a simulated in which nothing fails is one in which nothing fails', async () => {
  await passes(NONE, false);
});

describe.each(WAYS)('what %s', (way) => {
  test.each(OBSERVER_METHODS)('at observer.%s changes nothing', async (method) => {
    for (const nth of [1, 2])
      await passes({ ...NONE, observer: { [method]: { way, nth } } }, nth === 1);
  });

  test.each(CALLBACKS)('at %s changes nothing', async (callback) => {
    for (const nth of [1, 2])
      await passes({ ...NONE, callbacks: { [callback]: { way, nth } } }, nth === 1);
  });

  test('at onError, when told of other callbacks and of the observer', async () => {
    const observer = { requestStarted: { way, nth: 1 }, transition: { way, nth: 3 } };
    const callbacks = { onError: { way, nth: 1 }, onFault: { way, nth: 1 } };
    await passes({ ...NONE, observer, callbacks }, true);
  });
});

describe('a transport that throws', () => {
  /** How often each call happens at most in such a run. */
  const callsBefore = [0, 1, 2, 4];
  test.each(TRANSPORT_CALLS)('at %s ends its connection and no other', async (call) => {
    for (const before of callsBefore)
      for (const afterwards of [false, true])
        for (const always of [false, true])
          for (const number of [1, 2, 4, 5]) {
            const fault = { call, callsBefore: before, afterwards, always };
            await passes({ ...NONE, transports: new Map([[number, fault]]) }, false);
          }
  });

  test('is met in these runs, at each of its calls', async () => {
    for (const call of TRANSPORT_CALLS) {
      // Nothing is reset in order.
      const other = call === 'reset' ? 'writeAll' : undefined;
      const fault = { callsBefore: 0, afterwards: false, always: true };
      const transports = new Map(
        [1, 2, 4, 5].map((number) => [number, { ...fault, call: other ?? call }]),
      );
      await passes({ ...NONE, transports }, true);
    }
  });
});

describe('a client that leaves a stream without an end', () => {
  const SOURCES = ['asyncIterator', 'readable', 'response'] as const;
  const ENDS = ['end', 'destroy', 'reset', 'cut'] as const;
  const cases = SOURCES.flatMap((source) => ENDS.map((end) => [source, end] as const));

  test.each(cases)('(%s, %s) leaves nothing behind', async (source, end) => {
    for (const pieceBytes of [[], [10], [10, 70_000]])
      for (const hold of ['handler', 'body'] as const) {
        const stream = { ...STREAM, source, pieceBytes, neverEnds: true };
        const endless = message('1.1', { plan: { reply: 'stream', stream, asksCompleted: true } });
        const other = message('2.1');
        const outcome = await play(
          scenario(
            [
              visit([endless], [write(endless), { do: 'wait', ms: 20 }, { do: end }]),
              visit([other], [write(other), { do: 'end' }], {}, { startMs: 400 }),
            ],
            { limits: LIMITS, concurrency: { algorithm: 'fixed', initial: 1, hold } },
          ),
        );
        if (outcome.failures.length > 0) expect.fail(failureReport(outcome));
      }
  });
});
