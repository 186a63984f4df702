// What docs/limiter.md and examples/limiter.mjs show is what happens.

import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as entry from '../../src/limiter/index.js';
import { parseLimiterOptions } from '../../src/limiter/options.js';
import { refusalReasons } from '../../src/limiter/refusal.js';

const page = readFileSync(new URL('../../docs/limiter.md', import.meta.url), 'utf8');

const logged: string[] = [];

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'],
  });
  // With this seed no two of the keys share a bucket, as one pair in 128 does.
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
    logged.push(values.join(' '));
  });
});
afterEach(() => {
  logged.length = 0;
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Runs the text of a module whose only imports are of the limiter, in time that passes by itself. */
async function run(text: string): Promise<void> {
  const body = text.replace(
    /^import (\{.*\}) from 'sluice\/limiter';$/gm,
    'const $1 = await Promise.resolve(entry);',
  );
  expect(body).not.toMatch(/^import /m);
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  const done: Promise<void> = new AsyncFunction('entry', body)(entry);
  const finished = done.then(() => true);
  await vi.runAllTimersAsync();
  await expect(Promise.race([finished, Promise.resolve('hangs')])).resolves.toBe(true);
}

/** The code of the page by the heading that it stands under: one block at most. */
const blocks = page
  .split(/^## /m)
  .map((section) => ({
    heading: section.slice(0, section.indexOf('\n')),
    code: section.match(/^```js\n([\s\S]*?)^```$/m)?.[1] ?? '',
  }))
  .filter(({ code }) => code !== '');

describe('docs/limiter.md', () => {
  test.each(blocks)('$heading', async ({ code }) => {
    const said = [...code.matchAll(/^console\.log\(.*; \/\/ (.*)$/gm)].map(([, text]) => text);
    expect(said.length).toBe(code.split('console.log').length - 1);
    await run(code);
    expect(logged).toEqual(said);
  });

  test('has no code but these blocks', () => {
    expect(page.split('```').length - 1).toBe(2 * blocks.length);
  });

  test('lists every reason of a refusal', () => {
    const rows = page.slice(page.indexOf('| `reason` |'), page.indexOf('Wrong options'));
    const listed = [...rows.matchAll(/^\|(.*?)\|/gm)].slice(2).flatMap(([, cell]) => {
      return [...`${cell}`.matchAll(/`(\w+)`/g)].map(([, reason]) => reason);
    });
    expect(listed.sort()).toEqual([...refusalReasons].sort());
  });

  test('gives the defaults that hold', () => {
    const row = (option: string): string | undefined =>
      page.match(new RegExp(`^\\| \`${option}\` \\| (.*?) \\|`, 'm'))?.[1]?.replace(/[`']/g, '');
    const { concurrency, queue } = parseLimiterOptions({});
    expect(row('concurrency')).toBe(`${concurrency.initial}, then as found`);
    for (const [name, value] of Object.entries(queue)) {
      if (name !== 'bytesMax') expect(row(`queue.${name}`)).toBe(String(value));
    }
    const timed = parseLimiterOptions({ queue: { law: 'timed' } }).queue;
    expect(row('queue.waitMs')).toBe(String(timed.law === 'timed' && timed.waitMs));
    const adaptive = parseLimiterOptions({ concurrency: {} }).concurrency;
    for (const name of ['algorithm', 'initial', 'min', 'max'] as const) {
      expect(row(`concurrency.${name}`)).toBe(String(adaptive[name]));
    }
  });
});

test('examples/limiter.mjs runs, and is fair to the tenant who asks for little', async () => {
  await run(readFileSync(new URL('../../examples/limiter.mjs', import.meta.url), 'utf8'));
  expect(logged).toEqual([
    '4 run, 8 wait',
    'tenant a: asked 18, served 10, refused 8',
    'tenant b: asked 2, served 2, refused 0',
    'refused on arrival 6, to make room for another tenant 2',
  ]);
});
