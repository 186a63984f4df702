// Traces: the last transitions of some connections, which reports of faults carry.

import { describe, expect, test } from 'vitest';
import { Lifecycle } from '../../../../src/conn/machine/lifecycle.js';
import { type TracedConnection, Traces, traceFrom } from '../../../../src/conn/machine/traces.js';
import { type EventId, EventIds } from '../../../../src/fsm/machine/machine.js';
import { type FaultReport, reply } from '../../../../src/index.js';
import { ConnectionScene } from '../../../support/connection-scene.js';
import { gate, get, postChunked } from '../../../support/test-server.js';

const { requestBare, admitted, replyWhole, flushed } = EventIds;
const REQUEST = [requestBare, admitted, replyWhole, flushed];

class Traced implements TracedConnection {
  readonly life = new Lifecycle(1, undefined);
  readonly receiver = { consumedBytes: 0 };
  now = 0;
  /** How long after the last wake-up it is asked. */
  laterMs = 0;

  clock(): number {
    return this.now + this.laterMs;
  }

  move(...events: readonly EventId[]): void {
    for (const event of events) {
      this.now += 1;
      this.receiver.consumedBytes += 10;
      this.life.move(event);
    }
  }

  get events(): string[] | undefined {
    return this.life.trace?.transitions().map(({ event }) => event);
  }
}

describe('a trace', () => {
  test('holds each transition with its state, place and age', () => {
    const traces = new Traces({ connections: 1, transitionsMax: 8 });
    const connection = new Traced();
    traces.add(connection);
    expect(connection.life.trace?.transitions()).toEqual([]);
    connection.move(requestBare, admitted);
    connection.now = 100;
    // A fault is told between two wake-ups, too.
    connection.laterMs = 7;
    expect(connection.life.trace?.transitions()).toEqual([
      { event: 'requestBare', state: 'done/queued/keep', offset: 10, ageMs: 106 },
      { event: 'admitted', state: 'done/pending/keep', offset: 20, ageMs: 105 },
    ]);
  });

  test.each([
    [3, ['requestBare', 'admitted', 'replyWhole']],
    [4, ['requestBare', 'admitted', 'replyWhole', 'flushed']],
    [5, ['admitted', 'replyWhole', 'flushed', 'requestBare']],
  ])('of four holds the last of %i, in their order', (count, events) => {
    const traces = new Traces({ connections: 2, transitionsMax: 4 });
    const [other, connection] = [new Traced(), new Traced()];
    for (const one of [other, connection]) traces.add(one);
    connection.move(...[...REQUEST, ...REQUEST].slice(0, count));
    other.move(requestBare);
    expect([connection.events, other.events]).toEqual([events, ['requestBare']]);
  });

  test('is of the newest where more are open, and free ones come first', () => {
    const traces = new Traces({ connections: 2, transitionsMax: 4 });
    const [a, b, c, d] = [new Traced(), new Traced(), new Traced(), new Traced()];
    const traced = () => [a, b, c, d].map(({ life }) => life.trace !== undefined);
    for (const one of [a, b]) traces.add(one);
    a.move(...REQUEST);
    b.move(requestBare);
    expect(traced()).toEqual([true, true, false, false]);
    traces.add(c);
    expect([traced(), c.events]).toEqual([[false, true, true, false], []]);
    // What is traced no longer moves on.
    a.move(requestBare);
    c.move(requestBare, admitted);
    if (c.life.trace !== undefined) traces.remove(c.life.trace);
    traces.add(d);
    expect([traced(), d.events, b.events]).toEqual([
      [false, true, false, true],
      [],
      ['requestBare'],
    ]);
    c.move(replyWhole);
    d.move(requestBare);
    expect(d.events).toEqual(['requestBare']);
  });

  test('goes on beside observers that come and leave', () => {
    const connection = new Traced();
    new Traces({ connections: 1, transitionsMax: 4 }).add(connection);
    let heard = 0;
    connection.life.observedBy({ transition: () => void heard++ });
    connection.move(requestBare);
    connection.life.observedBy(undefined);
    connection.move(admitted);
    expect([heard, connection.events]).toEqual([1, ['requestBare', 'admitted']]);
    connection.life.tracedBy(undefined);
    connection.life.observedBy({ transition: () => void heard++ });
    connection.move(replyWhole);
    expect([heard, connection.events]).toEqual([2, undefined]);
  });
});

