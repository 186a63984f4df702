// How a connection ends: by a drain, by the end of the grace, for another's sake.

import { describe, expect, test } from 'vitest';
import type { TransportSink } from '../../../src/conn/transport.js';
import { reply } from '../../../src/index.js';
import { createServerIn, type Server } from '../../../src/server.js';
import { VirtualClock } from '../../../src/testing/network/virtual-clock.js';
import { VirtualEnvironment } from '../../../src/testing/network/virtual-environment.js';
import { ConnectionScene, SceneLine } from '../../support/connection-scene.js';
import { gate, get } from '../../support/test-server.js';

class Scene {
  readonly clock = new VirtualClock();
  readonly reasons: string[] = [];
  readonly server: Server = createServerIn(new VirtualEnvironment(this.clock), {
    fetch: (request, { target }) => {
      if (target === '/stream') return reply(this.#stream());
      if (target !== '/slow') return reply('x');
      return new Promise(() => {
        request.signal.addEventListener('abort', () =>
          this.reasons.push(request.signal.reason.reason),
        );
      });
    },
  });
  /** The rest of `/stream` comes. */
  readonly rest = gate();
  readonly line = new SceneLine();
  readonly sink: TransportSink = this.server.accept(this.line, 0);

  async *#stream(): AsyncGenerator<string> {
    yield 'a';
    await this.rest.promise;
    yield 'b';
  }

  ask(target = '/'): void {
    this.sink.onBytes(Buffer.from(get(target)), this.clock.now);
  }

  async to(ms: number): Promise<string[]> {
    await this.clock.runAsync({ until: ms });
    return this.line.calls;
  }
}

test('one that was just answered may carry one more request, which is the last', async () => {
  const scene = new Scene();
  scene.ask();
  await scene.to(10);
  void scene.server.close();
  scene.ask();
  expect(scene.line.written.at(-1)).toMatch(/connection: close/i);
  expect(await scene.to(11)).toEqual(['end']);
});

test('one that was just answered ends when the server has been quiet for 50 ms', async () => {
  const scene = new Scene();
  scene.ask();
  await scene.to(10);
  void scene.server.close();
  expect(await scene.to(40)).toEqual([]);
  expect(await scene.to(70)).toEqual(['end']);
  expect(await scene.to(500)).toEqual(['end']);
  expect(await scene.to(700)).toEqual(['end', 'destroy']);
});

test('one that never had an answer is not waited for', async () => {
  const scene = new Scene();
  await scene.to(5000);
  void scene.server.close();
  expect(await scene.to(5001)).toEqual(['end', 'destroy']);
});

test('at the end of the grace the handler is told why, and the connection is reset', async () => {
  const scene = new Scene();
  scene.ask('/slow');
  const closed = scene.server.close({ graceMs: 100 });
  expect(await scene.to(90)).toEqual([]);
  expect(await scene.to(110)).toEqual(['reset']);
  expect(scene.reasons).toEqual(['drain']);
  expect(await closed).toEqual({ finished: 0, refused: 0, cutOff: 1 });
});

test('an idle connection makes room, one that is busy does not', async () => {
  const scene = new Scene();
  expect(scene.server.makeRoom(0)).toBe(false);
  expect(scene.server.makeRoom(1)).toBe(true);
  expect(scene.line.calls).toEqual(['end', 'destroy']);
  const busy = new SceneLine();
  scene.server.accept(busy, 0).onBytes(Buffer.from(get('/slow')), 0);
  expect(scene.server.makeRoom(100)).toBe(false);
  expect(busy.calls).toEqual([]);
});

test('one whose response has begun to leave may carry one more request, which is the last', async () => {
  const scene = new Scene();
  scene.ask('/stream');
  await scene.to(10);
  void scene.server.close();
  scene.rest.open();
  expect(await scene.to(30)).toEqual([]);
  scene.ask();
  expect(scene.line.written.at(-1)).toMatch(/connection: close/i);
  expect(await scene.to(31)).toEqual(['end']);
});

test('while others ask, the server is not quiet', async () => {
  const scene = new Scene();
  const other = scene.server.accept(new SceneLine(), 0);
  scene.ask();
  await scene.to(10);
  void scene.server.close();
  await scene.to(50);
  other.onBytes(Buffer.from(get()), 50);
  expect(await scene.to(95)).toEqual([]);
  expect(await scene.to(115)).toEqual(['end']);
});

