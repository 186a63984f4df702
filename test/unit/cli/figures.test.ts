// What `--status` shows beside `--workers`.

import { describe, expect, test } from 'vitest';
import type { WorkersStats } from '../../../src/adapters/workers/index.js';
import { figuresPage } from '../../../src/cli/figures.js';
import { createServer, reply, type Server } from '../../../src/index.js';
import { inject } from '../../../src/testing/index.js';

const one = createServer({ fetch: () => reply() }).stats();
const figures: WorkersStats = {
  total: { ...one, started: 7, connections: { ...one.connections, 'keep-alive': 2 } },
  workers: [
    { id: 1, pid: 41, state: 'ready', stats: { ...one, started: 7 } },
    { id: 2, pid: undefined, state: 'starting', stats: undefined },
  ],
};

function page(stats: WorkersStats = figures): Server {
  const hosts = new Set(['ops.example']);
  const wallNow = (): number => Date.UTC(2026, 10, 30);
  const title = '<b>app</b>';
  return createServer({
    fetch: figuresPage({ title, hosts, stats: async () => stats, wallNow }),
  });
}

const asked = (target: string, init?: RequestInit): Promise<Response> =>
  inject(page(), new Request(`http://localhost${target}`, init));

describe('the figures of workers', () => {
  test('are JSON for programs', async () => {
    const response = await asked('/status.json');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual(
      JSON.parse(JSON.stringify({ at: '2026-11-30T00:00:00.000Z', ...figures })),
    );
  });

  test('are a table that nothing can break, with a row for each and one for all', async () => {
    const response = await asked('/');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await response.text();
    expect(html).toContain('&lt;b&gt;app&lt;/b&gt;');
    expect(html).not.toContain('<b>');
    const rows = [...html.matchAll(/<tr><td>(.*?)<\/td><\/tr>/g)].map(([, row = '']) =>
      row.split('</td><td>'),
    );
    expect(rows.map(([id, pid, state]) => [id, pid, state])).toEqual([
      ['1', '41', 'ready'],
      ['2', '', 'starting'],
      ['all', '', ''],
    ]);
    expect(rows[0]?.slice(8, 9)).toEqual(['7']);
    expect(rows[1]?.slice(3)).toEqual(Array(11).fill('–'));
    expect(rows[2]?.[3]).toBe('2');
  });

  test('are there before any worker is', async () => {
    const nobody = page({ total: undefined, workers: [] });
    const response = await inject(nobody, new Request('http://localhost/'));
    expect(await response.text()).toContain('<td>all</td>');
  });

  test.each([
    ['/stub_status', {}, 404],
    ['/', { method: 'POST' }, 405],
    ['/', { method: 'HEAD' }, 200],
    ['/', { headers: { Host: 'evil.example' } }, 421],
    ['/', { headers: { Host: 'OPS.example:9' } }, 200],
    ['/', { headers: { 'Sec-Fetch-Site': 'cross-site' } }, 403],
  ])('for %s and %j answer %i', async (target, init, status) => {
    const { method = 'GET', headers = {} } = init as { method?: string; headers?: object };
    const fields = Object.entries({ Host: 'localhost', ...headers });
    const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const bytes = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines}\r\n`);
    expect((await inject(page(), bytes)).status).toBe(status);
  });
});
