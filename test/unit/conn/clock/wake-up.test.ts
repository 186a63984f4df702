// What is thrown at the seams ends one connection at most, and hurts nobody else.

import { describe, expect, test } from 'vitest';
import { Clocks } from '../../../../src/conn/clock/clocks.js';
import { WakeUp } from '../../../../src/conn/clock/wake-up.js';
import type { TransportSink } from '../../../../src/conn/transport.js';
import { DEFAULT_LIMITS } from '../../../../src/fsm/limits.js';
import type { Observer, ServerOptions } from '../../../../src/index.js';
import { type Reply, reply } from '../../../../src/index.js';
import { createServerIn, type Server } from '../../../../src/server.js';
import { VirtualClock } from '../../../../src/testing/network/virtual-clock.js';
import { VirtualEnvironment } from '../../../../src/testing/network/virtual-environment.js';
import {
  FailingTransport,
  TRANSPORT_CALLS,
  type TransportCall,
} from '../../../support/failing-transport.js';
import { RecordingTransport } from '../../../support/recording-transport.js';
import { get, post, postChunked } from '../../../support/test-server.js';

class Scene {
  readonly clock = new VirtualClock();
  readonly server: Server;
  readonly errors: unknown[] = [];

  constructor(options: Partial<ServerOptions> = {}) {
    this.server = createServerIn(new VirtualEnvironment(this.clock), {
      fetch: () => reply('x'),
      onError: (error) => {
        this.errors.push(error);
      },
      ...options,
    });
  }

  connect<Line extends RecordingTransport>(line: Line): TransportSink {
    return this.server.accept(line, this.clock.now);
  }

  send(sink: TransportSink, bytes: string | Uint8Array): void {
    sink.onBytes(Buffer.from(bytes as string), this.clock.now);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.after(ms, resolve);
    });
  }

  async run(ms: number): Promise<void> {
    await this.clock.runAsync({ until: this.clock.now + ms });
  }

  /** Open connections, slots taken, requests that wait, bytes held. */
  get left(): readonly number[] {
    const { connections, inFlight, queued, bytes } = this.server.stats();
    const open = Object.values(connections).reduce((sum, count) => sum + count, 0);
    return [open, inFlight, queued, bytes];
  }
}

const NOTHING = [0, 0, 0, 0];

describe('a wake-up', () => {
  test('settles when the outermost ends, and once', () => {
    const done: string[] = [];
    const wakeUp = new WakeUp(
      { clock: () => 7, wakeUpEnds: () => done.push('settle'), breakOff: () => done.push('break') },
      new Clocks(DEFAULT_LIMITS),
      0,
    );
    wakeUp.run(() => wakeUp.run(() => done.push('within'), 3));
    expect(done).toEqual(['within', 'settle']);
    expect(wakeUp.now).toBe(7);
  });

  test('breaks off where something is thrown, at once, and the outer one settles', () => {
    const done: string[] = [];
    const wakeUp = new WakeUp(
      {
        clock: () => 7,
        wakeUpEnds: () => done.push('settle'),
        breakOff: (error) => done.push(`broke ${error}`),
      },
      new Clocks(DEFAULT_LIMITS),
      0,
    );
    wakeUp.run(() => {
      wakeUp.run(() => {
        throw new Error('x');
      });
      done.push('goes on');
    });
    expect(done).toEqual(['broke Error: x', 'goes on', 'settle']);
    wakeUp.run(() => undefined);
    expect(done.at(-1)).toBe('settle');
  });
});

describe('an observer that throws', () => {
  const failure = new Error('the observer fails');
  const METHODS = [
    'connectionOpened',
    'connectionClosed',
    'transition',
    'requestStarted',
    'requestCompleted',
    'requestRefused',
  ] as const;
  const WAYS: [string, () => unknown][] = [
    [
      'throws',
      () => {
        throw failure;
      },
    ],
    ['rejects', () => Promise.reject(failure)],
  ];
  const cases = METHODS.flatMap((method) => WAYS.map(([way, act]) => [method, way, act] as const));

  test.each(cases)(
    'in %s (it %s) changes nothing, and onError is told',
    async (method, _way, act) => {
      const scene: Scene = new Scene({
        observer: { [method]: act } as Observer,
        concurrency: 1,
        queue: { law: 'timed', entriesMax: 1, waitMs: 10 },
        fetch: (): Promise<Reply> => scene.sleep(20).then(() => reply('x')),
      });
      const lines = [0, 1, 2].map(() => new RecordingTransport());
      const sinks = lines.map((line) => scene.connect(line));
      for (const sink of sinks) scene.send(sink, get());
      await scene.run(100);
      expect(lines.map(({ written }) => written.join('').slice(9, 12))).toEqual([
        '200',
        '503',
        '503',
      ]);
      expect(lines.map(({ isReset }) => isReset)).toEqual([false, false, false]);
      for (const sink of sinks) sink.onReset(scene.clock.now, undefined);
      await scene.run(100);
      expect(scene.left).toEqual(NOTHING);
      expect(scene.errors.length).toBeGreaterThan(0);
      for (const error of scene.errors) expect(error).toBe(failure);
    },
  );
});

