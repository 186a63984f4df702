import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { cases } from '../../bench/speed/cases/index.mjs';
import { saved } from '../../bench/speed/page.mjs';
import { performancePage } from '../../bench/speed/page-text.mjs';
import { servers } from '../../bench/speed/servers/index.mjs';
import { judged, Summary, spread } from '../../bench/speed/summary.mjs';

const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const read = (path: string): string => readFileSync(pathOf(path), 'utf8');

const small = (server: string, round: number, cpuUs: number): object => ({
  ...{ case: 'small', server, round, cpuUs, rate: 1e6 / cpuUs, busy: 1, rssBytes: 50e6 },
  ms: { p50: 1, p99: cpuUs, max: 9 },
});

const results = {
  ...{ node: '24.0.0', processor: 'a processor', cores: 2, memoryGb: 8, loadBefore: 0 },
  ...{
    commit: 'abc',
    hasUncommitted: false,
    date: '2026-01-02T00:00:00Z',
    command: 'npm run bench',
  },
  ...{ isPinned: true, missing: { nginx: 'nginx is not installed' } },
  pace: { rounds: 3, warmUpSeconds: 1, seconds: 2 },
  servers: {
    sluice: { label: 'sluice', setup: 'all defaults' },
    'node-http': { label: 'node:http', setup: 'nothing more' },
    bun: { label: 'Bun.serve', setup: 'the same' },
  },
  measurements: [
    // A machine that slows down from round to round changes no ratio.
    ...[1, 2, 3].flatMap((round) => [
      small('sluice', round, 6 * round),
      small('node-http', round, 12 * round),
    ]),
    small('bun', 1, 5),
    { case: 'small', server: 'bun', round: 2, error: 'it ended with 1' },
  ],
};

describe('the summary of a run', () => {
  const summary = new Summary(results);
  const cpuUs = (one: { cpuUs: number }): number => one.cpuUs;

  test('takes ratios within a round', () => {
    expect(summary.ratio('small', 'sluice', 'node-http', cpuUs)).toEqual(spread([0.5]));
    expect(summary.of('small', 'sluice', cpuUs)).toEqual({ median: 12, low: 6, high: 18 });
  });

  test('leaves out rounds in which one of the two failed', () => {
    expect(summary.ratio('small', 'sluice', 'bun', cpuUs)).toEqual(spread([1.2]));
    expect(summary.failed).toHaveLength(1);
  });

  test('judges what was measured by the targets of the case', () => {
    const one = cases.find(({ name }) => name === 'small');
    const verdicts = judged(one, summary).map(({ other, isReached, isStretched }) => [
      other,
      isReached,
      isStretched,
    ]);
    expect(verdicts).toEqual([
      ['node-http', true, true],
      ['bun', false, false],
      ['raw', undefined, undefined],
    ]);
  });

  test('gives the middle of the values, and how far they reach', () => {
    expect(spread([4, 1, 2, 3])).toEqual({ median: 2.5, low: 1, high: 4 });
    expect(spread([Number.NaN])).toBeUndefined();
  });
});

describe('the cases', () => {
  test('name servers that there are', () => {
    for (const { subject, peers, targets } of cases) {
      for (const name of [subject, ...peers, ...Object.keys(targets)]) {
        expect(Object.keys(servers)).toContain(name);
      }
    }
  });

  test('know an answer to each request', () => {
    for (const one of cases) {
      if ('answers' in one) expect(one.answers).toHaveLength(one.requests.length);
    }
  });
});

describe('docs/performance.md', () => {
  const given = {
    ...{ others: [], parts: [], micro: undefined, scale: undefined },
    notes: '<!-- how -->Why.\n',
  };

  test('says what is reached, what is not, what was not measured, and what is missing', () => {
    const { text, charts } = performancePage({ results, ...given });
    expect(text).toContain('**0.50**; ≤ 0.58 ✓, 0.50 ✓ | **1.20**; ≤ 1.05 ✗, 0.95 ✗');
    expect(text).toContain('not measured; ≤ 1.15');
    expect(text).toContain('Missing in this run: nginx: nginx is not installed');
    expect(text).toContain('Failed: small on bun: it ended with 1');
    expect(text).toContain('\nWhy.\n');
    expect(Object.keys(charts)).toEqual(['speed-small']);
  });

  test('says what each part costs, by its differences within a round', () => {
    const of = (server: string, round: number, cpuUs: number): object => ({
      ...{ case: 'watching', server, round, cpuUs },
    });
    const parts = {
      ...results,
      command: 'npm run bench:parts',
      servers: {
        'watching/none': { label: 'nothing' },
        'watching/observer': { label: 'an observer' },
        'answers/none': { label: 'a reply' },
      },
      measurements: [1, 2, 3].flatMap((round) => [
        of('none', round, 2 * round),
        of('observer', round, 2 * round + 0.5),
      ]),
    };
    const { text } = performancePage({ results, ...given, parts: [parts] });
    expect(text).toContain('| nothing | 4.00 µs |');
    expect(text).toContain('| an observer | 4.50 µs; +0.5 (+0.5 to +0.5) |');
    expect(text).toContain('| a reply | – |');
    expect(performancePage({ results, ...given }).text).not.toContain('What watching costs');
  });

  const files = ['docs/performance.md', 'bench/results/speed.json'];
  test.each(files.filter((path) => existsSync(pathOf(path))).slice(0, 1))(
    '%s is fresh (node bench/speed/page.mjs renews it)',
    (path) => {
      const { text, charts } = performancePage(saved());
      expect(read(path)).toBe(text);
      for (const [name, svg] of Object.entries(charts)) {
        expect(read(`docs/charts/${name}.svg`)).toBe(svg);
      }
    },
  );
});

test('the servers of the bench find the static files where the package has them', () => {
  const { exports } = JSON.parse(read('package.json')) as {
    exports: { './static': { default: string } };
  };
  const path = exports['./static'].default.replace('./dist/', '');
  expect(read('bench/speed/servers/built-sluice.mjs')).toContain(`'${path}'`);
});
