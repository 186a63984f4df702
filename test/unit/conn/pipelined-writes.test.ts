// How many writes the answers to pipelined requests are put into.

import { describe, expect, test } from 'vitest';
import type { TransportSink } from '../../../src/conn/transport.js';
import { type Completion, type FetchHandler, reply } from '../../../src/index.js';
import { createServerIn, type Server } from '../../../src/server.js';
import { VirtualClock } from '../../../src/testing/network/virtual-clock.js';
import { VirtualEnvironment } from '../../../src/testing/network/virtual-environment.js';
import { RecordingTransport } from '../../support/recording-transport.js';
import { gate, get } from '../../support/test-server.js';

/** A line that tells how many final answers each write holds. */
class AnswerCounter extends RecordingTransport {
  get answers(): number[] {
    return this.written.map((text) => text.split('HTTP/1.1 200').length - 1);
  }
}

class Scene {
  readonly clock = new VirtualClock();
  readonly server: Server;
  readonly errors: unknown[] = [];

  constructor(fetch: FetchHandler) {
    this.server = createServerIn(new VirtualEnvironment(this.clock), {
      fetch,
      onError: (error) => {
        this.errors.push(error);
      },
    });
  }

  /** A connection on which `bytes` came at once. */
  connect(bytes: string): { line: AnswerCounter; sink: TransportSink } {
    const { now } = this.clock;
    const line = new AnswerCounter();
    const sink = this.server.accept(line, now);
    sink.onBytes(Buffer.from(bytes), now);
    return { line, sink };
  }

  /** Everything that is due now, and nothing that is due later. */
  async runNow(): Promise<void> {
    await this.clock.runAsync({ until: this.clock.now });
  }
}

/** All answers that leave in the moment in which `bytes` came, a number a write. */
async function answersTo(bytes: string, fetch: FetchHandler): Promise<number[]> {
  const scene = new Scene(fetch);
  const { line } = scene.connect(bytes);
  await scene.runNow();
  return line.answers;
}

const two = get('/1') + get('/2');
const four = two + get('/3') + get('/4');

describe('answers to pipelined requests leave in one write', () => {
  test('where handlers answer at once: in the call that brought them', () => {
    const { line } = new Scene(() => reply('x')).connect(four);
    expect(line.answers).toEqual([4]);
  });

  test('where handlers wait for promises only', async () => {
    const answers = await answersTo(four, async () => {
      await null;
      return reply('x');
    });
    expect(answers).toEqual([4]);
  });

  test('where some answer at once and some wait for promises', async () => {
    let handled = 0;
    const answers = await answersTo(four, () => {
      const answer = reply('x');
      return ++handled % 2 === 0 ? Promise.resolve(answer) : answer;
    });
    expect(answers).toEqual([4]);
  });

  test('where they wait for a turn, and it starts all of them', async () => {
    const scene: Scene = new Scene((_request, { target }) => {
      if (target === '/long') scene.clock.spend(6);
      return reply('x');
    });
    // Uses up what handlers get of a turn.
    scene.connect(get('/long'));
    const { line } = scene.connect(four);
    await scene.runNow();
    expect(line.answers).toEqual([]);
    await scene.clock.runAsync({ until: 100 });
    expect(line.answers).toEqual([4]);
  });

  test('where a turn starts those of others between them', async () => {
    const scene: Scene = new Scene((_request, { target }) => {
      scene.clock.spend(target === '/long' ? 6 : 0.6);
      return reply('x');
    });
    scene.connect(get('/long'));
    const lines = [scene.connect(four).line, scene.connect(four).line];
    await scene.clock.runAsync({ until: 100 });
    expect(lines.map(({ answers }) => answers)).toEqual([[4], [4]]);
  });

  test('up to 16 KiB', async () => {
    const long = 'x'.repeat(10 * 1024);
    expect(await answersTo(four, async () => reply(long))).toEqual([2, 2]);
  });
});

describe('an answer that is ready waits for none', () => {
  test('that takes longer than promises do', async () => {
    const second = gate();
    let handled = 0;
    const scene = new Scene(async () => {
      if (++handled === 2) await second.promise;
      return reply('x');
    });
    const { line } = scene.connect(four);
    await scene.runNow();
    expect(line.answers).toEqual([1]);
    second.open();
    await scene.runNow();
    expect(line.answers).toEqual([1, 3]);
  });

  test('where no request stands behind it: not even for the tick', async () => {
    const { line } = new Scene(() => Promise.resolve(reply('x'))).connect(get('/1'));
    // The promise, and what waits for it.
    for (let i = 0; i < 5; i++) await null;
    expect(line.answers).toEqual([1]);
  });

  test('for longer than a millisecond, where handlers compute', async () => {
    const scene: Scene = new Scene(async () => {
      await null;
      scene.clock.spend(0.6);
      return reply('x');
    });
    const { line } = scene.connect(four);
    await scene.runNow();
    expect(line.answers).toEqual([3, 1]);
  });

  test('that is streamed, and may fail and cut both off', async () => {
    const scene = new Scene(async (_request, { target }) =>
      target === '/1' ? reply('x') : reply(['more', 'than'], { headers: { 'Content-Length': 5 } }),
    );
    const { line } = scene.connect(two);
    await scene.runNow();
    expect(line.isReset).toBe(true);
    expect(line.answers[0]).toBe(1);
  });

  test('on another connection, whose write fails', async () => {
    const second = gate();
    const scene = new Scene(async (_request, { target }) => {
      if (target === '/2') await second.promise;
      return reply('x');
    });
    const [failing, other] = [scene.connect(two), scene.connect(two)];
    const error = new Error('as a bug of ours would');
    failing.line.error = error;
    await scene.runNow();
    expect(scene.errors).toEqual([error]);
    expect(failing.line.isReset).toBe(true);
    expect(other.line.answers).toEqual([1]);
  });
});

test('an interim response leaves at once', async () => {
  const work = gate();
  const scene = new Scene(async (_request, context) => {
    if (context.target === '/2') context.sendInformational(103, { Link: '</a>' });
    await work.promise;
    return reply('x');
  });
  const { line } = scene.connect(get('/2'));
  expect(line.written.join('')).toMatch(/^HTTP\/1\.1 103 /);
  // And what was ready before it.
  work.open();
  const both = scene.connect(two).line;
  for (let i = 0; i < 5; i++) await null;
  expect(both.written.join('')).toMatch(/^HTTP\/1\.1 200 .*HTTP\/1\.1 103 /s);
});

test('what was held back and sent with the last answer was delivered', async () => {
  const completions: Completion[] = [];
  const first = gate();
  const scene = new Scene(async (_request, context) => {
    void context.completed.then((completion) => completions.push(completion));
    if (context.target === '/1') await first.promise;
    return reply('x');
  });
  const { line, sink } = scene.connect(two);
  await scene.runNow();
  sink.onFin(scene.clock.now);
  first.open();
  await scene.runNow();
  expect(line.answers).toEqual([2]);
  expect(completions).toEqual([{ delivered: true }, { delivered: true }]);
});
