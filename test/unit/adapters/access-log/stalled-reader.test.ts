// An access log under load whose reader stalls, or whose stream fails for a time: no line is lost without being
// counted, and what waits is bounded.

import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { accessLog } from '../../../../src/adapters/access-log/index.js';
import {
  type LineOutput,
  WAITING_CHARACTERS_MAX,
} from '../../../../src/adapters/access-log/line-stream.js';
import type { Observer, RequestCompleted } from '../../../../src/index.js';
import { loopTurns } from '../../../support/loop-turns.js';

const record: RequestCompleted = {
  connectionId: 1,
  requestId: 1,
  method: 'GET',
  target: `/${'x'.repeat(100)}`,
  httpVersion: '1.1',
  headers: { get: () => null },
  encrypted: false,
  scheme: 'http',
  host: 'a',
  remoteAddress: '192.0.2.1',
  remotePort: 1,
  clientAddress: '192.0.2.1',
  priority: 'default',
  status: 200,
  requestBytes: 60,
  requestContentBytes: 0,
  responseBytes: 100,
  responseContentBytes: 10,
  waitedMs: 0,
  durationMs: 1,
  delivered: true,
  route: undefined,
  handlerMs: 1,
  reason: undefined,
};

/** Logs `count` requests in one turn. */
function logged(observer: Observer, count: number): void {
  for (let i = 0; i < count; i++) observer.requestCompleted?.(record);
}

/** How many requests a log tells of: of those that it has a line of, and those that it says are lost. */
function toldOf(text: string): { lines: number; lost: number } {
  let lines = 0;
  let lost = 0;
  for (const line of text.split('\n').slice(0, -1)) {
    const [, count] = /^\((\d+) lines? (?:was|were) lost: /.exec(line) ?? [];
    if (count === undefined) lines++;
    else lost += Number(count);
  }
  return { lines, lost };
}

/** What `process.emitWarning` is told while `use` runs. */
async function warnings(use: () => Promise<void>): Promise<string[]> {
  const told: string[] = [];
  const spy = vi.spyOn(process, 'emitWarning').mockImplementation((text) => {
    told.push(String(text));
  });
  try {
    await use();
  } finally {
    spy.mockRestore();
  }
  return told;
}

/** A stream that does with each write what the test says, and goes on after an error, as `process.stdout` does. */
class Moody extends EventEmitter implements LineOutput {
  text = '';
  writableLength = 0;
  mood: 'takes' | 'stalls' | 'fails' | 'throws' = 'takes';
  readonly #held: (() => void)[] = [];

  write(text: string, done?: (error?: Error) => void): boolean {
    if (this.mood === 'throws') throw new Error('EBADF');
    if (this.mood === 'fails') {
      process.nextTick(() => done?.(new Error('ENOSPC')));
      return false;
    }
    this.writableLength += text.length;
    this.#held.push(() => {
      this.writableLength -= text.length;
      this.text += text;
      done?.();
    });
    if (this.mood === 'takes') this.relax();
    return this.writableLength < 16_384;
  }

  /** Takes what it has held, and what comes from now on. */
  relax(): void {
    this.mood = 'takes';
    if (this.#held.length === 0) return;
    for (const take of this.#held.splice(0)) take();
    process.nextTick(() => this.emit('drain'));
  }
}

test('10,000 lines a turn, whose reader stalls and goes on: each is in the log, or counted there', async () => {
  const stream = new PassThrough();
  const observer = accessLog({ stream });
  let text = '';
  const told = await warnings(async () => {
    for (let turn = 0; turn < 10; turn++) {
      logged(observer, 10_000);
      await loopTurns(1);
      expect(stream.writableLength).toBeLessThan(1.1 * WAITING_CHARACTERS_MAX);
    }
    stream.setEncoding('latin1').on('data', (more: string) => {
      text += more;
    });
    await loopTurns(50);
    expect(toldOf(text).lines + toldOf(text).lost).toBe(100_000);
    logged(observer, 3);
    await loopTurns(10);
  });
  const { lines, lost } = toldOf(text);
  expect(lines + lost).toBe(100_003);
  expect(lost).toBeGreaterThan(50_000);
  // All that fits was kept.
  expect(text.length).toBeGreaterThan(0.9 * WAITING_CHARACTERS_MAX);
  expect(told.map((line) => line.replace(/.*lines lost: /, ''))).toEqual([
    '1)',
    '10)',
    '100)',
    '1000)',
    '10000)',
  ]);
});

test('however a stream stalls, fails and throws: once it takes lines again, each is in the log, or counted there', async () => {
  // The law: lines that came + lines that the log says are lost = requests.
  const moods = fc.constantFrom<Moody['mood']>('takes', 'stalls', 'fails', 'throws');
  const phases = fc.array(fc.tuple(moods, fc.integer({ min: 0, max: 4000 })), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(phases, async (planned) => {
      const stream = new Moody();
      const observer = accessLog({ stream });
      let requests = 0;
      let failed = false;
      const told = await warnings(async () => {
        for (const [mood, count] of planned) {
          if (mood !== 'stalls') stream.relax();
          stream.mood = mood;
          logged(observer, count);
          requests += count;
          failed ||= count > 0 && (mood === 'fails' || mood === 'throws');
          await loopTurns(3);
          expect(stream.writableLength).toBeLessThan(1.1 * WAITING_CHARACTERS_MAX);
        }
        stream.relax();
        await loopTurns(3);
        logged(observer, 1);
        await loopTurns(3);
      });
      const { lines, lost } = toldOf(stream.text);
      expect(lines + lost).toBe(requests + 1);
      if (lost > 0 || failed) expect(told.length).toBeGreaterThan(0);
      if (told.length === 0) expect(lost).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test('a stream that is destroyed loses lines by a word to the process', async () => {
  for (const error of [undefined, new Error('EIO')]) {
    const stream = new PassThrough();
    const observer = accessLog({ stream });
    const told = await warnings(async () => {
      logged(observer, 10_000);
      await loopTurns(2);
      stream.destroy(error);
      for (let turn = 0; turn < 3; turn++) {
        logged(observer, 1000);
        await loopTurns(2);
      }
    });
    expect(told.length).toBeGreaterThan(0);
    expect(told[0]).toMatch(/^sluice: the log can't be written: /);
  }
});