describe('a transport that throws', () => {
  /** What a client does in which the call happens. */
  const PROVOKES: Record<TransportCall, string> = {
    write: get('/'),
    writeAll: get('/big'),
    end: get('/', 'Connection: close\r\n'),
    destroy: get('/', 'Connection: close\r\n'),
    reset: get('/cut'),
    pause: post('x'.repeat(70_000), 'Expect: 100-continue\r\n', '/slow'),
    resume: post('x'.repeat(70_000), 'Expect: 100-continue\r\n', '/slow'),
    lendTo: postChunked('5\r\nhello\r\n', '', '/each'),
  };

  const cases = TRANSPORT_CALLS.flatMap((call) => [0, 1].map((before) => [call, before] as const));

  test.each(cases)(
    'in %s, after %i calls: its connection ends, another goes on',
    async (call, before) => {
      const scene: Scene = new Scene({
        fetch: async (request, { target }) => {
          if (target === '/big') return reply(new Uint8Array(100_000));
          if (target === '/cut')
            return reply(['x', 7] as string[], { headers: { 'Content-Length': 9 } });
          if (target === '/each') for await (const _ of request.body ?? []);
          if (target === '/slow') await scene.sleep(15);
          await request.text();
          return reply('x');
        },
      });
      const failing = new FailingTransport(call, before);
      const other = new RecordingTransport();
      const [sink, otherSink] = [scene.connect(failing), scene.connect(other)];
      for (let i = 0; i <= before; i++) {
        scene.send(sink, PROVOKES[call]);
        await scene.run(30);
        scene.send(otherSink, post('hello'));
        await scene.run(1);
      }
      sink.onFin(scene.clock.now);
      await scene.run(1);
      expect(other.written.join('').match(/200 OK/g)).toHaveLength(before + 1);
      // A connection ends once, and no second time.
      const once = call === 'end' || call === 'destroy' || call === 'reset';
      if (before === 0 || !once) {
        expect(failing.failures).toBeGreaterThan(0);
        expect(scene.errors).toContain(failing.failure);
        // Given up as far as it lets itself be.
        expect(failing.isReset || failing.isDestroyed).toBe(true);
      }
      for (const one of [sink, otherSink]) one.onReset(scene.clock.now, undefined);
      await scene.run(100);
      expect(scene.left).toEqual(NOTHING);
    },
  );

  // A response that is ready is sent before a stream begins: the stream was opened by then.
  test.each(['write', 'writeAll'] as const)(
    '%s: a stream that was opened is given up',
    async (call) => {
      for (const before of [0, 1, 2]) {
        const cancelled: number[] = [];
        let opened = 0;
        const scene = new Scene({
          fetch(_request, { target }) {
            if (target === '/whole') return reply('x');
            const number = opened++;
            return reply(
              new ReadableStream({
                start: (controller) => controller.enqueue(new Uint8Array(1)),
                cancel: () => void cancelled.push(number),
              }),
            );
          },
        });
        const failing = new FailingTransport(call, before);
        const sink = scene.connect(failing);
        for (const [i, targets] of [
          ['/whole', '/whole'],
          ['/whole', '/stream'],
        ].entries()) {
          scene.send(sink, targets.map((target) => get(target)).join(''));
          await scene.run(10 + i);
        }
        sink.onReset(scene.clock.now, undefined);
        await scene.run(100);
        expect(cancelled).toEqual(Array.from({ length: opened }, (_, number) => number));
        expect(scene.left).toEqual(NOTHING);
      }
    },
  );
});