test.each([
  [15, 'ends when the server has been quiet for 50 ms', 70, ['end']],
  [16, 'may have a request on its way for a second', 990, []],
  [16, 'that has not asked for a second ends without a wait', 1060, ['end', 'destroy']],
])('one that has asked %i times in a row %s', async (count, _what, ms, calls) => {
  const scene = new Scene();
  for (let i = 0; i < count; i++) scene.ask();
  await scene.to(10);
  void scene.server.close();
  expect(await scene.to(ms)).toEqual(calls);
});

test('one that was answered at a later time is idle since then', async () => {
  const scene = new Scene();
  await scene.to(5000);
  scene.ask();
  await scene.to(5010);
  void scene.server.close();
  expect(await scene.to(5020)).toEqual([]);
  expect(await scene.to(5070)).toEqual(['end']);
});

test('one whose response took long is idle since its end, though nobody asked meanwhile', async () => {
  const scene = new Scene();
  scene.ask('/stream');
  await scene.to(100);
  scene.rest.open();
  await scene.to(110);
  void scene.server.close();
  expect(await scene.to(120)).toEqual([]);
  expect(await scene.to(170)).toEqual(['end']);
});

test.each([
  [1, 49, 51, ['end']],
  [16, 999, 1002, ['end', 'destroy']],
])(
  'in a drain after %i requests ends behind %i ms of silence',
  async (count, before, after, calls) => {
    const scene = new Scene();
    for (let i = 0; i < count; i++) scene.ask();
    void scene.server.close();
    expect(await scene.to(before)).toEqual([]);
    expect(await scene.to(after)).toEqual(calls);
  },
);

test('one that never had an answer and connected a moment ago is not waited for, either', async () => {
  const scene = new Scene();
  await scene.to(100);
  void scene.server.close();
  expect(await scene.to(101)).toEqual(['end', 'destroy']);
});

test('one that waits for the FIN of its client goes on to wait in a drain', async () => {
  const scene = new Scene();
  scene.sink.onBytes(Buffer.from(get('/', 'Connection: close\r\n')), 0);
  await scene.to(600);
  void scene.server.close();
  expect(await scene.to(601)).toEqual(['end']);
});

test('a drain is told at once to a request that waits on purpose', async () => {
  const reasons: unknown[] = [];
  const scene = new ConnectionScene((request, context) => {
    request.signal.addEventListener('abort', () => reasons.push(request.signal.reason.reason));
    return context.waiting(new Promise(() => {}));
  });
  await scene.send(get());
  scene.connection.ending.startDrain(0);
  expect(reasons).toEqual(['drain']);
});

test('it is told with the time for which it was open', async () => {
  const told: number[] = [];
  const scene = new ConnectionScene(undefined, {
    observer: { connectionClosed: ({ durationMs }) => void told.push(durationMs) },
  });
  await scene.to(100);
  const other = scene.connect();
  await scene.to(130);
  other.onReset(130, undefined);
  expect(told).toEqual([30]);
});

test('one that is traced no more ends as any other', () => {
  const scene = new ConnectionScene(undefined, { trace: { connections: 1 } });
  scene.connect();
  scene.connection.onReset(0, undefined);
  expect([scene.errors, scene.parts.roster.connections.size]).toEqual([[], 1]);
});