test('has defaults, and no other words', () => {
  expect(traceFrom('trace', undefined)).toBeUndefined();
  expect(traceFrom('trace', {})).toEqual({ connections: 100, transitionsMax: 32 });
  expect(traceFrom('trace', { connections: 10_000, transitionsMax: 1024 })).toEqual({
    connections: 10_000,
    transitionsMax: 1024,
  });
  for (const [given, message] of [
    [true, 'trace: got true, expected an object with connections, such as { connections: 100 }'],
    [false, 'trace: got false, expected an object with connections'],
    [100, 'trace: got 100, expected an object with connections'],
    [{ connections: 0 }, 'trace.connections: got 0, expected a whole number from 1 to 10000'],
    [{ connections: 10_001 }, 'trace.connections: got 10001, expected'],
    [{ transitionsMax: 1025 }, 'trace.transitionsMax: got 1025, expected'],
    [{ conections: 5 }, 'trace.conections: unknown option; did you mean trace.connections?'],
  ] as const)
    expect(() => traceFrom('trace', given)).toThrow(message);
});

describe('a report of a fault', () => {
  const traced = { trace: { connections: 2, transitionsMax: 4 } };

  test.each<[string, string, string[]]>([
    ['in the first byte', '\0', []],
    ['in a head that came in pieces', 'GET / HT', ['headStart']],
    ['behind a request', get().repeat(2), ['requestBare', 'admitted', 'replyWhole', 'flushed']],
  ])('%s has what led to it', async (_what, bytes, events) => {
    const scene = new ConnectionScene(undefined, traced);
    await scene.send(bytes);
    await scene.to(20);
    await scene.send('\0\r\n\r\n');
    const [{ transitions, offset, state }] = scene.faults as [FaultReport];
    expect(transitions?.map(({ event }) => event)).toEqual(events);
    if (bytes === '\0') return;
    const last = transitions?.at(-1);
    expect(last).toEqual({ ...last, state, offset: bytes.length, ageMs: 20 });
    expect(offset).toBe(bytes.length);
  });

  test('of content says that its handler ran', async () => {
    const opened = gate();
    const scene = new ConnectionScene(async (request) => {
      await opened.promise;
      return reply(await request.text());
    }, traced);
    await scene.send(postChunked('3\r\nabc\r\n'));
    await scene.to(5);
    opened.open();
    await scene.send('secret\r\n');
    const [{ transitions }] = scene.faults as [FaultReport];
    expect(transitions).toEqual([
      {
        event: 'requestStreamed',
        state: 'body/queued/keep',
        offset: postChunked('').length,
        ageMs: 5,
      },
      {
        event: 'admitted',
        state: 'body/pending/keep',
        offset: postChunked('').length,
        ageMs: 5,
      },
    ]);
  });

  test('of a head that is too slow says since when', async () => {
    const scene = new ConnectionScene(undefined, { ...traced, limits: { headMs: 1000 } });
    await scene.to(50);
    await scene.send('GET');
    await scene.to(2000);
    expect(scene.faults[0]?.transitions).toEqual([
      { event: 'headStart', state: 'head/idle/keep', offset: 3, ageMs: expect.closeTo(1000, -1) },
    ]);
  });

  test('has none where the connection is not traced, or nothing is', async () => {
    const untraced = new ConnectionScene();
    await untraced.send('\0');
    expect(untraced.faults[0]).not.toHaveProperty('transitions');
    const scene = new ConnectionScene(undefined, { trace: { connections: 1 } });
    const newer = scene.connect();
    await scene.send('\0');
    newer.onBytes(Buffer.from('\0'), 0);
    expect(scene.faults.map(({ transitions }) => transitions)).toEqual([undefined, []]);
  });

  test('is told to observers, too, and one that joins late gets all of it', async () => {
    const scene = new ConnectionScene(undefined, traced);
    await scene.send(get());
    const told: FaultReport[] = [];
    scene.parts.observe({ fault: (fault) => told.push(fault) });
    await scene.send('\0');
    expect(told).toEqual(scene.faults);
    expect(told[0]?.transitions?.length).toBe(4);
  });

  test('does not keep the trace of a connection that is over', async () => {
    const scene = new ConnectionScene(undefined, { trace: { connections: 1 } });
    await scene.send(get());
    scene.connection.onReset(1, undefined);
    expect(scene.connection.life.trace).toBeUndefined();
    const next = scene.connect();
    next.onBytes(Buffer.from('\0'), 1);
    expect(scene.faults[0]?.transitions).toEqual([]);
  });
});