describe('by order of its owner', () => {
  const busy = async (): Promise<ConnectionScene> => {
    const scene = new ConnectionScene(() => new Promise(() => {}));
    await scene.send(get());
    return scene;
  };

  test('an idle one ends by a FIN, and its peer is not waited for', () => {
    const scene = new ConnectionScene();
    scene.connection.ending.endNow();
    expect([scene.line.calls, scene.connection.life.closed]).toEqual([['end', 'destroy'], true]);
  });

  test('one with a request is reset, or closed where that is to be quiet', async () => {
    for (const [quietly, calls] of [
      [false, ['reset']],
      [true, ['destroy']],
    ] as const) {
      const scene = await busy();
      scene.connection.ending.endNow(quietly);
      expect([scene.line.calls, scene.connection.ending.end]).toEqual([calls, 'error']);
    }
  });

  test('one whose last bytes have not left is reset', async () => {
    const scene = new ConnectionScene();
    await scene.send(get());
    scene.line.unflushedBytes = 5;
    scene.connection.ending.endNow();
    expect(scene.line.calls).toEqual(['end', 'reset']);
  });

  test.each([
    [true, [103], ['destroy']],
    [false, [], ['reset']],
  ])('what was written in the same moment is sent if it is quiet (%s): %j', async (...given) => {
    const [quietly, statuses, calls] = given;
    const scene: ConnectionScene = new ConnectionScene((_request, context) => {
      context.sendInformational(103, { Link: '</a>' });
      scene.connection.ending.endNow(quietly);
      return reply('never');
    });
    await scene.send(get());
    expect([scene.statuses, scene.line.calls]).toEqual([statuses, calls]);
  });

  test('one that nobody observes is reset as any other', async () => {
    const scene = new ConnectionScene(() => new Promise(() => {}), { observer: [] });
    await scene.send(get());
    scene.connection.ending.cut('memory');
    expect([scene.line.calls, scene.errors]).toEqual([['reset'], []]);
  });

  test.each([
    ['memory', 'memory'],
    ['replyFailed', 'replyFailed'],
    ['closed', 'error'],
    ['deadline', 'error'],
  ] as const)('cut for the reason %s, it is told to end for %s', async (reason, end) => {
    const scene = await busy();
    const { ending } = scene.connection;
    ending.cut(reason);
    expect([scene.line.calls, ending.reason, ending.end]).toEqual([['reset'], reason, end]);
  });

  test('the end of a drain’s grace is why it ends, whatever it was found to do then', async () => {
    const scene = await busy();
    scene.connection.ending.cutOff();
    expect([scene.connection.ending.reason, scene.connection.ending.end]).toEqual([
      'drain',
      'drain',
    ]);
  });

  test('why it ends was noted first', async () => {
    const scene = await busy();
    const { ending } = scene.connection;
    ending.note('writeStalled');
    ending.cut('memory');
    expect(ending.end).toBe('writeStalled');
  });

  test('one that has ended does so no more', async () => {
    const scene = await busy();
    const { ending } = scene.connection;
    ending.cut('memory');
    const told = scene.observed.length;
    ending.cut('closed');
    ending.endNow(true);
    ending.cutOff();
    ending.tidyUp();
    expect([scene.line.calls, ending.reason, scene.observed.length]).toEqual([
      ['reset'],
      'memory',
      told,
    ]);
  });
});

describe('where something was thrown', () => {
  test('the connection is reset, and the error told with its request', async () => {
    const scene = new ConnectionScene();
    scene.line.error = new Error('x');
    await scene.send(get());
    expect([scene.line.calls, scene.errors.map(String)]).toEqual([['reset'], ['Error: x']]);
    expect([scene.connection.ending.end, scene.connection.life.closed]).toEqual(['error', true]);
  });

  test('the time that refusing takes is counted as before', async () => {
    const scene = new ConnectionScene();
    scene.line.error = new Error('x');
    await scene.send(get());
    const { shedBudget } = scene.parts;
    shedBudget.begin(0);
    expect(shedBudget.end(49)).toBe(true);
  });

  test('what has left by then is told to have left', async () => {
    const told: number[] = [];
    const more = gate();
    const scene = new ConnectionScene(
      () =>
        reply(
          (async function* () {
            yield 'a';
            await more.promise;
            yield 'b';
          })(),
        ),
      { observer: { requestCompleted: ({ responseBytes }) => void told.push(responseBytes) } },
    );
    scene.line.unflushedBytes = 1000;
    await scene.send(get());
    const { length } = scene.written;
    // All of it leaves unseen, and the next write throws.
    scene.line.unflushedBytes = 0;
    scene.line.error = new Error('x');
    more.open();
    await scene.to(1);
    expect(told).toEqual([length]);
  });

  test('and the reset throws too, it is closed, and both errors are told', async () => {
    const scene = new ConnectionScene();
    scene.line.error = new Error('x');
    scene.line.reset = () => {
      throw new Error('no reset');
    };
    await scene.send(get());
    expect([scene.line.calls, scene.errors.map(String)]).toEqual([
      ['destroy'],
      ['Error: no reset', 'Error: x'],
    ]);
    expect(scene.parts.roster.connections.size).toBe(0);
  });
});
